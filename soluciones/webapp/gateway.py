"""Between granian and the application: takes a request in whole, with a deadline, before a thread is spent on it.

Granian's own WSGI interface lets the application read the body from inside its thread, and has no deadline for it:
as many visitors as there are threads who send half a body would stop every other question. Here bodies arrive on the
event loop, where a stalled one costs a few kilobytes, and the WSGI application gets them complete.
"""

from __future__ import annotations

import asyncio
import contextlib
import io
import sys
from collections.abc import AsyncIterator, Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, Protocol

from soluciones.webapp.limits import MAX_ASK_BYTES, MAX_JSON_BYTES, body_limit

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

BODY_SECONDS = 10.0
"""A body of 64 KB takes two seconds on the slowest of telephone lines."""
FILE_SECONDS = 60.0
"""A file of 5 MB takes 42 seconds on a line of 1 Mbit/s."""
HELD_BYTES = 64 * 1024 * 1024
"""Memory for all large bodies together, those still arriving included."""
_LARGE_SHARE = 4
"""One thread in so many may work on large bodies: they take seconds, and a question should not wait for them."""
TIMED_OUT = "soluciones.body_timed_out"
"""Set in the environ when the body did not arrive in time; the application answers 408."""
TOO_BUSY = "soluciones.too_busy"
"""Set in the environ when there was no memory left for a large body; the application answers 503."""


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


class _NoRoom(Exception):
    """There is no memory left for another large body."""


class _Room:
    """How much memory large bodies may still take."""

    def __init__(self, size: int) -> None:
        self._left = size

    def take(self, size: int) -> None:
        """Takes ``size`` bytes.

        Raises:
            _NoRoom: there are not that many left.
        """
        if size > self._left:
            raise _NoRoom
        self._left -= size

    def give(self, size: int) -> None:
        """Gives ``size`` bytes back."""
        self._left += size


class _Body:
    """A body as it arrives: bytes beyond ``MAX_JSON_BYTES`` are taken from the common room."""

    def __init__(self, room: _Room) -> None:
        self._room = room
        self._parts: list[bytes] = []
        self._size = self._held = 0

    @property
    def size(self) -> int:
        """Bytes that have arrived."""
        return self._size

    @property
    def large(self) -> bool:
        """Whether the body takes of the common room."""
        return self._held > 0

    async def read(self, exchange: Exchange, limit: int) -> None:
        """Reads all of it, or ``limit + 1`` bytes and perhaps a little more: enough to be refused as too large."""
        async for part in exchange:
            beyond = max(0, self._size + len(part) - MAX_JSON_BYTES) - self._held
            self._room.take(beyond)
            self._held += beyond
            self._size += len(part)
            self._parts.append(part)
            if self._size > limit:
                break

    def content(self) -> bytes:
        """What has arrived, to be asked for once."""
        whole = b"".join(self._parts)
        self._parts = []
        return whole

    def close(self) -> None:
        """Gives its memory back."""
        self._parts = []
        self._room.give(self._held)
        self._size = self._held = 0


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

    def __init__(
        self, app: WSGIApplication, threads: int, limit: Callable[[str, str], int] = body_limit,
        seconds: float = BODY_SECONDS, room: int = HELD_BYTES,
    ) -> None:  # fmt: skip
        """Serves ``app``.

        Args:
            app: the WSGI application.
            threads: requests that are worked on at once; the others wait.
            limit: path, content type → largest body in bytes that is taken in whole.
            seconds: how long a body may take to arrive; those with files ``FILE_SECONDS``.
            room: memory for all large bodies together.
        """
        self._app = app
        self._limit = limit
        self._seconds = seconds
        self._room = _Room(room)
        self._large = asyncio.Semaphore(max(1, threads // _LARGE_SHARE))
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="request")

    async def __rsgi__(self, scope: Scope, exchange: Exchange) -> None:
        """One request."""
        environ = environ_of(scope)
        body = _Body(self._room)
        try:
            await self._take_in(exchange, environ, body)
            environ["wsgi.input"] = io.BytesIO(body.content())
            loop = asyncio.get_running_loop()
            async with self._large if body.large else contextlib.nullcontext():
                status, headers, content = await loop.run_in_executor(self._pool, self._call, environ)
        finally:
            body.close()
        exchange.response_bytes(status, headers, content)

    async def _take_in(self, exchange: Exchange, environ: dict[str, Any], body: _Body) -> None:
        limit = self._limit(environ["PATH_INFO"], environ.get("CONTENT_TYPE", ""))
        # A body that says it is too large is refused by the application unread.
        if _declared(environ) > limit or not _has_body(environ):
            return
        seconds = self._seconds if limit <= MAX_ASK_BYTES else max(self._seconds, FILE_SECONDS)
        try:
            await asyncio.wait_for(body.read(exchange, limit), seconds)
        except TimeoutError:
            environ[TIMED_OUT] = True
        except _NoRoom:
            environ[TOO_BUSY] = True
        if TIMED_OUT in environ or TOO_BUSY in environ:
            body.close()
        environ["CONTENT_LENGTH"] = str(body.size)
        environ.pop("HTTP_TRANSFER_ENCODING", None)  # granian has undone it

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
