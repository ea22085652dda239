/* "/" and Ctrl-K (Cmd-K) lead to the search box. "/" can be turned off (WCAG 2.1.4), on the search page. */

const OFF = "soluciones.no-slash";
const TYPING = "input, textarea, select, [contenteditable], [role=textbox]";

const slashIsOff = () => {
  try {
    return localStorage.getItem(OFF) === "1";
  } catch {
    return false;
  }
};

const box = () => [...document.querySelectorAll("form[data-instant] input[type=search]")].find((input) => input.checkVisibility());

const wanted = (event) => {
  if (event.defaultPrevented || event.altKey) return false;
  if ((event.ctrlKey || event.metaKey) && !event.shiftKey) return event.key.toLowerCase() === "k";
  return event.key === "/" && !event.ctrlKey && !event.metaKey && !slashIsOff();
};

document.addEventListener("keydown", (event) => {
  if (!wanted(event) || event.target.closest(TYPING) || document.querySelector("dialog[open]")) return;
  const input = box();
  if (!input) return;
  event.preventDefault();
  input.focus();
  input.select();
});

const hint = () => {
  const keyboard = matchMedia("(hover: hover) and (pointer: fine)").matches && !slashIsOff();
  document.querySelectorAll("[data-search-key]").forEach((node) => { node.hidden = !keyboard; });
};

const row = document.querySelector("[data-key-switch]");
if (row) {
  const choice = row.querySelector("input");
  choice.checked = !slashIsOff();
  row.hidden = false;
  choice.addEventListener("change", () => {
    try {
      if (choice.checked) localStorage.removeItem(OFF);
      else localStorage.setItem(OFF, "1");
    } catch { /* it stays as it was */ }
    hint();
  });
}
hint();
