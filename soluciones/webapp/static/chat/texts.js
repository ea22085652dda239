/* The page and its texts, in the visitor's language. */

export const chat = document.querySelector("[data-chat]");
export const texts = JSON.parse(chat.dataset.texts);
export const find = (selector) => chat.querySelector(selector);

export const fill = (text, values) => Object.entries(values).reduce((done, [name, value]) => done.replace(`{${name}}`, value), text);
