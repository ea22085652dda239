/* The field: Enter sends, Shift+Enter breaks the line, ↑ brings the last question back, long texts are told. */

import { chat, fill, find, texts } from "./texts.js";

const form = find("[data-composer]");
export const box = form.querySelector("textarea");
export const conversation = form.querySelector("[data-conversation-field]");
const note = find("[data-note]");
const max = Number(chat.dataset.max);
const most = Number(chat.dataset.most);
const history = [];
let back = 0;

export const grow = () => {
  if (CSS.supports("field-sizing", "content")) return;
  box.style.height = "auto";
  box.style.height = `${Math.min(box.scrollHeight, 160)}px`;
};

export const write = (text) => {
  box.value = text;
  grow();
  measure();
};

export const warn = (text) => {
  note.hidden = !text;
  if (note.textContent !== text) note.textContent = text;
};

/* Of lines that were pasted the server tells how much is a question; one line is nothing but a question. */
const measure = () => {
  const length = box.value.length;
  const over = length > most || (length > max && !box.value.includes("\n"));
  const limit = length > most ? most : max;
  warn(over ? fill(texts.too_long, { length, limit }) : "");
  return !over;
};

export const remember = (text) => {
  if (history.at(-1) !== text) history.push(text);
  back = 0;
};

const recall = (step) => {
  const shown = back ? history.at(-back) : "";
  if (box.value !== shown || !history.length) return false;
  back = Math.max(0, Math.min(history.length, back + step));
  write(back ? history.at(-back) : "");
  return true;
};

export const listen = ({ ask, typed }) => {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const text = box.value.trim();
    if (!text || !measure()) return box.focus();
    write("");
    return ask(text);
  });
  box.addEventListener("keydown", (event) => {
    if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      form.requestSubmit();
    } else if ((event.key === "ArrowUp" && recall(1)) || (event.key === "ArrowDown" && back && recall(-1))) {
      event.preventDefault();
    }
  });
  box.addEventListener("input", () => {
    grow();
    measure();
    typed();
  });
};
