/* Table of contents: unfolded where it stands beside the guide, marks the section being read. */

const toc = document.querySelector("[data-toc]");
if (toc) {
  const wide = matchMedia("(min-width: 64rem)");
  const fold = () => { toc.open = wide.matches; };
  fold();
  wide.addEventListener("change", fold);
  const links = new Map([...toc.querySelectorAll("a")].map((link) => [decodeURIComponent(link.hash.slice(1)), link]));
  const heads = [...links.keys()].map((id) => document.getElementById(id)).filter(Boolean);
  let marked = null;
  const mark = () => {
    const bottom = innerHeight + scrollY >= document.documentElement.scrollHeight - 2;
    const read = heads.filter((head) => head.getBoundingClientRect().top < 160);
    const now = links.get((bottom ? heads.at(-1) : read.at(-1))?.id) || null;
    if (now === marked) return;
    marked?.removeAttribute("aria-current");
    now?.setAttribute("aria-current", "true");
    marked = now;
    /* Only the list is scrolled, never the page. */
    const box = toc.closest(".toc");
    if (now && wide.matches && box.scrollHeight > box.clientHeight) box.scrollTop = now.offsetTop - box.clientHeight / 2;
  };
  toc.addEventListener("click", (event) => { if (event.target.closest("a") && !wide.matches) toc.open = false; });
  let waiting = false;
  addEventListener("scroll", () => {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => { waiting = false; mark(); });
  }, { passive: true });
  mark();
}
