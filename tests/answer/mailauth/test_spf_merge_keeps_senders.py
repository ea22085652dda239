"""Who was allowed to send before is allowed after merging: pyspf evaluates both records for sample addresses."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pytest

from soluciones.answer.mailauth.questions import Questions
from soluciones.answer.mailauth.spf_check import SpfCheck, check_spf, pasted
from soluciones.answer.mailauth.spf_merge import merge
from soluciones.answer.mailauth.spf_parse import parse_spf
from soluciones.answer.mailauth.spf_proposal import propose
from soluciones.answer.mailauth.spf_tree import MAX_LOOKUPS
from soluciones.answer.net.contract import DnsReply
from soluciones.kb.facts import Facts
from tests.answer.mailauth.spf_generate import SENDER, STRANGER, TOP, records, zone
from tests.answer.mailauth.spf_oracles import ask_pyspf, resolver_for, result_of, use_server
from tests.dns_server import DnsServer, dns_for

INCLUDE = "spf.infomaniak.ch"
TENANT = "84.16.66.9"
ADDRESSES = (SENDER, "203.0.113.2", "203.0.113.7", "203.0.113.200", "203.0.113.1", "2001:db8::1", "2001:db8::6", TENANT)
COUNT = 160


@pytest.fixture(scope="module")
def made() -> dict[str, str]:
    """Records by name."""
    return records(COUNT, seed=4408)


@pytest.fixture(scope="module")
def dns(made: dict[str, str]) -> Iterator[Any]:
    """Our resolver; pyspf asks the same server."""
    patch = pytest.MonkeyPatch()
    tenant = f'{INCLUDE}. TXT "v=spf1 ip4:84.16.66.0/24 -all"\n'
    with DnsServer(tenant + zone(made)) as server:
        use_server(patch, resolver_for(server.port))
        yield dns_for(server)
    patch.undo()


def _allowed(name: str, text: str) -> set[str]:
    """Addresses that a record lets pass by a term of its own, not by ``+all``."""
    found = set()
    for ip in ADDRESSES:
        opinion = ask_pyspf(name, ip, text)
        if opinion.text.startswith("pass") and opinion.matched:
            found.add(ip)
    return found


def _refuses(text: str) -> bool:
    """A term with a sign before the others may keep out what another record let in."""
    return any(term.qualifier in ("-", "~", "?") and term.name != "all" for term in parse_spf(text).terms)


def test_one_record_loses_no_sender(made: dict[str, str], dns: Any, facts: Facts) -> None:
    """For each usable record: every address that passed still passes, and the tenant's servers pass too."""
    compared = 0
    for name, text in made.items():
        before = check_spf(name, pasted([text], name), dns, facts)
        if before.verdict != "ok" or parse_spf(text).redirect:
            continue
        after = merge([text], INCLUDE)
        recount = check_spf(name, pasted([after.record], name), dns, facts)
        if (recount.lookups or 0) > MAX_LOOKUPS or recount.verdict != "ok":
            # Too long now, or a broken term behind ``all`` is read for the first time: the recount says so.
            assert {p.code for p in recount.problems if p.status == "bad"} - {"missing_include"}
            continue
        kept = _allowed(name, text)
        if kept:
            compared += 1
        assert kept <= _allowed(name, after.record), text
        assert result_of(after.record, TENANT, name) == "pass"
    assert compared > 20


def test_a_redirect_loses_no_sender(dns: Any, facts: Facts) -> None:
    """The servers of a redirected record pass through the include that takes its place."""
    for target in ("ok0", "ok1", "soft"):
        text = f"v=spf1 redirect={target}.{TOP}"
        after = merge([text], INCLUDE).record
        for ip in (SENDER, "203.0.113.2"):
            if result_of(text, ip) == "pass":
                assert result_of(after, ip) == "pass"


def test_two_records_give_one_that_lets_both_through(made: dict[str, str], dns: Any, facts: Facts) -> None:
    """Pairs of good records without signs: what either let pass, the merged one lets pass.

    Asked for IPv4 only: to an IPv6 sender each name with an IPv4 address alone is a void lookup.
    """
    compared = 0
    good = [
        text
        for name, text in made.items()
        if check_spf(name, pasted([text], name), dns, facts).verdict == "ok" and not _refuses(text)
    ]
    for first, second in pairwise(good[:40]):
        merged = merge([first, second], INCLUDE).record
        check = check_spf("", pasted([merged]), dns, facts)
        if check.verdict != "ok":
            continue
        allowed = {ip for text in (first, second) for ip in _allowed(f"none.{TOP}", text) if ":" not in ip}
        compared += bool(allowed)
        assert allowed <= _allowed(f"none.{TOP}", merged), (first, second)
    assert compared > 5


def test_strangers_gain_nothing(made: dict[str, str], dns: Any, facts: Facts) -> None:
    """An address that no term names does not pass because of merging."""
    for name, text in list(made.items())[:60]:
        check = check_spf(name, pasted([text], name), dns, facts)
        if check.verdict != "ok" or "exists" in text or "%" in text:
            continue
        record = parse_spf(text)
        behind = [term for term in record.terms if not record.is_read(term)]
        if not behind:
            assert result_of(merge([text], INCLUDE).record, STRANGER, name) != "pass"


def test_no_proposal_passes_ten_lookups_without_a_word(made: dict[str, str], dns: Any, facts: Facts) -> None:
    """Whatever is offered was counted again; more than ten lookups are said."""
    for name, text in made.items():
        asked = Questions(dns)
        check: SpfCheck = check_spf(name, pasted([text], name), asked, facts)
        proposal = propose([check], name, asked, facts)
        said = {problem.code for problem in proposal.recount.problems}
        if (proposal.recount.lookups or 0) > MAX_LOOKUPS:
            assert "too_many_lookups" in said
        again = check_spf(name, pasted([proposal.merged.record], name), dns, facts)
        if proposal.recount.complete and again.complete:
            assert again.lookups == proposal.recount.lookups


def test_questions_are_asked_once_and_stop_at_their_limit(dns: Any) -> None:
    """The same question costs nothing the second time; beyond the limit the reply is ``over_budget``."""
    asked = Questions(dns, limit=3)
    for _ in range(3):
        assert asked.lookup(f"ok0.{TOP}", "TXT").status == "ok"
    assert asked.asked == 1
    replies = asked.lookup_all([(f"a{i}.{TOP}", "A") for i in range(5)])
    assert [reply.status == "over_budget" for reply in replies] == [False, False, True, True, True]
    assert asked.asked == 3


def test_questions_stop_when_the_time_is_up(dns: Any) -> None:
    """After the deadline nothing is asked any more, and what was known stays known."""
    now = [0.0]
    asked = Questions(dns, seconds=2.0, clock=lambda: now[0])
    assert asked.lookup(f"ok0.{TOP}", "TXT").status == "ok"
    now[0] = 2.5
    assert asked.lookup(f"ok0.{TOP}", "TXT").status == "ok"
    assert asked.lookup(f"ok1.{TOP}", "TXT").status == "over_budget"


@pytest.mark.parametrize("status", ["servfail", "timeout", "refused", "network_off", "over_budget"])
def test_what_is_not_known_is_not_judged(status: Any, dns: Any, facts: Facts) -> None:
    """A reply that says nothing about the domain gives ``unknown`` and no counts."""
    check = check_spf("x.com", DnsReply("x.com", "TXT", status), dns, facts)
    assert check.status == "unknown" and check.verdict == "unknown"
    assert [problem.code for problem in check.problems] == ["lookup_failed"]
    assert check.lookups is None and check.voids is None
