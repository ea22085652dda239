/* mode="frame": our own page in a frame, whose conversation the host page cannot read. */

export const frame = (kb, host, config) => {
  const { base, make, emit, signal, option } = kb;
  const site = encodeURIComponent(option(host, "site"));
  const frame = make("iframe", { class: "frame", title: config.texts.launcher, src: `${base}/${config.lang}/widget/frame?site=${site}` });
  host.shadowRoot.firstChild.className = "kb";
  host.shadowRoot.firstChild.replaceChildren(frame);
  addEventListener("message", ({ origin, source, data }) => {
    if (origin !== new URL(base).origin || source !== frame.contentWindow || data?.soluciones !== 1) return;
    if (data.type === "size" && data.height > 0) frame.style.height = `${Math.min(data.height, 4000)}px`;
    if (data.type === "ready" || data.type === "close") emit(data.type);
  }, { signal });
};
