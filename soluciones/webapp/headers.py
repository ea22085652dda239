"""Security headers of every response."""

from __future__ import annotations

from flask import Flask, Response, request

PAGE_POLICY = "; ".join(
    [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types soluciones",
    ]
)
"""No inline script or style; one Trusted Types policy, for the answers that the server has rendered."""
FILE_POLICY = "default-src 'none'; frame-ancestors 'none'; sandbox"
"""For everything that is not a page: JSON, downloads, images opened on their own."""
_ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=(), browsing-topics=()",
}
_HSTS = "max-age=31536000; includeSubDomains"


def init_app(app: Flask) -> None:
    """Adds the headers to every response, errors and static files included."""

    def add(response: Response) -> Response:
        for name, value in _ALWAYS.items():
            response.headers.setdefault(name, value)
        policy = PAGE_POLICY if response.mimetype == "text/html" else FILE_POLICY
        response.headers.setdefault("Content-Security-Policy", policy)
        if "frame-ancestors 'none'" not in response.headers["Content-Security-Policy"]:
            del response.headers["X-Frame-Options"]  # it can only say "nobody" or "ourselves"
        if request.is_secure:
            response.headers.setdefault("Strict-Transport-Security", _HSTS)
        if "Cache-Control" not in response.headers:
            # A page is asked for again on each visit (a new generation may have come); answers are never kept.
            fresh = request.method == "GET" and response.status_code == 200 and response.mimetype == "text/html"
            response.headers["Cache-Control"] = "no-cache" if fresh else "no-store"
        return response

    app.after_request(add)
