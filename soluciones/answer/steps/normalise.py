"""Cleans the question: what people paste carries control characters, odd spaces and broken surrogates."""

from __future__ import annotations

import unicodedata
from dataclasses import replace

from soluciones.answer.service import MAX_QUESTION_CHARS
from soluciones.answer.turn import Turn

_KEEP = {"\n", "\t"}
_MAX_COMBINING = 3
"""Accents stacked higher than this on one letter are a prank (zalgo), not a script."""


def clean_text(text: str) -> str:
    """NFC text without control and format characters, surrogates replaced by spaces, spaces folded, lines kept."""
    out: list[str] = []
    stacked = 0
    for char in unicodedata.normalize("NFC", text[:MAX_QUESTION_CHARS]):
        category = unicodedata.category(char)
        stacked = stacked + 1 if category == "Mn" else 0
        if char in _KEEP or category == "Zs":
            out.append(char if char in _KEEP else " ")
        elif category in ("Cc", "Cs", "Co", "Cn", "Zl", "Zp"):
            out.append(" ")
        elif category != "Cf" and stacked <= _MAX_COMBINING:
            out.append(char)
    lines = (" ".join(line.split()) for line in "".join(out).split("\n"))
    return "\n".join(line for line in lines if line)


def has_words(text: str) -> bool:
    """True when there is anything to search for: a letter or a digit."""
    return any(char.isalnum() for char in text)


def normalise(turn: Turn) -> Turn:
    """Puts the cleaned question on the turn; a question without any word is answered with a request to write one."""
    question = clean_text(turn.question)
    turn = replace(turn, question=question, query=question)
    if not has_words(question):
        lang = turn.request.lang or "es"
        return replace(turn, lang=lang, status="chat", message=turn.texts.text(lang, "answer.no_words"))
    return turn
