"""Between granian and the application: takes a request in whole, with a deadline, before a thread is spent on it.

Granian's own WSGI interface lets the application read the body from inside its thread, and has no deadline for it:
as many visitors as there are threads who send half a body would stop every other question. Here bodies arrive on the
event loop, where a stalled one costs a few kilobytes, and the WSGI application gets them complete.
"""

from __future__ import annotations

import asyncio
import io
import sys
from collections.abc import AsyncIterator, Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

BODY_SECONDS = 10.0
"""A body of 64 KB takes two seconds on the slowest of telephone lines."""
TIMED_OUT = "soluciones.body_timed_out"
"""Set in the environ when the body did not arrive in time; the application answers 408."""


class Headers(Protocol):
    """Headers of an RSGI request."""

    def items(self) -> Iterable[tuple[str, str]]:
        """Names in lower case with their values, repeated names one by one."""
        ...


class Scope(Protocol):
    """An RSGI scope, as far as it is used."""

    proto: str
    http_version: str
    server: str
    client: str
    scheme: str
    method: str
    path: str
    query_string: str
    authority: str | None
    headers: Headers


class Exchange(Protocol):
    """An RSGI HTTP protocol, as far as it is used."""

    def __aiter__(self) -> AsyncIterator[bytes]:
        """The body as it arrives."""
        ...

    def response_bytes(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        """Sends the whole response."""
        ...


async def _read(exchange: Exchange, limit: int) -> bytes:
    """The body, or its first ``limit + 1`` bytes and perhaps a little more: enough to be refused as too large."""
    parts: list[bytes] = []
    size = 0
    async for part in exchange:
        parts.append(part)
        size += len(part)
        if size > limit:
            break
    return b"".join(parts)


def environ_of(scope: Scope) -> dict[str, Any]:
    """The WSGI environ (PEP 3333) of a request, without its body."""
    host, _, port = scope.server.rpartition(":")
    environ: dict[str, Any] = {
        "REQUEST_METHOD": scope.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": scope.path.encode("utf-8", "surrogateescape").decode("latin-1"),
        "QUERY_STRING": scope.query_string,
        "SERVER_NAME": host.strip("[]"),
        "SERVER_PORT": port,
        "SERVER_PROTOCOL": f"HTTP/{scope.http_version}",
        "REMOTE_ADDR": scope.client.rpartition(":")[0].strip("[]"),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.scheme,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
        "wsgi.input_terminated": True,
    }
    if scope.authority:
        environ["HTTP_HOST"] = scope.authority
    for name, value in scope.headers.items():
        if "_" in name:
            continue  # `X_Request_ID` must not pass for `X-Request-ID`
        key = name.upper().replace("-", "_")
        key = key if key in {"CONTENT_TYPE", "CONTENT_LENGTH"} else f"HTTP_{key}"
        joined = ";" if key == "HTTP_COOKIE" else ","
        environ[key] = f"{environ[key]}{joined}{value}" if key in environ and key != "HTTP_HOST" else value
    return environ


class Gateway:
    """A WSGI application as an RSGI one."""

    def __init__(self, app: WSGIApplication, threads: int, limit: int, seconds: float = BODY_SECONDS) -> None:
        """Serves ``app``.

        Args:
            app: the WSGI application.
            threads: requests that are worked on at once; the others wait.
            limit: largest body in bytes that is taken in whole.
            seconds: how long a body may take to arrive.
        """
        self._app = app
        self._limit = limit
        self._seconds = seconds
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="request")

    async def __rsgi__(self, scope: Scope, exchange: Exchange) -> None:
        """One request."""
        environ = environ_of(scope)
        body = b""
        # A body that says it is too large is refused by the application unread.
        if _declared(environ) <= self._limit and _has_body(environ):
            try:
                body = await asyncio.wait_for(_read(exchange, self._limit), self._seconds)
            except TimeoutError:
                environ[TIMED_OUT] = True
            environ["CONTENT_LENGTH"] = str(len(body))
            environ.pop("HTTP_TRANSFER_ENCODING", None)  # granian has undone it
        environ["wsgi.input"] = io.BytesIO(body)
        loop = asyncio.get_running_loop()
        status, headers, content = await loop.run_in_executor(self._pool, self._call, environ)
        exchange.response_bytes(status, headers, content)

    def _call(self, environ: dict[str, Any]) -> tuple[int, list[tuple[str, str]], bytes]:
        told: dict[str, Any] = {}

        def start(status: str, headers: list[tuple[str, str]], _error: Any = None) -> Callable[[bytes], object]:
            told.update(status=int(status.split(" ", 1)[0]), headers=headers)
            return io.BytesIO().write

        parts = self._app(environ, start)
        try:
            content = b"".join(parts)
        finally:
            close = getattr(parts, "close", None)
            if close is not None:
                close()
        return told["status"], [(name.lower(), value) for name, value in told["headers"]], content


def _has_body(environ: dict[str, Any]) -> bool:
    return "CONTENT_LENGTH" in environ or "HTTP_TRANSFER_ENCODING" in environ


def _declared(environ: dict[str, Any]) -> int:
    text = environ.get("CONTENT_LENGTH", "0")
    return int(text) if text.isdecimal() and len(text) < 19 else 0
