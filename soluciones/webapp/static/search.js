/* Instant results: the ARIA combobox pattern with a grouped list. The focus stays in the field; the lines are links. */

import { icon, make, say } from "./dom.js";
import { recent, remember, forget } from "./recent.js";
import { Failure, piece } from "./request.js";

const WAIT = 60; /* ms after the last key: with the answer's own time well within 100 */
const LONGEST = 200;
const KEPT = 40;
const CLOCK = "M12 7.5V12l3 2M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17z";
const MARGIN = 12;

class Box {
  constructor(form, number) {
    this.form = form;
    this.words = form.dataset;
    this.input = form.querySelector("input[type=search]");
    this.id = `instant-${number}`;
    this.list = make("div", { id: this.id, role: "listbox", "aria-label": this.words.listLabel });
    this.foot = make("div", { class: "suggest-foot" });
    this.panel = make("div", { class: "suggest", hidden: "" }, this.list, this.foot);
    this.seen = new Map(); /* going back while typing asks nothing again */
    this.turn = 0;
    this.chosen = -1;
    const roles = { role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": this.id, "aria-keyshortcuts": "/ Control+K" };
    for (const [name, value] of Object.entries(roles)) this.input.setAttribute(name, value);
    form.append(this.panel);
    this.listen();
  }

  listen() {
    this.input.addEventListener("input", () => this.later());
    this.input.addEventListener("keydown", (event) => this.key(event));
    this.input.addEventListener("focus", () => this.room());
    this.input.addEventListener("click", () => this.panel.hidden && this.load());
    this.form.addEventListener("submit", () => remember(this.input.value));
    this.form.addEventListener("focusout", (event) => { if (!this.form.contains(event.relatedTarget)) this.close(); });
    this.panel.addEventListener("mousedown", (event) => { if (!event.target.closest("a, button")) event.preventDefault(); });
    this.list.addEventListener("click", (event) => this.used(event.target.closest("[role=option]")));
    this.panel.addEventListener("keydown", (event) => { if (event.key === "Escape") this.leave(event); });
    window.visualViewport?.addEventListener("resize", () => this.room());
  }

  later() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.load(), WAIT);
  }

  /* Only the answer to what stands in the field now is shown: older requests are given up. */
  async load() {
    const turn = ++this.turn;
    this.request?.abort();
    const text = this.input.value.trim();
    if (!text) return this.showRecent();
    if (text.length < 2 || text.length > LONGEST) return this.close();
    const known = this.seen.get(text);
    if (known) return this.show(known.cloneNode(true));
    this.request = new AbortController();
    try {
      const found = await this.ask(text, this.request.signal);
      if (turn === this.turn) this.show(found);
    } catch {
      if (turn === this.turn) this.close();
    }
    return undefined;
  }

  async ask(text, signal) {
    const found = await piece(`${this.words.instant}?${new URLSearchParams({ q: text })}`, { signal, seconds: 5 });
    if (!found.firstElementChild) throw new Failure("server");
    if (this.seen.size >= KEPT) this.seen.clear();
    this.seen.set(text, found.firstElementChild.cloneNode(true));
    return found.firstElementChild;
  }

  show(found) {
    if (document.activeElement !== this.input) return;
    this.list.replaceChildren(...found.children);
    this.foot.replaceChildren(make("span", { class: "suggest-keys", "aria-hidden": "true" }, this.words.keys));
    this.open();
    say(found.dataset.say);
  }

  showRecent() {
    const kept = recent();
    if (!kept.length || document.activeElement !== this.input) return this.close();
    const title = make("p", { class: "suggest-title", role: "presentation", id: `${this.id}-recent` }, this.words.recent);
    const lines = kept.map((text, place) => make(
      "a",
      { class: "suggest-item", role: "option", id: `${this.id}-r${place}`, tabindex: "-1", "aria-selected": "false", "data-query": text, href: `${this.form.getAttribute("action")}?${new URLSearchParams({ q: text })}` },
      icon(CLOCK), make("span", { class: "suggest-text" }, text),
    ));
    this.list.replaceChildren(make("div", { role: "group", "aria-labelledby": title.id }, title, ...lines));
    const clear = make("button", { class: "quiet", type: "button" }, this.words.recentClear);
    clear.addEventListener("click", () => {
      forget();
      this.input.focus();
      this.close();
      say(this.words.recentCleared);
    });
    this.foot.replaceChildren(clear);
    return this.open();
  }

  options() {
    return [...this.list.querySelectorAll("[role=option]")];
  }

  open() {
    this.choose(-1);
    this.panel.hidden = false;
    this.input.setAttribute("aria-expanded", "true");
    this.room();
  }

  close() {
    clearTimeout(this.timer);
    this.turn += 1;
    this.panel.hidden = true;
    this.chosen = -1;
    this.list.replaceChildren();
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
  }

  /* The list ends above the keyboard of a phone; where that leaves little room, the field goes up. */
  room() {
    const view = window.visualViewport;
    if (!view || document.activeElement !== this.input) return;
    const below = () => view.height + view.offsetTop - this.input.getBoundingClientRect().bottom - MARGIN;
    if (below() < 240 && matchMedia("(max-width: 46rem)").matches) this.form.scrollIntoView({ block: "start", behavior: "instant" });
    this.panel.style.maxHeight = `${Math.max(160, Math.min(below(), 560))}px`;
  }

  leave(event) {
    event.preventDefault();
    this.input.focus();
    this.close();
  }

  key(event) {
    const open = !this.panel.hidden;
    if (event.isComposing) return;
    if (event.key === "Escape" && open) this.leave(event);
    else if (event.key === "Enter") this.enter(event, open);
    else if (["ArrowDown", "ArrowUp"].includes(event.key)) this.arrow(event, open);
    else if (open && this.chosen >= 0 && ["Home", "End"].includes(event.key)) {
      event.preventDefault();
      this.choose(event.key === "Home" ? 0 : this.options().length - 1);
    }
  }

  arrow(event, open) {
    event.preventDefault();
    if (!open) return void this.load();
    const count = this.options().length + 1; /* one place is the field itself */
    const step = event.key === "ArrowDown" ? 1 : -1;
    return this.choose(((this.chosen + 1 + step + count) % count) - 1);
  }

  enter(event, open) {
    clearTimeout(this.timer);
    const option = open && this.options()[this.chosen];
    if (!option) return;
    event.preventDefault();
    option.click();
  }

  choose(place) {
    const options = this.options();
    this.chosen = place;
    options.forEach((option, index) => option.setAttribute("aria-selected", String(index === place)));
    if (place < 0) return this.input.removeAttribute("aria-activedescendant");
    this.input.setAttribute("aria-activedescendant", options[place].id);
    return options[place].scrollIntoView({ block: "nearest" });
  }

  used(option) {
    if (option?.dataset.query) remember(option.dataset.query);
  }
}

document.querySelectorAll("form[data-instant]").forEach((form, number) => new Box(form, number));
