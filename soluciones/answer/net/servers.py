"""Which name servers are asked: the one of the settings, else those of this machine."""

from __future__ import annotations

import ipaddress
import threading
import time

import dns.exception
import dns.resolver

from soluciones.answer.net.exchange import Server

_PORT = 53
_REREAD_SECONDS = 60.0
"""A laptop changes networks; the file is read again then."""
_MOST = 3
"""As many as the C library reads."""


def parse_server(text: str) -> Server:
    """``192.0.2.1``, ``192.0.2.1:5300``, ``2001:db8::1``, ``[2001:db8::1]:5300`` → address and port.

    Raises:
        ValueError: not a numeric address, or no port between 1 and 65535.
    """
    host, port = text.strip(), _PORT
    if host.startswith("["):
        host, closed, rest = host[1:].partition("]")
        if not closed:
            raise ValueError("dns_server: a bracket is missing")
        port = int(rest.removeprefix(":")) if rest else _PORT
    elif host.count(":") == 1:
        host, _, number = host.partition(":")
        port = int(number)
    if not 1 <= port <= 65535:
        raise ValueError(f"dns_server: {port} is not a port")
    return str(ipaddress.ip_address(host)), port


class Servers:
    """The servers to ask now."""

    def __init__(self, fixed: tuple[Server, ...] = ()) -> None:
        self._fixed = fixed
        self._lock = threading.Lock()
        self._read: tuple[Server, ...] = ()
        self._reread_at = 0.0

    def current(self) -> tuple[Server, ...]:
        """At most three; none when this machine has no name server set."""
        if self._fixed:
            return self._fixed
        with self._lock:
            if time.monotonic() >= self._reread_at:
                self._read = _system()
                self._reread_at = time.monotonic() + _REREAD_SECONDS
            return self._read


def _system() -> tuple[Server, ...]:
    try:
        found = dns.resolver.Resolver(configure=True).nameservers
    except (dns.exception.DNSException, OSError):
        return ()
    return tuple((str(item), _PORT) for item in found if isinstance(item, str))[:_MOST]
