"""What the card of ``spf`` shows, the steps with the value filled in, and the file to keep."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from soluciones.answer.mailauth.spf_check import SpfCheck, TermRow
from soluciones.answer.mailauth.spf_proposal import Proposal
from soluciones.answer.mailauth.spf_strings import split_strings
from soluciones.answer.mailauth.spf_tree import MAX_LOOKUPS, MAX_VOIDS
from soluciones.answer.tools.base import ToolContext
from soluciones.answer.tools.spf_input import SpfWish
from soluciones.answer.types import Download
from soluciones.kb.facts import Source

_MEANING = {"+": "pass", "-": "fail", "~": "softfail", "?": "neutral"}
_KNOWN = ("all", "include", "a", "mx", "ptr", "ip4", "ip6", "exists", "redirect", "exp")
_MAX_COSTS = 60


def card(
    wish: SpfWish,
    published: SpfCheck | None,
    main: SpfCheck | None,
    proposal: Proposal | None,
    steps: list[dict[str, Any]],
    context: ToolContext,
) -> dict[str, Any]:
    """See the docstring of ``spf``."""
    current = [*main.records, *main.near] if main else []
    known = published is not None and (published.verdict != "unknown" or bool(published.record))
    return {
        "domain": wish.name,
        "domain_shown": wish.domain.shown if wish.domain else "",
        "source": _source(published, main, current),
        "current": current,
        "published": [*published.records] if published and known else None,
        "terms": [_row(row, context) for row in main.terms] if main else [],
        "lookups": main.lookups if main else None,
        "lookups_limit": MAX_LOOKUPS,
        "lookups_complete": main.complete if main else False,
        "voids": main.voids if main else None,
        "voids_limit": MAX_VOIDS,
        "strings": list(main.strings) if main and len(main.strings) > 1 else [],
        "costs": [asdict(cost) for cost in main.costs[:_MAX_COSTS]] if main else [],
        **_proposed(current, proposal),
        "record_type": "TXT",
        "host": "@",
        "registrar": wish.registrar,
        "registrar_label": context.say(f"spf.choice.registrar.{wish.registrar}") if wish.registrar else "",
        "steps": steps,
        "senders": [
            {"name": s.id or s.label, "label": s.label, "host": s.host, "from_guide": False} for s in wish.senders
        ],
        "guide_record": context.facts.spf.record,
        "from_guide": True,
    }


def _source(published: SpfCheck | None, main: SpfCheck | None, current: list[str]) -> str:
    if not current:
        return "none"
    return "published" if main is published else "pasted"


def _proposed(current: list[str], proposal: Proposal | None) -> dict[str, Any]:
    if proposal is None:
        return {
            "merged": "", "merged_lookups": None, "merged_complete": False, "merged_voids": None, "merged_strings": [],
            "change_needed": False, "diff": [], "delete": [],
        }  # fmt: skip
    strings = split_strings(proposal.merged.record)
    return {
        "merged": proposal.merged.record,
        "merged_lookups": proposal.recount.lookups,
        "merged_complete": proposal.recount.complete,
        "merged_voids": proposal.recount.voids,
        "merged_strings": list(strings) if len(strings) > 1 else [],
        "change_needed": proposal.needed,
        "diff": [asdict(change) for change in proposal.changes],
        "delete": current[1:],
    }


def _row(row: TermRow, context: ToolContext) -> dict[str, Any]:
    meaning = _MEANING.get(row.qualifier, "")
    return {
        "index": row.index,
        "text": row.text,
        "qualifier": row.qualifier,
        "qualifier_label": context.say(f"spf.qualifier.{meaning}") if meaning else "",
        "mechanism": row.name,
        "value": row.value,
        "label": context.say(f"spf.term.{row.name if row.name in _KNOWN else 'other'}"),
        "lookups": row.lookups,
        "problem": row.problem,
        "read": row.read,
    }


def steps_of(wish: SpfWish, proposal: Proposal | None, context: ToolContext) -> list[dict[str, Any]]:
    """The guide's steps for Wix or Jimdo; the one that ends in a colon carries the value."""
    if wish.registrar not in ("wix", "jimdo") or proposal is None:
        return []
    return [
        {
            "text": source.quote,
            "value": proposal.merged.record if source.quote.endswith(":") else "",
            "guide": source.guide,
            "anchor": source.anchor,
        }
        for source in context.facts.procedure(f"spf.{wish.registrar}")
    ]


def sources_of(wish: SpfWish, main: SpfCheck | None, offered: bool, context: ToolContext) -> Iterator[Source]:
    """The sentences that the result rests on."""
    facts = context.facts
    yield from facts.procedure("spf.record") or (facts.spf.source,)
    if not offered:
        return
    if main and main.records:
        yield from facts.procedure("spf.one_record")
    if main and len(main.records) > 1:
        yield from facts.procedure("spf.join")
    if wish.registrar in ("wix", "jimdo"):
        yield from facts.procedure(f"spf.{wish.registrar}")


def file(wish: SpfWish, main: SpfCheck | None, proposal: Proposal, context: ToolContext) -> Download:
    """The record to publish, with what it replaces, as a text file."""
    say = context.say
    record = proposal.merged.record
    lines = [
        say("spf.file.title", domain=wish.domain.shown if wish.domain else "…"),
        "",
        f"{say('spf.file.type')}: TXT",
        f"{say('spf.file.host')}: @ {say('spf.file.host_hint')}",
        f"{say('spf.file.value')}:",
        record,
        "",
        f"{say('spf.file.lookups')}: {proposal.recount.lookups}/{MAX_LOOKUPS}"
        + ("" if proposal.recount.complete else f" {say('spf.file.at_least')}"),
    ]
    strings = split_strings(record)
    if len(strings) > 1:
        lines += ["", f"{say('spf.file.strings')}:", " ".join(f'"{part}"' for part in strings)]
    old = [*main.records, *main.near] if main else []
    if old:
        lines += ["", f"{say('spf.file.before')}:", *old]
    content = ("\n".join(lines) + "\n").encode("utf-8")
    name = f"spf-{wish.name}.txt" if wish.name else "spf.txt"
    return Download(name, "text/plain; charset=utf-8", content, say("spf.file.label"))
