"""Settles the language of the reply."""

from __future__ import annotations

from dataclasses import replace

from soluciones.answer.language import detect
from soluciones.answer.turn import Turn


def detect_language(turn: Turn) -> Turn:
    """The question's own language; the conversation's or page's when the text does not tell."""
    prior = turn.request.state.lang or turn.request.lang
    return replace(turn, lang=detect(turn.question, prior or "es"))
