/* Tool forms without a new page: the result replaces its card. Without this file the same forms load pages. */

import { fragment, make } from "./dom.js";

const words = document.body.dataset;
const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;

/* One request for a piece of a page. Throws an Error whose message can be shown. */

export const piece = async (url, options, failed, offline) => {
  let response;
  try {
    response = await fetch(url, { credentials: "omit", ...options });
  } catch {
    throw new Error(navigator.onLine === false ? offline : failed);
  }
  const type = response.headers.get("Content-Type") || "";
  if (!type.startsWith("text/html")) throw new Error(failed);
  const found = fragment(await response.text());
  if (!response.ok) throw new Error(found.textContent.trim() || failed);
  return found;
};

/* The server has forgotten the file; this page still has it. */
const carry = (old, fresh) => {
  const chosen = [...old.querySelectorAll("input[type=file]")].find((input) => input.files.length);
  if (!chosen) return;
  for (const again of fresh.querySelectorAll(`input[type=file][name="${CSS.escape(chosen.name)}"]`)) {
    again.files = chosen.files;
    again.closest("[data-carried]")?.removeAttribute("open");
  }
};

const show = (found, form) => {
  const place = form.closest("[data-tool-place]") || form.closest("[data-tool]");
  const fresh = found.querySelector("[data-tool]");
  if (!place || !fresh) throw new Error(words.toolFailed);
  const whole = found.querySelector("[data-tool-place]") || fresh;
  carry(form, whole);
  place.replaceWith(whole);
  fresh.tabIndex = -1;
  fresh.focus({ preventScroll: true });
  fresh.scrollIntoView({ block: "start", behavior: calm ? "auto" : "smooth" });
  document.dispatchEvent(new CustomEvent("soluciones:tool"));
};

const send = async (form, submitter) => {
  /* By attribute: a field may be called "action". Files need a multipart form. */
  const filled = new FormData(form, submitter);
  const body = form.getAttribute("enctype") === "multipart/form-data" ? filled : new URLSearchParams(filled);
  const kind = form.closest("[data-tool-place]") ? "page" : "1";
  const buttons = form.querySelectorAll("button");
  buttons.forEach((button) => { button.disabled = true; });
  form.setAttribute("aria-busy", "true");
  try {
    const url = form.getAttribute("action").split("#")[0];
    show(await piece(url, { method: "POST", body, headers: { "Soluciones-Fragment": kind } }, words.toolFailed, words.toolOffline), form);
  } catch (error) {
    form.querySelectorAll(".failed").forEach((node) => node.remove());
    form.append(make("p", { class: "failed", role: "alert" }, error.message));
    buttons.forEach((button) => { button.disabled = false; });
  } finally {
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
