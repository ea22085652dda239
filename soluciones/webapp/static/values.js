/* Copy buttons beside the hosts, ports, records and addresses that a guide names: one for each value in each section. */

import { icon, make } from "./dom.js";

const COPY = "M8.5 10.5a2 2 0 0 1 2-2h7a2 2 0 0 1 2 2v7a2 2 0 0 1-2 2h-7a2 2 0 0 1-2-2zM15.5 8.5v-2a2 2 0 0 0-2-2h-7a2 2 0 0 0-2 2v7a2 2 0 0 0 2 2h2";
const KINDS = [
  /^(?:\*\.)?(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9])?\.)+[a-z]{2,24}\.?$/i, /* a host name */
  /^\d{2,5}$/, /* a port */
  /^v=(?:spf1|DMARC1|DKIM1)\b/i, /* a record */
  /^(?:include|ip4|ip6|redirect|a|mx|rua|ruf)[:=]\S{3,}$/i, /* a part of one */
  /^[^\s@]{1,64}@(?:[a-z0-9-]{1,63}\.)+[a-z]{2,24}$/i, /* an address */
  /^(?:\d{1,3}\.){3}\d{1,3}(?:\/\d{1,2})?$/,
  /^https?:\/\/\S{4,}$/i,
];
const LONGEST = 300;

const worthCopying = (text) => text.length <= LONGEST && KINDS.some((kind) => kind.test(text)) && !/\.(?:php|py|js|html?|csv|vcf|txt|md|exe|zip|pdf)$/i.test(text);

const add = (guide, code, value) => {
  const label = guide.dataset.copyValue.replace("{value}", value);
  code.after(make("button", { class: "copy-value", type: "button", lang: guide.dataset.copyLang, "aria-label": label, title: label, "data-copy": value }, icon(COPY)));
};

const guide = document.querySelector("[data-copy-value]");
if (guide && navigator.clipboard) {
  guide.querySelectorAll(".section").forEach((section) => {
    const had = new Set();
    section.querySelectorAll("code").forEach((code) => {
      const value = code.textContent.trim();
      if (had.has(value) || code.closest("pre, a, button, .try") || !worthCopying(value)) return;
      had.add(value);
      add(guide, code, value);
    });
  });
}
