/* What must hold on every page whatever it shows. Each function gives lines that say what is wrong, and where. */
(() => {
  const seen = (node) => node.checkVisibility({ opacityProperty: true, visibilityProperty: true });
  const name = (node) => {
    const classes = typeof node.className === "string" && node.className ? `.${node.className.trim().split(/\s+/).join(".")}` : "";
    return `${node.tagName.toLowerCase()}${node.id ? `#${node.id}` : ""}${classes} «${(node.textContent || "").trim().replace(/\s+/g, " ").slice(0, 40)}»`;
  };
  const all = (selector) => {
    const found = [];
    const look = (root) => {
      found.push(...root.querySelectorAll(selector));
      root.querySelectorAll("*").forEach((node) => { if (node.shadowRoot) look(node.shadowRoot); });
    };
    look(document);
    return found;
  };
  /* Read by screen readers only: clipped to a pixel on purpose. */
  const spoken = (node) => {
    for (let at = node; at && at !== document.body; at = at.parentElement) {
      const style = getComputedStyle(at);
      if (style.clipPath !== "none" && at.clientWidth <= 2) return true;
      if (style.position === "absolute" && at.clientWidth <= 2 && at.clientHeight <= 2) return true;
    }
    return false;
  };

  const sideways = () => {
    const wide = document.documentElement.scrollWidth - innerWidth;
    if (wide <= 0) return [];
    const culprits = all("body *").filter((node) => seen(node) && node.getBoundingClientRect().right > innerWidth + 1);
    return [`sideways by ${wide} px: ${culprits.slice(-3).map(name).join(" / ")}`];
  };

  const cut = () => all("body *").filter((node) => {
    const style = getComputedStyle(node);
    const clips = (side) => style[side] === "hidden" || style[side] === "clip";
    if (!clips("overflowX") && !clips("overflowY")) return false;
    if (!seen(node) || spoken(node) || !node.textContent.trim() || node.closest("svg, select, [data-may-cut]")) return false;
    return (clips("overflowX") && node.scrollWidth > node.clientWidth + 1) || (clips("overflowY") && node.scrollHeight > node.clientHeight + 2);
  }).map((node) => `text cut: ${name(node)} ${node.scrollWidth}×${node.scrollHeight} in ${node.clientWidth}×${node.clientHeight}`);

  const TARGETS = "a[href], button, input:not([type=hidden]), select, textarea, summary, [role=button], [role=option], [tabindex='0']";
  const small = () => all(TARGETS).filter((node) => {
    if (!seen(node) || spoken(node) || node.disabled) return false;
    if (getComputedStyle(node).display === "inline") return false;
    const label = node.labels && node.labels[0];
    const box = node.getBoundingClientRect();
    const wide = label ? Math.max(box.height, label.getBoundingClientRect().height) : box.height;
    return box.width > 0 && (wide < 43.5 || box.width < 43.5);
  }).map((node) => `${name(node)} ${Math.round(node.getBoundingClientRect().width)}×${Math.round(node.getBoundingClientRect().height)}`);

  const moving = () => document.getAnimations()
    .filter((one) => one.playState === "running" && Number(one.effect?.getComputedTiming().duration) > 1)
    .map((one) => `moves: ${one.animationName || one.transitionProperty} on ${name(one.effect.target)}`);

  const names = (lang) => {
    const faults = [];
    const page = document.documentElement;
    if (page.lang !== lang) faults.push(`html lang is «${page.lang}», not «${lang}»`);
    if (!["ltr", "rtl"].includes(page.dir)) faults.push(`html dir is «${page.dir}»`);
    const heads = all("h1");
    if (heads.length !== 1) faults.push(`${heads.length} h1`);
    if (!document.title.trim()) faults.push("no title");
    const wrong = all("[lang]").filter((node) => !/^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$/.test(node.lang));
    faults.push(...wrong.map((node) => `lang «${node.lang}»: ${name(node)}`));
    const ids = all("[id]").map((node) => node.getRootNode() === document ? node.id : "").filter(Boolean);
    const twice = [...new Set(ids.filter((id, at) => ids.indexOf(id) !== at))];
    faults.push(...twice.map((id) => `id twice: ${id}`));
    return faults;
  };

  const LOOKS = ["outlineStyle", "outlineWidth", "outlineColor", "boxShadow", "backgroundColor", "borderTopColor", "borderTopWidth", "textDecorationLine"];
  const look = (node) => {
    const looks = [];
    for (let at = node, up = 0; at && up < 3; at = at.parentElement, up += 1) {
      const style = getComputedStyle(at);
      looks.push(LOOKS.map((key) => (key.startsWith("outline") && style.outlineStyle === "none" ? "" : style[key])).join());
    }
    const label = node.labels && node.labels[0];
    if (label) looks.push(LOOKS.map((key) => getComputedStyle(label)[key]).join());
    return looks.join("|");
  };
  /* Every kind of control once: it must look another way when the keyboard is on it. */
  const unfocused = () => {
    const before = document.activeElement;
    const kinds = new Map();
    for (const node of document.querySelectorAll(TARGETS)) {
      if (!seen(node) || node.disabled) continue;
      const kind = `${node.tagName} ${node.className} ${node.type || ""} ${node.parentElement.className}`;
      if (!kinds.has(kind)) kinds.set(kind, node);
    }
    const faults = [];
    for (const node of kinds.values()) {
      document.activeElement.blur();
      const calm = look(node);
      node.focus({ preventScroll: true, focusVisible: true });
      if (document.activeElement !== node) continue;
      if (look(node) === calm) faults.push(`focus not visible: ${name(node)}`);
    }
    if (before && before !== document.body) before.focus({ preventScroll: true }); else document.activeElement.blur();
    return faults;
  };

  /* With the system's own colours: what is pressed must still have an edge or an underline. */
  const edgeless = () => all("button, .button, .chip, input:not([type=hidden]):not([type=checkbox]):not([type=radio]), select, textarea").filter((node) => {
    if (!seen(node) || spoken(node)) return false;
    const style = getComputedStyle(node);
    const edge = ["Top", "Bottom", "Left"].some((side) => style[`border${side}Style`] !== "none" && parseFloat(style[`border${side}Width`]) > 0);
    const paper = getComputedStyle(document.body).backgroundColor;
    const filled = style.backgroundColor !== paper && style.backgroundColor !== "rgba(0, 0, 0, 0)";
    const boxed = node.parentElement && ["Top", "Left"].some((side) => parseFloat(getComputedStyle(node.parentElement)[`border${side}Width`]) > 0);
    return !edge && !filled && !boxed && style.outlineStyle === "none" && !node.textContent.trim();
  }).map((node) => `no edge in forced colours: ${name(node)}`);

  globalThis.pageChecks = { sideways, cut, small, moving, names, unfocused, edgeless };
})();
