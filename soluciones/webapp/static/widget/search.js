/* mode="search": a combobox with instant results; Enter opens the answer. */

let boxes = 0;

export const searchBox = (kb, host, config, api, ask) => {
  const { make } = kb;
  const { texts, lang } = config;
  const wrap = host.shadowRoot.firstChild;
  const input = wrap.querySelector("input");
  if (!input || wrap.querySelector(".results")) return;
  const id = `r${++boxes}`;
  const list = make("div", { class: "results", id, role: "listbox", "aria-label": texts.results, popover: "manual", hidden: "" });
  const status = make("p", { class: "hidden", role: "status" });
  const set = (name, value) => input.setAttribute(name, value);
  let options = [];
  let chosen = -1;
  let running;
  let timer;

  /* In the browser's top layer: no box of the page cuts it off or lies on it. */
  const place = () => {
    const { left, bottom, width } = input.getBoundingClientRect();
    Object.assign(list.style, { left: `${left}px`, top: `${bottom + 8}px`, width: `${width}px` });
  };
  const close = () => {
    list.hidden = true;
    list.togglePopover(false);
    chosen = -1;
    set("aria-expanded", false);
    input.removeAttribute("aria-activedescendant");
  };
  const choose = (index) => {
    chosen = index;
    for (const option of options) option.ariaSelected = option === options[index];
    if (index < 0) return input.removeAttribute("aria-activedescendant");
    set("aria-activedescendant", options[index].id);
    return options[index].scrollIntoView({ block: "nearest" });
  };
  const go = (text) => {
    close();
    ask(text);
  };
  const option = (content, act) => {
    const node = make("div", { class: "result", role: "option", id: `${id}-${options.length}`, "aria-selected": false }, ...content);
    node.onclick = act;
    options[options.length] = node;
    return node;
  };
  const visit = (url) => {
    if (/^https?:/.test(url)) open(url, "_blank", "noopener");
    close();
  };
  const group = (label, nodes) => nodes.length && list.append(make("div", { role: "group", "aria-label": label }, make("p", { class: "hint", "aria-hidden": true }, label), ...nodes));
  const marked = (pieces) => {
    const line = make("span", { class: "hint" });
    for (const [text, mark] of pieces) line.append(mark ? make("mark", {}, text) : text);
    return line;
  };
  const show = (suggestions, groups) => {
    options = [];
    list.replaceChildren();
    const asked = [option([make("strong", {}, texts.ask_this.replace("{text}", input.value.trim()))], () => go(input.value))];
    for (const { text, kind } of suggestions) if (kind === "question") asked[asked.length] = option([text], () => go(text));
    group(texts.questions, asked);
    const found = [];
    for (const { title, passages, url } of groups) {
      const [{ section, pieces, url: place } = { pieces: [] }] = passages;
      const head = make("strong", {}, title);
      found[found.length] = option([head, section && section !== title ? ` › ${section}` : "", marked(pieces)], () => visit(place || url));
    }
    group(texts.guides, found);
    choose(-1);
    list.hidden = false;
    list.togglePopover(true);
    place();
    set("aria-expanded", true);
    status.textContent = texts.result_count.replace("{count}", options.length);
  };
  const load = async () => {
    const text = input.value.trim();
    running?.abort();
    if (text.length < 2 || text.length > 200) return close();
    const { signal } = running = new AbortController();
    const query = `${new URLSearchParams({ q: text, lang, limit: 4 })}`;
    try {
      const [{ suggestions }, { groups }] = await Promise.all([api(`suggest?${query}`, null, signal), api(`search?${query}`, null, signal)]);
      if (host.shadowRoot.activeElement === input) show(suggestions, groups);
    } catch { /* typing went on, or there is no connection: Enter still asks */ }
    return undefined;
  };

  for (const [name, value] of [["role", "combobox"], ["aria-autocomplete", "list"], ["aria-expanded", false], ["aria-controls", id], ["maxlength", config.limits.question], ["enterkeyhint", "search"]]) set(name, value);
  input.oninput = () => {
    clearTimeout(timer);
    timer = setTimeout(load, 120);
  };
  input.onblur = () => setTimeout(close, 150);
  input.onkeydown = (event) => {
    event.stopPropagation();
    const { key, isComposing } = event;
    if (isComposing) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[key];
    if (step) {
      event.preventDefault();
      if (list.hidden) load();
      else choose(((chosen + 1 + step + options.length + 1) % (options.length + 1)) - 1);
    } else if (key === "Escape" && !list.hidden) {
      event.preventDefault();
      close();
    } else if (key === "Enter" && input.value.trim()) {
      event.preventDefault();
      if (chosen < 0) go(input.value);
      else options[chosen].click();
    }
  };
  addEventListener("scroll", place, { capture: true, passive: true, signal: kb.signal });
  addEventListener("resize", place, { signal: kb.signal });
  list.onmousedown = (event) => event.preventDefault();
  wrap.append(list, status);
  if (input.value) load();
};
