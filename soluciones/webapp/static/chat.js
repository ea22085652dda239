/* Turns the chat page into a conversation. Without this file the same forms load pages. */

import { closePerson, openPerson } from "./chat/person.js";
import { dropUndo, listenClear, showClear } from "./chat/clear.js";
import { fragment, make } from "./dom.js";
import { Failure, piece } from "./request.js";
import "./tools.js";
import * as composer from "./chat/composer.js";
import * as store from "./chat/store.js";
import { addQuietly, addTurn, bring, log, showState, toBottom, waiting, waitingTurn } from "./chat/turns.js";
import { chat, find, texts } from "./chat/texts.js";
import { makeQueue } from "./chat/queue.js";

const { box, conversation } = composer;
const state = find("[data-state]");
const SECONDS = 15;

const tell = (text) => { if (state.textContent !== text) state.textContent = text; };
const keep = (left = false) => store.keepUnsent(box.value, queue.items.map(({ id, text, refused }) => ({ id, text, refused })), left === true);
const newId = () => (crypto.randomUUID ? crypto.randomUUID() : `${Date.now()}-${Math.random().toString(36).slice(2)}`);

/* Asking */

const turnOf = (item) => [...waiting.children].find((turn) => turn.dataset.id === item.id) || waitingTurn(item);

const TOLD = { offline: "offline", slow: "slow", retrying: "retrying", failed: "failed" };

const show = (item, name, message = "") => {
  const turn = turnOf(item);
  const actions = [["now", () => queue.now(item)], ["cancel", () => cancel(item)]];
  const held = showState(turn, name, name === "queued" ? actions.slice(1) : actions, name === "refused" ? message : "");
  if (held) box.focus();
  if (queue.items.find((one) => !one.refused) === item || name === "refused") tell(TOLD[name] ? texts[TOLD[name]] : "");
};

/* Back into the field where it is empty; else the question stays where it is, with the way back. */
const cancel = (item) => {
  const turn = turnOf(item);
  if (box.value.trim()) composer.write(`${item.text}\n${box.value}`);
  else composer.write(item.text);
  queue.drop(item);
  turn.remove();
  tell("");
  showClear();
  keep();
  box.focus();
};

const refused = (item) => {
  const turn = turnOf(item);
  tell("");
  if (!box.value.trim()) {
    cancel(item);
    composer.warn(item.refused);
    return;
  }
  showState(turn, "refused", [["edit", () => { cancel(item); composer.warn(item.refused); }]], item.refused);
};

const send = async (item) => {
  const body = new FormData();
  Object.entries({ q: item.text, conversation: conversation.value, ask: item.id }).forEach(([name, value]) => body.append(name, value));
  const found = await piece(chat.dataset.action, { method: "POST", body, seconds: SECONDS });
  if (!found.querySelector("[data-turn] [data-conversation]")) throw new Failure("server");
  return found;
};

const hideAsked = () => {
  const asked = new Set([...log.querySelectorAll("[data-asked]")].map((node) => node.textContent.trim()));
  log.querySelectorAll(".follow-ups [data-ask]").forEach((button) => { button.closest("li").hidden = asked.has(button.dataset.ask); });
  log.querySelectorAll(".follow-ups").forEach((form) => { form.hidden = !form.querySelector("li:not([hidden])"); });
};

const answered = (item, found) => {
  const old = turnOf(item);
  const fresh = found.querySelector("[data-turn]");
  const held = old.contains(document.activeElement);
  const seen = old.getBoundingClientRect().bottom > 0;
  fresh.dataset.id = item.id;
  conversation.value = fresh.querySelector("[data-conversation]").dataset.conversation;
  old.remove();
  tell("");
  addTurn(fresh);
  hideAsked();
  store.keepTurn(fresh, conversation.value);
  if (seen && !waiting.childElementCount) bring(fresh);
  if (held) box.focus();
  showClear();
};

const queue = makeQueue({ send, show, answered, refused, changed: () => keep() });

const ask = (question) => {
  const text = question.trim();
  if (!text) return;
  dropUndo();
  composer.remember(text);
  const item = { id: newId(), text };
  queue.add(item);
  showClear();
  bring(turnOf(item));
};

/* Links and forms inside the conversation */

const inPlace = async (form, submitter) => {
  const body = new FormData(form, submitter);
  const buttons = form.querySelectorAll("button");
  buttons.forEach((button) => { button.disabled = true; });
  try {
    const found = await piece(form.getAttribute("action"), { method: "POST", body: new URLSearchParams(body) });
    const turn = form.closest("[data-turn]");
    const first = found.querySelector("[autofocus], [tabindex='-1']") || found.firstElementChild;
    form.replaceWith(found);
    if (!first.matches("a, button, input, textarea, select")) first.tabIndex = -1;
    first.focus({ preventScroll: true });
    if (turn) store.changeTurn(turn);
  } catch (error) {
    form.querySelectorAll(".failed").forEach((node) => node.remove());
    form.append(make("p", { class: "failed", role: "alert" }, error.message || texts.unsent));
    buttons.forEach((button) => { button.disabled = false; });
  }
};

document.addEventListener("soluciones:tool", (event) => {
  const turn = event.detail && event.detail.card.closest("[data-turn]");
  if (turn) store.changeTurn(turn);
});

chat.addEventListener("submit", (event) => {
  const wanted = event.submitter && event.submitter.dataset.ask;
  if (wanted) {
    event.preventDefault();
    ask(wanted);
  } else if (event.target.matches("[data-feedback], [data-handoff-form]")) {
    event.preventDefault();
    inPlace(event.target, event.submitter);
  }
});

chat.addEventListener("click", (event) => {
  if (event.metaKey || event.ctrlKey || event.shiftKey || event.defaultPrevented) return;
  const link = event.target.closest("a[data-ask], a[data-handoff]");
  if (!link) return;
  event.preventDefault();
  if (link.dataset.ask) ask(link.dataset.ask);
  else openPerson(link);
});

/* Take up where this device left off; an answer that came with the page goes below. */

const draw = (one) => {
  const turn = fragment(one.html).querySelector("article");
  if (!turn) return;
  turn.dataset.id = one.id;
  addQuietly(turn);
};

const drawAll = (talk) => {
  talk.turns.forEach(draw);
  hideAsked();
  requestAnimationFrame(toBottom);
};

store.onTalk((talk) => {
  const known = new Map([...log.children].map((turn) => [turn.dataset.id, turn]));
  const ids = new Set(talk.turns.map((one) => one.id));
  if (!ids.size) log.replaceChildren();
  talk.turns.filter((one) => !known.has(one.id)).forEach(draw);
  conversation.value = talk.conversation;
  hideAsked();
  showClear();
});

const begin = () => {
  const served = [...log.children];
  const talk = store.talk();
  const unsent = store.unsent();
  log.replaceChildren();
  talk.turns.forEach(draw);
  log.querySelectorAll("[data-asked]").forEach((node) => composer.remember(node.textContent.trim()));
  conversation.value = talk.conversation || conversation.value;
  served.forEach((turn) => {
    turn.dataset.id = turn.querySelector("[data-answer]").dataset.answer;
    conversation.value = turn.querySelector("[data-conversation]").dataset.conversation;
    composer.remember(turn.querySelector("[data-asked]").textContent.trim());
    addQuietly(turn);
    store.keepTurn(turn, conversation.value);
  });
  if (served.length) history.replaceState(null, "", location.pathname);
  if (unsent.draft && !box.value) composer.write(unsent.draft);
  unsent.items.forEach((item) => { turnOf(item); queue.add(item); if (item.refused) refused(item); });
  hideAsked();
  showClear();
  composer.grow();
  if (log.childElementCount || waiting.childElementCount) requestAnimationFrame(() => (served.length ? bring(served.at(-1)) : toBottom()));
  if (window.parent === window && matchMedia("(hover: hover)").matches) box.focus({ preventScroll: true });
};

composer.listen({ ask, typed: () => keep() });
listenClear({ drawAll, queue, keep });
addEventListener("pagehide", () => keep(true));
addEventListener("pageshow", (event) => { if (event.persisted) keep(); });
addEventListener("offline", () => tell(texts.offline));
addEventListener("online", () => tell(""));
document.addEventListener("keydown", (event) => { if (event.key === "Escape" && !event.isComposing) closePerson(); });
begin();
if (navigator.onLine === false) tell(texts.offline);
