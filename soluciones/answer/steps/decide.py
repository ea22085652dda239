"""Answer, ask back, or say «no lo sé»."""

from __future__ import annotations

from dataclasses import replace

from soluciones.answer.tools.registry import TOOLS
from soluciones.answer.turn import Turn
from soluciones.answer.types import AnswerStatus, Choice

ANSWER = 0.62
"""Confidence from which we answer. Set on the tuning half: at most 5 % of its answerable questions fall below."""
CLARIFY = 0.30
"""Between this and ``ANSWER`` the nearest readings are offered as a choice."""
CHOICES = 3

_FINAL_TOOL_STATUS = {"ok", "warn", "bad", "refused"}


def decide(turn: Turn) -> Turn:
    """Sets the status, and for anything but an answer the message and the ways on."""
    if any(tool.status in _FINAL_TOOL_STATUS for tool in turn.tools):
        return replace(turn, status="answered", confidence=max(turn.confidence, ANSWER))
    if turn.confidence >= ANSWER and turn.passages:
        return replace(turn, status="answered")
    waiting = [tool for tool in turn.tools if tool.status in ("need_input", "unknown")]
    if turn.passages and any(turn.passages[0].guide.id in TOOLS[tool.tool].guides for tool in waiting):
        # Two independent signs agree: the words want this tool, the search found the guide it rests on.
        return replace(turn, status="answered", confidence=max(turn.confidence, ANSWER))
    if waiting:
        # The words settle what is wanted, a value is missing or could not be checked: the card says so.
        return replace(turn, status="clarify", message=turn.texts.text(turn.lang, "answer.tool_can_tell"), choices=())
    clarify = turn.confidence >= CLARIFY and bool(turn.passages)
    status: AnswerStatus = "clarify" if clarify else "no_answer"
    return replace(
        turn,
        status=status,
        message=turn.texts.text(turn.lang, f"answer.{status}"),
        tools=(),
        choices=nearest_choices(turn) if clarify else (),
    )


def nearest_choices(turn: Turn) -> tuple[Choice, ...]:
    """The nearest guides as questions one can tap: the guide's own phrasing nearest to the question."""
    if turn.result is None:
        return ()
    choices: list[Choice] = []
    for guide_id, _ in turn.result.guides[:CHOICES]:
        guide = turn.know.engine.guide(guide_id)
        if guide is None:
            continue
        asked = [hit.chunk.text for hit in turn.result.hits if hit.chunk.guide == guide_id and hit.chunk.kind == "faq"]
        question = asked[0] if asked else guide.title
        choices.append(Choice(question, question))
    return tuple(choices)
