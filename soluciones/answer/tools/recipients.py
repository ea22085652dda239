"""Tool T13: who goes into Para, CC and CCI (CCO), and why; an alarm when strangers would see each other's addresses.

``data``: ``purpose``; ``labelled`` (the boxes were named); numbers ``total`` (placed), ``invalid``, ``duplicates``;
``boxes``: three of ``{id (to|cc|bcc), label, reason, who, quote, guide, anchor, count, entries, copy, copy_semicolon,
from_guide}``, where an entry is ``{text, name, address, from (box as pasted or ""), moved, guessed}``; ``typed``
``{to, cc, bcc}`` numbers as pasted, or null; ``problems``: ``{text, code (invalid_address|name_only)}``, the first
``MAX_SHOWN``; ``privacy`` ``{alarm, strangers, threshold, from_guide: false}``; ``guessed`` (parts guessed by name);
``mailto`` ("" when too long), ``mailto_limit``; ``names``: ``{lang, to, cc, bcc}`` of each language; ``from_guide``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from soluciones.answer.tools.address_clean import clean_address
from soluciones.answer.tools.base import Slots, SlotSpec, ToolContext, ToolMode
from soluciones.answer.tools.dialogue_choices import read_choice, read_count, read_flag, says_unknown
from soluciones.answer.tools.recipient_boxes import box_rows, names, shown
from soluciones.answer.tools.recipient_copy import MAX_MAILTO, mailto
from soluciones.answer.tools.recipient_parse import MAX_RECIPIENTS, Pasted, parse_recipients
from soluciones.answer.tools.recipient_people import Person, judge
from soluciones.answer.tools.recipient_placing import (
    MANY_RECIPIENTS,
    OVERLOAD_ABOVE,
    PRIVACY_ALARM_ABOVE,
    Plan,
    Wish,
    own_person,
    place,
)
from soluciones.answer.tools.results import BAD_INPUT, ask, facts_from, finding, form, refused, worst
from soluciones.answer.tools.values import SlotRefused, read_text
from soluciones.answer.types import Finding, ToolResult, ToolStatus
from soluciones.kb.facts import Source

MAX_TEXT = 100_000
"""Characters that are read."""
MAX_SHOWN = 20
"""Unusable entries that are shown one by one."""
MAX_KEPT = 3_000
"""A longer list is answered at once: it would not be kept between two messages."""
_MAX_PROSE = 300
"""A longer text without any @ is no list of recipients."""
_LONGEST = 320

PURPOSES = ("team", "marketing", "announcement", "meeting", "event", "other")
_GUIDE = "para-cc-cco"
_WRITING = (_GUIDE, "escribir-direcciones")
_GOOD = (_GUIDE, "buenas-practicas")


@dataclass(frozen=True, slots=True)
class _Request:
    """The slots, read."""

    text: str
    skipped: bool
    """Asked for the list, the visitor said «no lo sé»."""
    purpose: str
    hide: bool | None
    count: int | None
    own_text: str

    def slots(self) -> dict[str, Any]:
        """The slots it ran with."""
        found = {
            "recipients": self.text,
            "purpose": self.purpose,
            "hide": self.hide,
            "count": self.count,
            "own_address": self.own_text,
        }
        return {name: value for name, value in found.items() if value is not None and value != ""}


@dataclass(frozen=True, slots=True)
class _Judged:
    """The list with everything found out about it."""

    request: _Request
    pasted: Pasted
    people: tuple[Person, ...]
    wish: Wish
    plan: Plan

    @property
    def valid(self) -> int:
        """Addresses that can be written to, repetitions included."""
        return sum(person.valid for person in self.people)


class RecipientsTool:
    """See the module. Slots: ``recipients``, ``purpose``, ``count``, ``hide``, ``own_address``; none is required."""

    id = "recipients"
    mode: ToolMode = "form"
    guides: tuple[str, ...] = (_GUIDE,)
    slots: tuple[SlotSpec, ...] = (
        SlotSpec("recipients", {"type": "string", "maxLength": MAX_TEXT}, pii=True),
        SlotSpec("purpose", {"type": "string", "enum": list(PURPOSES)}),
        SlotSpec("hide", {"type": "boolean"}),
        SlotSpec("count", {"type": "integer", "minimum": 1}),
        SlotSpec("own_address", {"type": "string", "maxLength": _LONGEST}, pii=True),
    )
    findings: Mapping[str, tuple[str, str] | None] = {
        "privacy_alarm": _GOOD,
        "privacy_protected": (_GUIDE, "cci"),
        "use_bcc": (_GUIDE, "cci"),
        "overloaded": _GOOD,
        "ethics": _GOOD,
        "mass_mailing": (_GUIDE, "envios-masivos"),
        "roles_guessed": (_GUIDE, "ejemplos"),
        "roles_open": (_GUIDE, "ejemplos"),
        "single_recipient": (_GUIDE, "para"),
        "duplicate": _WRITING,
        "duplicate_across": _WRITING,
        "invalid_address": _WRITING,
        "name_only": _WRITING,
        "no_addresses": _WRITING,
        "own_address_invalid": _WRITING,
        "count_differs": _WRITING,
        "too_many": (_GUIDE, "envios-masivos"),
        "mailto_too_long": None,
        BAD_INPUT: _WRITING,
    }

    def run(self, slots: Slots, context: ToolContext) -> ToolResult:
        """Places the recipients; never raises."""
        try:
            request = self._read(slots, context)
        except SlotRefused as error:
            return refused(self, context, error)
        pasted = parse_recipients("" if request.skipped else request.text)
        wish = Wish(request.purpose, request.hide, own_person(request.own_text or pasted.sender))
        people = judge(pasted.recipients)
        judged = _Judged(request, pasted, people, wish, place(people, wish))
        if pasted.cut:
            return self._too_many(judged, context)
        if not any(person.recipient.address for person in people):
            return self._general(judged, context)
        return self._advice(judged, context)

    def form(self, context: ToolContext) -> Mapping[str, Any]:
        """The whole form."""
        return form(self, context)

    def _read(self, slots: Slots, context: ToolContext) -> _Request:
        text = (read_text(slots, "recipients", MAX_TEXT) or "").strip()
        if "@" not in text and len(text) > _MAX_PROSE:
            raise SlotRefused("recipients", "wrong_type")
        own = clean_address(read_text(slots, "own_address", _LONGEST) or "")
        return _Request(
            text,
            bool(text) and says_unknown(text, self, "recipients", context),
            read_choice(slots, "purpose", PURPOSES, self, context),
            read_flag(slots, "hide", self, context),
            read_count(slots, "count"),
            own,
        )

    def _too_many(self, judged: _Judged, context: ToolContext) -> ToolResult:
        found = finding(self, context, "too_many", "refused", limit=MAX_RECIPIENTS)
        rules = context.facts.recipients
        facts = facts_from([rules.mass] if rules else [])
        return ToolResult(self.id, "refused", found.text, facts, findings=(found,), form=form(self, context))

    def _general(self, judged: _Judged, context: ToolContext) -> ToolResult:
        """No address at hand: who belongs where in such a message, and a request for the list."""
        request = judged.request
        found = [*self._about_own(judged, context)]
        if request.text and not request.skipped:
            found.append(finding(self, context, "no_addresses", "need_input"))
        many = judged.wish.strict or (request.count or 0) > PRIVACY_ALARM_ABOVE
        if many and request.hide is not False:
            found.append(finding(self, context, "use_bcc", "ok"))
        found += self._about_mass(judged, request.count or 0, context)
        facts, data = self._facts(judged, found, context), self._data(judged, context)
        slots = {name: value for name, value in request.slots().items() if name != "recipients"}
        if request.skipped:
            headline = context.say("recipients.headline.general")
            slots["purpose"] = request.purpose or "other"
            asked = form(self, context, filled=slots)
            return ToolResult(self.id, "ok", headline, facts, data, tuple(found), form=asked, slots=slots)
        asked_for = ask(self, context, "recipients", slots, only=("recipients", "purpose", "hide", "own_address"))
        return replace(asked_for, facts=facts, data=data, findings=tuple(found))

    def _advice(self, judged: _Judged, context: ToolContext) -> ToolResult:
        request, plan = judged.request, judged.plan
        found = tuple(self._findings(judged, context))
        status = worst(item.status for item in found)
        result = ToolResult(
            self.id,
            status,
            self._headline(judged, context),
            self._facts(judged, found, context),
            self._data(judged, context),
            found,
            form=self._more(judged, context),
            next=tuple(self._next(context)),
            slots=request.slots(),
        )
        open_purpose = not request.purpose and request.hide is None and not judged.pasted.labelled
        if not open_purpose or plan.size < 2 or len(request.text) > MAX_KEPT:
            return result
        question = ask(self, context, "purpose", request.slots())
        return replace(result, status="need_input", headline=question.headline, form=question.form, asks="purpose")

    def _more(self, judged: _Judged, context: ToolContext) -> Mapping[str, Any]:
        filled = judged.request.slots()
        return form(self, context, ("purpose", "hide", "own_address"), filled)

    def _headline(self, judged: _Judged, context: ToolContext) -> str:
        plan = judged.plan
        numbers = {box: len(people) for box, people in plan.boxes.items()}
        if not plan.size:
            return context.say("recipients.headline.no_valid")
        if plan.alarm:
            key = "alarm" if plan.typed is not None else "visible"
            return context.say(f"recipients.headline.{key}", count=plan.visible_strangers)
        if plan.typed is not None:
            return context.say("recipients.headline.audited", **numbers)
        if plan.size == 1:
            return context.say("recipients.headline.single")
        if not numbers["cc"] and numbers["bcc"] >= plan.size - 1 and numbers["to"] <= 1:
            return context.say("recipients.headline.hidden", count=numbers["bcc"])
        return context.say("recipients.headline.placed", **numbers)

    def _findings(self, judged: _Judged, context: ToolContext) -> Iterable[Finding]:
        plan, request = judged.plan, judged.request
        if plan.alarm:
            status: ToolStatus = "bad" if plan.typed is not None else "warn"
            yield finding(self, context, "privacy_alarm", status, count=plan.visible_strangers)
        elif plan.protected:
            yield finding(self, context, "privacy_protected", "ok", count=plan.visible_strangers)
        yield from self._about_entries(judged, context)
        if request.count is not None and request.count != judged.valid:
            yield finding(self, context, "count_differs", "warn", said=request.count, found=judged.valid)
        yield from self._about_own(judged, context)
        visible = len(plan.boxes["to"]) + len(plan.boxes["cc"])
        if visible > OVERLOAD_ABOVE and not plan.alarm:
            yield finding(self, context, "overloaded", "warn", count=visible)
        if plan.size == 1:
            yield finding(self, context, "single_recipient", "ok")
        yield from self._about_roles(judged, context)
        own = judged.wish.own.key if judged.wish.own else ""
        if plan.boxes["bcc"] and any(p.key != own for p in (*plan.boxes["to"], *plan.boxes["cc"])):
            yield finding(self, context, "ethics", "ok")
        yield from self._about_mass(judged, plan.size, context)
        if plan.size and not mailto(plan.boxes):
            yield finding(self, context, "mailto_too_long", "ok", limit=MAX_MAILTO)

    def _about_entries(self, judged: _Judged, context: ToolContext) -> Iterable[Finding]:
        plan = judged.plan
        invalid = [person for person in judged.people if person.recipient.address and not person.valid]
        only_names = [person for person in judged.people if not person.recipient.address]
        if invalid:
            first = shown(invalid[0].recipient.address)
            status: ToolStatus = "warn" if plan.size else "bad"
            yield finding(self, context, "invalid_address", status, count=len(invalid), example=first)
        if only_names:
            first = shown(only_names[0].recipient.name)
            yield finding(self, context, "name_only", "warn", count=len(only_names), example=first)
        if plan.repeated:
            first = shown(plan.repeated[0].recipient.address)
            yield finding(self, context, "duplicate", "warn", count=len(plan.repeated), example=first)
        if plan.across:
            first = shown(plan.across[0].recipient.address)
            yield finding(self, context, "duplicate_across", "warn", count=len(plan.across), example=first)

    def _about_own(self, judged: _Judged, context: ToolContext) -> Iterable[Finding]:
        if judged.request.own_text and judged.wish.own is None:
            yield finding(self, context, "own_address_invalid", "warn")

    def _about_roles(self, judged: _Judged, context: ToolContext) -> Iterable[Finding]:
        plan, purpose = judged.plan, judged.request.purpose
        if plan.guessed:
            yield finding(self, context, "roles_guessed", "ok", count=len(plan.guessed))
        elif plan.typed is None and plan.size > 1 and purpose in ("team", "announcement", "meeting", "event"):
            yield finding(self, context, "roles_open", "ok")

    def _about_mass(self, judged: _Judged, size: int, context: ToolContext) -> Iterable[Finding]:
        if judged.request.purpose == "marketing" or size > MANY_RECIPIENTS:
            yield finding(self, context, "mass_mailing", "ok")

    def _facts(self, judged: _Judged, found: Sequence[Finding], context: ToolContext) -> tuple[Any, ...]:
        rules = context.facts.recipients
        if rules is None:
            return ()
        by_code: Mapping[str, Source] = {
            "privacy_alarm": rules.protect,
            "privacy_protected": rules.protect,
            "use_bcc": rules.protect,
            "overloaded": rules.overload,
            "ethics": rules.ethics,
            "mass_mailing": rules.mass,
            "duplicate": rules.once,
            "duplicate_across": rules.once,
            "invalid_address": rules.complete,
            "name_only": rules.complete,
            "no_addresses": rules.complete,
            "single_recipient": rules.to,
        }
        sources = [by_code[item.code] for item in found if item.code in by_code]
        example = next((e for e in rules.examples if e.purpose == judged.request.purpose), None)
        sources += [example.to, example.cc, example.bcc] if example else [rules.to, rules.cc, rules.bcc]
        return facts_from([*sources, rules.cc_visible])

    def _data(self, judged: _Judged, context: ToolContext) -> dict[str, Any]:
        plan, people = judged.plan, judged.people
        problems = [
            {"text": shown(p.recipient.address or p.recipient.name), "code": _problem(p)} for p in people if not p.valid
        ]
        return {
            "purpose": judged.request.purpose,
            "labelled": plan.typed is not None,
            "total": plan.size,
            "invalid": len(problems),
            "duplicates": len(plan.repeated) + len(plan.across),
            "boxes": box_rows(plan, judged.wish, context),
            "typed": dict(plan.typed) if plan.typed is not None else None,
            "problems": problems[:MAX_SHOWN],
            "privacy": {
                "alarm": plan.alarm,
                "strangers": plan.visible_strangers,
                "threshold": PRIVACY_ALARM_ABOVE,
                "from_guide": False,
            },
            "guessed": bool(plan.guessed),
            "mailto": mailto(plan.boxes),
            "mailto_limit": MAX_MAILTO,
            "names": names(context),
            "from_guide": True,
        }

    def _next(self, context: ToolContext) -> Iterable[Mapping[str, Any]]:
        for name in ("where", "mass"):
            yield {
                "label": context.say(f"recipients.next.{name}"),
                "question": context.say(f"recipients.next.{name}_question"),
            }


def _problem(person: Person) -> str:
    return "invalid_address" if person.recipient.address else "name_only"
