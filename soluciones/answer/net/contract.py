"""What tools see of the network: two narrow protocols, so that tests can put zones and servers behind them."""

from __future__ import annotations

import socket
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

from soluciones.answer.net.once import Once

DnsStatus = Literal["ok", "no_data", "no_name", "servfail", "timeout", "refused", "network_off", "over_budget"]
"""``ok``: records. ``no_data``: the name exists without such records. ``no_name``: NXDOMAIN.

The rest is *not known*, and no verdict may be built on it: ``servfail`` (also REFUSED and broken replies), ``timeout``,
``refused`` (our own rules: special-use name, not a host name), ``network_off``, ``over_budget``.
"""
KNOWN: frozenset[DnsStatus] = frozenset({"ok", "no_data", "no_name"})
"""Statuses that say something about the domain."""


@dataclass(frozen=True, slots=True)
class DnsReply:
    """One question's outcome."""

    name: str
    """The name asked for, A-label form, no trailing dot."""
    rdtype: str
    status: DnsStatus
    records: tuple[str, ...] = ()
    """Presentation form; TXT: the character strings joined without a space, undecodable bytes replaced."""
    strings: tuple[tuple[str, ...], ...] = ()
    """TXT only: each record as the character strings it is made of (RFC 1035 §3.3.14)."""
    ttl: int = 0
    """Seconds, the smallest of the set."""
    canonical: str = ""
    """Where a chain of CNAMEs led, "" when the name answered itself."""
    took_ms: float = 0.0

    @property
    def known(self) -> bool:
        """Whether a verdict may be built on it."""
        return self.status in KNOWN


class Dns(Protocol):
    """Looks names up. Never raises for any text; never takes longer than its deadline."""

    def lookup(self, name: str, rdtype: str) -> DnsReply:
        """One question, e.g. ``("ejemplo.com", "TXT")``."""
        ...

    def lookup_all(self, questions: Sequence[tuple[str, str]]) -> tuple[DnsReply, ...]:
        """Several at once, within one deadline; replies in the order of the questions."""
        ...


class ConnectRefused(Exception):
    """No connection was made.

    Attributes:
        code: ``host_not_allowed``, ``port_not_allowed``, ``address_forbidden`` (all three: by our own rules),
            ``name_unknown``, ``name_unresolved``, ``refused``, ``timeout``, ``unreachable``, ``over_budget``,
            ``circuit_open``, ``network_off``.
    """

    def __init__(self, code: str, detail: str = "") -> None:
        self.code = code
        self.detail = detail
        super().__init__(f"{code} {detail}".strip())


@dataclass(frozen=True, slots=True)
class Dialled:
    """An open TCP connection to an address that was checked. The caller closes the socket."""

    sock: socket.socket = field(repr=False)
    address: str = ""
    """The numeric address connected to."""
    resolve_ms: float = 0.0
    connect_ms: float = 0.0


class Dialer(Protocol):
    """Opens TCP connections to hosts and ports that the site's settings name, and to nothing else."""

    def dial(self, host: str, port: int, timeout: float) -> Dialled:
        """Connects within ``timeout`` seconds.

        Raises:
            ConnectRefused: with the reason.
        """
        ...


@dataclass(frozen=True, slots=True)
class Network:
    """What a tool may use, bound to one visitor's budget."""

    dns: Dns
    dialer: Dialer
    once: Once = field(default_factory=Once)
    """Results that all visitors share for a moment, one attempt at a time: ``once.cached(key, make)``."""
