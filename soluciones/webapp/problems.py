"""Errors as answers: RFC 9457 problems for the API, pages for people, both in the visitor's language."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from flask import Flask, Response, current_app, render_template, request
from pydantic import ValidationError
from werkzeug.exceptions import HTTPException, SecurityError

from soluciones.webapp import languages, logs
from soluciones.webapp.limits import MAX_TOOL_BYTES, MAX_UPLOAD_BYTES, body_limit

MIME = "application/problem+json"
_API_PREFIXES = ("/api/", "/widget/", "/openapi", "/livez", "/readyz")
_BY_STATUS = {
    400: "bad_request",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    413: "too_large",
    408: "too_slow",
    414: "too_large",
    415: "not_json",
    422: "invalid",
    431: "too_large",
    503: "not_ready",
}
"""Which texts an error raised by Flask or Werkzeug is told with."""
_MAX_FIELDS = 20
"""How many wrong fields are listed; the rest would not help."""
_FIELD_TEXTS = {
    "missing": "missing",
    "extra_forbidden": "unknown",
    "string_too_long": "too_long",
    "string_too_short": "too_short",
    "too_long": "too_many",
    "literal_error": "choice",
    "enum": "choice",
    "greater_than_equal": "range",
    "less_than_equal": "range",
    "int_parsing": "number",
    "int_type": "number",
    "bool_parsing": "boolean",
    "bool_type": "boolean",
    "string_type": "text",
    "dict_type": "object",
    "model_type": "object",
    "model_attributes_type": "object",
    "list_type": "list",
}
"""pydantic's error types → ``web.field.*``; all others are told as ``web.field.other``."""


@dataclass(frozen=True, slots=True)
class FieldError:
    """One wrong field of a request."""

    field: str
    """Dotted path, e.g. ``page.url``."""
    message: str


class Problem(Exception):
    """An error with a catalogue code ``web.problem.<code>.title`` and ``.detail``."""

    def __init__(self, status: int, code: str, fields: Sequence[FieldError] = (), **params: object) -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.fields = tuple(fields)
        self.params = params
        self.headers: dict[str, str] = {}


def file_too_large() -> Problem:
    """The problem of a file that is larger than a tool takes."""
    return Problem(413, "file_too_large", limit=MAX_UPLOAD_BYTES // (1024 * 1024))


def _field_error(error: dict[str, Any]) -> FieldError:
    key = _FIELD_TEXTS.get(error["type"], "other")
    context = error.get("ctx") or {}
    limit = context.get("max_length") or context.get("min_length") or context.get("le") or context.get("ge") or ""
    low, high = context.get("ge", ""), context.get("le", "")
    path = ".".join(str(part)[:40] for part in error["loc"][:6])
    wanted = context.get("expected", "")
    return FieldError(path, languages.say(f"field.{key}", limit=limit, low=low, high=high, wanted=wanted))


def invalid(error: ValidationError) -> Problem:
    """The problem of a request that does not fit its model; lists the fields and never repeats what was sent."""
    found = error.errors(include_url=False, include_input=False, include_context=True)
    return Problem(422, "invalid", [_field_error(dict(item)) for item in found[:_MAX_FIELDS]])


def problem_response(problem: Problem) -> Response:
    """The problem as ``application/problem+json``."""
    body: dict[str, Any] = {
        "type": f"urn:soluciones:problem:{problem.code}",
        "title": languages.say(f"problem.{problem.code}.title"),
        "status": problem.status,
        "detail": languages.say(f"problem.{problem.code}.detail", **problem.params),
        "code": problem.code,
        "request_id": logs.request_id(),
    }
    if problem.fields:
        body["errors"] = [{"field": item.field, "message": item.message} for item in problem.fields]
    response = current_app.response_class(current_app.json.dumps(body), status=problem.status, mimetype=MIME)
    response.headers["Content-Language"] = languages.current()
    response.headers.extend(problem.headers)
    return response


def page_response(problem: Problem) -> Response:
    """The problem as a page, or as a fragment where the chat asked for one."""
    lang = languages.known(request.path.split("/", 2)[1]) or languages.current()
    languages.set_current(lang)
    template = "errors/fragment.html" if "Soluciones-Fragment" in request.headers else "errors/page.html"
    try:
        body = render_template(
            template,
            title=languages.say(f"problem.{problem.code}.title"),
            detail=languages.say(f"problem.{problem.code}.detail", **problem.params),
            fields=problem.fields,
            request_id=logs.request_id(),
            status=problem.status,
        )
    except Exception as error:  # an error page must not fail for the reason it is shown for
        logs.crash(error)
        return problem_response(problem)
    response = current_app.response_class(body, status=problem.status, mimetype="text/html")
    response.headers.extend(problem.headers)
    return response


def _respond(problem: Problem) -> Response:
    if request.path.startswith(_API_PREFIXES):
        return problem_response(problem)
    return page_response(problem)


def _from_http(error: HTTPException) -> Response:
    if error.response is not None or (error.code or 500) < 400:
        return error.get_response()  # type: ignore[return-value]  # werkzeug's Response is what Flask sends
    status = error.code or 500
    code = _BY_STATUS.get(status, "internal" if status >= 500 else "bad_request")
    takes_files = body_limit(request.path, request.content_type or "") >= MAX_TOOL_BYTES
    problem = file_too_large() if code == "too_large" and takes_files else Problem(status, code)
    problem.headers = {k: v for k, v in error.get_headers() if k in {"Allow", "Retry-After"}}
    if isinstance(error, SecurityError):
        # The host is not ours: no address can be built for a page, so this one error is always a problem document.
        problem.code = "unknown_host"
        return problem_response(problem)
    return _respond(problem)


def _from_crash(error: Exception) -> Response:
    logs.crash(error)
    return _respond(Problem(HTTPStatus.INTERNAL_SERVER_ERROR, "internal"))


def init_app(app: Flask) -> None:
    """Turns every exception into a problem or a page."""
    app.register_error_handler(Problem, _respond)
    app.register_error_handler(HTTPException, _from_http)
    app.register_error_handler(Exception, _from_crash)
