"""``robots.txt`` (RFC 9309)."""

from __future__ import annotations

from soluciones.webapp.machines.addresses import origin

CLOSED = ("/api/", "/chat?", "/search?", "/*/chat?", "/*/search?", "/*/handoff", "/*/instant", "/*/suggest.json")
"""Questions have no end of addresses, and each costs the server an answer."""


def rules() -> str:
    """The whole file. Everything else is open, to language models too."""
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in CLOSED), "Allow: /"]
    if base := origin():
        lines += ["", f"Sitemap: {base}/sitemap.xml"]
    return "\n".join(lines) + "\n"
