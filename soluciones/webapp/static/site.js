/* Everything here is an extra: the pages work without it. No library, no inline code, nothing stored. */
"use strict";
(() => {
  const root = document.documentElement;
  root.classList.remove("no-js");
  const body = document.body;
  const announcer = document.querySelector("[data-announcer]");

  const say = (text) => {
    if (!announcer) return;
    announcer.textContent = "";
    setTimeout(() => { announcer.textContent = text; }, 30);
  };

  const make = (tag, attributes = {}, ...children) => {
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
    node.append(...children);
    return node;
  };

  /* Pieces of pages that the server has rendered from cleaned HTML. The one Trusted Types policy of the site. */
  const policy = window.trustedTypes
    ? window.trustedTypes.createPolicy("soluciones", { createHTML: (text) => text })
    : { createHTML: (text) => text };

  const fragment = (html) => {
    const parsed = new DOMParser().parseFromString(policy.createHTML(html), "text/html");
    parsed.querySelectorAll("script, iframe, object, embed, base, meta, link, style").forEach((node) => node.remove());
    parsed.querySelectorAll("*").forEach((node) => {
      for (const { name } of [...node.attributes]) if (name.startsWith("on")) node.removeAttribute(name);
    });
    const piece = document.createDocumentFragment();
    piece.append(...parsed.body.childNodes);
    enhance(piece);
    return piece;
  };

  /* Copy buttons */

  const enhance = (scope) => {
    if (!navigator.clipboard) return;
    scope.querySelectorAll("[data-code]").forEach((box) => {
      const code = box.querySelector("pre");
      if (!code || box.querySelector(".copy")) return;
      const label = make("span", { class: "hidden" }, box.dataset.code);
      box.append(make("button", { class: "copy", type: "button", "data-copy": code.textContent.trimEnd() }, copyIcon(), label));
    });
    scope.querySelectorAll(".copy[hidden]").forEach((button) => { button.hidden = false; });
  };

  const copyIcon = () => {
    const space = "http://www.w3.org/2000/svg";
    const svg = document.createElementNS(space, "svg");
    const path = document.createElementNS(space, "path");
    svg.setAttribute("class", "icon");
    svg.setAttribute("viewBox", "0 0 24 24");
    svg.setAttribute("aria-hidden", "true");
    path.setAttribute("d", "M8.5 10.5a2 2 0 0 1 2-2h7a2 2 0 0 1 2 2v7a2 2 0 0 1-2 2h-7a2 2 0 0 1-2-2zM15.5 8.5v-2a2 2 0 0 0-2-2h-7a2 2 0 0 0-2 2v7a2 2 0 0 0 2 2h2");
    svg.append(path);
    return svg;
  };

  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    try {
      await navigator.clipboard.writeText(button.dataset.copy);
    } catch {
      return;
    }
    button.classList.add("done");
    say(body.dataset.copied);
    setTimeout(() => button.classList.remove("done"), 1600);
  });

  /* Files: too large ones are told before they travel; those that came with the page are saved whatever their size */

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

  /* Search suggestions: the ARIA combobox pattern with a list */

  const WAIT = 120;

  class Suggest {
    constructor(form, number) {
      this.form = form;
      this.input = form.querySelector("input[type=search]");
      this.id = `suggest-${number}`;
      this.list = make("ul", { id: this.id, class: "suggest", role: "listbox", "aria-label": body.dataset.suggestions, hidden: "" });
      this.items = [];
      this.chosen = -1;
      for (const [name, value] of Object.entries({ role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": this.id })) {
        this.input.setAttribute(name, value);
      }
      form.append(this.list);
      this.input.addEventListener("input", () => this.later());
      this.input.addEventListener("keydown", (event) => this.key(event));
      this.input.addEventListener("blur", () => setTimeout(() => this.close(), 150));
      this.list.addEventListener("mousedown", (event) => event.preventDefault());
      this.list.addEventListener("click", (event) => this.pick(event.target.closest("[role=option]")));
    }

    later() {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.load(), WAIT);
    }

    async load() {
      const text = this.input.value.trim();
      if (text.length < 2 || text.length > 200) return this.close();
      const query = new URLSearchParams({ q: text, lang: body.dataset.lang, limit: "7" });
      this.request?.abort();
      this.request = new AbortController();
      try {
        const response = await fetch(`${this.form.dataset.suggest}?${query}`, { signal: this.request.signal });
        const found = response.ok ? (await response.json()).suggestions : [];
        if (document.activeElement === this.input) this.show(found);
      } catch {
        this.close();
      }
    }

    show(found) {
      this.items = found;
      this.chosen = -1;
      this.list.replaceChildren(...found.map((item, index) => {
        const words = make("span", {}, item.text);
        if (item.kind === "question" && item.title) words.append(make("small", {}, item.title));
        return make("li", { id: `${this.id}-${index}`, class: "suggest-item", role: "option", "aria-selected": "false", "data-index": String(index) }, words);
      }));
      this.list.hidden = found.length === 0;
      this.input.setAttribute("aria-expanded", String(found.length > 0));
      this.input.removeAttribute("aria-activedescendant");
      if (found.length) say(body.dataset.suggestionCount.replace("{count}", String(found.length)));
    }

    close() {
      this.list.hidden = true;
      this.chosen = -1;
      this.input.setAttribute("aria-expanded", "false");
      this.input.removeAttribute("aria-activedescendant");
    }

    key(event) {
      const open = !this.list.hidden;
      if (event.key === "Escape" && open) {
        event.preventDefault();
        return this.close();
      }
      if (event.key === "Enter" && open && this.chosen >= 0) {
        event.preventDefault();
        return this.pick(this.list.children[this.chosen]);
      }
      if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return undefined;
      event.preventDefault();
      if (!open) return this.load();
      const count = this.items.length + 1;
      const step = event.key === "ArrowDown" ? 1 : -1;
      this.chosen = ((this.chosen + 1 + step + count) % count) - 1;
      [...this.list.children].forEach((node, index) => node.setAttribute("aria-selected", String(index === this.chosen)));
      if (this.chosen < 0) return this.input.removeAttribute("aria-activedescendant");
      const node = this.list.children[this.chosen];
      this.input.setAttribute("aria-activedescendant", node.id);
      return node.scrollIntoView({ block: "nearest" });
    }

    pick(node) {
      const item = node && this.items[Number(node.dataset.index)];
      if (item && item.url.startsWith("/")) location.assign(item.url);
    }
  }

  document.querySelectorAll("form[data-suggest]").forEach((form, number) => new Suggest(form, number));

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

  enhance(document);
  window.soluciones = Object.freeze({ fragment, make, say });
})();
