"""Judges the SPF record of a domain: what is wrong, what it costs, what a receiver would make of it (RFC 7208)."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from soluciones.answer.mailauth.problem import RecordProblem
from soluciones.answer.mailauth.questions import bounded
from soluciones.answer.mailauth.spf_parse import MODIFIERS, SpfRecord, Term, is_spf, parse_spf, parse_term
from soluciones.answer.mailauth.spf_tree import MAX_LOOKUPS, MAX_VOIDS, Node, build
from soluciones.answer.mailauth.spf_typos import Typo, looks_like_spf, repair
from soluciones.answer.net.contract import Dns, DnsReply
from soluciones.answer.tools.results import worst
from soluciones.answer.types import ToolStatus
from soluciones.kb.facts import Facts

Verdict = Literal["ok", "none", "permerror", "unknown"]
"""What a receiver gets: a usable record, no record, a permanent error; ``unknown`` when DNS did not say."""

MAX_STRING = 255
"""Octets of one character string of a TXT record (RFC 1035 §3.3)."""


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
class Cost:
    """What one ``include``, ``a``, ``mx``… costs, at any depth."""

    depth: int
    """0: in the record itself."""
    domain: str
    """Where the term stands; "" for a pasted record."""
    text: str
    lookups: int
    problem: str = ""


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


def split_strings(text: str) -> tuple[str, ...]:
    """A record in character strings of at most 255 octets, cut behind a space where there is one."""
    parts: list[str] = []
    rest = text.encode("utf-8")
    while len(rest) > MAX_STRING:
        cut = rest.rfind(b" ", 0, MAX_STRING) + 1 or MAX_STRING
        while cut < len(rest) and rest[cut] & 0xC0 == 0x80:
            cut -= 1  # not inside a character of several octets
        parts.append(rest[:cut].decode("utf-8"))
        rest = rest[cut:]
    return (*parts, rest.decode("utf-8"))


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
        problems.extend([*_typo_problems(repaired.typos), *_syntax(record), *_wording(record)])
    if meant:
        problems.extend(_lacking([repaired.text for repaired in meant], domain, facts))
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


def _lacking(texts: Iterable[str], domain: str, facts: Facts) -> Iterator[RecordProblem]:
    """Says so when none of several repaired records names the tenant's include."""
    terms = [term for text in texts for term in parse_spf(text).terms]
    if domain != facts.spf.include and not any(_is_include_of(term, facts.spf.include) for term in terms):
        yield RecordProblem("missing_include", "bad", {"include": facts.spf.include, "record": facts.spf.record})


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
    complete = _is_complete(tree, dns)
    mended = _unglued(text, strings)
    repaired = repair(mended, facts.spf, _hosts(facts))
    meant = parse_spf(repaired.text)
    problems = [
        *([RecordProblem("strings_glued", "bad", {"term": _glued(text, mended)})] if mended != text else []),
        *_typo_problems(repaired.typos),
        *_syntax(meant),
        *_wording(meant),
        *_limits(tree, complete, dns),
        *_tree_problems(tree),
        *_tenant(tree, meant, domain, _is_blind(tree, dns), facts),
        *_length(text, strings),
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
        tuple(_costs(tree)),
        _verdict(tree, complete),
        reply.ttl,
        strings or split_strings(text),
        near,
        (repaired.text, *(repair(other, facts.spf, _hosts(facts)).text for other in near)),
    )


def in_order(problems: Iterable[RecordProblem]) -> tuple[RecordProblem, ...]:
    """Gravest first, each once."""
    unique = {(p.code, tuple(sorted((k, str(v)) for k, v in p.params.items()))): p for p in problems}
    grave = {"bad": 0, "unknown": 1, "warn": 2, "ok": 3}
    return tuple(sorted(unique.values(), key=lambda problem: grave.get(problem.status, 0)))


def _hosts(facts: Facts) -> frozenset[str]:
    return frozenset({facts.mail.incoming, facts.mail.outgoing})


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


def _typo_problems(typos: Iterable[Typo]) -> Iterator[RecordProblem]:
    for typo in typos:
        yield RecordProblem(typo.code, "bad", {"was": shown(typo.was), "now": shown(typo.now)})


def _syntax(record: SpfRecord) -> Iterator[RecordProblem]:
    """Mistakes that no repair explains."""
    for term in record.errors:
        yield RecordProblem(term.problem, "bad", {"term": shown(term.text)})
    for term in record.terms:
        if term.kind == "modifier" and term.name not in MODIFIERS and not term.problem:
            yield RecordProblem("modifier_unknown", "warn", {"term": shown(term.text)})


def _wording(record: SpfRecord) -> Iterator[RecordProblem]:
    """Allowed, but not what anyone should publish."""
    last = record.all
    if last is not None:
        yield from _all_term(last)
        behind = [term.text for term in record.terms if term.index > last.index and term.kind != "modifier"]
        if behind:
            yield RecordProblem("after_all", "warn", {"terms": shown(" ".join(behind))})
    elif not any(term.modifier == "redirect" for term in record.terms):
        yield RecordProblem("missing_all", "warn")
    ignored = next((term for term in record.terms if term.modifier == "redirect" and not record.is_read(term)), None)
    if ignored:
        yield RecordProblem("redirect_ignored", "warn", {"term": shown(ignored.text)})
    seen: set[str] = set()
    for term in record.terms:
        key = same_key(term.text)
        if key in seen and term.mechanism != "all":
            yield RecordProblem("duplicate_term", "warn", {"term": shown(term.text)})
        seen.add(key)
        if not term.problem:
            yield from _term(term)


def _all_term(term: Term) -> Iterator[RecordProblem]:
    if term.qualifier == "+":
        yield RecordProblem("plus_all", "bad")
    elif term.qualifier == "?":
        yield RecordProblem("neutral_all", "warn")
    elif term.qualifier == "~":
        yield RecordProblem("soft_all", "ok")


def _term(term: Term) -> Iterator[RecordProblem]:
    if term.mechanism == "ptr":
        yield RecordProblem("ptr", "warn", {"term": shown(term.text)})
    if term.macro:
        yield RecordProblem("macro", "ok", {"term": shown(term.text)})
    if term.mechanism not in ("ip4", "ip6"):
        return
    length = term.cidr4 if term.name == "ip4" else term.cidr6
    if length == 0 and term.qualifier == "+":
        yield RecordProblem("everyone", "bad", {"term": shown(term.text)})
    elif not ipaddress.ip_address(term.value).is_global:
        yield RecordProblem("address_private", "warn", {"term": shown(term.text)})


def _limits(tree: Node, complete: bool, dns: Dns | None) -> Iterator[RecordProblem]:
    total, voids = tree.total(), tree.void_total()
    if total > MAX_LOOKUPS:
        dearest = sorted((c for c in _costs(tree) if c.depth == 0 and c.lookups), key=lambda c: -c.lookups)
        listed = ", ".join(f"{shown(cost.text)} ({cost.lookups})" for cost in dearest[:10])
        yield RecordProblem("too_many_lookups", "bad", {"count": total, "limit": MAX_LOOKUPS, "costs": listed})
    if voids > MAX_VOIDS:
        listed = ", ".join(_void_terms(tree))
        yield RecordProblem("too_many_voids", "bad", {"count": voids, "limit": MAX_VOIDS, "terms": listed})
    elif voids:
        yield RecordProblem("voids", "warn", {"count": voids, "terms": ", ".join(_void_terms(tree))})
    if not complete and dns is None:
        yield RecordProblem("network_off", "unknown")


def _void_terms(tree: Node) -> Iterator[str]:
    for node in tree.walk():
        for index in sorted(node.voids):
            yield shown(node.record.terms[index].text)


_TREE_CODES = {
    "no_record": "include_no_record",
    "several": "include_several",
    "syntax": "include_broken",
    "loop": "include_loop",
    "mx_many": "mx_many",
}
_MAX_NAMED = 5
"""Terms that one sentence names."""


def _tree_problems(tree: Node) -> Iterator[RecordProblem]:
    unresolved: list[str] = []
    for node in tree.walk():
        for index, code in sorted(node.problems.items()):
            term = shown(node.record.terms[index].text)
            if code == "unresolved":
                unresolved.append(term)
            elif code in _TREE_CODES:
                yield RecordProblem(_TREE_CODES[code], "bad", {"term": term})
    if unresolved:
        yield RecordProblem("unresolved", "unknown", {"term": ", ".join(list(dict.fromkeys(unresolved))[:_MAX_NAMED])})


def _tenant(tree: Node, meant: SpfRecord, domain: str, blind: bool, facts: Facts) -> Iterator[RecordProblem]:
    """Whether the tenant's servers may send: directly, or through a record that is included.

    ``blind``: some of the included records were not seen, so that nothing can be said of what is missing.
    """
    wanted = facts.spf.include
    if domain == wanted:
        return
    for node in tree.walk():
        for term in node.record.terms:
            if _is_include_of(term, wanted) and node.record.is_read(term):
                if term.qualifier not in ("+", ""):
                    yield RecordProblem("include_qualifier", "bad", {"term": shown(term.text), "include": wanted})
                return
    if any(_is_include_of(term, wanted) for term in meant.terms):
        return  # there, but misspelt or behind ``all``: said elsewhere
    if not blind:
        yield RecordProblem("missing_include", "bad", {"include": wanted, "record": facts.spf.record})


def _is_include_of(term: Term, wanted: str) -> bool:
    leads = term.mechanism == "include" or term.modifier == "redirect"
    return leads and term.value.lower().removesuffix(".") == wanted


def _length(text: str, strings: tuple[str, ...]) -> Iterator[RecordProblem]:
    size = len(text.encode("utf-8"))
    if size > MAX_STRING:
        count = len(strings or split_strings(text))
        yield RecordProblem("long_record", "ok", {"size": size, "limit": MAX_STRING, "count": count})


def _unglued(text: str, strings: tuple[str, ...]) -> str:
    """The record with a space wherever two character strings end and begin a term without one between them."""
    parts = [*strings[:1]]
    for first, second in pairwise(strings):
        before, after = first.rpartition(" ")[2], second.partition(" ")[0]
        whole = before and not parse_term(before).problem and after and not parse_term(after).problem
        marked = after[:1] in ("-", "~", "?", "+") or ":" in after or "=" in after
        parts.append(f" {second}" if whole and marked else second)
    return "".join(parts) or text


def _glued(text: str, mended: str) -> str:
    """The word in which two terms have run together."""
    words = mended.split()
    return shown(next((word for word in text.split() if word not in words), ""))


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


def _costs(tree: Node, depth: int = 0) -> Iterator[Cost]:
    for term in tree.record.terms:
        if term.costly and tree.record.is_read(term):
            problem = tree.problems.get(term.index, "")
            yield Cost(depth, tree.domain, term.text, tree.cost(term), problem)
            if term.index in tree.children:
                yield from _costs(tree.children[term.index], depth + 1)


def same_key(text: str) -> str:
    """Terms that say the same have the same key: case-blind, without a leading ``+`` (RFC 7208 §4.6.2)."""
    return text.removeprefix("+").lower().removesuffix(".")


def shown(text: str, limit: int = 60) -> str:
    """A piece of a record for a sentence: cut, and without characters that cannot be seen."""
    clean = "".join(char if char.isprintable() else "�" for char in text[: limit + 1])
    return clean if len(text) <= limit else f"{clean[:limit]}…"
