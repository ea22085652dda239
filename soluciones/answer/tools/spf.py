"""Tool T9: checks an SPF record, published or pasted, merges several into one, and says where to type it.

``data``:

- ``domain``, ``domain_shown``: A-labels and U-labels; "" for a pasted record alone.
- ``source``: ``published``, ``pasted`` or ``none``: which record the table is about.
- ``current``: the records there are (strings).
- ``published``: what the DNS holds, None when it was not or could not be read.
- ``terms``: rows ``{index, text, qualifier, qualifier_label, mechanism, value, label, lookups, problem, read}``.
- ``lookups``, ``lookups_limit``, ``lookups_complete`` (False: at least so many), ``voids``, ``voids_limit``.
- ``strings``: the current record in the character strings that the DNS holds, empty when it is one string.
- ``costs``: rows ``{depth, domain, text, lookups, problem}``, in the order of reading; depth 0 is the record itself.
- ``merged``: the record to publish, "" for none; ``merged_lookups``, ``merged_complete``, ``merged_voids``,
  ``merged_strings`` (the record in strings of 255 octets at most, empty when one is enough), ``change_needed``.
- ``diff``: rows ``{op: same|add|remove|change, text, was}`` from the first current record to ``merged``;
  ``delete``: further records that have to go.
- ``record_type``, ``host``: what to choose and type besides the value.
- ``registrar``, ``registrar_label``, ``steps``: rows ``{text, value, guide, anchor}``; ``value``: what to paste there.
- ``senders``: rows ``{name, label, host, from_guide}``; ``guide_record``: the guide's own value; ``from_guide``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from soluciones.answer.mailauth.codes import SPF_PLACES
from soluciones.answer.mailauth.problem import RecordProblem, in_order
from soluciones.answer.mailauth.questions import Questions
from soluciones.answer.mailauth.spf_check import SpfCheck, check_spf, pasted
from soluciones.answer.mailauth.spf_proposal import Proposal, propose
from soluciones.answer.mailauth.spf_tree import MAX_LOOKUPS
from soluciones.answer.tools.base import Slots, SlotSpec, ToolContext, ToolMode
from soluciones.answer.tools.results import BAD_INPUT, ask, facts_from, finding, form, refused, worst
from soluciones.answer.tools.spf_card import card, file, sources_of, steps_of
from soluciones.answer.tools.spf_input import MAX_SENDERS, REGISTRARS, SpfWish, read_wish
from soluciones.answer.tools.values import SlotRefused
from soluciones.answer.types import Finding, ToolResult, ToolStatus

MAX_FINDINGS = 24
_ALSO_SAID = frozenset({"unresolved", "include_no_record", "include_several", "include_broken", "include_loop"})
"""What the recount of the proposed record may find that the records there are do not have."""
_GUIDE = "que-es-spf"
_STEPS = "spf-wix-jimdo"


@dataclass(frozen=True, slots=True)
class _Case:
    """All that was found out."""

    wish: SpfWish
    published: SpfCheck | None
    typed: SpfCheck | None
    type99: bool
    proposal: Proposal | None

    @property
    def main(self) -> SpfCheck | None:
        """The record that the table is about: the published one where there is one."""
        if self.published and (self.published.record or not self.typed):
            return self.published
        return self.typed

    @property
    def checks(self) -> tuple[SpfCheck, ...]:
        """The checks that were made."""
        return tuple(check for check in (self.published, self.typed) if check)


class SpfTool:
    """See the module. Slots: ``domain``, ``spf`` (pasted records), ``registrar``, ``senders``; a domain or a record."""

    id = "spf"
    mode: ToolMode = "network"
    guides: tuple[str, ...] = (_STEPS, _GUIDE)
    slots: tuple[SlotSpec, ...] = (
        SlotSpec("domain", {"type": "string", "maxLength": 253, "x-one-line": True}),
        SlotSpec("spf", {"type": "array", "items": {"type": "string", "maxLength": 3500}, "maxItems": 10}),
        SlotSpec("registrar", {"type": "string", "enum": list(REGISTRARS)}),
        SlotSpec("senders", {"type": "array", "items": {"type": "string", "maxLength": 253}, "maxItems": MAX_SENDERS}),
    )
    findings: Mapping[str, tuple[str, str] | None] = {
        **SPF_PLACES,
        "good": None,
        "not_a_domain": (_GUIDE, "un-solo-registro"),
        "pasted_not_spf": (_GUIDE, "leer-un-registro"),
        "joined_with_published": (_GUIDE, "un-solo-registro"),
        "type_spf": (_GUIDE, "tipo-txt"),
        "merged_too_many_lookups": (_GUIDE, "diez-consultas"),
        "merge_dropped": (_GUIDE, "errores-frecuentes"),
        "redirect_converted": (_GUIDE, "unir-registros"),
        "all_kept_soft": (_GUIDE, "menos-all"),
        "all_softened": (_GUIDE, "mas-all"),
        "all_added": (_GUIDE, "interrogacion-all"),
        "sender_not_from_guide": (_GUIDE, "unir-registros"),
        "sender_unknown": (_GUIDE, "unir-registros"),
        BAD_INPUT: (_GUIDE, "leer-un-registro"),
    }

    def run(self, slots: Slots, context: ToolContext) -> ToolResult:
        """Checks what was given; never raises."""
        try:
            wish = read_wish(slots)
        except SlotRefused as error:
            return refused(self, context, error)
        if wish.domain and wish.domain.problem:
            return self._not_a_domain(context)
        if not wish.domain and not wish.typed:
            return ask(self, context, "domain", wish.slots())
        case = self._examined(wish, context)
        return self._result(case, context)

    def form(self, context: ToolContext) -> Mapping[str, Any]:
        """The whole form."""
        return form(self, context)

    def _not_a_domain(self, context: ToolContext) -> ToolResult:
        found = finding(self, context, "not_a_domain", "refused")
        return ToolResult(self.id, "refused", found.text, findings=(found,), form=form(self, context))

    def _examined(self, wish: SpfWish, context: ToolContext) -> _Case:
        facts = context.facts
        dns = Questions(context.network.dns) if context.network else None
        published, type99 = None, wish.type99
        if wish.name and dns:
            txt, old = dns.lookup_all([(wish.name, "TXT"), (wish.name, "SPF")])
            published = check_spf(wish.name, txt, dns, facts)
            type99 = type99 or (old.status == "ok" and bool(old.records))
        typed = None
        new = [text for text in wish.records if not published or text not in published.records]
        if new:
            typed = check_spf(wish.name, pasted(new, wish.name), dns, facts)
        case = _Case(wish, published, typed, type99, None)
        if not _may_propose(case):
            return case
        proposal = propose(case.checks, wish.name, dns, facts, wish.senders)
        return _Case(wish, published, typed, type99, proposal)

    def _result(self, case: _Case, context: ToolContext) -> ToolResult:
        problems = in_order(_problems(case))[:MAX_FINDINGS]
        found: tuple[Finding, ...] = tuple(finding(self, context, p.code, p.status, **p.params) for p in problems)
        status = worst(item.status for item in found)
        proposal, wish = case.proposal, case.wish
        steps = steps_of(wish, proposal, context)
        offered = bool(proposal and proposal.needed)
        downloads = (file(wish, case.main, proposal, context),) if proposal and offered else ()
        return ToolResult(
            self.id,
            status,
            _headline(case, status, context),
            facts_from(sources_of(wish, case.main, offered, context)),
            card(wish, case.published, case.main, proposal, steps, context),
            found,
            downloads,
            form=form(self, context, filled=wish.slots()) if status in ("bad", "unknown") else None,
            next=tuple(_next(case, status, context)),
            slots=wish.slots(),
        )


def _may_propose(case: _Case) -> bool:
    """Nothing is proposed beside a record that could not be read, nor for a domain that does not exist."""
    if case.typed:
        return True
    if not case.published or (case.published.verdict == "unknown" and not case.published.record):
        return False
    return all(problem.code != "domain_unknown" for problem in case.published.problems)


def _problems(case: _Case) -> Iterator[RecordProblem]:
    wish = case.wish
    if wish.typed and not wish.records:
        yield RecordProblem("pasted_not_spf", "bad")
    if wish.name and not case.published:
        yield RecordProblem("network_off", "unknown")
    told = list(_told(case))
    yield from told
    if case.published and case.published.record and case.typed:
        yield RecordProblem("joined_with_published", "ok", {"domain": wish.name})
    if case.type99:
        yield RecordProblem("type_spf", "warn")
    for sender in wish.senders:
        if sender.host:
            params = {"sender": sender.label, "host": sender.host}
            yield RecordProblem("sender_not_from_guide", "ok", params)
        else:
            yield RecordProblem("sender_unknown", "warn", {"sender": sender.label})
    if case.proposal:
        several = sum(len(check.meant) for check in case.checks) > 1
        yield from _merge_problems(case.proposal, several, {problem.code for problem in told})
    if case.checks and all(problem.status == "ok" for problem in told) and not case.type99:
        count = case.main.lookups if case.main else 0
        yield RecordProblem("good", "ok", {"count": count, "limit": MAX_LOOKUPS})


def _told(case: _Case) -> Iterator[RecordProblem]:
    """What the checks say; a pasted record that joins a published one need not hold the include itself."""
    for check in case.checks:
        joined = check is case.typed and case.published is not None and bool(case.published.record)
        yield from (p for p in check.problems if not (joined and p.code == "missing_include"))


def _merge_problems(proposal: Proposal, several: bool, said: set[str]) -> Iterator[RecordProblem]:
    if not proposal.needed:
        return
    merged, recount = proposal.merged, proposal.recount
    if merged.all_note == "kept_soft" and several:
        yield RecordProblem("all_kept_soft", "ok", {"all": merged.record.rpartition(" ")[2]})
    elif merged.all_note in ("softened", "added"):
        status: ToolStatus = "warn"
        yield RecordProblem(f"all_{merged.all_note}", status, {"all": merged.record.rpartition(" ")[2]})
    for name in merged.converted:
        yield RecordProblem("redirect_converted", "warn", {"domain": name})
    if merged.dropped:
        yield RecordProblem("merge_dropped", "warn", {"terms": ", ".join(merged.dropped)[:200]})
    if (recount.lookups or 0) > MAX_LOOKUPS:
        params = {"count": recount.lookups, "limit": MAX_LOOKUPS}
        yield RecordProblem("merged_too_many_lookups", "bad", params)
    yield from (problem for problem in recount.problems if problem.code in _ALSO_SAID - said)


def _headline(case: _Case, status: ToolStatus, context: ToolContext) -> str:
    main, domain = case.main, case.wish.domain.shown if case.wish.domain else ""
    codes = {problem.code for check in case.checks for problem in check.problems}
    params: dict[str, object] = {"domain": domain}
    if not main:
        return context.say("spf.headline.not_spf" if case.wish.typed else "spf.headline.unknown", **params)
    params |= {"count": len(main.records), "lookups": main.lookups or 0, "limit": MAX_LOOKUPS}
    if "several_records" in codes:
        key = "several"
    elif "domain_unknown" in codes:
        key = "domain_unknown"
    elif "lookup_failed" in codes:
        key = "unknown"
    elif not main.records and not main.near:
        key = "none"
    elif status == "unknown":
        key = "unknown_part"
    else:
        key = {"ok": "ok", "warn": "warn"}.get(status, "bad")
    return context.say(f"spf.headline.{key}", **params)


def _next(case: _Case, status: ToolStatus, context: ToolContext) -> Iterator[Mapping[str, Any]]:
    wish = case.wish
    if case.proposal and case.proposal.needed and not wish.registrar:
        for registrar in ("wix", "jimdo"):
            label = context.say(f"spf.next.{registrar}")
            yield {"label": label, "tool": "spf", "slots": {**wish.slots(), "registrar": registrar}}
    if wish.name and status in ("bad", "unknown"):
        yield {"label": context.say("spf.next.again"), "tool": "spf", "slots": {"domain": wish.name}}
    if wish.name and status in ("ok", "warn"):
        yield {"label": context.say("spf.next.dmarc"), "tool": "dmarc", "slots": {"domain": wish.name}}
