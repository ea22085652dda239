/* A citation's words, in a browser that does not know text fragments: found, marked and scrolled to; else the heading. */

const PART = ":~:text=";

/* [prefix-,]start[,end][,-suffix] as words; null for something else. */
export const parse = (directive) => {
  const parts = directive.split("&")[0].split(",");
  try {
    const before = parts[0].endsWith("-") ? decodeURIComponent(parts.shift().slice(0, -1)) : "";
    const behind = parts.at(-1)?.startsWith("-") ? decodeURIComponent(parts.pop().slice(1)) : "";
    const [start, end = ""] = parts.map(decodeURIComponent);
    return start && parts.length < 3 ? { before, start, end, behind } : null;
  } catch {
    return null;
  }
};

/* The text of a place with every run of white space as one space, and for each character its node and offset. */
const read = (place) => {
  const walker = document.createTreeWalker(place, NodeFilter.SHOW_TEXT, (node) => (
    node.parentElement.closest("button, script, .try") ? NodeFilter.FILTER_REJECT : NodeFilter.FILTER_ACCEPT));
  const at = [];
  let text = "";
  while (walker.nextNode()) {
    const node = walker.currentNode;
    for (let offset = 0; offset < node.data.length; offset += 1) {
      const char = /\s/.test(node.data[offset]) ? " " : node.data[offset];
      if (char === " " && text.endsWith(" ")) continue;
      text += char;
      at.push({ node, offset });
    }
    if (!text.endsWith(" ") && getComputedStyle(node.parentElement).display !== "inline") {
      text += " ";
      at.push({ node, offset: node.data.length - 1 });
    }
  }
  return { text, at };
};

const flat = (words) => words.replace(/\s+/g, " ").trim();

export const locate = (place, { before, start, end, behind }) => {
  const { text, at } = read(place);
  const first = flat(start);
  for (let from = text.indexOf(first); from >= 0; from = text.indexOf(first, from + 1)) {
    if (before && !text.slice(0, from).trimEnd().endsWith(flat(before))) continue;
    let to = from + first.length;
    if (end) {
      const last = text.indexOf(flat(end), to);
      if (last < 0) return null;
      to = last + flat(end).length;
    }
    if (behind && !text.slice(to).trimStart().startsWith(flat(behind))) continue;
    const range = document.createRange();
    range.setStart(at[from].node, at[from].offset);
    range.setEnd(at[to - 1].node, at[to - 1].offset + 1);
    return range;
  }
  return null;
};

/* Marks each piece of text within a range. */
export const mark = (range) => {
  const within = document.createTreeWalker(range.commonAncestorContainer, NodeFilter.SHOW_TEXT);
  const nodes = [];
  if (range.commonAncestorContainer.nodeType === Node.TEXT_NODE) nodes.push(range.commonAncestorContainer);
  while (within.nextNode()) if (range.intersectsNode(within.currentNode) && within.currentNode.data.trim()) nodes.push(within.currentNode);
  const { startContainer, startOffset, endContainer, endOffset } = range;
  return nodes.map((node) => {
    const piece = document.createRange();
    piece.setStart(node, node === startContainer ? startOffset : 0);
    piece.setEnd(node, node === endContainer ? endOffset : node.data.length);
    const box = document.createElement("mark");
    box.className = "passage-mark";
    piece.surroundContents(box);
    return box;
  });
};

/* `hash`: what stands behind the address's first "#", with the directive. */
export const open = (hash) => {
  const [anchor, directive = ""] = hash.split(PART);
  const heading = document.getElementById(decodeURIComponent(anchor));
  const words = parse(directive);
  const place = document.querySelector(".guide-body");
  const range = words && place && (locate(heading?.closest(".section") || place, words) || locate(place, words));
  const target = range ? mark(range)[0] : heading;
  target?.scrollIntoView({ block: range ? "center" : "start" });
};

const hash = location.hash.slice(1);
if (!("fragmentDirective" in document) && hash.includes(PART)) {
  history.replaceState(history.state, "", `#${hash.split(PART)[0]}`);
  open(hash);
}
