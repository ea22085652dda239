"""Why somebody wants a person, as a code: read from the last turns and from what was pressed, never from the text."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal, get_args

from soluciones.answer.steps.decide import ANSWER
from soluciones.webapp.state.turns import Turn

Why = Literal["customer_request", "no_answer", "low_confidence", "tool_failed", "bad_answer", "clarify_failed"]
WHYS: tuple[str, ...] = get_args(Why)
PRESSED: dict[str, Why] = {"feedback": "bad_answer", "tool_failed": "tool_failed"}
"""Where the link to the form stood, when that says why."""
LOW = ANSWER + 0.08
"""Answers below this were given, but only just."""
_FAILED = frozenset({"error", "unknown", "refused"})
_TALK = frozenset({"handoff", "chat"})
"""Turns that only pass the time of day, or ask for the person: the reason lies before them."""


def _of_turn(turn: Turn) -> Why:
    statuses = {tool.status for tool in turn.tools}
    failed = bool(statuses & _FAILED) and not statuses - _FAILED
    if turn.kind == "tool":
        return "tool_failed" if failed else "customer_request"
    if turn.status == "no_answer":
        return "no_answer"
    if turn.status == "clarify":
        return "clarify_failed"
    if failed:
        return "tool_failed"
    # A tool that answers lifts the confidence to just ANSWER: that is no doubt.
    return "low_confidence" if turn.confidence < LOW and not turn.tools else "customer_request"


def why(turns: Sequence[Turn], disliked: Callable[[str], bool], pressed: str = "") -> Why:
    """The code.

    Args:
        turns: the conversation so far, in order.
        disliked: whether the answer with that id got a thumb down.
        pressed: where the visitor pressed, see ``PRESSED``; anything else says nothing.
    """
    if pressed in PRESSED:
        return PRESSED[pressed]
    last = next((turn for turn in reversed(turns) if turn.status not in _TALK), None)
    if last is None:
        return "customer_request"
    if last.answer and disliked(last.answer):
        return "bad_answer"
    return _of_turn(last)
