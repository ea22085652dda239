"""A question's way, readable top to bottom: a list of plain callables over one frozen carrier."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

from soluciones.answer.steps.blocks import set_aside_blocks
from soluciones.answer.steps.compose import relate
from soluciones.answer.steps.decide import decide
from soluciones.answer.steps.detect import detect_language
from soluciones.answer.steps.dialogue import keep_dialogue, resume_dialogue
from soluciones.answer.steps.follow_up import resolve_follow_up
from soluciones.answer.steps.judge import judge
from soluciones.answer.steps.normalise import normalise
from soluciones.answer.steps.passages import choose_passages
from soluciones.answer.steps.retrieve import retrieve
from soluciones.answer.steps.slots import extract_slots
from soluciones.answer.steps.small_talk import recognise_small_talk
from soluciones.answer.steps.tools import gate_tools, match_intents
from soluciones.answer.turn import Turn

Step = Callable[[Turn], Turn]

UNDERSTAND: tuple[Step, ...] = (set_aside_blocks, normalise, detect_language, resume_dialogue, recognise_small_talk)
"""After any of these the reply may be settled (no words, a value a tool asked for, small talk); nothing is searched."""

FIND: tuple[Step, ...] = (
    resolve_follow_up,
    retrieve,
    extract_slots,
    match_intents,
    choose_passages,
    judge,
    gate_tools,
    decide,
    keep_dialogue,
    relate,
)

STEPS: tuple[Step, ...] = UNDERSTAND + FIND


def run(turn: Turn) -> Turn:
    """Takes a turn through all steps, or until its status is settled, noting the milliseconds of each."""
    took: dict[str, float] = {}
    for step in STEPS:
        start = time.perf_counter()
        turn = step(turn)
        took[step.__name__] = round((time.perf_counter() - start) * 1000, 3)
        if turn.status is not None and step in UNDERSTAND:
            break
    return replace(turn, took_ms=took)
