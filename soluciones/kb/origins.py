"""Web origins (RFC 6454) as people write them into ``site.yml`` and as browsers send them: one spelling for both."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass

import idna

DEFAULT_PORTS = {"http": 80, "https": 443}
WILDCARD = "*."
_MAX_CHARS = 300
"""Scheme, 253 characters of name and a port fit; anything longer is no origin."""
_PARTS = re.compile(
    r"(?P<scheme>[A-Za-z]{4,5})://(?P<host>\[[0-9A-Fa-f:.]{2,45}\]|[^\s/?#@:\[\]\\]+)(?::(?P<port>[0-9]{1,5}))?\Z"
)
_LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)\Z")


class BadOrigin(ValueError):
    """Not an origin; the message says what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Scheme, host and port."""

    scheme: str
    host: str
    """A-labels in lower case, or a bracketed or dotted address; without ``*.``."""
    port: int
    wildcard: bool = False
    """All names below ``host``, and not ``host`` itself."""

    def __str__(self) -> str:
        """As browsers write it: no default port."""
        port = "" if self.port == DEFAULT_PORTS[self.scheme] else f":{self.port}"
        return f"{self.scheme}://{WILDCARD if self.wildcard else ''}{self.host}{port}"


def parse_rule(text: str) -> Origin:
    """One entry of an allow-list: ``https://shop.example``, ``https://*.example.com:8443``.

    Names may be written with their own letters; they are kept as A-labels. A wildcard stands for whole labels at the
    front only and needs a name of at least two labels behind it.

    Raises:
        BadOrigin: with what is wrong.
    """
    found = _PARTS.match(text.strip()) if len(text) <= _MAX_CHARS else None
    if found is None:
        raise BadOrigin("an origin is scheme://name or scheme://name:port, with nothing behind it")
    scheme, host = found["scheme"].lower(), found["host"].lower()
    if scheme not in DEFAULT_PORTS:
        raise BadOrigin("only http and https have origins that can be allowed")
    wildcard = host.startswith(WILDCARD)
    name = _ascii_host(host.removeprefix(WILDCARD))
    if wildcard and ("." not in name or _address(name)):
        raise BadOrigin("behind `*.` stands a name of at least two labels")
    return Origin(scheme, name, _port(scheme, found["port"]), wildcard)


def parse_sent(header: str) -> Origin | None:
    """The ``Origin`` header of a browser; None for anything that no browser sends (``null`` included).

    Browsers serialise (RFC 6454 §6.2): lower case, A-labels, no default port. What is spelt otherwise was not written
    by one, so it is not made to fit.
    """
    try:
        origin = parse_rule(header)
    except BadOrigin:
        return None
    return origin if not origin.wildcard and str(origin) == header else None


def matches(rule: Origin, sent: Origin) -> bool:
    """Whether an allow-list entry covers an origin; scheme and port always count."""
    if (rule.scheme, rule.port) != (sent.scheme, sent.port):
        return False
    return sent.host.endswith(f".{rule.host}") if rule.wildcard else sent.host == rule.host


def _port(scheme: str, text: str | None) -> int:
    port = int(text) if text else DEFAULT_PORTS[scheme]
    if not 0 < port < 65_536:
        raise BadOrigin("the port is a number from 1 to 65535")
    return port


def _address(host: str) -> str:
    """A numeric address as browsers write it; "" for a name."""
    try:
        address = ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return ""
    return f"[{address.compressed}]" if address.version == 6 else str(address)


def _ascii_host(host: str) -> str:
    address = _address(host)
    if address:
        return address
    if not host.isascii():
        try:
            host = idna.encode(host, uts46=True).decode("ascii")
        except (idna.IDNAError, UnicodeError):
            raise BadOrigin("the name cannot be a domain name") from None
    labels = host.split(".")
    # A name that ends in a dot, or whose last label is a number, is another host or none at all.
    if len(host) > 253 or labels[-1].isdecimal() or not all(map(_LABEL.match, labels)):
        raise BadOrigin("the name cannot be a domain name")
    return host
