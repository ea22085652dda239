"""Was a message sent from the visitor's account, or somewhere else under its name? Rules in order; the first decides.

Strong evidence comes first (a login seen by the recipient's own server, a valid signature), then what speaks for a
forgery, and whatever rests on lines that anybody could have written ends in ``cannot_tell``.
"""

from __future__ import annotations

from collections.abc import Callable

from soluciones.answer.tools.headers.judgement import Judgement, VerdictName
from soluciones.answer.tools.headers.mail_case import (
    Case,
    build_case,
    delivered_to_own,
    entered,
    noted_login,
    same_account,
)
from soluciones.answer.tools.headers.mail_evidence import evidence_of
from soluciones.answer.tools.headers.mailboxes import aligned
from soluciones.answer.tools.headers.message import Reading
from soluciones.answer.tools.headers.received import Hop
from soluciones.answer.tools.headers.trust import group_of

_Rule = Callable[[Case], "tuple[VerdictName, str] | None"]


def judge_mail(reading: Reading) -> Judgement:
    """Judges a message that is no delivery report."""
    case = build_case(reading)
    evidence = tuple(evidence_of(case))
    for rule in _RULES:
        decided = rule(case)
        if decided is not None:
            return Judgement(*decided, evidence)
    return Judgement("cannot_tell", "no_auth_results", evidence)


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
    if origin is None or not (origin.login or noted_login(case)):
        return None
    account = origin.account or noted_login(case)
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
    return len(home) == 1 and (there == reading.site or (there == reading.trust.servers and delivered_to_own(reading)))


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
    if not case.spf_aligned and not case.dmarc_aligned:
        return None
    if not case.reading.trust.hops:
        return "cannot_tell", "no_received"
    return ("cannot_tell", "authorised_server_only") if case.reading.claims_own else _other(case)


def _from_outside(case: Case) -> tuple[VerdictName, str] | None:
    """It says it is from the mailbox it was delivered to, but came in from elsewhere without a login."""
    reading, origin = case.reading, case.reading.trust.origin
    if origin is None or not entered(reading) or not reading.claims_own:
        return None
    delivered = delivered_to_own(reading)
    return ("forged_elsewhere", "entered_from_outside") if delivered else None


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
