/* One request for a piece of a page, with a time limit. */

import { fragment } from "./dom.js";

/* kind: "offline" nothing got through, "late" no answer in time, "server" it will work later, "refused" it will not. */
export class Failure extends Error {
  constructor(kind, message = "", wait = 0) {
    super(message);
    this.kind = kind;
    this.wait = wait;
  }
}

const LATER = new Set([408, 425, 429]);

const read = async (response) => {
  const html = (response.headers.get("Content-Type") || "").startsWith("text/html");
  const found = html ? fragment(await response.text()) : null;
  if (response.ok && found) return found;
  const message = found && !response.ok ? found.textContent.trim().replace(/\s+/g, " ") : "";
  const later = response.ok || response.status >= 500 || LATER.has(response.status);
  throw new Failure(later ? "server" : "refused", message, Number(response.headers.get("Retry-After")) || 0);
};

/* Throws a Failure. `kind` is what the server is asked for: "1" a fragment, "page" the middle of a tool's page. */
export const piece = async (url, { method = "GET", body, kind = "1", seconds = 15, signal } = {}) => {
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), seconds * 1000);
  signal?.addEventListener("abort", () => stop.abort(), { once: true });
  try {
    return await read(await fetch(url, { method, body, credentials: "omit", signal: stop.signal, headers: { "Soluciones-Fragment": kind } }));
  } catch (error) {
    if (error instanceof Failure) throw error;
    throw new Failure(stop.signal.aborted ? "late" : "offline");
  } finally {
    clearTimeout(timer);
  }
};
