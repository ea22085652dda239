"""Which port for what: pure choices among the ports of ``facts.yml``."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from soluciones.kb.facts import Facts, Port

HIGHEST_PORT = 65_535
"""RFC 9293: port numbers have 16 bits; 0 is reserved (RFC 6335)."""

_RANKS = ("recommended", "supported", "tolerated")
LAST_RESORT = frozenset({25})
"""Never the first to try, whatever its rank: it is the port between servers (RFC 6409)."""

NOT_MAIL = {
    20: "FTP", 21: "FTP", 22: "SSH", 23: "Telnet", 53: "DNS", 80: "HTTP", 123: "NTP", 443: "HTTPS", 445: "SMB",
    1433: "SQL Server", 3306: "MySQL", 3389: "RDP", 5432: "PostgreSQL", 8080: "HTTP", 8443: "HTTPS",
}  # fmt: skip
"""Ports registered for something else (IANA). Not from the guides: told as general knowledge."""


@dataclass(frozen=True, slots=True)
class Mismatch:
    """A port asked about for something that it is not for."""

    port: Port
    kind: str
    """``direction_mismatch`` or ``protocol_mismatch``."""
    better: Port
    """The port for what was wanted."""


def order(ports: Iterable[Port]) -> tuple[Port, ...]:
    """Best first: rank, then TLS from the first byte before STARTTLS, port 25 last."""
    return tuple(sorted(ports, key=lambda p: (p.port in LAST_RESORT, _RANKS.index(p.rank), p.tls != "implicit")))


def select(facts: Facts, protocols: Sequence[str] = (), direction: str | None = None) -> tuple[Port, ...]:
    """The ports for some protocols and a direction, best first; all ports when nothing is asked."""
    chosen = (
        port
        for port in facts.ports
        if (not protocols or port.protocol in protocols) and (direction is None or port.direction == direction)
    )
    return order(chosen)


def best(facts: Facts, protocol: str) -> Port | None:
    """The first port to try for a protocol; None when the tenant does not offer it."""
    return next(iter(select(facts, (protocol,))), None)


def better_than(port: Port, facts: Facts) -> Port | None:
    """The port of the same protocol to use instead; None when ``port`` is the best already."""
    first = best(facts, port.protocol)
    return None if first is None or first == port else first


def mismatches(
    ports: Sequence[Port], facts: Facts, protocols: Sequence[str], direction: str | None
) -> tuple[Mismatch, ...]:
    """Ports that cannot do what is wanted of them: 993 for SMTP, 465 for receiving.

    A wish that one of the ports fulfils accuses none of the others: «993 y SMTP 465».
    """
    if protocols and not any(port.protocol in protocols for port in ports):
        return tuple(_mismatch(port, facts, best(facts, protocols[0])) for port in ports if best(facts, protocols[0]))
    if direction is not None and not any(port.direction == direction for port in ports):
        wanted = next(iter(select(facts, direction=direction)), None)
        return tuple(_mismatch(port, facts, wanted) for port in ports if wanted)
    return ()


def _mismatch(port: Port, facts: Facts, wanted: Port | None) -> Mismatch:
    assert wanted is not None
    kind = "direction_mismatch" if port.direction != wanted.direction else "protocol_mismatch"
    return Mismatch(port, kind, wanted)


def is_port_number(number: int) -> bool:
    """1 to 65535."""
    return 1 <= number <= HIGHEST_PORT
