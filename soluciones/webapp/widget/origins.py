"""Which pages may use the widget: one allow-list for CORS and framing. Denied unless listed; our own always may."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlsplit

from flask import Response, request

from soluciones.kb.origins import Origin, matches, parse_rule, parse_sent
from soluciones.kb.site import Site

SAFE_METHODS = frozenset(["GET", "HEAD"])


def own_origin(site: Site) -> str:
    """Scheme, host and port under which visitors know this server."""
    if site.base_url:
        parts = urlsplit(site.base_url)
        return f"{parts.scheme}://{parts.netloc}"
    return request.host_url.rstrip("/")


def own_origins(site: Site) -> frozenset[str]:
    """Origins of our own pages: the public address, and the one this request was sent to."""
    return frozenset([own_origin(site), request.host_url.rstrip("/")])


def listed(sent: Origin, rules: Iterable[str]) -> bool:
    """Whether an origin is on an allow-list."""
    return any(matches(parse_rule(rule), sent) for rule in rules)


def is_allowed(header: str, site: Site) -> bool:
    """Whether a page of the origin in that ``Origin`` header may use the widget; ``null`` never may."""
    if header in own_origins(site):
        return True
    sent = parse_sent(header)
    return sent is not None and listed(sent, site.widget.origins)


def request_allowed(site: Site) -> bool:
    """Whether this request comes from a page that may use the widget.

    Browsers leave ``Origin`` out of same-origin GETs only; they then say so in ``Sec-Fetch-Site``. A request from
    another site's address bar, image or script has no business here.
    """
    origin = request.headers.get("Origin")
    fetch_site = request.headers.get("Sec-Fetch-Site", "")
    if request.headers.get("Sec-Fetch-Mode", "cors") not in {"cors", "same-origin"}:
        return False
    if origin is None:
        return request.method in SAFE_METHODS and fetch_site == "same-origin"
    return is_allowed(origin, site)


def share(response: Response, site: Site) -> Response:
    """Lets the page that asked read the response, if it may. Never ``*``, never with credentials."""
    response.vary.add("Origin")
    origin = request.headers.get("Origin")
    if origin is not None and is_allowed(origin, site):
        response.headers["Access-Control-Allow-Origin"] = origin
        response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


def frame_ancestors(site: Site) -> str:
    """The CSP directive that lets listed origins frame a page."""
    return " ".join(["frame-ancestors 'self'", *site.widget.origins])
