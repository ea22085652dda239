"""The three boxes as rows of the card: label, reason, the guide's words, entries and the text to copy."""

from __future__ import annotations

import unicodedata
from typing import Any

from soluciones.answer.tools.base import ToolContext
from soluciones.answer.tools.recipient_copy import as_list, as_text
from soluciones.answer.tools.recipient_labels import BOXES, Box
from soluciones.answer.tools.recipient_people import Person
from soluciones.answer.tools.recipient_placing import Plan, Wish
from soluciones.kb.facts import RecipientRules, Source

_SHOWN = 80
_EXAMPLES = ("team", "marketing", "announcement", "meeting", "event")


def box_rows(plan: Plan, wish: Wish, context: ToolContext) -> list[dict[str, Any]]:
    """One row for each of To, Cc and Bcc; see the tool for the keys."""
    return [_row(box, plan, wish, context) for box in BOXES]


def names(context: ToolContext) -> list[dict[str, str]]:
    """What the three fields are called in each language of the site."""
    return [
        {"lang": lang, **{box: context.texts.text(lang, f"recipients.name.{box}") for box in BOXES}}
        for lang in context.site.languages
    ]


def shown(text: str) -> str:
    """A pasted text as a sentence can show it: no control or direction characters, at most 80 characters."""
    plain = "".join(char for char in text if unicodedata.category(char)[0] != "C")
    return plain[:_SHOWN] + ("…" if len(plain) > _SHOWN else "")


def _row(box: Box, plan: Plan, wish: Wish, context: ToolContext) -> dict[str, Any]:
    people = plan.boxes[box]
    source = _source(box, plan, wish, context.facts.recipients)
    who = context.say(f"recipients.who.{wish.purpose}.{box}") if wish.purpose in _EXAMPLES else ""
    return {
        "id": box,
        "label": context.say(f"recipients.box.{box}"),
        "reason": context.say(f"recipients.reason.{box}_{_situation(box, people, plan, wish)}"),
        "who": who,
        "quote": source.quote if source else "",
        "guide": source.guide if source else "",
        "anchor": source.anchor if source else "",
        "count": len(people),
        "entries": [_entry(person, box, plan) for person in people],
        "copy": as_list(people),
        "copy_semicolon": as_list(people, "; "),
        "from_guide": source is not None,
    }


def _situation(box: Box, people: tuple[Person, ...], plan: Plan, wish: Wish) -> str:
    if not people and plan.size:
        return "empty"
    if box == "to" and wish.own is not None and len(people) == 1 and people[0] == wish.own:
        return "own"
    if box == "bcc" and (plan.alarm or plan.protected or wish.strict):
        return "protect"
    return "main"


def _source(box: Box, plan: Plan, wish: Wish, rules: RecipientRules | None) -> Source | None:
    if rules is None:
        return None
    example = next((example for example in rules.examples if example.purpose == wish.purpose), None)
    if example is not None:
        return {"to": example.to, "cc": example.cc, "bcc": example.bcc}[box]
    protects = plan.alarm or plan.protected or wish.strict
    return {"to": rules.to, "cc": rules.cc, "bcc": rules.protect if protects else rules.bcc}[box]


def _entry(person: Person, box: Box, plan: Plan) -> dict[str, Any]:
    return {
        "text": as_text(person),
        "name": person.recipient.name,
        "address": person.recipient.address,
        "from": person.box,
        "moved": plan.typed is not None and person.box not in ("", box),
        "guessed": person.key in plan.guessed,
    }
