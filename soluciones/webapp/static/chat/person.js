/* «Hablar con una persona»: the form opens at the end of the conversation, like a dialog that leaves the rest usable. */

import { icon, make } from "../dom.js";
import { piece } from "../request.js";
import { box, conversation } from "./composer.js";
import { find, texts } from "./texts.js";
import { bring, intro } from "./turns.js";

const place = find("[data-person-place]");
const CROSS = "m6 6 12 12M18 6 6 18";
let opener = null;

const panel = () => place.querySelector("[data-person]");

export const closePerson = () => {
  const open = panel();
  if (!open || open.hidden) return;
  open.hidden = true; /* what was typed stays in it */
  const back = opener && opener.isConnected && !opener.closest("[hidden]") ? opener : box;
  back.focus({ preventScroll: true });
};

const build = (form) => {
  const title = make("h2", { id: "person-title", tabindex: "-1" }, texts.person);
  const close = make("button", { class: "copy", type: "button" }, icon(CROSS), make("span", { class: "hidden" }, texts.close));
  close.addEventListener("click", closePerson);
  const made = make("section", { class: "panel turn-person", role: "dialog", "aria-labelledby": "person-title", "data-person": "" }, make("div", { class: "panel-head" }, title, close), form);
  made.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.isComposing) return;
    event.stopPropagation();
    closePerson();
  });
  return made;
};

const reveal = (made) => {
  made.hidden = false;
  if (intro && !intro.hidden) intro.hidden = true;
  bring(made);
  const first = made.querySelector("input:not([type=hidden]), textarea, select") || made.querySelector("h2");
  first.focus({ preventScroll: true });
};

const set = (made, name, value) => made.querySelectorAll(`input[type=hidden][name="${name}"]`).forEach((field) => { field.value = value; });

export const openPerson = async (link) => {
  opener = link;
  const why = new URL(link.href).searchParams.get("why") || "customer_request";
  const old = panel();
  if (old && old.querySelector("form")) {
    set(old, "why", why);
    set(old, "conversation", conversation.value);
    reveal(old);
    return;
  }
  try {
    const query = new URLSearchParams({ conversation: conversation.value, why });
    const made = build(await piece(`${link.pathname}?${query}`));
    place.replaceChildren(made);
    reveal(made);
  } catch {
    location.assign(link.href);
  }
};
