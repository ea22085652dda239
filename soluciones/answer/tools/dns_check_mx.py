"""The MX light: who receives the domain's mail (RFC 5321 §5.1, RFC 7505, RFC 2181 §10.3)."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from soluciones.answer.mailauth.problem import RecordProblem
from soluciones.answer.net.addresses import forbidden
from soluciones.answer.net.contract import DnsReply
from soluciones.answer.net.names import query_name
from soluciones.answer.tools.dns_check_light import Entry, Light, by_gravity

MAX_HOSTS = 10
"""Servers whose addresses are looked up; nobody has more."""
_NOT_REACHABLE = frozenset({"private", "loopback", "link_local", "this_network", "shared"})
"""Addresses that no mail server outside can reach. Documentation addresses are left to those who write examples."""


@dataclass(frozen=True, slots=True)
class Mx:
    """One MX record."""

    preference: int
    host: str
    """Lower case, no last dot; "" is the null MX."""


def parse_mx(records: Sequence[str]) -> tuple[Mx, ...]:
    """Records in presentation form (``10 mx.ejemplo.com.``), the preferred first; what is no MX is left out."""
    found = []
    for text in records:
        preference, _, host = text.partition(" ")
        if preference.isascii() and preference.isdigit() and host:
            found.append(Mx(int(preference), host.lower().removesuffix(".")))
    return tuple(sorted(found, key=lambda mx: (mx.preference, mx.host)))


def hosts_to_check(reply: DnsReply) -> tuple[str, ...]:
    """Names whose addresses the light wants."""
    return tuple(dict.fromkeys(mx.host for mx in parse_mx(reply.records) if mx.host))[:MAX_HOSTS]


def mx_light(
    name: str,
    reply: DnsReply,
    own: Sequence[DnsReply],
    addresses: Mapping[str, Sequence[DnsReply]],
    expected: Collection[str],
) -> Light:
    """Judges the MX records.

    Args:
        name: the domain.
        reply: its MX records.
        own: its own A and AAAA records, which count when there is no MX.
        addresses: A and AAAA records of each MX host.
        expected: the tenant's MX hosts; nothing is said about whose they are when empty.
    """
    expected = [host.lower().removesuffix(".") for host in expected]
    records = parse_mx(reply.records)
    if reply.status == "ok" and records:
        problems = [*_null(records), *_hosts(records, addresses), *_whose(records, expected)]
        shown = tuple(f"{mx.preference} {mx.host or '.'}" for mx in records)
    else:
        problems, shown = [_missing(name, reply, own)], ()
    entries: tuple[Entry, ...] = ()
    if expected and any(problem.code in ("mx_missing", "mx_implicit", "mx_elsewhere") for problem in problems):
        entries = tuple(Entry("@", "MX", host, from_guide=False) for host in expected)
    return Light("mx", name, "MX", by_gravity(problems), shown, reply.ttl, entries)


def _missing(name: str, reply: DnsReply, own: Sequence[DnsReply]) -> RecordProblem:
    if not reply.known:
        return RecordProblem("mx_unknown", "unknown", {"domain": name})
    if any(item.status == "ok" for item in own):
        return RecordProblem("mx_implicit", "warn", {"domain": name})
    if all(item.known for item in own):
        return RecordProblem("mx_missing", "bad", {"domain": name})
    return RecordProblem("mx_unknown", "unknown", {"domain": name})


def _null(records: Sequence[Mx]) -> Iterator[RecordProblem]:
    if any(not mx.host for mx in records):
        yield RecordProblem("mx_null" if len(records) == 1 else "mx_null_mixed", "bad")


def _hosts(records: Sequence[Mx], addresses: Mapping[str, Sequence[DnsReply]]) -> Iterator[RecordProblem]:
    for host in dict.fromkeys(mx.host for mx in records):
        replies = addresses.get(host, ())
        if host and replies:
            yield from _host(host, replies)


def _host(host: str, replies: Sequence[DnsReply]) -> Iterator[RecordProblem]:
    found = [address for reply in replies if reply.status == "ok" for address in reply.records]
    alias = next((reply.canonical for reply in replies if reply.canonical), "")
    if any(reply.status == "refused" for reply in replies):
        is_ip = query_name(host).problem == "is_address"
        yield RecordProblem("mx_is_ip" if is_ip else "mx_bad_name", "bad", {"host": host})
        return
    if alias:
        yield RecordProblem("mx_is_cname", "bad", {"host": host, "target": alias})
    if found and all(forbidden(address) in _NOT_REACHABLE for address in found):
        yield RecordProblem("mx_private", "bad", {"host": host, "address": found[0]})
    if not found and all(reply.known for reply in replies):
        yield RecordProblem("mx_no_address", "bad", {"host": host})
    elif not found:
        yield RecordProblem("mx_unchecked", "unknown", {"host": host})


def _whose(records: Sequence[Mx], expected: Collection[str]) -> Iterator[RecordProblem]:
    hosts = [mx.host for mx in records if mx.host]
    if not hosts:
        return
    foreign = [host for host in hosts if host not in expected]
    listed = {"hosts": ", ".join(dict.fromkeys(hosts)), "foreign": ", ".join(dict.fromkeys(foreign))}
    if not expected:
        yield RecordProblem("mx_found", "ok", listed)
    elif not foreign:
        yield RecordProblem("mx_ours", "ok", listed)
    elif len(foreign) == len(hosts):
        yield RecordProblem("mx_elsewhere", "warn", listed)
    else:
        yield RecordProblem("mx_mixed", "warn", listed)
