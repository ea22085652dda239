/* Turns the chat page into a conversation. Without this file the same forms load pages. */

import { fragment, make, say } from "./dom.js";
import { piece as pieceOf } from "./tools.js";

const chat = document.querySelector("[data-chat]");
const words = chat.dataset;
const log = chat.querySelector("[data-log]");
const intro = chat.querySelector("[data-intro]");
const scroll = chat.querySelector(".chat-scroll");
const end = chat.querySelector("[data-end]");
const form = chat.querySelector("[data-composer]");
const box = form.querySelector("textarea");
const field = form.querySelector("[data-conversation-field]");
const clear = chat.querySelector("[data-clear]");
const note = form.querySelector("[data-too-long-note]");
const limit = Number(box.dataset.max);

/* What this device remembers of the conversation: a day, thirty questions, and nothing when storage is off. */

const KEY = "soluciones.chat.1";
const DAY = 24 * 3600 * 1000;
const MOST = 30;
/* Without what scripts and browser extensions add: style attributes would offend our own policy when read back. */
const plain = (turn) => {
  const copy = turn.cloneNode(true);
  copy.classList.remove("fresh");
  [copy, ...copy.querySelectorAll("[style]")].forEach((node) => node.removeAttribute("style"));
  /* Of what came of a visitor's file only the verdict is remembered, and no file that travels inside the page. */
  copy.querySelectorAll("[data-private] .tool-body > :not(.tool-headline)").forEach((node) => node.remove());
  copy.querySelectorAll('[href^="data:"], [src^="data:"]').forEach((node) => node.remove());
  return copy.outerHTML;
};
const store = {
  read() {
    try {
      const found = JSON.parse(localStorage.getItem(KEY) || "null");
      if (found && found.lang === document.documentElement.lang && Date.now() - found.at < DAY && Array.isArray(found.turns)) return found;
    } catch { /* damaged or forbidden: begin anew */ }
    return { turns: [], conversation: "", draft: "" };
  },
  write() {
    const turns = [...log.querySelectorAll("[data-turn]")].slice(-MOST).map(plain);
    const value = { at: Date.now(), lang: document.documentElement.lang, conversation: field.value, draft: box.value, turns };
    try {
      if (turns.length || value.draft) localStorage.setItem(KEY, JSON.stringify(value));
      else localStorage.removeItem(KEY);
    } catch { /* full or forbidden: the conversation simply ends with the page */ }
  },
  clear() {
    try { localStorage.removeItem(KEY); } catch { /* nothing to clear */ }
  },
};

const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
const bring = (node) => {
  /* Room below, so that the newest question can stand at the top with its answer under it. */
  const room = scroll.clientHeight - (log.getBoundingClientRect().bottom - node.getBoundingClientRect().top) - 32;
  end.style.minHeight = `${Math.max(0, room)}px`;
  node.scrollIntoView({ block: "start", behavior: calm ? "auto" : "smooth" });
};

const started = () => {
  intro.hidden = true;
  clear.hidden = false;
};

const grow = () => {
  if (CSS.supports("field-sizing", "content")) return;
  box.style.height = "auto";
  box.style.height = `${Math.min(box.scrollHeight, 160)}px`;
};

const tooLong = () => {
  const length = [...box.value].length;
  const over = length > limit;
  note.hidden = !over;
  if (over) note.textContent = words.tooLong.replace("{length}", length).replace("{limit}", limit);
  return over;
};

/* One request for a piece of a page. Throws an Error whose message can be shown. */

const piece = (url, options = {}) => pieceOf(url, { ...options, headers: { "Soluciones-Fragment": "1" } }, words.failed, words.offline);

const post = (url, values) => piece(url, { method: "POST", body: new URLSearchParams(values) });

/* Asking */

let busy = false;

const ask = async (question) => {
  const text = question.trim();
  if (!text || busy) return;
  busy = true;
  started();
  const turn = make("article", { class: "turn", "data-waiting": "" }, make("p", { class: "asked" }, make("span", { class: "hidden" }, `${words.you}: `), text));
  const dots = make("span", { class: "dots", "aria-hidden": "true" }, make("i"), make("i"), make("i"));
  const thinking = make("p", { class: "thinking" }, dots, words.thinking);
  /* The waiting turn stands outside the log's announcements; the answer that replaces it is announced once. */
  log.setAttribute("aria-live", "off");
  turn.append(thinking);
  log.append(turn);
  bring(turn);
  try {
    const found = await post(words.action, { q: text, conversation: field.value });
    const fresh = found.querySelector("[data-turn]");
    const reply = found.querySelector("[data-conversation]");
    if (!fresh || !reply) throw new Error(words.failed);
    field.value = reply.dataset.conversation;
    fresh.classList.add("fresh");
    log.setAttribute("aria-live", "polite");
    turn.replaceWith(fresh);
    bring(fresh);
    if (box.value.trim() === text) box.value = "";
    grow();
    store.write();
  } catch (error) {
    failed(turn, thinking, text, error.message);
  } finally {
    busy = false;
    log.setAttribute("aria-live", "polite");
  }
};

const failed = (turn, thinking, text, message) => {
  const retry = make("button", { class: "button button-soft", type: "button" }, words.retry);
  const row = make("p", {}, retry);
  retry.addEventListener("click", () => {
    turn.remove();
    ask(text);
  });
  thinking.replaceWith(make("div", { class: "failed", role: "alert" }, make("p", {}, message), row));
  if (!box.value.trim()) box.value = text;
  grow();
  store.write();
};

form.addEventListener("submit", (event) => {
  event.preventDefault();
  if (tooLong()) return;
  ask(box.value);
});
box.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  form.requestSubmit();
});
box.addEventListener("input", () => {
  grow();
  tooLong();
});
addEventListener("pagehide", () => { if (box.value || log.childElementCount) store.write(); });

clear.addEventListener("click", () => {
  log.replaceChildren();
  end.style.minHeight = "0";
  field.value = "";
  box.value = "";
  store.clear();
  intro.hidden = false;
  clear.hidden = true;
  say(words.cleared);
  box.focus();
});

/* Links and forms inside the conversation */

const inPlace = async (form, submitter, show) => {
  const values = new FormData(form, submitter);
  const buttons = form.querySelectorAll("button");
  buttons.forEach((button) => { button.disabled = true; });
  try {
    show(await post(form.getAttribute("action"), values));
    store.write();
  } catch (error) {
    form.querySelectorAll(".failed").forEach((node) => node.remove());
    form.append(make("p", { class: "failed", role: "alert" }, error.message));
    buttons.forEach((button) => { button.disabled = false; });
  }
};

document.addEventListener("soluciones:tool", () => store.write());

chat.addEventListener("submit", (event) => {
  const target = event.target;
  const wanted = event.submitter && event.submitter.dataset.ask;
  if (wanted) {
    event.preventDefault();
    ask(wanted);
  } else if (target.matches("[data-feedback], [data-handoff-form]")) {
    event.preventDefault();
    inPlace(target, event.submitter, (found) => {
      say(found.textContent.trim());
      target.replaceWith(found);
    });
  }
});

const person = async (link) => {
  const old = chat.querySelector("[data-person]");
  if (old) old.remove();
  started();
  try {
    const url = `${link.pathname}?${new URLSearchParams({ conversation: field.value })}`;
    const panel = make("section", { class: "panel turn-person", "data-person": "" }, make("h2", {}, link.textContent.trim()));
    panel.append(await piece(url));
    log.append(panel);
    bring(panel);
    panel.querySelector("input:not([type=hidden])").focus({ preventScroll: true });
  } catch {
    location.assign(link.href);
  }
};

chat.addEventListener("click", (event) => {
  if (event.metaKey || event.ctrlKey || event.shiftKey) return;
  const link = event.target.closest("a[data-ask], a[data-handoff]");
  if (!link) return;
  event.preventDefault();
  if (link.dataset.ask) ask(link.dataset.ask);
  else person(link);
});

/* Take up where this device left off; an answer that came with the page goes below. */

const begin = () => {
  const served = [...log.querySelectorAll("[data-turn]")];
  const kept = store.read();
  log.setAttribute("aria-live", "off");
  if (served.length) {
    field.value = served[0].querySelector("[data-conversation]").dataset.conversation;
    history.replaceState(null, "", location.pathname);
  } else {
    field.value = kept.conversation || "";
  }
  for (const html of [...kept.turns].reverse()) log.prepend(fragment(html));
  if (kept.draft && !box.value) box.value = kept.draft;
  if (log.childElementCount) started();
  grow();
  requestAnimationFrame(() => {
    const last = log.lastElementChild;
    if (served.length) bring(served[0]);
    else if (last) scroll.scrollTop = scroll.scrollHeight;
    log.setAttribute("aria-live", "polite");
  });
  store.write();
  if (matchMedia("(hover: hover)").matches) box.focus({ preventScroll: true });
};

begin();
