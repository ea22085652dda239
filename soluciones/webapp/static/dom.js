/* What our scripts share: making nodes, taking in pieces of pages, and speaking to screen readers. */

const announcer = document.querySelector("[data-announcer]");

export const say = (text) => {
  if (!announcer) return;
  announcer.textContent = "";
  setTimeout(() => { announcer.textContent = text; }, 30);
};

export const make = (tag, attributes = {}, ...children) => {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
};

/* Pieces of pages that the server has rendered from cleaned HTML. The one Trusted Types policy of the site. */
const policy = window.trustedTypes
  ? window.trustedTypes.createPolicy("soluciones", { createHTML: (text) => text })
  : { createHTML: (text) => text };

export const fragment = (html) => {
  const parsed = new DOMParser().parseFromString(policy.createHTML(html), "text/html");
  parsed.querySelectorAll("script, iframe, object, embed, base, meta, link, style").forEach((node) => node.remove());
  parsed.querySelectorAll("*").forEach((node) => {
    for (const { name } of [...node.attributes]) if (name.startsWith("on")) node.removeAttribute(name);
  });
  const piece = document.createDocumentFragment();
  piece.append(...parsed.body.childNodes);
  enhance(piece);
  return piece;
};

const COPY = "M8.5 10.5a2 2 0 0 1 2-2h7a2 2 0 0 1 2 2v7a2 2 0 0 1-2 2h-7a2 2 0 0 1-2-2zM15.5 8.5v-2a2 2 0 0 0-2-2h-7a2 2 0 0 0-2 2v7a2 2 0 0 0 2 2h2";

/* Adds the copy buttons that need a script. */
export const enhance = (scope) => {
  if (!navigator.clipboard) return;
  scope.querySelectorAll("[data-code]").forEach((box) => {
    const code = box.querySelector("pre");
    if (!code || box.querySelector(".copy")) return;
    const label = make("span", { class: "hidden" }, box.dataset.code);
    box.append(make("button", { class: "copy", type: "button", "data-copy": code.textContent.trimEnd() }, icon(COPY), label));
  });
  scope.querySelectorAll(".copy[hidden]").forEach((button) => { button.hidden = false; });
};

/* One of our icons by the data of its path. */
export const icon = (data) => {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  const path = document.createElementNS(space, "path");
  svg.setAttribute("class", "icon");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  path.setAttribute("d", data);
  svg.append(path);
  return svg;
};
