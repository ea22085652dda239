/* Node trees of the server ↔ elements. Only what stands here is ever built: no innerHTML, no parser, no policy. */

const SPACES = { false: "http://www.w3.org/1999/xhtml", true: "http://www.w3.org/2000/svg" };
const HTML =
  /^(a|abbr|article|aside|b|bdi|blockquote|br|button|caption|cite|code|col|colgroup|d[dlt]|del|details|dfn|div|em|fieldset|fig(caption|ure)|footer|form|h[1-6r]|header|i|input|ins|kbd|label|legend|li|mark|nav|[ou]l|opt(ion|group)|output|p|pre|progress|[qsu]|samp|section|select|small|span|strong|su[bp]|summary|t(able|body|d|extarea|foot|h|head|ime|r)|var|wbr)$/;
const SVG = /^(svg|g|path|circle|ellipse|rect|line|polyline|polygon|text|tspan|title)$/;
const PLAIN =
  /^(class|lang|dir|title|role|hidden|name|value|checked|selected|disabled|readonly|required|multiple|(min|max)(length)?|step|placeholder|inputmode|auto(complete|capitalize)|spellcheck|enterkeyhint|accept|rows|cols|label|(col|row)span|scope|start|open|datetime|download|hreflang|novalidate|viewBox|width|height|fill(-rule)?|stroke(-width|-line(cap|join))?|opacity|transform|d|c[xy]|r[xy]?|[xy][12]?|points|(data|aria)-[a-z0-9-]+)$/;
const IDS = /^(id|for|headers|aria-(labelledby|describedby|controls|owns|details))$/;
const INPUTS = /^(text|email|search|tel|url|number|checkbox|radio|hidden|file|date|time|range|submit|button)$/;
const DEPTH = 60;

let count = 0;

/* What an attribute becomes: [name, value], or nothing. */
const attribute = (tag, name, value, saved, base, prefix) => {
  if (IDS.test(name)) return [name, value.replace(/\S+/g, prefix + "$&")];
  if (PLAIN.test(name)) return /^(fill|stroke)/.test(name) && /[(\\]/.test(value) ? [] : [name, value];
  if (name === "tabindex") return [name, value < 0 ? -1 : 0];
  if (name === "type") return [name, INPUTS.test(value) ? value : "text"];
  if (name === "action") return ["data-to", /[\w-]*(?=[?#]|$)/.exec(value)[0]];
  if (name !== "href" || tag !== "a") return [];
  const { protocol, href } = new URL(value, base);
  return /^(https?|mailto|tel):$/.test(protocol) || (saved && protocol === "data:") ? [name, href] : [];
};

const element = ([tag, attributes, ...children], base, prefix, parent, depth) => {
  const svg = tag === "svg" || parent.namespaceURI === SPACES.true;
  if (!(svg ? SVG : HTML).test(tag)) return;
  const node = document.createElementNS(SPACES[svg], tag);
  for (const key of Object.keys(attributes)) {
    try {
      const [name, value] = attribute(tag, key, `${attributes[key]}`, Object.hasOwn(attributes, "download"), base, prefix);
      if (name) node.setAttribute(name, value);
    } catch { /* an address or a name that is none */ }
  }
  if (/^http/.test(node.protocol)) {
    node.target = "_blank";
    node.rel = "noopener";
  }
  parent.append(fill(node, children, base, prefix, depth + 1));
};

const fill = (parent, nodes, base, prefix, depth) => {
  for (const node of depth < DEPTH ? nodes : []) {
    if (typeof node === "string") parent.append(node);
    else if (Array.isArray(node) && node[1]) element(node, base, prefix, parent, depth);
  }
  return parent;
};

/* A fragment of elements; ids are given a prefix of their own, so that two answers never share one. */
export const build = (nodes, base) => fill(document.createDocumentFragment(), nodes, base, `k${++count}-`, 0);

/* The way back, for what is remembered: of what came of a visitor's file only the verdict, and no file. */
export const trees = (nodes) => {
  const found = [];
  for (const node of nodes) {
    if (node.data) found[found.length] = node.data;
    if (!node.attributes || node.matches('[data-private] .tool-body > :not(.tool-headline), [href^="data:"], .failed')) continue;
    const attributes = {};
    for (const { name, value } of node.attributes) attributes[name === "data-to" ? "action" : name] = IDS.test(name) ? value.replace(/\bk\d+-/g, "") : value;
    found[found.length] = [node.localName, attributes, ...trees(node.childNodes)];
  }
  return found;
};
