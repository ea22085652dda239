"""Our SPF checker against checkdmarc and pyspf on hundreds of made records, over real DNS.

Every difference has its reason: the reasons stand in ``spf_differences.yml`` with who is right by RFC 7208 and how many
there are; a difference without one, or another number of them, fails. Compared are the verdict, the number of lookups
and the number of voids.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from soluciones.answer.mailauth.spf_check import SpfCheck, check_spf
from soluciones.answer.mailauth.spf_parse import parse_spf
from soluciones.answer.mailauth.spf_tree import Node, build
from soluciones.kb.facts import Facts
from tests.answer.mailauth.spf_generate import STRANGER, TOP, records, zone
from tests.answer.mailauth.spf_oracles import Opinion, ask_checkdmarc, ask_pyspf, forget, resolver_for, use_server
from tests.dns_server import DnsServer, dns_for

COUNT = 520
ROOT = Path(__file__).parents[3]
TABLE = ROOT / "tests" / "answer" / "tools" / "cases" / "spf_differences.yml"


@dataclass(frozen=True)
class Case:
    """One record and the three opinions on it."""

    name: str
    text: str
    ours: SpfCheck
    tree: Node
    checkdmarc: Opinion
    pyspf: Opinion


Count = Callable[[Case], int]


def _read_terms(case: Case) -> Iterator[tuple[Node, Any]]:
    for node in case.tree.walk():
        yield from ((node, term) for term in node.record.terms if node.record.is_read(term))


def _voids(case: Case, mechanism: str, *, own: bool) -> int:
    """Voids that ``own`` says were the term's own name's, or those of the hosts of an ``mx``."""
    found = 0
    for node, term in _read_terms(case):
        if term.mechanism == mechanism and term.index in node.voids:
            gone = "gone" in term.value or not term.value
            found += node.voids[term.index] if own == gone or mechanism != "mx" else 0
    return found


def _mechanisms(case: Case, *texts: str) -> int:
    return sum(any(text in term.text.lower() for text in texts) for _, term in _read_terms(case) if term.mechanism)


def _ptr(case: Case) -> int:
    return sum(term.mechanism == "ptr" and not term.problem for _, term in _read_terms(case))


def _ignored_redirects(case: Case) -> int:
    nodes = list(case.tree.walk())
    return sum(t.modifier == "redirect" and not n.record.is_read(t) for n in nodes for t in n.record.terms)


def _error_behind_all(case: Case) -> int:
    nodes = list(case.tree.walk())
    return sum(bool(t.problem) and n.record.all is not None and t.index > n.record.all.index
               for n in nodes for t in n.record.terms)  # fmt: skip


def _errors(case: Case, *problems: str) -> int:
    return sum(term.problem in problems for node in case.tree.walk() for term in node.record.terms)


def _capitals(case: Case) -> int:
    return sum(not node.record.text.startswith("v=spf1") for node in case.tree.walk())


NUMBERS: Mapping[tuple[str, str], Mapping[str, Count]] = {
    ("checkdmarc", "voids"): {
        "exists_is_void": lambda case: -_voids(case, "exists", own=True),
        "mx_host_is_void": lambda case: -_voids(case, "mx", own=False),
        "null_mx": lambda case: _mechanisms(case, "mx:mnull"),
        "ptr": _ptr,
    },
    ("pyspf", "voids"): {
        "macro": lambda case: _mechanisms(case, "exists:%{ir}"),
        "one_family": lambda case: _mechanisms(case, "a:a6."),
        "ptr": _ptr,
    },
    ("pyspf", "lookups"): {"ignored_redirect": _ignored_redirects},
}
"""What each reason adds to the oracle's number beyond ours: all together must give exactly the difference."""

VERDICTS: Mapping[tuple[str, str, str], Mapping[str, Count]] = {
    ("checkdmarc", "ok", "permerror"): {
        "version_case": _capitals,
        "null_mx": lambda case: _mechanisms(case, "mx:mnull"),
    },
    ("checkdmarc", "unknown", "permerror"): {"version_case": _capitals},
    ("checkdmarc", "unknown", "ok"): {"macro": lambda case: _mechanisms(case, "include:%{d}")},
    ("checkdmarc", "permerror", "ok"): {
        "error_behind_all": _error_behind_all,
        "macro_letter": lambda case: _errors(case, "macro_invalid"),
        "domain_spec": lambda case: _errors(case, "domain_invalid"),
        "exists_is_void": lambda case: _voids(case, "exists", own=True),
        "mx_host_is_void": lambda case: _voids(case, "mx", own=False),
    },
    ("pyspf", "ok", "permerror"): {
        "macro": lambda case: _mechanisms(case, "exists:%{ir}"),
        "one_family": lambda case: _mechanisms(case, "a:a6."),
    },
    ("pyspf", "unknown", "permerror"): {"macro": lambda case: _mechanisms(case, "include:%{d}")},
}
"""What must be there for a reason to explain the oracle's verdict."""


def reasons(case: Case, oracle: str, what: str, ours: Any, theirs: Any) -> list[str]:
    """Ids of what explains a difference; none when nothing does."""
    if oracle == "pyspf" and case.pyspf.matched:
        return ["first_match"]  # it stopped there, and what follows was neither looked up nor counted
    if what == "verdict":
        known = VERDICTS.get((oracle, ours, theirs), {})
        return [name for name, count in known.items() if count(case)][:1]
    added = {name: count(case) for name, count in NUMBERS.get((oracle, what), {}).items()}
    return [name for name, number in added.items() if number] if sum(added.values()) == theirs - ours else []


def differences(case: Case) -> Iterator[tuple[str, str, object, object]]:
    """``(oracle, what, ours, theirs)`` for all that differs; numbers only where both call the record usable."""
    for oracle, theirs in (("checkdmarc", case.checkdmarc), ("pyspf", case.pyspf)):
        mine = case.ours.verdict
        if mine != theirs.verdict:
            yield oracle, "verdict", mine, theirs.verdict
        elif mine == "ok":
            if case.ours.lookups != theirs.lookups:
                yield oracle, "lookups", case.ours.lookups, theirs.lookups
            if case.ours.voids != theirs.voids:
                yield oracle, "voids", case.ours.voids, theirs.voids


@pytest.fixture(scope="module")
def cases(facts: Facts) -> Iterator[list[Case]]:
    """All records with the three opinions, from one DNS server."""
    made = records(COUNT)
    patch = pytest.MonkeyPatch()
    with DnsServer(zone(made)) as server:
        dns, resolver = dns_for(server), resolver_for(server.port)
        use_server(patch, resolver)
        forget()
        yield [_opinions(name, text, dns, resolver, facts) for name, text in made.items()]
    patch.undo()
    forget()


def _opinions(name: str, text: str, dns: Any, resolver: Any, facts: Facts) -> Case:
    ours = check_spf(name, dns.lookup(name, "TXT"), dns, facts)
    tree = build(parse_spf(text), name, dns)
    return Case(name, text, ours, tree, ask_checkdmarc(name, resolver), ask_pyspf(name, STRANGER))


def test_every_difference_has_its_reason(cases: list[Case]) -> None:
    """Whatever the three disagree on is explained, and by nothing but what stands in the table."""
    counted: Counter[tuple[str, str, str]] = Counter()
    unexplained = []
    for case in cases:
        for oracle, what, ours, theirs in differences(case):
            found = reasons(case, oracle, what, ours, theirs)
            counted.update((oracle, what, reason) for reason in found)
            if not found:
                unexplained.append((oracle, what, ours, theirs, case.text))
    assert not unexplained
    table = yaml.safe_load(TABLE.read_text("utf-8"))
    assert counted == {(row["oracle"], row["what"], row["reason"]): row["count"] for row in table}


def test_the_table_says_who_is_right_and_why() -> None:
    """Each row names a judge, a section of RFC 7208 and a sentence."""
    for row in yaml.safe_load(TABLE.read_text("utf-8")):
        assert row["right"] in ("ours", "theirs", "both")
        assert row["section"] and row["why"].endswith(".")


def test_the_records_are_worth_comparing(cases: list[Case]) -> None:
    """The made records are many, distinct, and of all kinds: good, broken, too long, not SPF, unknown."""
    assert len({case.text for case in cases}) > 500
    verdicts = Counter(case.ours.verdict for case in cases)
    assert min(verdicts[kind] for kind in ("ok", "permerror", "none", "unknown")) >= 8
    codes = Counter(problem.code for case in cases for problem in case.ours.problems)
    for code in ("too_many_lookups", "too_many_voids", "include_loop", "include_no_record", "include_several", "ptr"):
        assert codes[code] >= 3, code


def test_no_tool_of_ours_keeps_answers_between_servers(facts: Facts) -> None:
    """The same name on another server gets that server's answer: nothing is kept by name alone."""
    name = f"r000.{TOP}"
    for text, verdict in (("v=spf1 -all", "ok"), ("v=spf1 nonsense -all", "permerror")):
        with DnsServer(f'{name}. TXT "{text}"') as server:
            dns = dns_for(server)
            assert check_spf(name, dns.lookup(name, "TXT"), dns, facts).verdict == verdict
