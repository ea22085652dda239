/* The searches of this device: kept here only, only after a search, a handful of them. */

const KEY = "soluciones.searches";
const MOST = 5;
const LONGEST = 120;

export const recent = () => {
  try {
    const kept = JSON.parse(localStorage.getItem(KEY) || "[]");
    return Array.isArray(kept) ? kept.filter((text) => typeof text === "string").slice(0, MOST) : [];
  } catch {
    return [];
  }
};

export const remember = (text) => {
  const words = text.trim();
  if (!words || words.length > LONGEST) return;
  try {
    localStorage.setItem(KEY, JSON.stringify([words, ...recent().filter((other) => other !== words)].slice(0, MOST)));
  } catch { /* a browser that keeps nothing: the search works all the same */ }
};

export const forget = () => {
  try {
    localStorage.removeItem(KEY);
  } catch { /* nothing was kept */ }
};
