"""The words that answer a guided tool's questions: each phrase of each language means its value and no other."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from soluciones.answer.dialogue.reply import read_reply
from soluciones.answer.tools.base import ToolContext
from soluciones.answer.tools.dialogue_choices import read_choice, read_count, read_flag, says_unknown
from soluciones.answer.tools.registry import TOOLS
from soluciones.answer.tools.results import domain_of
from soluciones.answer.tools.values import SlotRefused
from soluciones.kb.types import LANGUAGES

GUIDED = ("recipients", "create-address", "transfer-product", "password-devices")
Phrase = tuple[str, str, str]
"""Slot, value, phrase."""


def _in(lang: str, context: ToolContext) -> ToolContext:
    return ToolContext(lang, context.facts, context.site, context.texts)


def _values(tool_id: str, slot: str) -> tuple[str, ...]:
    schema = next(spec.schema for spec in TOOLS[tool_id].slots if spec.name == slot)
    return tuple(schema.get("enum") or schema.get("items", {}).get("enum") or ())


def _phrases(tool_id: str, lang: str, context: ToolContext) -> Iterator[Phrase]:
    domain = domain_of(tool_id)
    for key, line in context.texts.domain(lang, domain).items():
        _, kind, *rest = key.split(".")
        if kind == "words":
            slot, value = rest
            yield from ((slot, value, phrase) for phrase in line.split("|"))


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("tool_id", GUIDED)
def test_every_choice_has_words_and_a_title(tool_id: str, lang: str, context: ToolContext) -> None:
    """Each value of each choice has its own words and title in each language."""
    texts = context.texts.domain(lang, domain_of(tool_id))
    for spec in TOOLS[tool_id].slots:
        for value in _values(tool_id, spec.name):
            assert texts[f"{domain_of(tool_id)}.words.{spec.name}.{value}"]
            assert texts[f"{domain_of(tool_id)}.choice.{spec.name}.{value}"]


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("tool_id", GUIDED)
def test_each_phrase_means_its_value(tool_id: str, lang: str, context: ToolContext) -> None:
    """The tool and the dialogue both read each phrase as the value it is listed under."""
    told = _in(lang, context)
    for slot, value, phrase in _phrases(tool_id, lang, context):
        values = _values(tool_id, slot)
        if not values:
            continue
        assert read_choice({slot: phrase}, slot, values, TOOLS[tool_id], told) == value, phrase
        reply = read_reply(TOOLS[tool_id], slot, phrase, {}, told) or {}
        assert reply.get(slot) in (value, [value]), phrase


@pytest.mark.parametrize("lang", LANGUAGES)
def test_do_not_know_is_understood_in_free_slots(lang: str, context: ToolContext) -> None:
    """«No lo sé» in each language's words is understood where a text is asked for, and a name or address is not it."""
    told = _in(lang, context)
    for tool_id, slot in (
        ("recipients", "recipients"),
        ("create-address", "local_part"),
        ("password-devices", "devices"),
    ):
        tool = TOOLS[tool_id]
        for name, value, phrase in _phrases(tool_id, lang, context):
            if (name, value) == (slot, "unknown"):
                assert says_unknown(f" {phrase.capitalize()}. ", tool, slot, told), phrase
        assert not says_unknown("ana.lopez", tool, slot, told)
        assert not says_unknown("x" * 5_000, tool, slot, told)


def test_flags_and_counts_are_read_strictly(context: ToolContext) -> None:
    """Yes and no in words, whole numbers from one; anything else is refused."""
    tool = TOOLS["recipients"]
    flags = {"sí": True, "no": False, "true": True, "ocultar": True, "": None}
    assert {text: read_flag({"hide": text}, "hide", tool, context) for text in flags} == flags
    assert [read_count({"count": value}, "count") for value in (None, "", 3, 3.0, " 12 ")] == [None, None, 3, 3, 12]
    for value in (0, -1, 1.5, True, "x", "٣", "9" * 20, [], 10**9):
        with pytest.raises(SlotRefused):
            read_count({"count": value}, "count")
    for value in ("quizás", 1, []):
        with pytest.raises(SlotRefused):
            read_flag({"hide": value}, "hide", tool, context)
