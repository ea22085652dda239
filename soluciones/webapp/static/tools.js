/* Tool forms without a new page: the result replaces its card. Without this file the same forms load pages. */

import { make } from "./dom.js";
import { piece } from "./request.js";

const words = document.body.dataset;
const calm = matchMedia("(prefers-reduced-motion: reduce)");
const SLOW = 4000;
const SECONDS = 60; /* several servers may be asked, one after the other */

/* The server has forgotten the file; this page still has it. */
const carry = (old, fresh) => {
  const chosen = [...old.querySelectorAll("input[type=file]")].find((input) => input.files.length);
  if (!chosen) return;
  for (const again of fresh.querySelectorAll(`input[type=file][name="${CSS.escape(chosen.name)}"]`)) {
    again.files = chosen.files;
    again.closest("[data-carried]")?.removeAttribute("open");
  }
};

/* The focus moves to the card: that is what says its new state, once. */
const show = (found, form) => {
  const place = form.closest("[data-tool-place]") || form.closest("[data-tool]");
  const card = found.querySelector("[data-tool]");
  if (!place || !card) throw new Error(words.toolFailed);
  const whole = found.querySelector("[data-tool-place]") || card;
  carry(form, whole);
  place.replaceWith(whole);
  card.tabIndex = -1;
  card.focus({ preventScroll: true });
  card.scrollIntoView({ block: "start", behavior: calm.matches ? "auto" : "smooth" });
  document.dispatchEvent(new CustomEvent("soluciones:tool", { detail: { card } }));
};

const message = (error) => error.message || (error.kind === "offline" && navigator.onLine === false ? words.toolOffline : words.toolFailed);

const tell = (form, text, kind) => {
  form.querySelectorAll(".failed, .thinking").forEach((node) => node.remove());
  if (text) form.append(make("p", { class: kind, role: kind === "failed" ? "alert" : "status" }, text));
};

const send = async (form, submitter) => {
  /* By attribute: a field may be called "action". Files need a multipart form. */
  const filled = new FormData(form, submitter);
  const body = form.getAttribute("enctype") === "multipart/form-data" ? filled : new URLSearchParams(filled);
  const kind = form.closest("[data-tool-place]") ? "page" : "1";
  const buttons = form.querySelectorAll("button");
  buttons.forEach((button) => { button.disabled = true; });
  form.setAttribute("aria-busy", "true");
  const slow = setTimeout(() => tell(form, form.dataset.slow, "thinking"), SLOW);
  try {
    const url = form.getAttribute("action").split("#")[0];
    show(await piece(url, { method: "POST", body, kind, seconds: SECONDS }), form);
  } catch (error) {
    tell(form, message(error), "failed");
    buttons.forEach((button) => { button.disabled = false; });
    if (submitter) submitter.focus();
  } finally {
    clearTimeout(slow);
    form.removeAttribute("aria-busy");
  }
};

document.addEventListener("submit", (event) => {
  if (!event.target.matches("[data-tool-form]")) return;
  /* The page of one tool is no place for the result of another. */
  const [path] = event.target.getAttribute("action").split("#");
  if (event.target.closest("[data-tool-place]") && path !== location.pathname) return;
  event.preventDefault();
  send(event.target, event.submitter);
});
