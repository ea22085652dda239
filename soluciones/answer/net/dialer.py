"""Connects to the site's own servers, at addresses that were looked up once and checked, and to nothing else."""

from __future__ import annotations

import ipaddress
import socket
import time
from collections.abc import Collection, Iterable

from soluciones.answer.net.addresses import forbidden
from soluciones.answer.net.breaker import Breaker
from soluciones.answer.net.contract import ConnectRefused, Dialled, Dns
from soluciones.kb.site import DialTarget

LONGEST_SECONDS = 5.0
"""Of one ``dial``, looking the name up included, whatever the caller asks for."""
_MOST_ADDRESSES = 16
"""More addresses than that in an answer is no mail server's."""
_TRIED = 3
"""Addresses tried in turn."""


class GuardedDialer:
    """The ``Dialer`` of the contract, without a visitor's budget. One for the whole process."""

    def __init__(
        self,
        targets: Iterable[DialTarget],
        dns: Dns,
        *,
        allow_addresses: Collection[str] = (),
        breaker: Breaker | None = None,
    ) -> None:
        """``allow_addresses``: exact addresses that may be dialled although they are not public.

        They serve a site whose mail server stands in its own network, and tests on loopback.
        """
        self._targets = {target.host: target for target in targets}
        self._dns = dns
        self._allowed = frozenset(allow_addresses)
        self._breaker = Breaker() if breaker is None else breaker

    def permitted(self, host: object, port: object) -> DialTarget:
        """The target of that exact name, when it has that port.

        Raises:
            ConnectRefused: ``host_not_allowed``, ``port_not_allowed``.
        """
        target = self._targets.get(host) if isinstance(host, str) else None
        if target is None:
            raise ConnectRefused("host_not_allowed")
        if type(port) is not int or port not in target.ports:
            raise ConnectRefused("port_not_allowed")
        return target

    def dial(self, host: str, port: int, timeout: float) -> Dialled:
        """Connects within ``timeout`` seconds (5 at most).

        Raises:
            ConnectRefused: with the reason.
        """
        target = self.permitted(host, port)
        if not self._breaker.allows((host, port)):
            raise ConnectRefused("circuit_open")
        start = time.monotonic()
        until = start + min(max(timeout, 0.0), LONGEST_SECONDS)
        addresses = self._addresses(target)
        resolved = time.monotonic()
        try:
            sock, address = connect_first(addresses, port, until)
        except ConnectRefused:
            self._breaker.note((host, port), worked=False)
            raise
        self._breaker.note((host, port), worked=True)
        return Dialled(sock, address, (resolved - start) * 1000, (time.monotonic() - resolved) * 1000)

    def _addresses(self, target: DialTarget) -> tuple[str, ...]:
        """Every address of a target, all of them permitted. One that is not spoils the whole answer."""
        found = target.addresses or self._resolved(target.host)
        for address in found:
            reason = "" if address in self._allowed else forbidden(address)
            if reason:
                raise ConnectRefused("address_forbidden", reason)
        return found

    def _resolved(self, host: str) -> tuple[str, ...]:
        replies = self._dns.lookup_all([(host, "A"), (host, "AAAA")])
        found = tuple(address for reply in replies for address in reply.records if reply.status == "ok")
        if not found:
            known = all(reply.known for reply in replies)
            raise ConnectRefused("name_unknown" if known else "name_unresolved")
        if len(found) > _MOST_ADDRESSES:
            raise ConnectRefused("address_forbidden", "too_many")
        return found


def connect_first(addresses: tuple[str, ...], port: int, until: float) -> tuple[socket.socket, str]:
    """The first address that takes the connection; the failure of the first one when none does."""
    first: ConnectRefused | None = None
    tried = addresses[:_TRIED]
    for place, address in enumerate(tried):
        left = until - time.monotonic()
        if left <= 0:
            break
        try:
            return _connect(address, port, left / (len(tried) - place)), address
        except ConnectRefused as failure:
            first = first or failure
    raise first or ConnectRefused("timeout")


def _connect(address: str, port: int, seconds: float) -> socket.socket:
    """Connects to a numeric address. Nothing is resolved here: ``connect`` gets the very text that was checked."""
    version = ipaddress.ip_address(address).version
    sock = socket.socket(socket.AF_INET6 if version == 6 else socket.AF_INET, socket.SOCK_STREAM)
    try:
        sock.settimeout(seconds)
        sock.connect((address, port))
    except ConnectionRefusedError:
        sock.close()
        raise ConnectRefused("refused") from None
    except TimeoutError:
        sock.close()
        raise ConnectRefused("timeout") from None
    except OSError:
        sock.close()
        raise ConnectRefused("unreachable") from None
    except BaseException:
        sock.close()
        raise
    return sock
