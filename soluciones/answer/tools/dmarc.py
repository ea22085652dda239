"""Tool T10: checks a DMARC record, published or pasted, writes one, and plans the stages none → quarantine → reject.

``data``:

- ``domain``, ``domain_shown``: A-labels and U-labels; "" when none was given.
- ``current``: the record there is, "" for none; ``found_at``: where (a name), "" for a pasted one; ``inherited``: it is
  a parent domain's; ``current_records``: all of them when there are several; ``policy``: what receivers apply today.
- ``tags``: rows ``{tag, value, label, problem}`` of the current record.
- ``record``: the record to publish, "" when nothing is proposed; ``kind``: ``new`` (there was none), ``custom`` (as
  chosen), ``repair`` (same stage, mistakes put right), ``next`` (next stage), ``keep`` (nothing to change), "".
- ``host``: ``_dmarc``; ``name``: the whole name; ``record_type``: ``TXT``.
- ``diff``: rows ``{op: same|add|remove|change, text, was}`` by tag, from ``current`` to ``record``.
- ``stages``: rows ``{id, policy, testing, label, record, state: done|now|next|later}``.
- ``plan``: rows ``{text, guide, anchor, from_guide}``: the guide's plan, word for word.
- ``external``: rows ``{domain, name, value, permitted: true|false|null}``: for foreign report addresses.
- ``needs_rua``: no usable report address is known; ``from_guide``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from soluciones.answer.mailauth.codes import DMARC_PLACES
from soluciones.answer.mailauth.dmarc_check import DmarcCheck, check_dmarc, permissions
from soluciones.answer.mailauth.dmarc_judge import judge
from soluciones.answer.mailauth.dmarc_parse import POLICIES, parse_dmarc
from soluciones.answer.mailauth.dmarc_proposal import Proposal, propose
from soluciones.answer.mailauth.problem import RecordProblem, in_order
from soluciones.answer.mailauth.questions import Questions
from soluciones.answer.tools.base import Slots, SlotSpec, ToolContext, ToolMode
from soluciones.answer.tools.dmarc_card import Case, card, file, sources_of
from soluciones.answer.tools.dmarc_input import ALIGNMENTS, DmarcWish, read_wish
from soluciones.answer.tools.results import BAD_INPUT, ask, facts_from, finding, form, refused, worst
from soluciones.answer.tools.values import SlotRefused
from soluciones.answer.types import ToolResult, ToolStatus

MAX_FINDINGS = 24
_GUIDE = "que-es-dmarc"
_SPOOF = "suplantacion-y-spam"


class DmarcTool:
    """See the module. Slots: a domain or a pasted record (``dmarc``); the others are choices for a new record."""

    id = "dmarc"
    mode: ToolMode = "network"
    guides: tuple[str, ...] = (_GUIDE, _SPOOF)
    slots: tuple[SlotSpec, ...] = (
        SlotSpec("domain", {"type": "string", "maxLength": 253, "x-one-line": True}),
        SlotSpec("dmarc", {"type": "array", "items": {"type": "string", "maxLength": 3500}, "maxItems": 10}, pii=True),
        SlotSpec("policy", {"type": "string", "enum": list(POLICIES)}),
        SlotSpec("rua", {"type": "array", "items": {"type": "string", "maxLength": 320}, "maxItems": 5}, pii=True),
        SlotSpec("alignment", {"type": "string", "enum": list(ALIGNMENTS)}),
        SlotSpec("subdomain_policy", {"type": "string", "enum": list(POLICIES)}),
        SlotSpec("testing", {"type": "boolean"}),
    )
    findings: Mapping[str, tuple[str, str] | None] = {
        **DMARC_PLACES,
        "good": None,
        "not_a_domain": (_GUIDE, "donde"),
        "pasted_not_dmarc": (_GUIDE, "etiquetas"),
        "network_off": (_GUIDE, "no-se-puede-leer"),
        "next_stage": (_GUIDE, "plan-por-etapas"),
        "needs_dkim": (_GUIDE, "politicas"),
        "tags_dropped": (_GUIDE, "etiquetas"),
        "uri_encoded": (_GUIDE, "informes"),
        BAD_INPUT: (_GUIDE, "etiquetas"),
    }

    def run(self, slots: Slots, context: ToolContext) -> ToolResult:
        """Checks and writes; never raises."""
        try:
            wish = read_wish(slots)
        except SlotRefused as error:
            return refused(self, context, error)
        if wish.domain and wish.domain.problem:
            found = finding(self, context, "not_a_domain", "refused")
            return ToolResult(self.id, "refused", found.text, findings=(found,), form=form(self, context))
        if not wish.domain and not wish.typed and not wish.choices.given:
            return ask(self, context, "domain", wish.slots())
        return self._result(_examined(wish, context), context)

    def form(self, context: ToolContext) -> Mapping[str, Any]:
        """The whole form."""
        return form(self, context)

    def _result(self, case: Case, context: ToolContext) -> ToolResult:
        problems = in_order(_problems(case))[:MAX_FINDINGS]
        found = tuple(finding(self, context, p.code, p.status, **p.params) for p in problems)
        status = worst(item.status for item in found)
        wish, proposal = case.wish, case.proposal
        offered = proposal is not None and proposal.kind != "keep"
        open_form = status in ("bad", "unknown") or case.needs_rua
        return ToolResult(
            self.id,
            status,
            _headline(case, status, context),
            facts_from(sources_of(case, context)),
            card(case, context),
            found,
            (file(case, proposal.record, context),) if proposal and offered else (),
            form=form(self, context, filled=wish.slots()) if open_form else None,
            next=tuple(_next(case, status, context)),
            slots=wish.slots(),
        )


def _examined(wish: DmarcWish, context: ToolContext) -> Case:
    dns = Questions(context.network.dns) if context.network else None
    published = check_dmarc(wish.name, dns) if wish.name and dns else None
    base = _base(wish, published)
    if base is None and not wish.choices.given and (published is None or not _may_propose(published)):
        return Case(wish, published)
    proposal = propose(base, wish.choices)
    external = permissions(wish.name, parse_dmarc(proposal.record), dns) if wish.name else ()
    return Case(wish, published, base, proposal, external)


def _base(wish: DmarcWish, published: DmarcCheck | None) -> str | None:
    """The record that a new one starts from: the pasted one, else the domain's own."""
    if wish.records:
        return wish.records[0]
    if published is None or published.inherited:
        return None
    return published.record or None


def _may_propose(published: DmarcCheck) -> bool:
    """Nothing is proposed beside a record that could not be read, or that a parent domain's serves for."""
    codes = {problem.code for problem in published.problems}
    return not published.inherited and not codes & {"lookup_failed", "domain_unknown"}


def _problems(case: Case) -> Iterator[RecordProblem]:
    wish, published, proposal = case.wish, case.published, case.proposal
    if wish.typed and not wish.records:
        yield RecordProblem("pasted_not_dmarc", "bad")
    if wish.name and published is None:
        yield RecordProblem("network_off", "unknown")
    if len(wish.records) > 1:
        yield RecordProblem(
            "several_records", "bad", {"count": len(wish.records), "name": f"_dmarc.{wish.name or '…'}"}
        )
    for text in wish.records:
        yield from judge(text)
    if published is not None and not wish.records:
        absent = {"no_record", "wrong_place"} if wish.choices.given else set()
        for problem in published.problems:
            status: ToolStatus = "ok" if problem.code in absent else problem.status
            yield RecordProblem(problem.code, status, problem.params)
    if proposal is not None:
        yield from _about_proposal(case, proposal)
    if _all_well(case):
        yield RecordProblem("good", "ok", {"policy": case.policy})


def _about_proposal(case: Case, proposal: Proposal) -> Iterator[RecordProblem]:
    record = parse_dmarc(proposal.record)
    if proposal.kind in ("custom", "new"):
        yield from judge(proposal.record)
    if proposal.kind == "next":
        yield RecordProblem("next_stage", "ok", {"record": proposal.record[:200]})
    if record.policy == "reject" and proposal.kind in ("custom", "next"):
        yield RecordProblem("needs_dkim", "warn")
    if proposal.dropped:
        yield RecordProblem("tags_dropped", "ok", {"tags": ", ".join(proposal.dropped)[:120]})
    if any("%" in uri.text for uri in record.uris("rua")):
        yield RecordProblem("uri_encoded", "ok")
    codes: dict[bool | None, tuple[str, ToolStatus]] = {
        True: ("external_permitted", "ok"),
        False: ("external_not_permitted", "bad"),
        None: ("external_unknown", "unknown"),
    }
    for item in case.external:
        code, status = codes[item.permitted]
        yield RecordProblem(code, status, {"domain": item.domain, "name": item.name})


def _all_well(case: Case) -> bool:
    checked = [*(p for text in case.wish.records for p in judge(text))]
    if case.published is not None and not case.wish.records:
        checked += case.published.problems
    return bool(checked) and case.policy in ("quarantine", "reject") and all(p.status == "ok" for p in checked)


def _headline(case: Case, status: ToolStatus, context: ToolContext) -> str:
    codes = {problem.code for problem in case.published.problems} if case.published else set()
    params: dict[str, object] = {"domain": case.wish.domain.shown if case.wish.domain else "", "policy": case.policy}
    kind = case.proposal.kind if case.proposal else ""
    if kind == "custom":
        key = "custom"
    elif case.wish.typed and not case.wish.records:
        key = "not_dmarc"
    elif case.wish.records:
        key = {"ok": "pasted_ok", "warn": "pasted_ok"}.get(status, "pasted_bad" if status == "bad" else "pasted_ok")
    elif case.published is None or "lookup_failed" in codes:
        key = "unknown"
    elif "domain_unknown" in codes:
        key = "domain_unknown"
    elif case.published.inherited:
        key = "inherited"
    elif not case.published.record or not case.published.found_at:
        key = "none"
    elif case.policy and status != "bad":
        key = f"policy_{case.policy}"
    else:
        key = "bad"
    return context.say(f"dmarc.headline.{key}", **params)


def _next(case: Case, status: ToolStatus, context: ToolContext) -> Iterator[Mapping[str, Any]]:
    wish = case.wish
    if wish.name and status in ("bad", "unknown"):
        yield {"label": context.say("dmarc.next.again"), "tool": "dmarc", "slots": {"domain": wish.name}}
    if case.published is not None and case.published.inherited:
        parent = case.published.found_at.removeprefix("_dmarc.")
        label = context.say("dmarc.next.parent", domain=parent)
        yield {"label": label, "tool": "dmarc", "slots": {"domain": parent}}
    if wish.name:
        yield {"label": context.say("dmarc.next.spf"), "tool": "spf", "slots": {"domain": wish.name}}
