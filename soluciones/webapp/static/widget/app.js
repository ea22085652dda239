/* The widget's second part: texts, theme and panels. Loaded on first use. */

import { frame } from "./frame.js";
import { searchBox } from "./search.js";
import { icon, talk } from "./talk.js";

/* Everything that the server is asked. Errors carry in `shown` what may be shown to people. */
const client = (kb, site) => async (path, body, signal) => {
  const { base, options } = kb;
  const [way, query] = path.split("?");
  const headers = options.user ? { Authorization: `Bearer ${options.user}` } : {};
  const init = { credentials: "omit", headers, signal: signal ?? AbortSignal.timeout(45000) };
  if (body) {
    init.method = "POST";
    if (body instanceof FormData) body.set("site", site);
    else headers["Content-Type"] = "application/json";
    init.body = body instanceof FormData ? body : JSON.stringify({ site, ...body });
  }
  const response = await fetch(`${base}/widget/v1/${way}${body ? "" : `?site=${encodeURIComponent(site)}&${query}`}`, init);
  const found = await response.json();
  if (!response.ok && !found.nodes) throw Object.assign(new Error(response.status), { shown: found.detail || found.title });
  return found;
};

/* What the tab remembers, once something has been asked, and where people and page allow it. */
const memory = (kb, host, site) => {
  const key = `soluciones.kb.${site}${host.kind === "inline" ? ".inline" : ""}`;
  const off = kb.option(host, "storage") === "none" || navigator.globalPrivacyControl || navigator.doNotTrack === "1";
  return {
    read() {
      try { return off ? null : JSON.parse(sessionStorage.getItem(key)); } catch { return null; }
    },
    write(value) {
      try {
        if (value && !off) sessionStorage.setItem(key, JSON.stringify(value));
        else sessionStorage.removeItem(key);
      } catch { /* full or forbidden: it ends with the page */ }
    },
  };
};

/* theme="host": the page's own mark, else its colour scheme. */
const hostTheme = () => {
  for (const { className, dataset } of [document.documentElement, document.body]) {
    const found = /\b(dark|light)\b/.exec(`${className} ${dataset.theme} ${dataset.bsTheme} ${dataset.colorMode}`);
    if (found) return found[1];
  }
  return getComputedStyle(document.documentElement).colorScheme.replace("normal", "light");
};

const panel = (kb, host, config) => {
  const { make, option, emit, signal } = kb;
  const { texts } = config;
  const root = host.shadowRoot;
  const wrap = root.firstChild;
  const launcher = root.querySelector(".launcher");
  const inline = host.kind === "inline";
  const phone = matchMedia("(max-width: 480px), (max-height: 480px)");
  const site = option(host, "site");
  const shut = make("button", { class: "quiet", type: "button", "aria-label": texts.close, title: texts.close }, icon(make, "m6 6 12 12M18 6 6 18"));
  const chat = talk(kb, config, client(kb, site), option(host, "greeting"), memory(kb, host, site));
  const bar = make("header", { class: "bar", part: "header" }, make("h2", { id: "kb-name" }, config.name), chat.again);
  const inner = make("div", { class: "inner", lang: config.lang, dir: config.dir || "ltr" }, bar, ...chat.parts);
  const box = make(inline ? "div" : "dialog", { class: "panel", part: "panel", "aria-labelledby": "kb-name" }, inner);
  let back;

  const fit = () => {
    const { height, offsetTop } = visualViewport;
    box.style.setProperty("--high", `${height}px`);
    box.style.setProperty("--down", `${offsetTop}px`);
  };
  const show = () => {
    fit();
    if (host.kind === "bubble" && !phone.matches) box.show();
    else box.showModal();
  };
  const open = () => {
    if (inline) box.scrollIntoView({ block: "nearest" });
    else if (!box.open) {
      back = root.activeElement || document.activeElement;
      show();
      launcher?.setAttribute("aria-expanded", true);
      emit("open");
    }
    chat.focus(matchMedia("(hover: hover)").matches);
  };
  const close = () => {
    if (inline || !box.open) return;
    box.close();
    launcher?.setAttribute("aria-expanded", false);
    (back?.isConnected && back !== document.body ? back : launcher)?.focus({ preventScroll: true });
    emit("close");
  };

  shut.onclick = close;
  inner.onsubmit = chat.sent;
  inner.onclick = chat.clicked;
  inner.onchange = ({ target }) => {
    const { maxBytes, tooLarge } = target.dataset;
    if (!maxBytes) return;
    let over = "";
    for (const file of target.files) if (file.size > maxBytes) over = tooLarge;
    target.setCustomValidity(over);
    target.reportValidity();
  };
  /* The page's own shortcuts must not hear what is typed here. */
  for (const type of ["keydown", "keyup", "keypress"]) box.addEventListener(type, (event) => event.stopPropagation());
  if (inline) {
    const shell = wrap.querySelector("input");
    const typing = shell && root.activeElement === shell;
    chat.draft(shell?.value);
    wrap.className = "kb";
    wrap.replaceChildren(box);
    if (typing) chat.focus(true);
  } else {
    bar.append(shut);
    wrap.append(box);
    launcher?.setAttribute("aria-expanded", false);
    launcher?.setAttribute("aria-haspopup", "dialog");
    launcher?.setAttribute("aria-label", texts.launcher);
    box.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || event.isComposing) return;
      event.preventDefault();
      close();
    });
    box.addEventListener("click", ({ clientX: x, clientY: y, target }) => {
      const { left, right, top, bottom } = box.getBoundingClientRect();
      if (target === box && (x < left || x > right || y < top || y > bottom)) close();
    });
    box.addEventListener("cancel", (event) => {
      event.preventDefault();
      close();
    });
    phone.addEventListener("change", () => {
      if (!box.open) return;
      box.close();
      show();
    }, { signal });
    for (const type of ["resize", "scroll"]) visualViewport.addEventListener(type, fit, { signal });
  }
  wrap.ariaLabel = texts.launcher;
  return { open, close, chat, box, toggle: () => (box.open ? close() : open()) };
};

export const start = async (kb) => {
  const { hosts, option, options, signal } = kb;
  const response = await kb.css;
  if (!response.ok && !found.nodes) throw new Error(response.status);
  const sheet = new CSSStyleSheet();
  sheet.replaceSync((await response.text()).replace(/:root, ?:host/, ".kb"));
  const panels = new Map();
  const configs = new Map();

  const dress = () => {
    for (const { shadowRoot } of hosts) {
      const wrap = shadowRoot.firstChild;
      wrap.dir = getComputedStyle(document.body).direction;
      if (option(shadowRoot.host, "theme") === "host") wrap.style.colorScheme = hostTheme();
      wrap.classList.toggle("own", !!getComputedStyle(wrap).getPropertyValue("--kb-accent"));
    }
  };
  const configured = (host) => {
    const query = `lang=${kb.language(host)}`;
    const site = option(host, "site");
    if (!configs.has(site + query)) configs.set(site + query, client(kb, site)(`config?${query}`));
    return configs.get(site + query);
  };
  const first = () => {
    for (const [host, made] of panels) if (host.kind === options.mode && options.mode === "inline") return made;
    return panels.get(kb.main());
  };
  const mount = async (host) => {
    const config = await configured(host);
    if (signal.aborted) return;
    const old = panels.get(host);
    host.shadowRoot.adoptedStyleSheets = [host.shadowRoot.adoptedStyleSheets[0], sheet];
    if (/search|frame/.test(host.kind) && host !== kb.main()) {
      const fill = host.kind === "frame" ? frame : searchBox;
      fill(kb, host, config, client(kb, option(host, "site")), (text) => first().ask(text));
      return;
    }
    const { turns, id, draft } = old?.chat.state() ?? {};
    const open = old?.box.open;
    old?.box.remove();
    const made = panel(kb, host, config);
    made.ask = (text) => {
      made.open();
      made.chat.ask(text);
    };
    panels.set(host, made);
    if (old) {
      made.chat.take(turns, id);
      made.chat.draft(draft);
      if (open) made.open();
    } else made.chat.restore();
    dress();
  };
  const all = async () => {
    for (const host of hosts) await mount(host);
  };

  await all();
  dress();
  const looks = new MutationObserver(dress);
  for (const node of [document.documentElement, document.body]) looks.observe(node, { attributes: true });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", dress, { signal });
  signal.addEventListener("abort", () => looks.disconnect());
  let user = options.user;
  return {
    mount,
    open: () => first().open(),
    close: () => first().close(),
    toggle: () => first().toggle(),
    ask: (text) => first().ask(text),
    setLocale: all,
    setUser() {
      if (user && user !== options.user) for (const made of panels.values()) made.chat.clear();
      user = options.user;
    },
    destroy() {
      for (const made of panels.values()) made.chat.clear();
    },
  };
};
