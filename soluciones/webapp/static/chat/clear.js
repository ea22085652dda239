/* Clearing the conversation, and taking that back. */

import { make, say } from "../dom.js";
import { box, conversation, write } from "./composer.js";
import { forget, restore, talk } from "./store.js";
import { find, texts } from "./texts.js";
import { intro, log, noRoom, waiting } from "./turns.js";

const button = find("[data-clear]");

export const showClear = () => {
  button.hidden = !(log.childElementCount || waiting.childElementCount);
  if (intro) intro.hidden = !button.hidden;
};

export const dropUndo = () => find("[data-undo]")?.remove();

export const listenClear = ({ drawAll, queue, keep }) => {
  button.addEventListener("click", () => {
    const before = { talk: talk(), draft: box.value, items: [...queue.items], id: conversation.value };
    forget();
    queue.items.slice().forEach((item) => queue.drop(item));
    log.replaceChildren();
    waiting.replaceChildren();
    find("[data-person-place]").replaceChildren();
    conversation.value = "";
    write("");
    noRoom();
    keep();
    showClear();
    const undo = make("button", { class: "button button-soft", type: "button" }, texts.undo);
    const line = make("p", { class: "undo-line", "data-undo": "" }, make("span", {}, texts.cleared), undo);
    undo.addEventListener("click", () => {
      line.remove();
      restore(before.talk);
      conversation.value = before.id;
      write(before.draft);
      drawAll(before.talk);
      before.items.forEach((item) => queue.add(item));
      keep();
      showClear();
      say(texts.undone);
      box.focus();
    });
    find("[data-scroll]").prepend(line);
    say(texts.cleared);
    undo.focus();
  });
};
