"""Reads the answer to a tool's question out of a free message."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from soluciones.answer.dialogue.words import is_no, is_unknown, is_yes, ordinal
from soluciones.answer.steps.small_talk import words
from soluciones.answer.tools.base import SlotSpec, Tool, ToolContext
from soluciones.answer.tools.results import domain_of
from soluciones.kb.types import LANGUAGES

_ONE_WORD = frozenset({"domain", "email", "local_part", "own_address", "selector"})
"""Slots that take one word as it is: the tool itself says what is wrong with it."""
_SEPARATORS = re.compile(r"[,;\n]")
_NUMBER = re.compile(r"\d{1,6}")
_MAX_FREE = 400
"""A free text longer than this is taken only for slots that want long texts."""
_MIN_WORD = 5
"""A single word shorter than this says too little in the middle of a question."""
_MIN_VALUE = 3
"""«php» and «wix» are names; «me» in «me gustaría» is not."""
_EVASIVE = frozenset({"yes", "no", "unknown", "other", "none"})
"""Values that a question never gives in passing: «no sé cómo…» answers nothing."""


def read_reply(
    tool: Tool, slot: str, text: str, found: Mapping[str, Any], context: ToolContext
) -> dict[str, Any] | None:
    """The slots that a reply gives; None when it gives none.

    «soy administrador», when something else was asked, is an answer too: the tool takes it and asks again.

    Args:
        tool: who asks.
        slot: what for.
        text: the visitor's message.
        found: slots that the extractors found in it.
        context: language and texts.
    """
    spec = next((spec for spec in tool.slots if spec.name == slot), None)
    if spec is None:
        return None
    taken = {item.name: found[item.name] for item in tool.slots if item.name in found}
    value = _several(spec, text) or taken.get(slot)
    if value is None:
        value = _value(tool, spec, text, context)
    if value is not None:
        return {**taken, slot: value}
    return find_choices(tool, text, context, {slot: None}) or None


def find_choices(tool: Tool, text: str, context: ToolContext, known: Mapping[str, Any]) -> dict[str, Any]:
    """Choices that a question names in passing: «crear una dirección para un compañero» says for whom.

    Only phrases, or words of some length, count: «yo» in a question answers nothing.
    """
    result: dict[str, Any] = {}
    for spec in tool.slots:
        if spec.name in known or not _is_choice(spec.schema):
            continue
        hits = _matches(tool, spec, text, context, short=False)
        if spec.schema.get("type") == "array":
            if hits:
                result[spec.name] = hits
        elif len(hits) == 1:
            result[spec.name] = hits[0]
    return result


def _several(spec: SlotSpec, text: str) -> list[str]:
    """A list of free words, such as devices: the tool knows their names better than any extractor."""
    items = spec.schema.get("items") or {}
    if spec.schema.get("type") != "array" or items.get("type") != "string" or items.get("enum"):
        return []
    return [part.strip()[: items.get("maxLength", _MAX_FREE)] for part in _SEPARATORS.split(text) if part.strip()]


def _is_choice(schema: Mapping[str, Any]) -> bool:
    return bool(schema.get("enum") or (schema.get("items") or {}).get("enum"))


def _value(tool: Tool, spec: SlotSpec, text: str, context: ToolContext) -> Any:
    schema = spec.schema
    options = _options(tool, spec, context)
    if options:
        return _choice(tool, spec, text, context, options)
    if schema.get("type") == "boolean":
        return True if is_yes(text) else False if is_no(text) or is_unknown(text) else None
    if schema.get("type") == "integer":
        number = _NUMBER.search(text)
        return int(number.group()) if number else None
    if schema.get("type") == "string":
        return _text(tool, spec, text, context)
    return None


def _text(tool: Tool, spec: SlotSpec, text: str, context: ToolContext) -> str | None:
    stripped = text.strip()
    takes_unknown = f"{domain_of(tool.id)}.words.{spec.name}.unknown" in context.texts.domain("es", domain_of(tool.id))
    if takes_unknown and is_unknown(stripped):
        return stripped  # the tool goes on without it
    if spec.name in _ONE_WORD:
        return stripped if stripped and len(stripped.split()) == 1 else None
    if int(spec.schema.get("maxLength") or 0) > _MAX_FREE:
        # Long texts (recipients, rows, headers) are pasted: an address or several lines tell them from chatter.
        return stripped if "@" in stripped or stripped.count("\n") >= 2 else None
    return stripped if 0 < len(stripped) <= _MAX_FREE else None


def _options(tool: Tool, spec: SlotSpec, context: ToolContext) -> Sequence[tuple[str, str]]:
    """(value, title) of a slot's choices as the form shows them."""
    schema = tool.form(context).get("properties", {}).get(spec.name, {})
    listed = schema.get("oneOf") or (schema.get("items") or {}).get("oneOf") or ()
    return [(str(item["const"]), str(item.get("title", item["const"]))) for item in listed if "const" in item]


def _choice(tool: Tool, spec: SlotSpec, text: str, context: ToolContext, options: Sequence[tuple[str, str]]) -> Any:
    many = spec.schema.get("type") == "array"
    hits = _matches(tool, spec, text, context, short=True)
    values = [value for value, _ in options]
    if not hits:
        place = ordinal(text)
        if place is not None and place < len(values):
            hits = [values[place]]
        elif is_unknown(text):
            hits = [value for value in values if value in ("unknown", "other")][:1]
        elif set(values) >= {"yes", "no"} and (is_yes(text) or is_no(text)):
            hits = ["yes" if is_yes(text) else "no"]
    if many:
        return hits or None
    return hits[0] if len(hits) == 1 else None


def _matches(tool: Tool, spec: SlotSpec, text: str, context: ToolContext, *, short: bool) -> list[str]:
    """Values whose phrases stand in the text; of phrases that contain one another only the longest counts."""
    line = f" {' '.join(words(text))} "
    best: list[tuple[str, str]] = []
    for value, title in _options(tool, spec, context):
        phrases = {phrase for phrase in _phrases(tool, spec.name, value, title, context) if f" {phrase} " in line}
        if not short:
            named = len(value) >= _MIN_VALUE and value not in _EVASIVE
            phrases = {p for p in phrases if " " in p or len(p) >= _MIN_WORD or (named and p == value)}
            if value in _EVASIVE:
                continue
        if phrases:
            best.append((value, max(phrases, key=len)))
    return [
        value
        for value, phrase in best
        if not any(phrase != other and f" {phrase} " in f" {other} " for _, other in best)
    ]


def _phrases(tool: Tool, slot: str, value: str, title: str, context: ToolContext) -> set[str]:
    key = f"{domain_of(tool.id)}.words.{slot}.{value}"
    lines = [title, value.replace("_", " ")]
    for lang in LANGUAGES:
        lines += context.texts.domain(lang, domain_of(tool.id)).get(key, "").split("|")
    return {phrase for line in lines if (phrase := " ".join(words(line)))}
