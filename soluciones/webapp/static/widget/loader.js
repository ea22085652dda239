/* The widget's first part: options, element, launcher. The rest is asked for on first use. */
(() => {
  const NAME = "soluciones-kb";
  const GLOBAL = "SolucionesKB";
  const TEXTS = "__TEXTS__";
  const { documentElement: root, currentScript: tag } = document;
  const given = window[GLOBAL];
  if (tag?.tagName !== "SCRIPT" || given?.destroy) return;

  const base = new URL(".", tag.src).href.slice(0, -1);
  const files = `${base}/static/__VERSION__/widget`;
  const options = { site: "default", mode: "bubble", ...tag.dataset, ...given };
  const life = new AbortController();
  const { signal } = life;
  const hosts = new Set();
  let app, loading, tries = "", main, embed;

  const option = (host, name) => host.getAttribute(name) ?? options[name] ?? "";
  const language = (host) => {
    for (const code of [option(host, "lang"), root.lang, ...navigator.languages]) {
      const short = code.slice(0, 2).toLowerCase();
      if (TEXTS[short]) return short;
    }
    return "es";
  };
  const emit = (type, detail) => document.dispatchEvent(new CustomEvent(`soluciones:${type}`, { bubbles: true, detail }));
  const make = (name, attributes, ...children) => {
    const node = document.createElementNS(`http://www.w3.org/${/^(svg|path)$/.test(name) ? "2000/svg" : "1999/xhtml"}`, name);
    for (const key of Object.keys(attributes)) node.setAttribute(key, attributes[key]);
    node.append(...children);
    return node;
  };

  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`:host{all:initial!important;display:block!important;color-scheme:inherit!important}
:host([data-main]){position:fixed!important;z-index:var(--kb-z,2147483647)!important}
.kb{color-scheme:light dark;--o:var(--kb-offset,20px);--a:var(--kb-accent,light-dark(#2b4fd6,#7c9bff));--t:var(--kb-accent-ink,oklch(from var(--a) clamp(0,(.66 - l)*999,1) 0 0));font:16px/1.5 var(--kb-font,system-ui,sans-serif);color:CanvasText}
.kb *,.inline{box-sizing:border-box}
.launcher{position:fixed;bottom:calc(var(--o) + env(safe-area-inset-bottom));inset-inline:auto var(--o);width:56px;height:56px;padding:14px;border:1px solid #0000;border-radius:50%;background:var(--a);color:var(--t);cursor:pointer;box-shadow:0 4px 24px rgb(0 0 0/28%)}
[data-side=start] .launcher{inset-inline:var(--o) auto}
.launcher svg{fill:none;stroke:currentcolor;stroke-width:1.75;stroke-linejoin:round}
[aria-busy] svg{opacity:.5}
.shell input{width:100%;height:48px;padding:0 16px;border:1px solid #888d;border-radius:14px;background:Field;color:FieldText;font:inherit}
.inline{display:flex;align-items:end;height:var(--kb-height,560px);padding:16px;border:1px solid #8886;border-radius:14px}`);

  const load = () => loading ||= (async () => {
    try {
      kb.css = fetch(`${files}.css`, { credentials: "omit" });
      const { start } = await import(`${files}/app.js${tries}`);
      app = await start(kb);
    } catch {
      loading = 0;
      tries += "?";
      emit("error");
    }
    return app;
  })();

  const launcher = (label) => {
    const node = make("button", { class: "launcher", part: "launcher", "aria-label": label }, make("svg", { viewBox: "0 0 24 24" }, make("path", { d: "M4 5.5h16v11h-8.5L7 20v-3.5H4zM8 9.5h8M8 12.8h5" })));
    node.onclick = async () => {
      node.ariaBusy = true;
      if (await load()) app.toggle();
      else open(`${base}/chat`, "_blank", "noopener");
      node.ariaBusy = null;
    };
    return node;
  };
  const inside = (mode) => /inline|search|frame/.test(mode);
  const mount = (host) => {
    if (hosts.has(host)) return;
    const mode = host.kind = option(host, "mode");
    const embedded = inside(mode) && host !== main;
    if (!embedded) {
      main ??= host;
      if (host !== main) return;
      host.dataset.main = "";
    }
    hosts.add(host);
    const [label, hint] = TEXTS[language(host)];
    const box = make(embedded ? "section" : "aside", { class: embedded ? `kb shell ${mode}` : "kb", "data-side": option(host, "position"), "aria-label": label });
    box.style.colorScheme = option(host, "theme");
    const shadow = host.attachShadow({ mode: "open" });
    shadow.adoptedStyleSheets = [sheet];
    shadow.append(box);
    for (const name of ["accent", "z"]) host.style.setProperty(`--kb-${name}`, option(host, name));
    if (embedded) box.append(make("input", { placeholder: hint, "aria-label": hint, autocomplete: "off" }));
    else if (mode === "bubble" && option(host, "launcher") !== "off") box.append(launcher(label));
    for (const type of ["pointerover", "focusin"]) host.addEventListener(type, load);
    if (mode === "frame") load();
    app?.mount(host);
  };

  /* One element of ours beside <body>, out of reach of its transforms and its replacement; one in the target. */
  const place = () => {
    const spot = inside(options.mode) && (options.target ? document.querySelector(options.target) : tag.closest("body") && tag);
    if (spot && !embed?.isConnected) {
      embed ??= make(NAME, {});
      if (spot === tag) tag.after(embed);
      else spot.append(embed);
    }
    if (!main?.isConnected) root.append(main ??= make(NAME, {}));
  };

  const key = (event) => {
    const { key, ctrlKey, metaKey, altKey } = event;
    const [node] = event.composedPath();
    if (altKey || !(ctrlKey || metaKey ? /^k$/i : /^\/$/).test(key) || event.defaultPrevented) return;
    if (node.isContentEditable || /^(input|textarea|select)$|-/i.test(node.tagName)) return;
    event.preventDefault();
    api.open();
  };

  const call = (name) => async (...args) => (await load())?.[name](...args);
  const keep = (name, slot) => (value) => {
    options[slot] = value || "";
    return app?.[name]();
  };
  const api = { open: call("open"), toggle: call("toggle"), ask: call("ask"), close: keep("close"), setUser: keep("setUser", "user"), setLocale: keep("setLocale", "lang"), mount };
  api.destroy = () => {
    life.abort();
    watch.disconnect();
    app?.destroy();
    for (const host of hosts) host.remove();
    delete window[GLOBAL];
  };
  const kb = { base, options, option, language, emit, make, signal, hosts, main: () => main };
  const watch = new MutationObserver(place);
  const begin = () => {
    customElements.get(NAME) || customElements.define(NAME, class extends HTMLElement {
      connectedCallback() { window[GLOBAL]?.mount?.(this); }
    });
    for (const host of document.querySelectorAll(NAME)) mount(host);
    place();
    watch.observe(root, { childList: true, subtree: !!options.target });
    if (options.hotkey !== "off") addEventListener("keydown", key, { signal });
    for (const [name, ...args] of given?.queue ?? []) api[name](...args);
    emit("ready");
  };
  window[GLOBAL] = api;
  if (document.readyState !== "loading") begin();
  else document.addEventListener("DOMContentLoaded", begin, { signal });
})();
