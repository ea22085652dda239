/* Copy buttons, and links that copy their own address. */

import { say } from "./dom.js";

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy], [data-copy-link]");
  if (!button) return;
  try {
    await navigator.clipboard.writeText(button.dataset.copy ?? button.href);
  } catch {
    return; /* a link still goes where it leads */
  }
  button.classList.add("done");
  say(document.body.dataset.copied);
  setTimeout(() => button.classList.remove("done"), 1600);
});
