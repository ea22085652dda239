/* What this device remembers, for a day: the conversation, shared by all tabs, and what each tab has not sent yet. */

import { chat } from "./texts.js";

const lang = document.documentElement.lang;
const TALK = `soluciones.chat.2.${lang}`;
const UNSENT = `soluciones.chat.2.unsent.${lang}`;
const TAB = "soluciones.tab";
const DAY = 24 * 3600 * 1000;
const MOST_TURNS = 30;

/* Where storage is off or forbidden, what is kept lasts as long as the page. */
const page = new Map();
const off = chat.dataset.storage === "off";
const box = (name) => {
  try { return off ? null : window[name]; } catch { return null; }
};
const read = (key, name = "localStorage") => {
  try { return JSON.parse((box(name) ? box(name).getItem(key) : page.get(key)) || "null"); } catch { return null; }
};
const write = (key, value, name = "localStorage") => {
  const text = value === null ? null : JSON.stringify(value);
  try {
    if (!box(name)) return page.set(key, text);
    if (text === null) box(name).removeItem(key);
    else box(name).setItem(key, text);
    return true;
  } catch { return false; /* full: the conversation simply ends with the page */ }
};

/* Without what scripts and browser extensions add: style attributes would offend our own policy when read back. */
const plain = (turn) => {
  const copy = turn.cloneNode(true);
  copy.classList.remove("fresh");
  [copy, ...copy.querySelectorAll("[style]")].forEach((node) => node.removeAttribute("style"));
  /* Of a visitor's file only the verdict is remembered, of a pasted message only its first words. */
  copy.querySelectorAll("[data-private] .tool-body > :not(.tool-headline), [data-pasted]").forEach((node) => node.remove());
  copy.querySelectorAll('[href^="data:"], [src^="data:"]').forEach((node) => node.remove());
  return copy.outerHTML;
};

export const talk = () => {
  const found = read(TALK);
  const good = found && Array.isArray(found.turns) && Date.now() - found.at < DAY;
  if (!good) return { conversation: "", turns: [] };
  const turns = found.turns.filter((one) => one && typeof one.id === "string" && typeof one.html === "string");
  return { conversation: String(found.conversation || ""), turns };
};

const save = (value) => {
  const turns = value.turns.slice(-MOST_TURNS);
  while (!write(TALK, turns.length ? { ...value, turns, at: Date.now() } : null) && turns.length > 1) turns.splice(0, Math.ceil(turns.length / 2));
};

/* Another tab may have written since: what it added stays. */
export const keepTurn = (turn, conversation) => {
  const known = talk();
  const one = { id: turn.dataset.id, html: plain(turn) };
  const turns = known.turns.some((item) => item.id === one.id) ? known.turns.map((item) => (item.id === one.id ? one : item)) : [...known.turns, one];
  save({ conversation: conversation || known.conversation, turns });
};

/* Only turns that are still there: one that another tab has cleared stays cleared. */
export const changeTurn = (turn) => {
  if (talk().turns.some((item) => item.id === turn.dataset.id)) keepTurn(turn, "");
};

export const forget = () => write(TALK, null);
export const restore = (value) => save(value);

export const onTalk = (act) => addEventListener("storage", (event) => { if (event.key === TALK || event.key === null) act(talk()); });

/* What was typed and what was asked but not answered. A tab that is closed leaves it to the next one. */

const tab = String(read(TAB, "sessionStorage") || crypto.randomUUID?.() || Math.random());

const all = () => {
  const fresh = ([, one]) => one && Date.now() - one.at < DAY && Array.isArray(one.items);
  return Object.fromEntries(Object.entries(read(UNSENT) || {}).filter(fresh));
};
const sound = (item) => item && typeof item.id === "string" && typeof item.text === "string";

export const unsent = () => {
  const known = all();
  const mine = known[tab] || { draft: "", items: [] };
  const left = Object.entries(known).filter(([id, one]) => id !== tab && one.left);
  const taken = left.map(([, one]) => one);
  const found = {
    draft: String(mine.draft || taken.map((one) => one.draft).find(Boolean) || ""),
    items: [...mine.items, ...taken.flatMap((one) => one.items)].filter(sound),
  };
  left.forEach(([id]) => delete known[id]);
  if (left.length) write(UNSENT, known);
  keepUnsent(found.draft, found.items);
  return found;
};

export const keepUnsent = (draft, items, left = false) => {
  const known = all();
  const before = known[tab];
  delete known[tab];
  if (draft || items.length) {
    known[tab] = { draft, items, left, at: Date.now() };
    write(TAB, tab, "sessionStorage");
  } else if (!before) return;
  write(UNSENT, Object.keys(known).length ? known : null);
};
