"""Connections to the servers that the operator's own settings name: exactly one host and port each, nothing else.

Such a server may stand in the operator's own network, so private and loopback addresses are permitted here, which the
tools' dialler never permits: no visitor has a say in where this one connects to.
"""

from __future__ import annotations

import ipaddress
import queue
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from soluciones.answer.net.addresses import forbidden
from soluciones.answer.net.contract import ConnectRefused, Dialled
from soluciones.answer.net.dialer import connect_first

OWN_NETWORK = frozenset({"private", "loopback", "shared"})
"""Reasons of ``addresses.forbidden`` that do not hold here. Link-local (metadata), multicast and the rest do."""
_Found = tuple[str, ...] | ConnectRefused


def within_own_network(address: str) -> bool:
    """Whether nobody outside the operator's network sees what is sent there."""
    return forbidden(address) in OWN_NETWORK


@dataclass(frozen=True, slots=True)
class OperatorTarget:
    """The ``Dialer`` of one server that the settings name."""

    host: str
    """Exact name or numeric address, as in the setting."""
    port: int

    def dial(self, host: str, port: int, timeout: float) -> Dialled:
        """Connects within ``timeout`` seconds, looking the name up included.

        Raises:
            ConnectRefused: with the reason.
        """
        if host != self.host:
            raise ConnectRefused("host_not_allowed")
        if port != self.port:
            raise ConnectRefused("port_not_allowed")
        start = time.monotonic()
        addresses = self._addresses(timeout)
        resolved = time.monotonic()
        sock, address = connect_first(addresses, port, start + timeout)
        return Dialled(sock, address, (resolved - start) * 1000, (time.monotonic() - resolved) * 1000)

    def _addresses(self, timeout: float) -> tuple[str, ...]:
        """Every address of the host, all of them permitted. One that is not spoils the whole answer."""
        found = (self.host,) if _numeric(self.host) else _resolved(self.host, timeout)
        for address in found:
            reason = forbidden(address)
            if reason and reason not in OWN_NETWORK:
                raise ConnectRefused("address_forbidden", reason)
        return found


def _numeric(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _resolved(host: str, timeout: float) -> tuple[str, ...]:
    """By the system, which also knows ``localhost``, the hosts file and names within a container's network.

    The system's resolver has no deadline, so it runs in a thread that is left behind when it takes too long.
    """
    answer: queue.SimpleQueue[_Found] = queue.SimpleQueue()
    threading.Thread(target=lambda: answer.put(_look_up(host)), daemon=True, name="operator-dns").start()
    try:
        found = answer.get(timeout=max(timeout, 0.0))
    except queue.Empty:
        raise ConnectRefused("name_unresolved") from None
    if isinstance(found, ConnectRefused):
        raise found
    return found


def _look_up(host: str) -> _Found:
    try:
        rows = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except socket.gaierror as error:
        return ConnectRefused("name_unknown" if error.errno == socket.EAI_NONAME else "name_unresolved")
    except (OSError, UnicodeError):
        return ConnectRefused("name_unknown")
    return tuple(dict.fromkeys(str(row[4][0]) for row in rows)) or ConnectRefused("name_unknown")


@contextmanager
def cut_off(sock: socket.socket, seconds: float) -> Iterator[None]:
    """Ends the connection after ``seconds``, whatever goes on there: a timeout of a socket starts anew at each byte.

    Who reads or writes then meets the end of the connection. Holds through TLS too, as it acts below it.
    """
    watched = sock.dup()

    def end() -> None:
        with suppress(OSError):
            watched.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(max(seconds, 0.0), end)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        timer.join()
        watched.close()
