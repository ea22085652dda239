"""Is a delivery report about a message of the visitor's, or about one that somebody forged in its name?

The returned original decides: which server it was in when it failed, and whether the visitor's provider had it before,
by a login. A report that brings no original headers back decides nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from soluciones.answer.tools.headers.block import Block
from soluciones.answer.tools.headers.bounce import Bounce
from soluciones.answer.tools.headers.judgement import Evidence, Judgement, Shows, VerdictName
from soluciones.answer.tools.headers.mail_case import delivered_to_own, same_account
from soluciones.answer.tools.headers.mailboxes import aligned, find_address, organisation, read_mailboxes
from soluciones.answer.tools.headers.message import Reading
from soluciones.answer.tools.headers.received import Hop, read_received
from soluciones.answer.tools.headers.source import shown
from soluciones.answer.tools.headers.trust import MAX_HOPS, Chain, group_of, own_servers, walk


@dataclass(frozen=True, slots=True)
class _Case:
    reading: Reading
    bounce: Bounce
    own: str
    """The visitor's address; else whom the original says it is from."""
    hops: tuple[Hop, ...]
    """Of the original."""
    provider: frozenset[str]
    """Organisational domains of the visitor's mail service."""
    provider_known: bool
    """The report's own headers, or the address, show which service that is."""
    inside: bool
    """The visitor's own service wrote the report, so that the original's lines can be believed from the top."""


def judge_bounce(reading: Reading) -> Judgement:
    """Judges a delivery report."""
    assert reading.bounce is not None
    case = _case(reading, reading.bounce)
    verdict, reason = _decide(case)
    return Judgement(verdict, reason, tuple(_evidence(case, reason)))


def original_address(original: Block) -> str:
    """Whom the returned message says it is from; its envelope sender when it says nothing."""
    senders = read_mailboxes(original.first("from"))
    return (senders[0].address if senders else "") or find_address(original.first("return-path"))


def _case(reading: Reading, bounce: Bounce) -> _Case:
    original = bounce.original
    own = reading.own or original_address(original)
    hops = tuple(read_received(value) for value in original.values("received")[:MAX_HOPS])
    servers = reading.trust.servers
    provider = reading.site | servers
    home: frozenset[str] = frozenset()
    if own:
        home = group_of(own.rpartition("@")[2], reading.site)
        provider |= home
    known = bool(servers) or (bool(own) and len(home) > 1)
    chain = reading.trust.chain
    whole = bool(reading.trust.hops) and chain.trusted == len(reading.trust.hops) and not _came_from_outside(reading)
    reporter = organisation(bounce.reporting_server)
    inside = whole and bool(servers) and (not reporter or "." not in reporter or reporter in servers)
    return _Case(reading, bounce, own, hops, provider, known, inside)


def _came_from_outside(reading: Reading) -> bool:
    origin = reading.trust.origin
    return origin is not None and origin.has_from and not origin.local


def _decide(case: _Case) -> tuple[VerdictName, str]:
    if not case.bounce.original.fields:
        return "cannot_tell", "no_original"
    if not (_names_own(case) or delivered_to_own(case.reading)):
        return "cannot_tell", "other_original"  # reports go to the envelope sender: this one was not the visitor's
    if not case.hops:
        return "cannot_tell", "original_without_received"
    return _decide_inside(case) if case.inside else _decide_outside(case)


def _names_own(case: _Case) -> bool:
    if not case.reading.own:
        return True
    original = case.bounce.original
    fields = ("from", "sender", "return-path", "x-sender", "resent-from")
    return any(case.reading.own == find_address(original.first(name)) for name in fields) or any(
        box.address == case.reading.own for box in read_mailboxes(original.first("from"))
    )


def _decide_inside(case: _Case) -> tuple[VerdictName, str]:
    """The visitor's own service gave up on it: its topmost line is that service's."""
    chain = walk(case.hops, case.reading.trust.servers)
    origin = case.hops[chain.origin] if chain.origin is not None else None
    if chain.trusted == 0:
        return "cannot_tell", "incomplete_chain"
    return _by_origin(case, origin)


def _by_origin(case: _Case, origin: Hop | None) -> tuple[VerdictName, str]:
    if origin is None:
        return "cannot_tell", "incomplete_chain"
    if origin.login:
        if origin.account and not same_account(origin.account, case.own):
            related = aligned(origin.account.rpartition("@")[2], case.own.rpartition("@")[2])
            if related:
                return "cannot_tell", "other_account_of_your_domain"
            return "bounce_of_forged_mail", "submitted_by_other_account"
        if not origin.account and not _names_own(case):
            return "cannot_tell", "other_original"
        return "bounce_of_your_mail", "original_login"
    if origin.web:
        return "bounce_of_your_mail", "original_login"
    return ("cannot_tell", "script_origin") if origin.local else ("bounce_of_forged_mail", "original_from_outside")


def _decide_outside(case: _Case) -> tuple[VerdictName, str]:
    """Another server gave up on it: its topmost lines are that server's, and say who handed it over."""
    receiver = own_servers(case.hops, case.reading.site)
    reporter = organisation(case.bounce.reporting_server)
    if receiver & case.provider:  # the other side refused at once, so that the provider's own line is the topmost
        if case.reading.trust.hops or ("." in reporter and reporter not in case.provider):
            return "cannot_tell", "original_claims_provider"  # another server's report without that server's line
        chain = walk(case.hops, case.provider)
        origin = case.hops[chain.origin] if chain.origin is not None else None
        return _by_origin(case, origin) if chain.trusted else ("cannot_tell", "incomplete_chain")
    chain = walk(case.hops, receiver)
    handed = case.hops[chain.origin] if chain.origin is not None else None
    if handed is None:
        return "cannot_tell", "incomplete_chain"
    if handed.rdns and organisation(handed.rdns) in case.provider:
        below = case.hops[chain.trusted :]
        inner: Chain = walk(below, case.provider)
        origin = below[inner.origin] if inner.origin is not None else None
        return _by_origin(case, origin) if origin is not None else ("bounce_of_your_mail", "original_passed_provider")
    if _provider_hops(case):
        return "cannot_tell", "original_claims_provider"
    if not case.provider_known:
        return "cannot_tell", "provider_unknown"
    return "bounce_of_forged_mail", "original_never_passed"


def _provider_hops(case: _Case) -> tuple[Hop, ...]:
    return tuple(hop for hop in case.hops if hop.by and organisation(hop.by) in case.provider)


def _evidence(case: _Case, reason: str) -> Iterator[Evidence]:
    yield from _way(case, reason)
    original = case.bounce.original
    if not original.fields:
        yield Evidence("no_original", "missing")
        return
    if not _names_own(case):
        names = {"address": shown(original_address(original), 100) or "?"}
        yield Evidence("other_original", "neutral", trusted=False, params=names)
    name = original.first("message-id").strip("<> ").rpartition("@")[2]
    if name and case.own:
        mine = aligned(name, case.own.rpartition("@")[2]) or organisation(name) in case.provider
        code = "message_id_matches" if mine else "message_id_differs"
        yield Evidence(code, "yours" if mine else "forged", trusted=False, params={"domain": shown(name, 100)})
    if not case.hops:
        yield Evidence("original_without_received", "missing")
    if not case.reading.own:
        yield Evidence("own_address_missing", "missing")
    if case.reading.automatic:
        yield Evidence("auto_reply", "neutral", trusted=False)


_SHOWS: Mapping[str, Shows] = {
    "original_login": "yours",
    "original_passed_provider": "yours",
    "original_from_outside": "forged",
    "original_never_passed": "forged",
    "submitted_by_other_account": "forged",
    "original_claims_provider": "missing",
    "provider_unknown": "missing",
    "script_origin": "neutral",
    "other_account_of_your_domain": "neutral",
    "incomplete_chain": "missing",
}
"""Reasons that rest on one line of the original."""


def _way(case: _Case, reason: str) -> Iterator[Evidence]:
    """The line that decided."""
    if reason not in _SHOWS:
        return
    origin = _deciding(case)
    params: dict[str, object] = {
        "server": origin.by if origin else "?",
        "name": (origin.rdns or shown(origin.helo, 100)) if origin else "?",
        "ip": (origin.ip or "?") if origin else "?",
        "account": (shown(origin.account, 100) if origin else "") or "?",
    }
    trusted = case.inside or reason in ("original_never_passed", "original_passed_provider")
    yield Evidence(reason, _SHOWS[reason], trusted=trusted, params=params)


def _deciding(case: _Case) -> Hop | None:
    """The original's hop that the judgement rests on."""
    logins = [hop for hop in _provider_hops(case) if hop.login or hop.web]
    receiver = case.provider if case.inside else own_servers(case.hops, case.reading.site)
    chain = walk(case.hops, receiver)
    if chain.origin is not None and not (logins and organisation(case.hops[chain.origin].rdns) in case.provider):
        return case.hops[chain.origin]
    return logins[0] if logins else None
