/* The chat in a frame: tells the page around it that it is ready, how tall it is and that Escape was pressed, and hears
   "focus". Both ways the other side's origin is looked at; a page that is not on the list is never spoken to. */

const SENDS = new Set(["ready", "close", "size"]);

const covers = (rule, origin) => {
  if (!rule.includes("://*.")) return rule === origin;
  const wanted = new URL(rule.replace("://*.", "://"));
  const found = new URL(origin);
  return found.protocol === wanted.protocol && found.port === wanted.port && found.hostname.endsWith(`.${wanted.hostname}`);
};

const parentOrigin = () => {
  const named = location.ancestorOrigins?.[0];
  if (named) return named;
  try {
    return new URL(document.referrer).origin;
  } catch {
    return "";
  }
};

const allowed = (origin, rules) => /^https?:\/\//.test(origin) && (origin === location.origin || rules.some((rule) => covers(rule, origin)));

const start = () => {
  const rules = JSON.parse(document.querySelector("meta[name=soluciones-parents]").content);
  const origin = parentOrigin();
  if (window.parent === window || !allowed(origin, rules)) return;

  const tell = (type, more = {}) => {
    if (SENDS.has(type)) window.parent.postMessage({ soluciones: 1, type, ...more }, origin);
  };

  addEventListener("message", (event) => {
    if (event.source !== window.parent || event.origin !== origin) return;
    const { data } = event;
    if (data === null || typeof data !== "object" || data.soluciones !== 1 || data.type !== "focus") return;
    document.querySelector("textarea[name=q]")?.focus();
  });
  addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !event.defaultPrevented) tell("close");
  });

  let height = 0;
  new ResizeObserver(() => {
    const now = Math.ceil(document.documentElement.scrollHeight);
    if (now === height) return;
    height = now;
    tell("size", { height });
  }).observe(document.body);
  tell("ready");
};

start();
