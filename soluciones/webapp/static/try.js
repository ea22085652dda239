/* A tool inside a guide: once its result stands there, the empty form can be had again. */

const forms = new Map();

document.querySelectorAll("[data-try]").forEach((box) => {
  const form = box.querySelector("[data-tool]");
  forms.set(box, form.cloneNode(true));
  box.querySelector("[data-try-again] button").addEventListener("click", () => {
    const fresh = forms.get(box).cloneNode(true);
    box.querySelector("[data-tool]").replaceWith(fresh);
    box.querySelector("[data-try-again]").hidden = true;
    fresh.querySelector("input:not([type=hidden]), select, textarea, button").focus();
  });
});

document.addEventListener("soluciones:tool", () => {
  forms.forEach((_form, box) => {
    box.querySelector("[data-try-again]").hidden = !box.querySelector(".tool[data-tool]");
  });
});
