"""Takes pasted headers, cards and rows out of the message before anything cleans it."""

from __future__ import annotations

from dataclasses import replace

from soluciones.answer.slots.blocks import set_aside
from soluciones.answer.steps.normalise import has_words
from soluciones.answer.turn import Turn


def set_aside_blocks(turn: Turn) -> Turn:
    """Puts the block on the turn; the question is what stands around it, or the usual one for such a block."""
    pasted = set_aside(turn.request.question)
    if not pasted.blocks:
        return replace(turn, question=turn.request.question)
    name = next(iter(pasted.blocks))
    lang = turn.request.lang or turn.request.state.lang or "es"
    question = pasted.rest if has_words(pasted.rest) else turn.texts.text(lang, f"answer.pasted.{name}")
    return replace(turn, question=question, blocks=pasted.blocks)
