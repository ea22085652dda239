/* Files: too large ones are told before they travel; those that came with the page are saved whatever their size */

import { make } from "./dom.js";

document.addEventListener("change", (event) => {
  const input = event.target;
  if (!input.matches("input[type=file][data-max-bytes]")) return;
  const over = [...input.files].some((file) => file.size > Number(input.dataset.maxBytes));
  input.setCustomValidity(over ? input.dataset.tooLarge : "");
  if (over) input.reportValidity();
});

document.addEventListener("click", (event) => {
  const link = event.target.closest('a[download][href^="data:"]');
  if (!link || link.href.length < 500000) return;
  const [head, text] = link.href.slice(5).split(";base64,");
  if (!text) return;
  event.preventDefault();
  const bytes = Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
  const url = URL.createObjectURL(new Blob([bytes], { type: head }));
  make("a", { href: url, download: link.download }).click();
  setTimeout(() => URL.revokeObjectURL(url), 60000);
});
