"""Reads slots that take one of a few values, and «no lo sé» in the visitor's words."""

from __future__ import annotations

import contextlib
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

from soluciones.answer.slots.fold import compose, fold
from soluciones.answer.tools.base import ToolContext
from soluciones.answer.tools.results import choice_title, domain_of
from soluciones.answer.tools.values import SlotRefused, read_list, read_text
from soluciones.i18n import MissingText

MAX_CHOICE = 120
"""Characters of a choice; a title or a short reply, not a story."""
MAX_COUNT = 1_000_000
_MAX_DIGITS = 9


def read_choice(slots: Mapping[str, Any], name: str, values: Sequence[str], tool: Any, context: ToolContext) -> str:
    """The value of a slot: itself, its title or one of its words in the visitor's language; "" when absent.

    Raises:
        SlotRefused: none of these.
    """
    text = read_text(slots, name, MAX_CHOICE)
    if text is None or not text.strip():
        return ""
    if text in values:
        return text
    said = _plain(text)
    for value in values:
        if said in {_plain(phrase) for phrase in _phrases(tool, name, value, context)}:
            return value
    raise SlotRefused(name, "wrong_type")


def read_choices(
    slots: Mapping[str, Any], name: str, values: Sequence[str], tool: Any, context: ToolContext
) -> tuple[str, ...]:
    """The values of a list slot, each once, in order.

    Raises:
        SlotRefused: a member is none of the values.
    """
    members = read_list(slots, name, len(values) * 2)
    read = [read_choice({name: member}, name, values, tool, context) for member in members]
    return tuple(dict.fromkeys(value for value in read if value))


def read_count(slots: Mapping[str, Any], name: str) -> int | None:
    """A whole number from 1, also written as text; None when absent.

    Raises:
        SlotRefused: no such number.
    """
    value = slots.get(name)
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        raise SlotRefused(name, "wrong_type")
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, str):
        digits = value.strip()
        if len(digits) > _MAX_DIGITS or not (digits.isascii() and digits.isdecimal()):
            raise SlotRefused(name, "wrong_type")
        value = int(digits)
    if not isinstance(value, int) or not 1 <= value <= MAX_COUNT:
        raise SlotRefused(name, "wrong_type")
    return value


def read_flag(slots: Mapping[str, Any], name: str, tool: Any, context: ToolContext) -> bool | None:
    """Yes, no, or not said.

    Raises:
        SlotRefused: neither a truth value nor a word for one.
    """
    value = slots.get(name)
    if value is None or isinstance(value, bool):
        return value
    said = read_choice(slots, name, ("true", "false"), tool, context)
    return said == "true" if said else None


def says_unknown(text: str, tool: Any, slot: str, context: ToolContext) -> bool:
    """Whether a free text is «no lo sé» (key ``<domain>.words.<slot>.unknown``), in any language."""
    if len(text) > MAX_CHOICE:
        return False
    return _plain(text) in {_plain(phrase) for phrase in _phrases(tool, slot, "unknown", context)}


def _phrases(tool: Any, slot: str, value: str, context: ToolContext) -> list[str]:
    domain = domain_of(tool.id)
    found = []
    for lang in dict.fromkeys((context.lang, *context.site.languages)):
        found += context.texts.domain(lang, domain).get(f"{domain}.words.{slot}.{value}", "").split("|")
    with contextlib.suppress(MissingText):
        found.append(choice_title(tool, context, slot, value))
    return [phrase for phrase in found if phrase.strip()]


def _plain(text: str) -> str:
    """Folded words only: «No lo sé.» and «no lo se» are the same."""
    kept = (char if char.isalnum() else " " for char in fold(compose(text)) if unicodedata.category(char) != "Mn")
    return " ".join("".join(kept).split())
