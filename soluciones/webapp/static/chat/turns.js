/* Questions and answers on the page, and where the page stands. */

import { make } from "../dom.js";
import { find, texts } from "./texts.js";

export const log = find("[data-log]");
export const waiting = find("[data-waiting]");
export const intro = find("[data-intro]");
const scroll = find("[data-scroll]");
const end = find("[data-end]");
const calm = matchMedia("(prefers-reduced-motion: reduce)");

/* Room below, so that the newest question can stand at the top with its answer under it. */
export const bring = (node) => {
  end.style.minHeight = "0";
  const room = scroll.clientHeight - (end.getBoundingClientRect().top - node.getBoundingClientRect().top) - 24;
  end.style.minHeight = `${Math.max(0, room)}px`;
  node.scrollIntoView({ block: "start", behavior: calm.matches ? "auto" : "smooth" });
};

export const toBottom = () => { scroll.scrollTop = scroll.scrollHeight; };
export const noRoom = () => { end.style.minHeight = "0"; };

/* The log announces a turn when it is added, once; what changes in it later speaks for itself by moving the focus. */
const SPOKEN = 2000;
export const settle = (turn, at = SPOKEN) => {
  if (at) setTimeout(() => turn.setAttribute("aria-live", "off"), at);
  else turn.setAttribute("aria-live", "off");
};

export const addQuietly = (turn, place = "append") => {
  settle(turn, 0);
  log[place](turn);
};

export const addTurn = (turn) => {
  turn.classList.add("fresh");
  log.append(turn);
  settle(turn);
};

const SHOWN = 700;
const dots = () => make("span", { class: "dots", "aria-hidden": "true" }, make("i"), make("i"), make("i"));

/* A question without its answer. It stands outside the log: nothing of it is announced. */
export const waitingTurn = (item) => {
  const shown = item.text.length > SHOWN ? `${item.text.slice(0, 200)}…` : item.text;
  const asked = make("h2", { class: "asked-text" }, make("span", { class: "hidden" }, `${texts.you}: `), shown);
  const turn = make("article", { class: "turn", "data-id": item.id }, make("div", { class: "asked" }, asked), make("div", { class: "going" }));
  waiting.append(turn);
  return turn;
};

export const showState = (turn, state, actions, message = "") => {
  const busy = state === "sending" || state === "slow";
  const line = make("p", { class: "thinking" }, ...(busy ? [dots()] : []), message || texts[state]);
  const row = make("p", { class: "going-row" });
  for (const [name, act] of busy ? [] : actions) {
    const button = make("button", { class: name === "now" ? "button button-soft" : "quiet", type: "button" }, texts[name]);
    button.addEventListener("click", act);
    row.append(button);
  }
  const held = turn.contains(document.activeElement);
  turn.dataset.going = state;
  turn.querySelector(".going").replaceChildren(line, ...(row.childElementCount ? [row] : []));
  return held;
};
