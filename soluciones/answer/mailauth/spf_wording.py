"""What can be said of an SPF record from its text alone."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Iterator

from soluciones.answer.mailauth.problem import RecordProblem, shown
from soluciones.answer.mailauth.spf_parse import MODIFIERS, SpfRecord, Term, parse_spf, same_key
from soluciones.answer.mailauth.spf_typos import Typo
from soluciones.kb.facts import Facts


def typo_problems(typos: Iterable[Typo]) -> Iterator[RecordProblem]:
    """Each repaired mistake with what was written and what to write."""
    for typo in typos:
        yield RecordProblem(typo.code, "bad", {"was": shown(typo.was), "now": shown(typo.now)})


def syntax_problems(record: SpfRecord) -> Iterator[RecordProblem]:
    """Mistakes that no repair explains."""
    for term in record.errors:
        yield RecordProblem(term.problem, "bad", {"term": shown(term.text)})
    for term in record.terms:
        if term.kind == "modifier" and term.name not in MODIFIERS and not term.problem:
            yield RecordProblem("modifier_unknown", "warn", {"term": shown(term.text)})


def wording_problems(record: SpfRecord) -> Iterator[RecordProblem]:
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


def lacking_include(texts: Iterable[str], domain: str, facts: Facts) -> Iterator[RecordProblem]:
    """Says so when none of several repaired records names the tenant's include."""
    terms = [term for text in texts for term in parse_spf(text).terms]
    if domain != facts.spf.include and not any(is_include_of(term, facts.spf.include) for term in terms):
        yield RecordProblem("missing_include", "bad", {"include": facts.spf.include, "record": facts.spf.record})


def is_include_of(term: Term, wanted: str) -> bool:
    """Whether a term leads to the record of ``wanted``."""
    leads = term.mechanism == "include" or term.modifier == "redirect"
    return leads and term.value.lower().removesuffix(".") == wanted
