"""Greetings, thanks and the wish for a person."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from soluciones.answer.steps.small_talk import classify, without_greeting

CASES = yaml.safe_load((Path(__file__).parent / "cases" / "small_talk.yml").read_text("utf-8"))


@pytest.mark.parametrize("case", CASES, ids=lambda c: c["text"])
def test_small_talk_is_told_from_questions(case: dict[str, str]) -> None:
    """Small talk has its kind; a question that merely begins or sounds like it has none."""
    assert classify(case["text"]) == case["kind"]


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("Hola, ¿qué puerto uso?", "¿qué puerto uso?"),
        ("Buenos días. No puedo enviar", "No puedo enviar"),
        ("hello there, which port?", "which port?"),
        ("hola", "hola"),
        ("¿Qué puerto uso?", "¿Qué puerto uso?"),
    ],
)
def test_leading_greeting_is_dropped_from_the_search(text: str, rest: str) -> None:
    """Only the greeting goes, the question stays as written."""
    assert without_greeting(text) == rest
