/* One conversation: suggestions, log, composer, and what can be done inside an answer. */

import { build, trees } from "./nodes.js";

const ICONS = {
  arrow: "M5 12h14m-5.5-5.5L19 12l-5.5 5.5",
  copy: "M8.5 10.5a2 2 0 0 1 2-2h7a2 2 0 0 1 2 2v7a2 2 0 0 1-2 2h-7a2 2 0 0 1-2-2zM15.5 8.5v-2a2 2 0 0 0-2-2h-7a2 2 0 0 0-2 2v7a2 2 0 0 0 2 2h2",
  person: "M5 13.5V12a7 7 0 0 1 14 0v1.5M3.5 14v3c0 2 4 2 4 0v-3c0-2-4-2-4 0m13 0v3c0 2 4 2 4 0v-3c0-2-4-2-4 0m2 4.5c-.5 1.6-2 2.3-4.5 2.3",
  send: "M4 12 20 4.5 15 20l-3.5-6.5L4 12Zm7.5 1.5L20 4.5",
};
const MOST = 20;
const ROOM = 200000;

export const icon = (make, path) =>
  make("svg", { class: "icon", viewBox: "0 0 24 24", "aria-hidden": true, focusable: false }, make("path", { d: ICONS[path] || path }));

export const talk = (kb, config, api, greeting, memory) => {
  const { make, base, emit, signal } = kb;
  const { texts } = config;
  const hidden = (text) => make("span", { class: "hidden" }, text);
  const draw = (path) => icon(make, path);

  const status = make("p", { class: "hidden", role: "status" });
  const intro = make("div", { class: "intro" }, make("h3", {}, greeting || texts.hello), make("p", {}, texts.promise));
  const log = make("div", { role: "log", "aria-live": "polite", "aria-label": texts.log });
  const now = make("div", {});
  const end = make("div", {});
  const scroll = make("div", { class: "scroll", part: "log", tabindex: 0, role: "group", "aria-label": texts.log }, intro, log, now, end);
  const box = make("textarea", { rows: 1, placeholder: texts.placeholder, "aria-label": texts.label, enterkeyhint: "send", autocomplete: "off" });
  const send = make("button", { class: "button send" }, draw("send"), hidden(texts.send));
  const note = make("p", { class: "too-long", role: "alert", hidden: "" });
  const form = make("form", { class: "composer-box" }, box, send);
  const person = make("a", { class: "quiet", href: config.handoff_url, target: "_blank", rel: "noopener", "data-handoff": "" }, draw("person"), texts.person);
  const composer = make("div", { class: "composer", part: "composer" }, form, note, make("div", { class: "composer-foot" }, make("span", {}, texts.note), person));
  let conversation = "";
  let busy;

  const say = (text) => {
    status.textContent = "";
    setTimeout(() => { status.textContent = text; }, 50);
  };
  /* What takes the focus reads itself: the log need not say it too. */
  const quietly = (act) => {
    log.ariaLive = "off";
    act();
    setTimeout(() => { log.ariaLive = "polite"; }, 300);
  };
  const land = (node) => {
    if (!node) return;
    node.tabIndex = -1;
    node.focus({ preventScroll: true });
  };
  const bring = (node) => {
    const room = scroll.clientHeight - (now.getBoundingClientRect().bottom - node.getBoundingClientRect().top) - 24;
    end.style.minHeight = `${Math.max(0, room)}px`;
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    scroll.scrollTo({ top: scroll.scrollTop + node.getBoundingClientRect().top - scroll.getBoundingClientRect().top, behavior: calm ? "auto" : "smooth" });
  };
  const save = () => {
    let turns = [...log.children].slice(-MOST);
    let kept;
    do {
      kept = { conversation, turns: trees(turns) };
      turns = turns.slice(1);
    } while (turns.length && JSON.stringify(kept).length > ROOM);
    memory.write(kept);
  };

  /* Nodes of the server, ready to be used: copy buttons where the browser can copy. */
  const made = (nodes) => {
    const piece = build(nodes, `${base}/${config.lang}/`);
    if (!navigator.clipboard) return piece;
    for (const area of piece.querySelectorAll("[data-code]")) {
      const code = area.querySelector("pre");
      if (code && !area.querySelector(".copy")) area.append(make("button", { class: "copy", type: "button", "data-copy": code.textContent.trimEnd() }, draw("copy"), hidden(area.dataset.code)));
    }
    for (const button of piece.querySelectorAll(".copy")) button.hidden = false;
    return piece;
  };
  const wrong = (error, offline) => (navigator.onLine === false ? offline : error.shown || texts.failed);

  const failed = (turn, waiting, text, error, key) => {
    const again = make("button", { class: "button button-soft", type: "button" }, texts.retry);
    const retry = () => { if (turn.isConnected) ask(text, key); };
    again.onclick = retry;
    if (navigator.onLine === false) addEventListener("online", retry, { once: true, signal });
    waiting.replaceWith(make("div", { class: "failed", role: "alert" }, make("p", {}, wrong(error, texts.offline)), again));
    if (!box.value) box.value = text;
    emit("error", { what: "ask" });
  };
  /* The same key makes a question that is sent again get the answer it already had. */
  const ask = async (question, key = `${Date.now()}-${Math.random()}`) => {
    const text = String(question).trim();
    if (!text || busy) return;
    const mine = busy = new AbortController();
    const waiting = make("p", { class: "thinking" }, make("span", { class: "dots", "aria-hidden": true }, make("i", {}), make("i", {}), make("i", {})), texts.thinking);
    const turn = make("article", { class: "turn", part: "reply" }, make("p", { class: "asked" }, hidden(`${texts.you}: `), text), waiting);
    intro.hidden = true;
    now.replaceChildren(turn);
    if (box.value.trim() === text) box.value = "";
    bring(turn);
    emit("ask");
    try {
      const page = { url: location.origin + location.pathname, title: document.title.slice(0, 300) };
      const reply = await api("ask", { question: text, lang: config.lang, conversation, page, ask: key }, mine.signal);
      if (mine.signal.aborted) return;
      conversation = reply.conversation;
      waiting.remove();
      turn.append(made(reply.nodes));
      turn.classList.add("fresh");
      log.append(turn);
      bring(turn);
      save();
      emit("answer", { id: reply.id, status: reply.status });
    } catch (error) {
      if (!mine.signal.aborted) failed(turn, waiting, text, error, key);
    } finally {
      if (busy === mine) busy = null;
    }
  };

  const clear = () => {
    busy?.abort();
    busy = null;
    conversation = "";
    log.replaceChildren();
    now.replaceChildren();
    end.style.minHeight = 0;
    intro.hidden = false;
    memory.write();
  };
  const again = make("button", { class: "quiet", type: "button", "aria-label": texts.new, title: texts.new }, draw("M19.5 12a7.5 7.5 0 1 1-2.2-5.3L19.5 9m0-5v5h-5"));
  again.onclick = () => {
    clear();
    say(texts.cleared);
    box.focus();
  };

  /* Forms inside answers. Which is which stands in their data attributes. */
  const fields = (values) => {
    const found = {};
    for (const name of new Set(values.keys())) {
      const all = values.getAll(name);
      all.toJSON = undefined;
      found[name] = all.length > 1 ? all : all[0];
    }
    return found;
  };
  const carry = (old, fresh) => {
    for (const input of old.querySelectorAll("input[type=file]")) {
      const next = input.files.length && fresh.querySelector(`input[type=file][name="${CSS.escape(input.name)}"]`);
      if (next) next.files = input.files;
    }
  };
  const sent = async (event) => {
    event.preventDefault();
    const { target, submitter } = event;
    if (target === form) return tooLong() || ask(box.value);
    if (submitter?.dataset.ask) return ask(submitter.dataset.ask);
    const { dataset } = target;
    const tool = "toolForm" in dataset;
    const kind = tool ? "tool" : "feedback" in dataset ? "feedback" : "handoff";
    const values = new FormData(target, submitter);
    const place = tool ? target.closest("[data-tool]") : target;
    const buttons = target.querySelectorAll("button");
    for (const button of buttons) button.disabled = true;
    for (const old of target.querySelectorAll(".failed")) old.remove();
    try {
      if (tool) values.set("lang", config.lang);
      const body = tool ? values : { lang: config.lang, conversation, fields: fields(values) };
      const { nodes } = await api(tool ? `tools/${dataset.to}` : kind, body);
      const fresh = made(nodes);
      const first = fresh.firstElementChild;
      if (tool) carry(place, fresh);
      quietly(() => place.replaceWith(fresh));
      land(first);
      save();
      emit(kind);
    } catch (error) {
      target.append(make("p", { class: "failed", role: "alert" }, wrong(error, texts.offline_form)));
      for (const button of buttons) button.disabled = false;
    }
    return undefined;
  };
  const handoff = async (link) => {
    try {
      const { nodes } = await api(`handoff?${new URLSearchParams({ lang: config.lang, conversation })}`);
      const part = make("article", { class: "turn person" }, make("h3", {}, texts.person), made(nodes));
      intro.hidden = true;
      for (const old of log.querySelectorAll(".person")) old.remove();
      quietly(() => log.append(part));
      bring(part);
      part.querySelector("input:not([type=hidden]), textarea")?.focus({ preventScroll: true });
    } catch {
      open(link.href, "_blank", "noopener");
    }
  };
  const clicked = async (event) => {
    const node = event.target.closest("[data-copy], a[data-ask], a[data-handoff], a[download][href^='data:']");
    if (!node || event.metaKey || event.ctrlKey) return;
    const { dataset } = node;
    if (!dataset.copy) event.preventDefault();
    if (dataset.copy) {
      await navigator.clipboard.writeText(dataset.copy);
      node.classList.add("done");
      say(texts.copied);
      setTimeout(() => node.classList.remove("done"), 1600);
    } else if (dataset.ask) ask(dataset.ask);
    else if (node.download) {
      const [type, text] = node.href.slice(5).split(";base64,");
      const url = URL.createObjectURL(new Blob([Uint8Array.from(atob(text), (char) => char.charCodeAt(0))], { type }));
      make("a", { href: url, download: node.download }).click();
      setTimeout(() => URL.revokeObjectURL(url), 60000);
    } else handoff(node);
  };
  const tooLong = () => {
    const length = [...box.value].length;
    const { question: limit } = config.limits;
    note.hidden = length <= limit;
    note.textContent = texts.too_long.replace("{length}", length).replace("{limit}", limit);
    return length > limit;
  };

  box.onkeydown = (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    form.requestSubmit();
  };
  box.oninput = tooLong;
  if (config.suggestions.length) {
    const list = make("form", { class: "starters" });
    for (const text of config.suggestions) list.append(make("button", { class: "starter", "data-ask": text }, make("span", {}, text), draw("arrow")));
    intro.append(make("h4", {}, texts.try), list);
  }
  const take = (turns, id) => {
    conversation = typeof id === "string" ? id : "";
    quietly(() => log.append(...turns));
    intro.hidden = !!log.firstChild;
    scroll.scrollTop = scroll.scrollHeight;
  };
  const restore = () => {
    const kept = memory.read();
    if (Array.isArray(kept?.turns)) take([made(kept.turns)], kept.conversation);
  };

  return {
    parts: [scroll, composer, status], again, ask, clear, sent, clicked,
    focus: (typing) => (typing ? box : scroll).focus({ preventScroll: true }),
    draft: (text) => { box.value ||= text || ""; },
    state: () => ({ turns: [...log.childNodes], conversation, draft: box.value }),
    take, restore,
  };
};
