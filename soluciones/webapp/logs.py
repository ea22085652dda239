"""One JSON object a line on standard error: what was asked of us and how long it took, never what the question said."""

from __future__ import annotations

import logging
import re
import secrets
import sys
import time
import traceback
from pathlib import Path
from typing import TextIO

import structlog
from flask import Flask, Response, g, request

_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}\Z")
_FRAMES = 15
HEADER = "X-Request-ID"
log = structlog.get_logger("soluciones.webapp")


def configure(stream: TextIO | None = None, level: int = logging.INFO) -> None:
    """Sets structlog up for the process."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(file=stream or sys.stderr),
        cache_logger_on_first_use=False,
    )


def crash(error: BaseException) -> None:
    """Logs where an exception came from. Its message is left out: it may quote what a visitor wrote."""
    frames = traceback.extract_tb(error.__traceback__)[-_FRAMES:]
    where = [f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in frames]
    log.error("crash", kind=type(error).__name__, where=where)


def request_id() -> str:
    """The id of this request: the caller's when it is well formed, else a random one."""
    found: str = g.get("request_id", "")
    if not found:
        given = request.headers.get(HEADER, "")
        found = given if _REQUEST_ID.match(given) else secrets.token_hex(8)
        g.request_id = found
    return found


def init_app(app: Flask) -> None:
    """Times every request, logs it by its route (never by its full address) and returns its id."""
    if not structlog.is_configured():
        configure()

    def before() -> None:
        g.started = time.perf_counter()
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request_id())

    def after(response: Response) -> Response:
        response.headers[HEADER] = request_id()
        endpoint = request.endpoint or ""
        if endpoint != "static" and not endpoint.startswith("health."):
            log.info(
                "request",
                method=request.method if request.method.isalpha() else "?",
                route=request.url_rule.rule if request.url_rule else "",
                status=response.status_code,
                took_ms=round((time.perf_counter() - g.get("started", time.perf_counter())) * 1000, 1),
            )
        return response

    app.before_request(before)
    app.after_request(after)
