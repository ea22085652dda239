/* Table of contents: folded on small screens, marks the section being read */

const toc = document.querySelector("[data-toc]");
if (toc) {
  const wide = matchMedia("(min-width: 64rem)");
  const fold = () => { toc.open = wide.matches; };
  fold();
  wide.addEventListener("change", fold);
  const links = new Map([...toc.querySelectorAll("a")].map((link) => [decodeURIComponent(link.hash.slice(1)), link]));
  const heads = [...links.keys()].map((id) => document.getElementById(id)).filter(Boolean);
  const mark = () => {
    let now = null;
    for (const head of heads) if (head.getBoundingClientRect().top < 140) now = head;
    links.forEach((link, id) => {
      if (now && id === now.id) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    });
  };
  let waiting = false;
  addEventListener("scroll", () => {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => { waiting = false; mark(); });
  }, { passive: true });
  mark();
}
