"""What the includes of an SPF record, followed through the DNS, have shown."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from soluciones.answer.mailauth.problem import RecordProblem, shown
from soluciones.answer.mailauth.spf_parse import SpfRecord
from soluciones.answer.mailauth.spf_tree import MAX_LOOKUPS, MAX_VOIDS, Node
from soluciones.answer.mailauth.spf_wording import is_include_of
from soluciones.answer.net.contract import Dns
from soluciones.kb.facts import Facts

_TREE_CODES = {
    "no_record": "include_no_record",
    "several": "include_several",
    "syntax": "include_broken",
    "loop": "include_loop",
    "mx_many": "mx_many",
}
_MAX_NAMED = 5
"""Terms that one sentence names."""


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


def limit_problems(tree: Node, complete: bool, dns: Dns | None) -> Iterator[RecordProblem]:
    """The limits of ten lookups and two voids (RFC 7208 §4.6.4)."""
    total, voids = tree.total(), tree.void_total()
    if total > MAX_LOOKUPS:
        dearest = sorted((c for c in costs(tree) if c.depth == 0 and c.lookups), key=lambda c: -c.lookups)
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


def include_problems(tree: Node) -> Iterator[RecordProblem]:
    """Terms whose lookup failed, led nowhere, to several records, to a broken one, or in a circle."""
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


def tenant_problems(tree: Node, meant: SpfRecord, domain: str, blind: bool, facts: Facts) -> Iterator[RecordProblem]:
    """Whether the tenant's servers may send: directly, or through a record that is included.

    ``blind``: some of the included records were not seen, so that nothing can be said of what is missing.
    """
    wanted = facts.spf.include
    if domain == wanted:
        return
    for node in tree.walk():
        for term in node.record.terms:
            if is_include_of(term, wanted) and node.record.is_read(term):
                if term.qualifier not in ("+", ""):
                    yield RecordProblem("include_qualifier", "bad", {"term": shown(term.text), "include": wanted})
                return
    if any(is_include_of(term, wanted) for term in meant.terms):
        return  # there, but misspelt or behind ``all``: said elsewhere
    if not blind:
        yield RecordProblem("missing_include", "bad", {"include": wanted, "record": facts.spf.record})


def costs(tree: Node, depth: int = 0) -> Iterator[Cost]:
    """What each costly term costs, in the order of reading."""
    for term in tree.record.terms:
        if term.costly and tree.record.is_read(term):
            problem = tree.problems.get(term.index, "")
            yield Cost(depth, tree.domain, term.text, tree.cost(term), problem)
            if term.index in tree.children:
                yield from costs(tree.children[term.index], depth + 1)
