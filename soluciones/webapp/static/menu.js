/* Language menu closes like a menu */

document.querySelectorAll("[data-menu]").forEach((menu) => {
  const shut = (focus) => {
    menu.open = false;
    if (focus) menu.querySelector("summary").focus();
  };
  menu.addEventListener("keydown", (event) => { if (event.key === "Escape" && menu.open) shut(true); });
  menu.addEventListener("focusout", (event) => { if (!menu.contains(event.relatedTarget) && event.relatedTarget) shut(false); });
  document.addEventListener("click", (event) => { if (!menu.contains(event.target)) shut(false); });
});
