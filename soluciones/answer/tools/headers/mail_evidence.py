"""What was seen in a message, each piece with what it shows and whether it stands in a line that can be believed."""

from __future__ import annotations

from collections.abc import Iterator

from soluciones.answer.tools.headers.auth_results import UNCHECKED, AuthResult
from soluciones.answer.tools.headers.judgement import Evidence, Shows
from soluciones.answer.tools.headers.mail_case import Case, delivered_to_own, entered, noted_login, same_account
from soluciones.answer.tools.headers.mailboxes import aligned, find_address
from soluciones.answer.tools.headers.received import Hop
from soluciones.answer.tools.headers.source import shown

_CLOCK_SKEW = -60
"""Seconds that clocks may differ before it is mentioned."""


def evidence_of(case: Case) -> Iterator[Evidence]:
    """All evidence, the weightiest kinds first; none when there is no real header."""
    if not case.reading.transport:
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
    account = origin.account or noted_login(case)
    if origin.login or noted_login(case):
        params = {"server": origin.by, "account": shown(account, 100) or "?", "ip": origin.ip or "?"}
        if account and reading.own and not same_account(account, reading.own):
            related = aligned(account.rpartition("@")[2], reading.own.rpartition("@")[2])
            code = "other_account_of_your_domain" if related else "submitted_by_other_account"
            yield Evidence(code, "neutral", params=params)
        else:
            shows: Shows = "yours" if reading.claims_own or same_account(account, reading.own) else "neutral"
            yield Evidence("authenticated_submission", shows, params=params)
            if not account and reading.claims_own:
                yield Evidence("account_not_named", "missing", params=params)
    elif origin.web and case.origin is reading.trust.origin:
        yield Evidence("webmail_submission", "yours" if reading.claims_own else "neutral", params={"server": origin.by})
    elif origin.local:
        yield Evidence("script_origin", "neutral", params={"server": origin.by})
    elif entered(reading):
        params = {"server": origin.by, "name": origin.rdns or shown(origin.helo, 100), "ip": origin.ip or "?"}
        forged = reading.claims_own and delivered_to_own(reading) and not case.signed
        yield Evidence("entered_from_outside", "forged" if forged else "neutral", params=params)


def _result_evidence(case: Case) -> Iterator[Evidence]:
    own = case.reading.claims_own
    if case.dmarc is not None and case.dmarc.result in ("pass", "fail"):
        passed = case.dmarc.result == "pass"
        domain = case.dmarc.domain or case.domain
        shows: Shows = "neutral" if passed or case.listed or case.forwarded else "forged"
        if case.dmarc_aligned and own:
            shows = "yours"
        yield Evidence("dmarc_pass" if passed else "dmarc_fail", shows, params={"domain": domain})
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
    if not case.reading.trust.believed and _expects_results(case):
        yield Evidence("no_auth_results", "missing")


def _expects_results(case: Case) -> bool:
    """Servers check what comes in from outside, not what is submitted to them."""
    trust = case.reading.trust
    return not trust.reordered and bool(trust.hops) and (trust.origin is None or entered(case.reading))


def _about(result: AuthResult) -> dict[str, object]:
    return {"domain": shown(result.domain, 100) or "?", "result": result.result}


def _dkim_evidence(case: Case) -> Iterator[Evidence]:
    check = case.reading.dkim
    if check.status == "absent":
        return
    domains = ", ".join(check.domains) or "?"
    own = case.reading.claims_own and any(aligned(name, case.domain) for name in check.domains)
    code = {"verified": "dkim_verified", "broken": "dkim_broken", "not_checkable": "dkim_not_checkable"}
    shows: Shows = "missing" if check.status in ("unknown", "not_checkable") else "neutral"
    if check.status == "verified" and own:
        shows = "yours"
    yield Evidence(
        code.get(check.status, "dkim_unknown"),
        shows,
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
