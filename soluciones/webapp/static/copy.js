/* Copy buttons. */

import { say } from "./dom.js";

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  try {
    await navigator.clipboard.writeText(button.dataset.copy);
  } catch {
    return;
  }
  button.classList.add("done");
  say(document.body.dataset.copied);
  setTimeout(() => button.classList.remove("done"), 1600);
});
