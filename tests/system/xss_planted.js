/* What stands in a page that no page of ours has: the traces of an attack that became markup. */
() => {
  const faults = [];
  const tell = (node, why) => faults.push(`${why}: ${node.outerHTML.slice(0, 200)}`);
  const address = (text) => { try { return new URL(text, location.href); } catch { return location; } };
  const LOADS = "link:not([rel=canonical], [rel=alternate]), script, form, button, video, audio, source";
  const STYLE = /canary|behavior|binding|animation|fixed/;
  const FOREIGN = "iframe, frame, object, embed, base, applet, portal, style, marquee, plaintext, xmp, meta[http-equiv], xss";
  const look = (root) => {
    root.querySelectorAll("*").forEach((node) => {
      for (const { name, value } of node.attributes) {
        if (name.startsWith("on")) tell(node, "handler");
        if (name === "style" && STYLE.test(value)) tell(node, "style");
        if (["href", "src", "action", "formaction", "data", "srcset", "ping", "poster", "xlink:href"].includes(name)) {
          const { protocol } = address(value);
          if (["javascript:", "vbscript:"].includes(protocol)) tell(node, "script address");
          const file = node.hasAttribute("download") || node.matches("img, link[rel=icon]");
          if (protocol === "data:" && !file) tell(node, "data address");
          if (node.matches(LOADS) && protocol !== "data:" && address(value).origin !== location.origin) tell(node, "loads from elsewhere");
        }
      }
      if (node.matches(FOREIGN)) tell(node, "foreign element");
      if (node.localName === "script" && !node.src && node.type !== "application/ld+json") tell(node, "inline script");
      if (["soluciones", "trustedTypes", "currentScript", "cookie", "constructor", "parentNode", "document"].includes(node.id || node.getAttribute("name"))) tell(node, "name that stands in for ours");
      if (node.shadowRoot) look(node.shadowRoot);
    });
  };
  look(document);
  return faults;
}
