"""Which addresses may be connected to: only those of the public Internet, whatever they are wrapped in.

``ipaddress.is_global`` is no such guard: on Python 3.11 it says True for the NAT64, 6to4 and IPv4-compatible forms of
127.0.0.1, for multicast and for several reserved blocks. Hence lists of our own, from the IANA special-purpose
registries (RFC 6890 and its successors).
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator

V4 = ipaddress.IPv4Address
V6 = ipaddress.IPv6Address

_V4_REASONS: tuple[tuple[str, str], ...] = (
    ("0.0.0.0/8", "this_network"),
    ("10.0.0.0/8", "private"),
    ("100.64.0.0/10", "shared"),  # carrier-grade NAT, and some clouds' metadata
    ("127.0.0.0/8", "loopback"),
    ("169.254.0.0/16", "link_local"),  # and most clouds' metadata
    ("172.16.0.0/12", "private"),
    ("168.63.129.16/32", "metadata"),  # a cloud's own service on a public address
    ("192.0.0.0/24", "protocol"),
    ("192.0.2.0/24", "documentation"),
    ("192.31.196.0/24", "protocol"),
    ("192.52.193.0/24", "protocol"),
    ("192.88.99.0/24", "relay"),
    ("192.168.0.0/16", "private"),
    ("192.175.48.0/24", "protocol"),
    ("198.18.0.0/15", "benchmarking"),
    ("198.51.100.0/24", "documentation"),
    ("203.0.113.0/24", "documentation"),
    ("224.0.0.0/4", "multicast"),
    ("255.255.255.255/32", "broadcast"),
    ("240.0.0.0/4", "reserved"),
)
_V6_REASONS: tuple[tuple[str, str], ...] = (
    ("::/128", "unspecified"),
    ("::1/128", "loopback"),
    ("64:ff9b:1::/48", "nat64_local"),  # RFC 8215: leads into the operator's own network
    ("100::/64", "discard"),
    ("2001:db8::/32", "documentation"),
    ("2001::/23", "protocol"),  # Teredo, benchmarking, ORCHID
    ("2002::/16", "relay"),  # 6to4
    ("2620:4f:8000::/48", "protocol"),
    ("3ffe::/16", "reserved"),
    ("3fff::/20", "documentation"),
    ("5f00::/16", "protocol"),
    ("fc00::/7", "private"),
    ("fe80::/10", "link_local"),
    ("fec0::/10", "private"),
    ("ff00::/8", "multicast"),
)
_V4_DENIED = tuple((ipaddress.IPv4Network(net), why) for net, why in _V4_REASONS)
_V6_DENIED = tuple((ipaddress.IPv6Network(net), why) for net, why in _V6_REASONS)
_V6_PUBLIC = ipaddress.IPv6Network("2000::/3")
"""All that IANA has given out for the public Internet; the rest is denied without being named."""
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_MAPPED = ipaddress.IPv6Network("::ffff:0:0/96")
_TRANSLATED = ipaddress.IPv6Network("::ffff:0:0:0/96")
_COMPATIBLE = ipaddress.IPv6Network("::/96")
_SIX_TO_FOUR = ipaddress.IPv6Network("2002::/16")
_TEREDO = ipaddress.IPv6Network("2001::/32")
_NAT64_LOCAL = ipaddress.IPv6Network("64:ff9b:1::/48")
_ISATAP = frozenset({0x00005EFE, 0x02005EFE})


def forbidden(text: str) -> str:
    """Why nothing may be connected to at that address; "" when it may.

    Only the canonical spelling of a bare numeric address counts: ``127.1``, ``0x7f000001``, ``::1%lo`` or
    ``[::1]`` are ``not_canonical``, whatever somebody's C library makes of them.
    """
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return "not_canonical"
    if str(address) != text.lower() or "%" in text:
        return "not_canonical"
    return _v4(address) if isinstance(address, V4) else _v6(address)


def embedded(address: V6) -> Iterator[tuple[str, V4]]:
    """IPv4 addresses that an IPv6 address carries, with the name of the wrapping."""
    packed = address.packed
    tail = V4(packed[12:16])
    for net, how in (
        (_NAT64, "nat64"),
        (_MAPPED, "mapped"),
        (_TRANSLATED, "translated"),
        (_COMPATIBLE, "compatible"),
    ):
        if address in net:
            yield how, tail
    if address in _NAT64_LOCAL:
        yield "nat64_local", V4(packed[6:8] + packed[9:11])  # RFC 6052 §2.2, prefix of 48 bits
        yield "nat64_local", tail
    if address in _SIX_TO_FOUR:
        yield "6to4", V4(packed[2:6])
    if address in _TEREDO:
        yield "teredo", V4(packed[4:8])
        yield "teredo", V4(bytes(byte ^ 0xFF for byte in packed[12:16]))
    if int.from_bytes(packed[8:12], "big") in _ISATAP:
        yield "isatap", tail


def _v4(address: V4) -> str:
    return next((why for net, why in _V4_DENIED if address in net), "")


def _v6(address: V6) -> str:
    inside = [(how, why) for how, inner in embedded(address) if (why := _v4(inner))]
    named = next((why for net, why in _V6_DENIED if address in net), "")
    if named in ("loopback", "unspecified"):  # ::1 and :: are also IPv4-compatible forms of 0.0.0.1 and 0.0.0.0
        return named
    if inside:
        how, why = inside[0]
        return f"{why}_in_{how}"
    if named:
        return named
    if address in _V6_PUBLIC or address in _NAT64:
        return ""
    return "reserved"
