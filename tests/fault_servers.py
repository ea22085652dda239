"""Small servers on loopback that do one thing wrong each, as mail servers and networks do."""

from __future__ import annotations

import datetime as dt
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

import trustme

from soluciones.answer.net.contract import ConnectRefused, Dialled, Dns, Network

HOST = "mail.infomaniak.com"
Handler = Callable[[socket.socket], None]
_PATIENCE = 20.0
"""Seconds after which a server gives up on a test that went wrong."""


@dataclass
class MappedDialer:
    """Dials the site's ports at other ports of loopback; counts how often."""

    ports: Mapping[int, int]
    dialled: list[int] = field(default_factory=list)

    def dial(self, host: str, port: int, timeout: float) -> Dialled:
        """See ``Dialer``."""
        self.dialled.append(port)
        if port not in self.ports:
            raise ConnectRefused("port_not_allowed")
        try:
            sock = socket.create_connection(("127.0.0.1", self.ports[port]), timeout=timeout)
        except ConnectionRefusedError:
            raise ConnectRefused("refused") from None
        return Dialled(sock, "127.0.0.1", 0.0, 0.0)


class RefusingDialer:
    """Makes no connection, for one reason."""

    def __init__(self, code: str, slow: float = 0.0) -> None:
        self.code = code
        self.slow = slow

    def dial(self, host: str, port: int, timeout: float) -> Dialled:
        """See ``Dialer``."""
        time.sleep(self.slow)
        raise ConnectRefused(self.code)


class NoDns:
    """Answers no question: the checker of servers asks none itself."""

    def lookup(self, name: str, rdtype: str):  # type: ignore[no-untyped-def]
        """See ``Dns``."""
        raise AssertionError("no DNS question expected")

    def lookup_all(self, questions):  # type: ignore[no-untyped-def]
        """See ``Dns``."""
        raise AssertionError("no DNS question expected")


def network(dialer: object) -> Network:
    """A network with that dialer and no DNS."""
    dns: Dns = NoDns()
    return Network(dns, dialer)  # type: ignore[arg-type]


@contextmanager
def serve(handler: Handler) -> Iterator[int]:
    """Runs a handler for each connection, in threads; gives the port."""
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(_PATIENCE)

    def accept() -> None:
        while True:
            try:
                sock, _ = listener.accept()
            except OSError:
                return
            sock.settimeout(_PATIENCE)
            threading.Thread(target=handle, args=(sock,), daemon=True).start()

    def handle(sock: socket.socket) -> None:
        # What the checker does to the connection is the test's business; here it may end in any way.
        with suppress(OSError, ValueError), sock:
            handler(sock)

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield int(listener.getsockname()[1])
    finally:
        listener.close()


class Authority:
    """A certificate authority, and one that nobody trusts."""

    def __init__(self) -> None:
        self.ca = trustme.CA()
        self.stranger = trustme.CA()

    def context(
        self,
        name: str = HOST,
        *,
        until: dt.datetime | None = None,
        since: dt.datetime | None = None,
        trusted: bool = True,
    ) -> ssl.SSLContext:
        """A server's TLS context with a certificate for ``name``."""
        ca = self.ca if trusted else self.stranger
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        ca.issue_cert(name, not_after=until, not_before=since).configure_cert(context)
        return context


def lines(sock: socket.socket, *texts: str) -> None:
    """Sends lines."""
    sock.sendall("".join(f"{text}\r\n" for text in texts).encode())


def command(sock: socket.socket) -> str:
    """Reads what the client says, one line."""
    data = b""
    while not data.endswith(b"\n"):
        part = sock.recv(1)
        if not part:
            raise ConnectionError
        data += part
    return data.decode().strip()


def wait_for_end(sock: socket.socket) -> None:
    """Keeps the connection until the client goes."""
    while sock.recv(4096):
        pass


def tls(context: ssl.SSLContext, then: Handler) -> Handler:
    """TLS from the first byte, then the handler."""

    def handler(sock: socket.socket) -> None:
        with context.wrap_socket(sock, server_side=True) as secured:
            then(secured)

    return handler


def drip(data: bytes, seconds: float) -> Handler:
    """Sends byte by byte."""

    def handler(sock: socket.socket) -> None:
        for byte in data:
            sock.sendall(bytes([byte]))
            time.sleep(seconds)
        wait_for_end(sock)

    return handler


def say(*texts: str) -> Handler:
    """Says some lines and then nothing."""

    def handler(sock: socket.socket) -> None:
        lines(sock, *texts)
        wait_for_end(sock)

    return handler


def imap(sock: socket.socket, *, starttls: bool = False) -> None:
    """A good IMAP server as far as its capabilities."""
    lines(sock, "* OK ready")
    while True:
        tag, word = command(sock).split(" ", 1)
        if word == "CAPABILITY":
            extra = " STARTTLS" if starttls else ""
            lines(sock, f"* CAPABILITY IMAP4rev1{extra} AUTH=PLAIN AUTH=LOGIN", f"{tag} OK done")
        elif word == "LOGOUT":
            lines(sock, "* BYE", f"{tag} OK")
            return
        else:
            lines(sock, f"{tag} BAD")


def smtp_starttls(reply: bytes, then: Handler, offered: bool = True) -> Handler:
    """An SMTP server that answers STARTTLS with ``reply`` and goes on with ``then``."""

    def handler(sock: socket.socket) -> None:
        lines(sock, "220 mail ESMTP")
        command(sock)
        lines(sock, *(["250-mail", "250 STARTTLS"] if offered else ["250-mail", "250 8BITMIME"]))
        command(sock)
        sock.sendall(reply)
        then(sock)

    return handler
