"""What the card of ``dmarc`` shows, and the file to keep."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from soluciones.answer.mailauth.dmarc_build import STAGES, at_stage, difference, next_stage, stage_of
from soluciones.answer.mailauth.dmarc_check import DmarcCheck, External
from soluciones.answer.mailauth.dmarc_parse import KNOWN, REMOVED, clean, parse_dmarc
from soluciones.answer.mailauth.dmarc_proposal import Proposal
from soluciones.answer.tools.base import ToolContext
from soluciones.answer.tools.dmarc_input import DmarcWish
from soluciones.answer.tools.guide_steps import rows
from soluciones.answer.types import Download
from soluciones.kb.facts import Source

PERMISSION = "v=DMARC1"
"""Value of the TXT record that permits reports from elsewhere (RFC 9990 §4)."""


@dataclass(frozen=True, slots=True)
class Case:
    """All that was found out."""

    wish: DmarcWish
    published: DmarcCheck | None
    base: str | None = None
    """The record there is, which a new one starts from."""
    proposal: Proposal | None = None
    external: tuple[External, ...] = ()
    """Permissions that the proposed record needs."""

    @property
    def current(self) -> str:
        """The record that the table is about, "" for none."""
        return self.base or (self.published.record if self.published else "")

    @property
    def policy(self) -> str:
        """What receivers apply today, "" for nothing."""
        if self.published is not None and not self.wish.records:
            return self.published.policy
        return parse_dmarc(clean(self.base)).policy if self.base else ""

    @property
    def needs_rua(self) -> bool:
        """A record is proposed that nobody would report to."""
        return self.proposal is not None and not parse_dmarc(self.proposal.record).reports


def card(case: Case, context: ToolContext) -> dict[str, Any]:
    """See the docstring of ``dmarc``."""
    wish, published, proposal = case.wish, case.published, case.proposal
    record = proposal.record if proposal else ""
    own = published is not None and not wish.records
    return {
        "domain": wish.name,
        "domain_shown": wish.domain.shown if wish.domain else "",
        "current": case.current,
        "found_at": published.found_at if published and own else "",
        "inherited": bool(published and own and published.inherited),
        "current_records": list(wish.records or (published.records if published else ())),
        "policy": case.policy,
        "tags": _tags(case.current, context),
        "record": record,
        "kind": proposal.kind if proposal else "",
        "host": "_dmarc",
        "name": f"_dmarc.{wish.name}" if wish.name else "_dmarc",
        "record_type": "TXT",
        "diff": [asdict(change) for change in difference(case.base or "", record)] if record else [],
        "stages": _stages(case, context),
        "plan": rows(context.facts.procedure("dmarc.stages")),
        "external": [{**asdict(item), "value": PERMISSION} for item in case.external],
        "needs_rua": case.needs_rua,
        "from_guide": True,
    }


def _tags(text: str, context: ToolContext) -> list[dict[str, Any]]:
    known = {*KNOWN, *REMOVED}
    return [
        {
            "tag": tag.name,
            "value": tag.value,
            "label": context.say(f"dmarc.tag.{tag.name if tag.name in known else 'other'}"),
            "problem": tag.problem,
        }
        for tag in parse_dmarc(clean(text)).tags
    ]


def _stages(case: Case, context: ToolContext) -> list[dict[str, Any]]:
    """The five stages with their records; none when nothing is proposed."""
    if case.proposal is None:
        return []
    record = parse_dmarc(case.proposal.record)
    kind = case.proposal.kind
    now = case.proposal.stage if kind in ("next", "keep", "repair") else stage_of(record)
    place = STAGES.index(now) if now else -1
    after = STAGES.index(next_stage(now))
    states = {place: "now", after: "next"} | ({place: "now"} if place == after else {})
    return [
        {
            "id": stage.id,
            "policy": stage.policy,
            "testing": stage.testing,
            "label": context.say(f"dmarc.stage.{stage.id}"),
            "record": at_stage(stage, record, case.wish.choices),
            "state": states.get(index, "done" if index < place else "later"),
        }
        for index, stage in enumerate(STAGES)
    ]


def sources_of(case: Case, context: ToolContext) -> Iterator[Source]:
    """The sentences that the result rests on."""
    facts = context.facts
    yield from facts.procedure("dmarc.place")
    if case.proposal is None:
        return
    yield from facts.procedure("dmarc.stages")
    yield from facts.procedure("dmarc.back")
    record = parse_dmarc(case.proposal.record)
    if record.policy == "reject":
        yield from facts.procedure("dmarc.dkim")
    if record.testing:
        yield from facts.procedure("dmarc.testing")
    if case.external:
        yield from facts.procedure("dmarc.external")


def file(case: Case, record: str, context: ToolContext) -> Download:
    """The record to publish, with what it replaces, as a text file."""
    say, wish = context.say, case.wish
    lines = [
        say("dmarc.file.title", domain=wish.domain.shown if wish.domain else "…"),
        "",
        f"{say('dmarc.file.type')}: TXT",
        f"{say('dmarc.file.host')}: _dmarc" + (f" (_dmarc.{wish.name})" if wish.name else ""),
        f"{say('dmarc.file.value')}:",
        record,
    ]
    for item in case.external:
        lines += ["", f"{say('dmarc.file.permission', domain=item.domain)}:", f"{item.name} TXT {PERMISSION}"]
    if case.base:
        lines += ["", f"{say('dmarc.file.before')}:", case.base]
    content = ("\n".join(lines) + "\n").encode("utf-8")
    name = f"dmarc-{wish.name}.txt" if wish.name else "dmarc.txt"
    return Download(name, "text/plain; charset=utf-8", content, say("dmarc.file.label"))
