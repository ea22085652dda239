"""The gateway: bodies arrive whole or not at all, and a stalled one holds no thread."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from flask import Flask

from soluciones.webapp.gateway import TIMED_OUT, Gateway, environ_of
from soluciones.webapp.limits import MAX_ASK_BYTES


class Headers:
    """Headers of a made-up request."""

    def __init__(self, *items: tuple[str, str]) -> None:
        self._items = items

    def items(self) -> tuple[tuple[str, str], ...]:
        return self._items


class Scope:
    """A made-up RSGI scope."""

    proto = "http"
    http_version = "1.1"
    server = "127.0.0.1:8000"
    client = "[::1]:4711"
    scheme = "http"
    query_string = "q=%C3%B1"
    authority: str | None = None

    def __init__(self, method: str = "GET", path: str = "/livez", *headers: tuple[str, str]) -> None:
        self.method, self.path = method, path
        self.headers = Headers(("host", "localhost"), *headers)


class Exchange:
    """Sends prepared parts, then stalls if told to; keeps the response."""

    def __init__(self, *parts: bytes, stalls: bool = False) -> None:
        self._parts, self._stalls = parts, stalls
        self.taken = 0
        self.status, self.headers, self.body = 0, [("", "")], b""

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for part in self._parts:
            self.taken += 1
            yield part
        if self._stalls:
            await asyncio.sleep(60)

    def response_bytes(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        self.status, self.headers, self.body = status, headers, body


@pytest.fixture
def gateway(app: Flask) -> Gateway:
    """The application behind a gateway with one thread and a short deadline."""
    return Gateway(app, threads=1, seconds=0.2)


def go(gateway: Gateway, scope: Scope, exchange: Exchange) -> Exchange:
    """Runs one request."""
    asyncio.run(gateway.__rsgi__(scope, exchange))
    return exchange


def ask(*more: tuple[str, str]) -> Scope:
    """A POST of JSON."""
    return Scope("POST", "/api/v1/ask", ("content-type", "application/json"), *more)


def test_a_body_in_pieces_arrives_whole(gateway: Gateway) -> None:
    """Chunked and counted bodies reach the application complete."""
    for header in (("transfer-encoding", "chunked"), ("content-length", "16")):
        sent = go(gateway, ask(header), Exchange(b'{"ques', b'tion":', b'"q"}'))
        assert sent.status == 200, sent.body
        assert ("content-type", "application/json") in sent.headers


def test_a_stalled_body_is_answered_408(gateway: Gateway) -> None:
    """A body that does not arrive in time is a problem in the visitor's language."""
    sent = go(gateway, ask(("content-length", "99"), ("accept-language", "de")), Exchange(b"{", stalls=True))
    assert sent.status == 408
    assert b"too_slow" in sent.body
    assert "vollständig" in sent.body.decode()


def test_stalled_bodies_hold_no_thread(gateway: Gateway) -> None:
    """With one thread and twenty stalled bodies, the health check answers before any of them ends."""

    async def crowd() -> list[int]:
        order: list[int] = []

        async def one(scope: Scope, exchange: Exchange) -> None:
            await gateway.__rsgi__(scope, exchange)
            order.append(exchange.status)

        stalled = [one(ask(("content-length", "99")), Exchange(b"{", stalls=True)) for _ in range(20)]
        await asyncio.gather(*stalled, one(Scope(), Exchange()))
        return order

    assert asyncio.run(crowd()) == [200, *[408] * 20]


def test_a_body_without_end_is_cut_off(gateway: Gateway) -> None:
    """A chunked body is read to just beyond the limit and refused; one that declares itself too large is not read."""
    endless = Exchange(*[b"x" * 8_192] * 1_000)
    assert go(gateway, ask(("transfer-encoding", "chunked")), endless).status == 413
    assert endless.taken <= MAX_ASK_BYTES // 8_192 + 2
    declared = Exchange(b"x" * 8_192)
    assert go(gateway, ask(("content-length", "99999999")), declared).status == 413
    assert declared.taken == 0


@pytest.mark.parametrize("length", ["-1", "abc", "9" * 40, "1e3", "", "٣"])
def test_odd_lengths_do_no_harm(gateway: Gateway, length: str) -> None:
    """A Content-Length that is no length is not trusted."""
    assert go(gateway, ask(("content-length", length)), Exchange(b'{"question":"q"}')).status in {200, 400, 413}


def test_the_environ_is_that_of_pep_3333() -> None:
    """Paths are bytes in latin-1 clothes; repeated headers are joined; underscores in names are not let through."""
    cookies = (("cookie", "a=1"), ("cookie", "b=2"), ("accept", "x"), ("accept", "y"), ("x_request_id", "evil-value"))
    environ = environ_of(Scope("GET", "/es/guides/ñ", *cookies))
    assert environ["PATH_INFO"].encode("latin-1").decode() == "/es/guides/ñ"
    assert environ["QUERY_STRING"] == "q=%C3%B1"
    assert (environ["SERVER_NAME"], environ["SERVER_PORT"], environ["REMOTE_ADDR"]) == ("127.0.0.1", "8000", "::1")
    assert environ["HTTP_COOKIE"] == "a=1;b=2"
    assert environ["HTTP_ACCEPT"] == "x,y"
    assert "HTTP_X_REQUEST_ID" not in environ
    assert environ["HTTP_HOST"] == "localhost"
    assert TIMED_OUT not in environ


def test_responses_are_closed_after_use() -> None:
    """What the application opens for a response is closed, also when it fails half-way."""
    closed: list[bool] = []

    class Parts:
        def __init__(self, fails: bool) -> None:
            self._fails = fails

        def __iter__(self) -> Any:
            yield b"a"
            if self._fails:
                raise RuntimeError
            yield b"b"

        def close(self) -> None:
            closed.append(True)

    def app(environ: dict[str, Any], start: Any) -> Any:
        start("200 OK", [("X-A", "b")])
        return Parts(environ["PATH_INFO"] == "/fails")

    small = Gateway(app, threads=1, limit=lambda _path, _kind: 10)
    sent = go(small, Scope("GET", "/"), Exchange())
    assert (sent.status, sent.headers, sent.body) == (200, [("x-a", "b")], b"ab")
    with pytest.raises(RuntimeError):
        go(small, Scope("GET", "/fails"), Exchange())
    assert closed == [True, True]


def upload(*more: tuple[str, str]) -> Scope:
    """A POST of a form with a file."""
    return Scope("POST", "/es/tools/ports", ("content-type", "multipart/form-data; boundary=b"), *more)


def test_a_form_with_a_file_may_be_larger_than_a_question(gateway: Gateway) -> None:
    """Tool routes take in files; the same size is refused elsewhere, unread when it says so."""
    part = b"--b\r\nContent-Disposition: form-data; name=x; filename=f\r\n\r\n" + b"x" * 300_000 + b"\r\n--b--\r\n"
    assert go(gateway, upload(("content-length", str(len(part)))), Exchange(part)).status == 200
    assert go(gateway, upload(("transfer-encoding", "chunked")), Exchange(part[:70_000], part[70_000:])).status == 200
    refused = Exchange(part)
    assert go(gateway, ask(("content-length", str(len(part)))), refused).status == 413
    assert refused.taken == 0


def test_large_bodies_share_a_bounded_room(app: Flask) -> None:
    """When the memory for large bodies is used up the next is told to come back, and room is given back afterwards."""
    crowded = Gateway(app, threads=4, seconds=0.2, room=150_000)
    chunk = b"x" * 100_000

    async def crowd() -> list[Exchange]:
        sent = [Exchange(chunk, stalls=True), Exchange(chunk), Exchange(chunk)]
        slow = asyncio.create_task(crowded.__rsgi__(upload(("transfer-encoding", "chunked")), sent[0]))
        await asyncio.sleep(0.05)
        for each in sent[1:]:
            await asyncio.create_task(crowded.__rsgi__(upload(("transfer-encoding", "chunked")), each))
        slow.cancel()
        await asyncio.gather(slow, return_exceptions=True)
        return sent

    first, second, third = asyncio.run(crowd())
    assert first.status == 0
    assert second.status == 200  # 100 KB, of which 64 KB are every body's own
    assert third.status == 200
    full = go(crowded, upload(("transfer-encoding", "chunked")), Exchange(*[chunk] * 4))
    assert full.status == 503
    assert ("retry-after", "10") in full.headers
    assert go(crowded, upload(("transfer-encoding", "chunked")), Exchange(chunk)).status == 200


def test_small_bodies_need_no_room(app: Flask) -> None:
    """Questions are answered while no memory is left for files."""
    full = Gateway(app, threads=1, seconds=0.2, room=0)
    assert go(full, ask(("content-length", "16")), Exchange(b'{"question":"q"}')).status == 200
    assert go(full, upload(("transfer-encoding", "chunked")), Exchange(b"x" * 70_000)).status == 503
