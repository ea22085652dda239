"""Judges the SPF record of a domain: what is wrong, what it costs, what a receiver would make of it (RFC 7208)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from soluciones.answer.mailauth.problem import RecordProblem, in_order
from soluciones.answer.mailauth.questions import bounded
from soluciones.answer.mailauth.spf_parse import is_spf, parse_spf
from soluciones.answer.mailauth.spf_strings import glued, length_problems, split_strings, unglued
from soluciones.answer.mailauth.spf_tree import MAX_LOOKUPS, MAX_VOIDS, Node, build
from soluciones.answer.mailauth.spf_tree_problems import Cost, costs, include_problems, limit_problems, tenant_problems
from soluciones.answer.mailauth.spf_typos import looks_like_spf, repair
from soluciones.answer.mailauth.spf_wording import (
    is_include_of,
    lacking_include,
    syntax_problems,
    typo_problems,
    wording_problems,
)
from soluciones.answer.net.contract import Dns, DnsReply
from soluciones.answer.tools.results import worst
from soluciones.answer.types import ToolStatus
from soluciones.kb.facts import Facts

Verdict = Literal["ok", "none", "permerror", "unknown"]
"""What a receiver gets: a usable record, no record, a permanent error; ``unknown`` when DNS did not say."""


@dataclass(frozen=True, slots=True)
class TermRow:
    """A term of the checked record, for a table."""

    index: int
    text: str
    qualifier: str
    name: str
    value: str
    lookups: int
    """Lookups it needs, those inside an ``include`` counted too."""
    problem: str
    """Code of its syntax error or of what its lookup found; "" when all is well."""
    read: bool
    """False when no receiver ever comes to it (behind ``all``, or ``redirect=`` beside ``all``)."""


@dataclass(frozen=True, slots=True)
class SpfCheck:
    """The result of a check."""

    status: ToolStatus
    problems: tuple[RecordProblem, ...] = ()
    """Gravest first. Texts: ``spf.finding.<code>``; places of repair: ``SPF_PLACES``."""
    record: str = ""
    """The record, the first of several; "" for none."""
    records: tuple[str, ...] = ()
    lookups: int | None = None
    """Lookups in the worst case; None unless there is exactly one record. The least there are if not ``complete``."""
    voids: int | None = None
    """Lookups without an answer; None as above."""
    complete: bool = True
    """Everything that had to be looked up was."""
    terms: tuple[TermRow, ...] = ()
    costs: tuple[Cost, ...] = ()
    verdict: Verdict = "none"
    ttl: int = 0
    strings: tuple[str, ...] = ()
    """The record in character strings of at most 255 octets, as it is or has to be published."""
    near: tuple[str, ...] = ()
    """TXT records that were surely meant as SPF but that no receiver recognises."""
    meant: tuple[str, ...] = ()
    """All of ``records`` and ``near`` with their mistakes put right, in this order."""


def check_spf(domain: str, reply: DnsReply, dns: Dns | None, facts: Facts) -> SpfCheck:
    """Checks what a domain publishes.

    Args:
        domain: A-label form, no trailing dot; "" for a pasted record of an unknown domain.
        reply: the TXT records of the domain (or ``pasted(...)``).
        dns: follows includes; None counts the record's own terms only.
        facts: names the include that has to be there.
    """
    if not reply.known:
        problem = RecordProblem("lookup_failed", "unknown", {"name": domain or reply.name})
        return SpfCheck("unknown", (problem,), verdict="unknown", complete=False)
    records = tuple(text for text in reply.records if is_spf(text))
    near = tuple(text for text in reply.records if not is_spf(text) and looks_like_spf(text))
    if len(records) == 1:
        strings = next((parts for parts in reply.strings if "".join(parts) == records[0]), ())
        return _one(domain, records[0], strings, near, reply, dns, facts)
    return _none_or_several(domain, records, near, reply, facts)


def pasted(records: Sequence[str], domain: str = "") -> DnsReply:
    """Records from somewhere else than the DNS, in the shape that ``check_spf`` takes."""
    return DnsReply(domain, "TXT", "ok" if records else "no_data", tuple(records))


def _none_or_several(
    domain: str, records: tuple[str, ...], near: tuple[str, ...], reply: DnsReply, facts: Facts
) -> SpfCheck:
    problems: list[RecordProblem] = []
    if records:
        problems.append(RecordProblem("several_records", "bad", {"count": len(records), "domain": domain}))
    elif reply.status == "no_name":
        problems.append(RecordProblem("domain_unknown", "bad", {"domain": domain}))
    elif near:
        problems.append(RecordProblem("not_recognised", "bad", {"domain": domain}))
    else:
        problems.append(RecordProblem("no_record", "bad", {"domain": domain, "record": facts.spf.record}))
    meant = [repair(text, facts.spf, _hosts(facts)) for text in (*records, *near)]
    for repaired in meant:
        record = parse_spf(repaired.text)
        problems.extend([*typo_problems(repaired.typos), *syntax_problems(record), *wording_problems(record)])
    if meant:
        problems.extend(lacking_include([repaired.text for repaired in meant], domain, facts))
    first = (*records, *near, "")[0]
    node = Node(domain, parse_spf(records[0])) if records else None
    return SpfCheck(
        "bad",
        in_order(problems),
        first,
        records,
        terms=_rows(node) if node else (),
        verdict="permerror" if records else "none",
        ttl=reply.ttl,
        strings=split_strings(first),
        near=near,
        meant=tuple(repaired.text for repaired in meant),
    )


def _one(
    domain: str,
    text: str,
    strings: tuple[str, ...],
    near: tuple[str, ...],
    reply: DnsReply,
    dns: Dns | None,
    facts: Facts,
) -> SpfCheck:
    record = parse_spf(text)
    tree = build(record, domain, bounded(dns) if dns else None)
    _trust_guide(tree, facts)
    complete = _is_complete(tree, dns)
    mended = unglued(text, strings)
    repaired = repair(mended, facts.spf, _hosts(facts))
    meant = parse_spf(repaired.text)
    problems = [
        *([RecordProblem("strings_glued", "bad", {"term": glued(text, mended)})] if mended != text else []),
        *typo_problems(repaired.typos),
        *syntax_problems(meant),
        *wording_problems(meant),
        *limit_problems(tree, complete, dns),
        *include_problems(tree),
        *tenant_problems(tree, meant, domain, _is_blind(tree, dns), facts),
        *length_problems(text, strings),
    ]
    if near:
        problems.append(RecordProblem("not_recognised", "warn", {"domain": domain}))
    ordered = in_order(problems)
    return SpfCheck(
        worst(problem.status for problem in ordered),
        ordered,
        text,
        (text,),
        tree.total(),
        tree.void_total(),
        complete,
        _rows(tree),
        tuple(costs(tree)),
        _verdict(tree, complete),
        reply.ttl,
        strings or split_strings(text),
        near,
        (repaired.text, *(repair(other, facts.spf, _hosts(facts)).text for other in near)),
    )


def _hosts(facts: Facts) -> frozenset[str]:
    return frozenset({facts.mail.incoming, facts.mail.outgoing})


def _trust_guide(tree: Node, facts: Facts) -> None:
    """The guide vouches for the tenant's include: a DNS that does not find it is cut off, and proves nothing."""
    for node in tree.walk():
        for index, code in node.problems.items():
            if code == "no_record" and is_include_of(node.record.terms[index], facts.spf.include):
                node.problems[index] = "unresolved"
                node.voids.pop(index, None)


def _is_complete(tree: Node, dns: Dns | None) -> bool:
    """Every name was looked up that has to be; names with macros depend on the message and are never."""
    for node in tree.walk():
        for term in node.record.terms:
            if node.problems.get(term.index) == "unresolved":
                return False
            inside = term.name in ("include", "redirect") and term.costly and node.record.is_read(term)
            if inside and (term.macro or dns is None):
                return False
    return True


def _is_blind(tree: Node, dns: Dns | None) -> bool:
    """Whether a record that is included, and that has a fixed name, was not seen."""
    return any(
        node.problems.get(term.index) == "unresolved" if dns else not term.macro
        for node in tree.walk()
        for term in node.record.terms
        if (term.mechanism == "include" or term.modifier == "redirect") and term.costly and node.record.is_read(term)
    )


def _verdict(tree: Node, complete: bool) -> Verdict:
    wrong = {"no_record", "several", "syntax", "loop", "mx_many"}
    if tree.record.errors or tree.total() > MAX_LOOKUPS or tree.void_total() > MAX_VOIDS:
        return "permerror"
    if any(code in wrong for node in tree.walk() for code in node.problems.values()):
        return "permerror"
    return "ok" if complete else "unknown"


def _rows(tree: Node) -> tuple[TermRow, ...]:
    record = tree.record
    return tuple(
        TermRow(
            term.index,
            term.text,
            term.qualifier,
            term.name,
            term.text.lstrip("+-~?")[len(term.name) + 1 :],
            tree.cost(term),
            term.problem or tree.problems.get(term.index, ""),
            record.is_read(term),
        )
        for term in record.terms
    )
