"""Reads which ports to look at, and refuses every other host."""

from __future__ import annotations

from typing import Any

from soluciones.answer.tools.base import Slots, ToolContext
from soluciones.answer.tools.port_choice import best
from soluciones.answer.tools.values import SlotRefused, read_list, read_text
from soluciones.kb.facts import Facts, Port

MAX_PORTS = 7
"""As many as a mail service has ports; each costs one connection."""
_MAX_TEXT = 300
"""A host name has at most 253 characters (RFC 1035), a port five more."""
_MAX_DIGITS = 12
_PROTOCOLS = {
    "imap": "imap", "imaps": "imap", "imap4": "imap", "pop": "pop3", "pops": "pop3", "pop3": "pop3", "pop3s": "pop3",
    "smtp": "smtp", "smtps": "smtp", "submissions": "smtp",
}  # fmt: skip
_SUBMISSION = 587
"""RFC 6409."""
_DEFAULT = ("imap", "smtp")
_HOST_SLOTS = ("host", "hostname", "server", "servidor", "domain", "url", "address", "ip", "target")
"""Names under which a host could be slipped in. None of them is a slot."""


class HostRefused(ValueError):
    """A host that is not the tenant's own was named."""


class PortRefused(ValueError):
    """A port that the tenant's facts do not name."""

    def __init__(self, number: int) -> None:
        self.number = number
        super().__init__(str(number))


def server_of(port: Port, context: ToolContext) -> str:
    """The tenant's server for a port's direction."""
    mail = context.facts.mail
    return mail.incoming if port.direction == "in" else mail.outgoing


def allowed_ports(context: ToolContext) -> frozenset[int]:
    """Ports that ``site.yml`` lets us connect to on the tenant's mail server."""
    mail = context.facts.mail
    return frozenset(
        number for target in context.site.servers if target.host in (mail.incoming, mail.outgoing)
        for number in target.ports
    )  # fmt: skip


def read_ports(slots: Slots, context: ToolContext) -> tuple[Port, ...]:
    """The ports wanted, each once; the recommended ones when none is named.

    Raises:
        SlotRefused: no port and no protocol.
        HostRefused: another host is named, in a slot of its own or as ``host:port``.
        PortRefused: a number that the tenant's facts do not know.
    """
    for name in _HOST_SLOTS:
        if name in slots and slots[name] not in (None, ""):
            _own_host(slots[name], context.facts)
    values = read_list(slots, "port", MAX_PORTS) or _DEFAULT
    ports = tuple(dict.fromkeys(_port(value, context.facts) for value in values))
    if not ports:
        raise SlotRefused("port", "wrong_type")
    return ports


def _own_host(value: Any, facts: Facts) -> None:
    if not isinstance(value, str) or value.strip().casefold().rstrip(".") not in (
        facts.mail.incoming, facts.mail.outgoing,
    ):  # fmt: skip
        raise HostRefused


def _port(value: Any, facts: Facts) -> Port:
    if isinstance(value, str):
        value = _from_text(value, facts)
    if isinstance(value, Port):
        return value
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise SlotRefused("port", "wrong_type")
    if value != value or abs(value) >= 10**_MAX_DIGITS or int(value) != value:
        raise SlotRefused("port", "wrong_type")
    port = facts.port(int(value))
    if port is None:
        raise PortRefused(int(value))
    return port


def _from_text(value: str, facts: Facts) -> Port | int:
    """``993``, ``imaps``, or ``host:993`` when the host is our own."""
    text = (read_text({"port": value}, "port", _MAX_TEXT) or "").strip().casefold()
    host, colon, rest = text.rpartition(":")
    if colon and not host.isspace():
        _own_host(host, facts)
        text = rest.strip()
    if len(text) <= _MAX_DIGITS and text.isascii() and text.isdecimal():
        return int(text)
    if "." in text or "/" in text:
        raise HostRefused
    if text in ("submission", "msa"):
        return _SUBMISSION
    port = best(facts, _PROTOCOLS.get(text, ""))
    if port is None:
        raise SlotRefused("port", "wrong_type")
    return port
