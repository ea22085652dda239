"""One question to the name servers of this machine: UDP, again, then TCP, within one deadline."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.query
import dns.rcode
import dns.rdatatype

from soluciones.answer.net.contract import DnsReply, DnsStatus

Server = tuple[str, int]
"""Numeric address and port of a recursive name server."""
TYPES: frozenset[str] = frozenset({"A", "AAAA", "CNAME", "MX", "NS", "PTR", "SOA", "SPF", "SRV", "TXT"})
"""Record types that tools may ask for."""
MAX_RECORDS = 500
"""More records than this in one answer is no domain's mail set-up. Such an answer counts as broken, never as cut."""
_PAYLOAD = 1232
"""UDP payload that passes everywhere without fragments (DNS flag day 2020)."""
_UDP_SHARE = 0.35
"""Share of the deadline that each of the two UDP attempts gets; TCP has the rest."""
_SHORTEST = 0.05
_ENOUGH = 2
"""Whoever has said twice that it cannot answer is not asked a third time."""


@dataclass(frozen=True, slots=True)
class _Attempt:
    server: Server
    tcp: bool
    until: float


def ask(servers: Sequence[Server], name: str, rdtype: str, seconds: float) -> DnsReply:
    """Asks; never raises. ``timeout`` when nobody answered, ``servfail`` when what came is of no use.

    Args:
        servers: at least one; the second UDP attempt goes to the next one.
        name: A-label form, already judged by ``query_name``.
        rdtype: one of ``TYPES``.
        seconds: deadline of everything together.
    """
    start = time.monotonic()
    status: DnsStatus = "timeout" if servers else "servfail"
    query = dns.message.make_query(dns.name.from_text(name), rdtype, use_edns=0, payload=_PAYLOAD)
    refusals = 0
    for attempt in _plan(servers, start, seconds):
        if refusals == _ENOUGH:
            break
        try:
            response = _send(query, attempt, time.monotonic())
        except dns.exception.Timeout:
            continue
        except (dns.exception.DNSException, OSError, EOFError, ValueError):
            status = "servfail"
            continue
        if response.rcode() in (dns.rcode.NOERROR, dns.rcode.NXDOMAIN):
            return _reply(name, rdtype, response, _since(start))
        status = "servfail"
        refusals += 1
        if response.rcode() == dns.rcode.FORMERR:  # an old server that does not know EDNS
            query.use_edns(-1)
    return DnsReply(name, rdtype, status, took_ms=_since(start))


def _plan(servers: Sequence[Server], start: float, seconds: float) -> Iterator[_Attempt]:
    """UDP, UDP to the next server, TCP. A fast failure leaves its time to those that follow."""
    if not servers:
        return
    first, second = servers[0], servers[1 % len(servers)]
    for server, tcp in ((first, False), (second, False), (first, True)):
        now = time.monotonic()
        left = start + seconds - now
        if left < _SHORTEST:
            return
        yield _Attempt(server, tcp, now + (left if tcp else min(left, seconds * _UDP_SHARE)))


def _send(query: dns.message.Message, attempt: _Attempt, now: float) -> dns.message.Message:
    host, port = attempt.server
    left = max(attempt.until - now, _SHORTEST)
    if attempt.tcp:
        return dns.query.tcp(query, host, timeout=left, port=port)
    try:
        # Replies with a wrong id or from elsewhere are passed over: a forger must not be able to end the wait.
        return dns.query.udp(
            query, host, timeout=left, port=port, ignore_unexpected=True, ignore_errors=True, raise_on_truncation=True
        )
    except dns.message.Truncated:
        return dns.query.tcp(query, host, timeout=max(attempt.until - time.monotonic(), _SHORTEST), port=port)


def _reply(name: str, rdtype: str, response: dns.message.Message, took_ms: float) -> DnsReply:
    if not isinstance(response, dns.message.QueryMessage):
        return DnsReply(name, rdtype, "servfail", took_ms=took_ms)
    try:
        chain = response.resolve_chaining()
    except dns.exception.DNSException:
        return DnsReply(name, rdtype, "servfail", took_ms=took_ms)
    canonical = chain.canonical_name.to_text(omit_final_dot=True).lower()
    canonical = "" if canonical == name else canonical
    if response.rcode() == dns.rcode.NXDOMAIN:
        return DnsReply(name, rdtype, "no_name", canonical=canonical, took_ms=took_ms)
    if chain.answer is None:
        return DnsReply(name, rdtype, "no_data", canonical=canonical, took_ms=took_ms)
    if len(chain.answer) > MAX_RECORDS:
        return DnsReply(name, rdtype, "servfail", took_ms=took_ms)
    # Servers turn the order from answer to answer; a verdict must not turn with it.
    strings = tuple(sorted(_strings(rdata) for rdata in chain.answer if hasattr(rdata, "strings")))
    records = tuple("".join(parts) for parts in strings) or tuple(sorted(rdata.to_text() for rdata in chain.answer))
    return DnsReply(name, rdtype, "ok", records, strings, chain.minimum_ttl, canonical, took_ms)


def _strings(rdata: Any) -> tuple[str, ...]:
    return tuple(part.decode("utf-8", "replace") for part in rdata.strings)


def _since(start: float) -> float:
    return (time.monotonic() - start) * 1000
