"""Receivers of hand-offs on loopback: a web server and a mail server that do as they are told."""

from __future__ import annotations

import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult


@dataclass
class Posts:
    """What a web server got, and what it says next."""

    port: int = 0
    script: list[str] = field(default_factory=list)
    """One word a request: ``200``, ``500``, ``redirect``, ``hang``, ``drip``, ``endless``, ``garbage``, ``close``."""
    got: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)
    """(path, headers, body)."""
    arrived: threading.Event = field(default_factory=threading.Event)
    released: threading.Event = field(default_factory=threading.Event)
    """Set when a test is over: whoever hangs may go."""


class _Handler(BaseHTTPRequestHandler):
    posts: Posts

    def do_GET(self) -> None:
        """Nobody asks for anything: a redirect that is followed is seen here."""
        self.posts.got.append((f"GET {self.path}", dict(self.headers), b""))
        self._say(200)

    def do_POST(self) -> None:
        """Does what the script says; 200 when it has run out."""
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        word = self.posts.script.pop(0) if self.posts.script else "200"
        self.posts.got.append((self.path, dict(self.headers), body))
        self.posts.arrived.set()
        with suppress(OSError):
            self._act(word)

    def _act(self, word: str) -> None:
        if word.isdigit():
            self._say(int(word))
        elif word == "redirect":
            self.send_response(302)
            self.send_header("Location", f"http://127.0.0.1:{self.posts.port}/elsewhere")
            self.end_headers()
        elif word == "hang":
            self.posts.released.wait(20)
        elif word == "drip":
            while not self.posts.released.is_set():
                self.wfile.write(b"H")
                time.sleep(0.05)
        elif word == "endless":
            self.send_response(200)
            self.end_headers()
            while not self.posts.released.is_set():
                self.wfile.write(b"x" * 65_536)
        elif word == "garbage":
            self.wfile.write(b"\x00\xff not http\r\n\r\n")
        self.close_connection = True

    def _say(self, status: int) -> None:
        self.send_response(status)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")

    def log_message(self, *_args: Any) -> None:
        """Says nothing."""


@contextmanager
def web_server(*script: str, tls: ssl.SSLContext | None = None) -> Iterator[Posts]:
    """A web server on a port of its own."""
    posts = Posts(script=list(script))
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"posts": posts}))
    server.daemon_threads = True
    server.handle_error = lambda *_: None  # type: ignore[method-assign]
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    posts.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield posts
    finally:
        posts.released.set()
        server.shutdown()
        server.server_close()
        thread.join()


def certificates(*names: str) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """(for the server, for a client that trusts it)."""
    authority = trustme.CA()
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(*names).configure_cert(server)
    client = ssl.create_default_context()
    authority.configure_trust(client)
    return server, client


@dataclass
class Mails:
    """What a mail server got, and what it says."""

    port: int = 0
    refuse: str = ""
    """Its reply to RCPT, when it takes nobody."""
    got: list[tuple[str, list[str], bytes]] = field(default_factory=list)
    """(sender, recipients, message)."""
    logins: list[tuple[bytes, bytes]] = field(default_factory=list)

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802
        if self.refuse:
            return self.refuse
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        self.got.append((envelope.mail_from, envelope.rcpt_tos, envelope.content))
        return "250 OK"

    def __call__(self, _server: Any, _session: Any, _envelope: Any, _mechanism: str, data: Any) -> AuthResult:
        self.logins.append((data.login, data.password))
        return AuthResult(success=data.password == b"correcto", handled=False)


class _Controller(Controller):
    def factory(self) -> SMTP:
        return SMTP(self.handler, **self.SMTP_kwargs)


@contextmanager
def mail_server(*, tls: ssl.SSLContext | None = None, login: bool = False) -> Iterator[Mails]:
    """A mail server on a port of its own; with ``tls`` it offers STARTTLS."""
    mails = Mails()
    more = {"tls_context": tls, "require_starttls": True} if tls else {}
    if login:
        more |= {"authenticator": mails, "auth_required": True}
    with socket_port() as port:
        mails.port = port
    controller = _Controller(mails, hostname="127.0.0.1", port=mails.port, **more)
    controller.start()
    try:
        yield mails
    finally:
        controller.stop()


@contextmanager
def socket_port() -> Iterator[int]:
    """A port that nobody listens on."""
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        yield int(probe.getsockname()[1])
