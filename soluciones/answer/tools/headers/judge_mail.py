"""Was a message sent from the visitor's account, or somewhere else under its name? Rules in order; the first decides.

Strong evidence comes first (a login seen by the recipient's own server, a valid signature), then what speaks for a
forgery, and whatever rests on lines that anybody could have written ends in ``cannot_tell``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from soluciones.answer.tools.headers.auth_results import UNCHECKED, AuthResult
from soluciones.answer.tools.headers.judgement import Evidence, Judgement, VerdictName
from soluciones.answer.tools.headers.mailboxes import aligned, find_address, organisation
from soluciones.answer.tools.headers.message import Reading
from soluciones.answer.tools.headers.received import Hop
from soluciones.answer.tools.headers.source import shown
from soluciones.answer.tools.headers.trust import group_of, walk

_SRS = ("srs0=", "srs0+", "srs0-", "srs1=", "srs1+", "srs1-")
"""Local parts of rewritten envelope senders: the message was forwarded."""
_CLOCK_SKEW = -60
"""Seconds that clocks may differ before it is mentioned."""


@dataclass(frozen=True, slots=True)
class Case:
    """A reading with what its trusted results amount to."""

    reading: Reading
    spf: AuthResult | None
    dmarc: AuthResult | None
    dkim: tuple[AuthResult, ...]
    signed: bool
    """A valid signature of the visible sender's organisation."""
    origin: Hop | None
    """Where the message came in, extended through the tenant's servers when they are vouched for."""
    listed: str
    """Domain of the mailing list that sent it on, "" when it was none."""
    forwarded: bool

    @property
    def spf_aligned(self) -> bool:
        """SPF passed for the visible sender's organisation."""
        return self.spf is not None and self.spf.result == "pass" and aligned(self.spf.domain, self.domain)

    @property
    def domain(self) -> str:
        """The visible sender's domain."""
        return self.reading.sender.domain


_Rule = Callable[[Case], "tuple[VerdictName, str] | None"]


def judge_mail(reading: Reading) -> Judgement:
    """Judges a message that is no delivery report."""
    case = _case(reading)
    evidence = tuple(_evidence(case))
    for rule in _RULES:
        decided = rule(case)
        if decided is not None:
            return Judgement(*decided, evidence)
    return Judgement("cannot_tell", "no_auth_results", evidence)


def _case(reading: Reading) -> Case:
    believed = reading.trust.believed
    first = {result.method: result for result in reversed(believed)}
    signatures = tuple(result for result in believed if result.method == "dkim")
    domain = reading.sender.domain
    signed = any(result.result == "pass" and aligned(result.domain, domain) for result in signatures)
    signed = signed and bool(reading.trust.hops)  # a result without the lines around it could come from anybody
    if reading.dkim.status == "verified":
        signed = signed or any(aligned(name, domain) for name in reading.dkim.domains)
    spf = first.get("spf")
    passing = spf is not None and spf.result == "pass"
    path = find_address(reading.block.first("return-path"))
    vouched = spf.domain if spf is not None and passing else ""
    listed = _list_domain(reading, vouched, signatures)
    forwarded = path.startswith(_SRS) and aligned(path.rpartition("@")[2], vouched)
    origin = _origin(reading, signed or passing)
    return Case(reading, spf, first.get("dmarc"), signatures, signed, origin, listed, forwarded)


def _list_domain(reading: Reading, vouched: str, signatures: tuple[AuthResult, ...]) -> str:
    """The list's domain when the list's own server is vouched for; a bare ``List-Id`` anybody can write."""
    name = (
        reading.block.first("list-id").rpartition("<")[2].strip("<> ")
        or find_address(reading.block.first("list-post")).rpartition("@")[2]
    )
    if not name:
        return ""
    good = [vouched, *(result.domain for result in signatures if result.result == "pass")]
    return name if any(aligned(name, domain) for domain in good) else ""


def _origin(reading: Reading, vouched: bool) -> Hop | None:
    """The hop where the message came in; where it came by the tenant's or a known provider's server, that one's."""
    trust = reading.trust
    if trust.origin is None or not vouched or not trust.origin.rdns or trust.origin.login:
        return trust.origin
    group = group_of(trust.origin.rdns, reading.site)
    if group == trust.servers or (group != reading.site and len(group) < 2):
        return trust.origin
    below = trust.hops[trust.chain.trusted :]
    chain = walk(below, group)
    return below[chain.origin] if chain.origin is not None else trust.origin


def same_account(account: str, own: str) -> bool:
    """A login name is that of the address: in full, or its local part alone."""
    return bool(account and own) and (account == own or ("@" not in account and account == own.partition("@")[0]))


def _nothing(case: Case) -> tuple[VerdictName, str] | None:
    reading = case.reading
    if not reading.block.fields:
        return "cannot_tell", "no_headers"
    if reading.trust.reordered:
        return "cannot_tell", "headers_reordered"
    return None if reading.transport else ("cannot_tell", "no_headers")


def _login(case: Case) -> tuple[VerdictName, str] | None:
    """Somebody logged in to a server that can be believed."""
    own, origin = case.reading.own, case.origin
    if origin is None or not (origin.login or _auth(case)):
        return None
    account = origin.account or _auth(case)
    if same_account(account, own):
        return "sent_by_your_account", "authenticated_submission"
    if not case.reading.claims_own:
        return None
    if account and aligned(account.rpartition("@")[2], own.rpartition("@")[2]):
        return "cannot_tell", "other_account_of_your_domain"
    if account:
        return "forged_elsewhere", "submitted_by_other_account"
    return ("sent_by_your_account", "login_unnamed") if _at_home(case, origin) else ("cannot_tell", "account_not_named")


def _at_home(case: Case, origin: Hop) -> bool:
    """The server that saw the login is the one where the visitor's mailbox lives, as far as can be told."""
    reading = case.reading
    home = group_of(reading.own.rpartition("@")[2], reading.site)
    there = group_of(origin.by, reading.site)
    if home & there:
        return True
    return len(home) == 1 and (there == reading.site or (there == reading.trust.servers and _delivered_to_own(reading)))


def _auth(case: Case) -> str:
    """The login that the recipient's own server notes as ``auth=pass``."""
    results = case.reading.trust.believed
    return next((r.account for r in results if r.method == "auth" and r.result == "pass" and r.account), "")


def _made_inside(case: Case) -> tuple[VerdictName, str] | None:
    if case.origin is None or not case.reading.claims_own:
        return None
    if case.origin.web and case.origin in case.reading.trust.hops[: case.reading.trust.chain.trusted]:
        return "sent_by_your_account", "webmail_submission"
    return ("cannot_tell", "script_origin") if case.origin.local else None


def _shown_name(case: Case) -> tuple[VerdictName, str] | None:
    own = case.reading.own
    claimed = {box.claimed for box in case.reading.senders} - {""}
    if case.listed or not claimed or case.reading.claims_own:
        return None
    return ("forged_elsewhere", "display_name_spoof") if not own or own in claimed else None


def _signed(case: Case) -> tuple[VerdictName, str] | None:
    if not case.signed:
        return None
    return ("sent_by_your_account", "signed_by_your_domain") if case.reading.claims_own else _other(case)


def _passed_on(case: Case) -> tuple[VerdictName, str] | None:
    if case.listed:
        return "cannot_tell", "mailing_list"
    return ("cannot_tell", "forwarded") if case.forwarded else None


def _failed(case: Case) -> tuple[VerdictName, str] | None:
    if case.dmarc is not None and case.dmarc.result == "fail":
        return "forged_elsewhere", "dmarc_fail"
    spf = case.spf
    if spf is not None and spf.result in ("fail", "softfail") and aligned(spf.domain, case.domain):
        return "forged_elsewhere", "spf_fail"
    return None


def _server_only(case: Case) -> tuple[VerdictName, str] | None:
    """A server that may send for the domain handed it over; other customers of that server may, too."""
    if not case.spf_aligned and not (case.dmarc is not None and case.dmarc.result == "pass"):
        return None
    if not case.reading.trust.hops:
        return "cannot_tell", "no_received"
    return ("cannot_tell", "authorised_server_only") if case.reading.claims_own else _other(case)


def _from_outside(case: Case) -> tuple[VerdictName, str] | None:
    """It says it is from the mailbox it was delivered to, but came in from elsewhere without a login."""
    reading, origin = case.reading, case.reading.trust.origin
    if origin is None or not _entered(reading) or not reading.claims_own:
        return None
    delivered = _delivered_to_own(reading)
    return ("forged_elsewhere", "entered_from_outside") if delivered else None


def _entered(reading: Reading) -> bool:
    origin = reading.trust.origin
    return origin is not None and origin.has_from and not (origin.login or origin.web or origin.local)


def _delivered_to_own(reading: Reading) -> bool:
    names = ("delivered-to", "x-original-to", "envelope-to", "x-delivered-to", "to")
    places = [find_address(reading.block.first(name)) for name in names]
    places += [hop.recipient for hop in reading.trust.hops[: reading.trust.chain.trusted]]
    return reading.own in places


def _other(case: Case) -> tuple[VerdictName, str]:
    if case.reading.own_source == "given":
        return "cannot_tell", "other_sender"
    return "cannot_tell", "other_sender" if case.reading.own else "own_address_missing"


def _incomplete(case: Case) -> tuple[VerdictName, str] | None:
    trust = case.reading.trust
    if not trust.hops:
        return "cannot_tell", "no_received"
    if not case.reading.own:
        return "cannot_tell", "own_address_missing"
    if not case.reading.claims_own:
        return _other(case)
    return ("cannot_tell", "incomplete_chain") if trust.origin is None else None


_RULES: tuple[_Rule, ...] = (
    _nothing, _login, _made_inside, _shown_name, _signed, _passed_on, _failed, _server_only, _from_outside, _incomplete,
)  # fmt: skip


def _evidence(case: Case) -> Iterator[Evidence]:
    if not case.reading.block.fields:
        return
    yield from _login_evidence(case)
    yield from _result_evidence(case)
    yield from _dkim_evidence(case)
    yield from _sender_evidence(case)
    yield from _way_evidence(case)


def _login_evidence(case: Case) -> Iterator[Evidence]:
    reading, origin = case.reading, case.origin
    if origin is None:
        return
    account = origin.account or _auth(case)
    if origin.login or _auth(case):
        params = {"server": origin.by, "account": shown(account, 100) or "?", "ip": origin.ip or "?"}
        if account and reading.own and not same_account(account, reading.own):
            yield Evidence("submitted_by_other_account", "neutral", params=params)
        else:
            shows = "yours" if reading.claims_own or same_account(account, reading.own) else "neutral"
            yield Evidence("authenticated_submission", shows, params=params)  # type: ignore[arg-type]
            if not account and reading.claims_own:
                yield Evidence("account_not_named", "missing", params=params)
    elif origin.web and case.origin is reading.trust.origin:
        yield Evidence("webmail_submission", "yours" if reading.claims_own else "neutral", params={"server": origin.by})
    elif origin.local:
        yield Evidence("script_origin", "neutral", params={"server": origin.by})
    elif _entered(reading):
        params = {"server": origin.by, "name": origin.rdns or shown(origin.helo, 100), "ip": origin.ip or "?"}
        forged = reading.claims_own and _delivered_to_own(reading) and not case.signed
        yield Evidence("entered_from_outside", "forged" if forged else "neutral", params=params)


def _result_evidence(case: Case) -> Iterator[Evidence]:
    own = case.reading.claims_own
    if case.dmarc is not None and case.dmarc.result in ("pass", "fail"):
        passed = case.dmarc.result == "pass"
        domain = case.dmarc.domain or case.domain
        shows = ("yours" if own else "neutral") if passed else "forged"
        yield Evidence("dmarc_pass" if passed else "dmarc_fail", shows, params={"domain": domain})  # type: ignore[arg-type]
    spf = case.spf
    if spf is not None and spf.result in ("fail", "softfail"):
        yield Evidence("spf_fail", "forged" if aligned(spf.domain, case.domain) else "neutral", params=_about(spf))
    elif spf is not None and spf.result == "pass":
        yield Evidence("spf_pass" if case.spf_aligned else "spf_other_domain", "neutral", params=_about(spf))
    for result in case.dkim[:4]:
        if result.result == "pass":
            good = aligned(result.domain, case.domain)
            yield Evidence("dkim_pass", "yours" if own and good else "neutral", params=_about(result))
        elif result.result == "fail":
            yield Evidence("dkim_fail", "neutral", params=_about(result))
    if any(result.result in UNCHECKED for result in case.reading.trust.believed):
        yield Evidence("auth_not_available", "missing")
    untrusted = [result for result, good in case.reading.trust.results if not good]
    if untrusted:
        server = shown(untrusted[0].server, 100) or "?"
        yield Evidence("auth_results_untrusted", "missing", trusted=False, params={"server": server})
    if not case.reading.trust.believed:
        yield Evidence("no_auth_results", "missing")


def _about(result: AuthResult) -> dict[str, object]:
    return {"domain": shown(result.domain, 100) or "?", "result": result.result}


def _dkim_evidence(case: Case) -> Iterator[Evidence]:
    check = case.reading.dkim
    if check.status == "absent":
        return
    domains = ", ".join(check.domains) or "?"
    own = case.reading.claims_own and any(aligned(name, case.domain) for name in check.domains)
    code = {"verified": "dkim_verified", "broken": "dkim_broken", "not_checkable": "dkim_not_checkable"}
    shows = "missing" if check.status in ("unknown", "not_checkable") else "neutral"
    if check.status == "verified" and own:
        shows = "yours"
    yield Evidence(
        code.get(check.status, "dkim_unknown"),
        shows,  # type: ignore[arg-type]
        trusted=check.status == "verified",
        params={"domain": shown(domains, 150)},
    )


def _sender_evidence(case: Case) -> Iterator[Evidence]:
    reading = case.reading
    sender = reading.sender
    if len({box.address for box in reading.senders}) > 1:
        names = ", ".join(shown(box.address or box.name, 80) for box in reading.senders[:4])
        yield Evidence("several_senders", "neutral", trusted=False, params={"addresses": names})
    spoof = next((box for box in reading.senders if box.claimed), None)
    if spoof is not None:
        params: dict[str, object] = {"claimed": shown(spoof.claimed, 100), "address": shown(spoof.address, 100) or "?"}
        yield Evidence("display_name_spoof", "neutral" if case.listed else "forged", trusted=False, params=params)
    path = find_address(reading.block.first("return-path"))
    if path and sender.domain and not aligned(path.rpartition("@")[2], sender.domain):
        yield Evidence("return_path_differs", "neutral", params={"domain": shown(path.rpartition("@")[2], 100)})
    reply = find_address(reading.block.first("reply-to"))
    if reply and sender.domain and not aligned(reply.rpartition("@")[2], sender.domain):
        yield Evidence(
            "reply_to_differs", "neutral", trusted=False, params={"domain": shown(reply.rpartition("@")[2], 100)}
        )


def _way_evidence(case: Case) -> Iterator[Evidence]:
    reading, trust = case.reading, case.reading.trust
    if case.listed:
        yield Evidence("mailing_list", "neutral", params={"domain": shown(case.listed, 100)})
    elif case.forwarded:
        yield Evidence("forwarded", "neutral", params={"domain": shown(case.spf.domain if case.spf else "", 100)})
    if reading.automatic:
        yield Evidence("auto_reply", "neutral", trusted=False)
    below = len(trust.hops) - trust.chain.trusted
    if below > 0 and not trust.reordered:
        yield Evidence("received_untrusted", "neutral", trusted=False, params={"count": below})
    if any(delay is not None and delay < _CLOCK_SKEW for delay in delays(trust.hops)) and not trust.reordered:
        yield Evidence("negative_delay", "neutral", trusted=False)
    if not trust.hops and reading.block.fields:
        yield Evidence("no_received", "missing")


def delays(hops: tuple[Hop, ...]) -> list[float | None]:
    """Seconds that each hop came after the one below it; None where a time is missing."""
    found: list[float | None] = []
    for index, hop in enumerate(hops):
        earlier = hops[index + 1].time if index + 1 < len(hops) else None
        found.append((hop.time - earlier).total_seconds() if hop.time and earlier else None)
    return found


def organisations_match(first: str, second: str) -> bool:
    """Two host names of one organisation."""
    return bool(first and second) and organisation(first) == organisation(second)
