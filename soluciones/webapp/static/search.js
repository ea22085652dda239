/* Search suggestions: the ARIA combobox pattern with a list */

import { make, say } from "./dom.js";

const WAIT = 120;

class Suggest {
  constructor(form, number) {
    this.form = form;
    this.input = form.querySelector("input[type=search]");
    this.id = `suggest-${number}`;
    this.list = make("ul", { id: this.id, class: "suggest", role: "listbox", "aria-label": document.body.dataset.suggestions, hidden: "" });
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
    const query = new URLSearchParams({ q: text, lang: document.body.dataset.lang, limit: "7" });
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
    if (found.length) say(document.body.dataset.suggestionCount.replace("{count}", String(found.length)));
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
