"""Canary listeners, and a site whose one server they stand at."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest


class Canary:
    """Listens on every address of this machine. ``connections()`` counts who came."""

    def __init__(self) -> None:
        self._sock = socket.socket(socket.AF_INET6, socket.SOCK_STREAM)
        self._sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        self._sock.bind(("::", 0))
        self._sock.listen(4096)
        self._sock.setblocking(False)
        self.port: int = self._sock.getsockname()[1]

    def connections(self) -> list[str]:
        """Addresses at which somebody connected since the last call."""
        seen = []
        while True:
            try:
                peer, _ = self._sock.accept()
            except BlockingIOError:
                return seen
            seen.append(str(peer.getsockname()[0]).removeprefix("::ffff:"))
            peer.close()

    def close(self) -> None:
        """Stops listening."""
        self._sock.close()


@pytest.fixture
def canary() -> Iterator[Canary]:
    """A fresh one."""
    found = Canary()
    yield found
    found.close()
