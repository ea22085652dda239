/* The host page's own script: a button of its own that opens the widget. */

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-open-help]")) window.SolucionesKB?.open?.();
});
