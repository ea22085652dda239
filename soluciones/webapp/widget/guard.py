"""What every call of the widget passes first: where it comes from, which site it names, who vouches for its visitor."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from flask import Response, current_app, g, request

from soluciones.webapp import languages
from soluciones.webapp.access import web
from soluciones.webapp.api.blueprint import read_body
from soluciones.webapp.logs import log
from soluciones.webapp.pages import site as site_now
from soluciones.webapp.problems import Problem
from soluciones.webapp.secret import secret_key
from soluciones.webapp.uploads import MULTIPART
from soluciones.webapp.widget import origins
from soluciones.webapp.widget.identity import BadToken, Identity, NoKey, bound, verifier, verify, visitor_of

PREFLIGHT_SECONDS = 7200
"""Chromium remembers a preflight no longer than two hours."""
OPEN_TO_ALL = frozenset(["widget.config"])
"""What an unidentified visitor may ask for even where identity is enforced: the words of the widget itself."""
FORM_ENDPOINTS = frozenset(["widget.run_tool"])


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls."""

    visitor: str = ""
    """Opaque name of an identified visitor; "" for a guest."""
    identity: Identity | None = None

    def stored(self, conversation: str) -> str:
        """The stored id of a conversation that this caller names."""
        return bound(conversation, self.visitor, secret_key(web().settings.state))

    shown = stored
    """The id by which this caller knows a stored conversation: the same exchange backwards."""


def caller() -> Caller:
    """The caller of this request."""
    return cast(Caller, g.widget_caller)


def preflight() -> Response | None:
    """Answers a browser that asks whether it may (Fetch §4.8)."""
    if request.method != "OPTIONS":
        return None
    site = site_now()
    if not origins.is_allowed(request.headers.get("Origin", ""), site):
        raise refused()
    response = current_app.response_class(status=204)
    response.headers["Access-Control-Allow-Methods"] = "GET, POST"
    response.headers["Access-Control-Allow-Headers"] = "authorization, content-type"
    response.headers["Access-Control-Max-Age"] = str(PREFLIGHT_SECONDS)
    return response


def refused() -> Problem:
    """The problem of a page that may not use the widget; it names the line to add."""
    sent = request.headers.get("Origin", "")
    shown = sent if len(sent) <= 300 and sent.isprintable() and sent.isascii() and '"' not in sent else ""
    return Problem(403, "widget_origin", origin=shown or "–")


def check_origin() -> None:
    """Lets only pages of allowed origins in.

    Raises:
        Problem: 403.
    """
    if not origins.request_allowed(site_now()):
        raise refused()


def check_body() -> None:
    """Takes bodies only in the shapes that our own script sends.

    Raises:
        Problem: 415 for any other type, and what is wrong with JSON.
    """
    if request.method != "POST":
        return
    if request.endpoint in FORM_ENDPOINTS:
        if request.mimetype != MULTIPART:
            raise Problem(415, "widget_not_form")
    elif request.mimetype != "application/json":
        raise Problem(415, "not_json")
    read_body()


def check_site() -> None:
    """Makes sure that the call means this help centre's widget.

    Raises:
        Problem: 404.
    """
    named = request.args.get("site")
    if request.method == "POST":
        body = request.form if request.endpoint in FORM_ENDPOINTS else request.get_json()
        named = body.get("site", named)
    if named != site_now().widget.id:
        raise Problem(404, "widget_site")


def identify() -> None:
    """Learns who the visitor is.

    Raises:
        Problem: 401 for a token that proves nothing, or none where one is required; 503 without a key to check it with.
    """
    g.widget_caller = Caller()
    mode = site_now().widget.identity
    if mode == "off":
        return
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    if not kind:
        if mode == "enforced" and request.endpoint not in OPEN_TO_ALL:
            raise _unproved("widget_identity", "")
        return
    try:
        keys = verifier(web().settings)
        if kind.lower() != "bearer":
            raise BadToken("not a bearer token")
        identity = verify(token.strip(), keys, site_now().widget.id)
    except NoKey as error:
        log.error("widget_identity_unusable", reason=str(error))
        raise Problem(503, "widget_no_key") from None
    except BadToken as error:
        raise _unproved("widget_token", str(error)) from None
    g.visitor = visitor_of(identity.sub, site_now().widget.id, secret_key(web().settings.state))
    g.widget_caller = Caller(g.visitor, identity)


def _unproved(code: str, reason: str) -> Problem:
    problem = Problem(401, code, reason=reason)
    challenge = 'Bearer error="invalid_token"' if reason else "Bearer"
    problem.headers["WWW-Authenticate"] = f'{challenge}, error_description="{reason}"' if reason else challenge
    return problem


def share(response: Response) -> Response:
    """CORS, and no cache on the way."""
    response.headers["Cache-Control"] = "no-store"
    response.headers["Content-Language"] = languages.current()
    return origins.share(response, site_now())
