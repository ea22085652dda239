/* Where words of a guide stand on its page: text search over what is rendered, spaces collapsed. */
(() => {
  const SKIP = "script, style, noscript, .hidden, [hidden], button, svg";
  const collected = () => {
    const places = [];
    let text = "";
    const walk = document.createTreeWalker(document.querySelector("main"), NodeFilter.SHOW_TEXT);
    while (walk.nextNode()) {
      const node = walk.currentNode;
      if (node.parentElement.closest(SKIP)) continue;
      for (let at = 0; at < node.data.length; at += 1) {
        const char = /\s/.test(node.data[at]) ? " " : node.data[at];
        if (char === " ") continue;
        text += char.toLowerCase()[0];
        places.push([node, at]);
      }
    }
    return { text, places };
  };
  /* Rectangles of the first place at or below the heading where `start` stands (after `prefix`), up to `end`. */
  const find = ({ prefix, start, end, anchor }) => {
    const { text, places } = collected();
    const bare = (words) => (words || "").replace(/\s+/g, "").toLowerCase();
    const [before, wanted, last] = [bare(prefix), bare(start), bare(end)];
    const head = anchor && document.getElementById(anchor);
    const follows = (node) => head.contains(node) || head.compareDocumentPosition(node) & Node.DOCUMENT_POSITION_FOLLOWING;
    const from = head ? Math.max(0, places.findIndex(([node]) => follows(node))) : 0;
    let at = text.indexOf(before + wanted, from);
    if (at < 0) at = text.indexOf(before + wanted);
    if (at < 0 || !wanted) return null;
    at += before.length;
    const close = last ? text.indexOf(last, at + wanted.length) : at;
    if (close < 0) return null;
    const range = document.createRange();
    range.setStart(...places[at]);
    const [node, place] = places[close + (last || wanted).length - 1];
    range.setEnd(node, place + 1);
    const boxes = [...range.getClientRects()].filter((box) => box.width > 1 && box.height > 1);
    return boxes.map(({ x, y, width, height }) => ({ x, y, width, height }));
  };
  globalThis.textRange = { find };
})();
