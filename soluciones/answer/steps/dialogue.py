"""Goes on with a tool that waits for a value, and comes back to it after a question in between."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from soluciones.answer.dialogue.pending import MAX_FAILURES, Pending, digressed, failed, opened
from soluciones.answer.dialogue.reply import read_reply
from soluciones.answer.dialogue.words import asks_back, is_cancel
from soluciones.answer.slots import extract
from soluciones.answer.steps.small_talk import classify
from soluciones.answer.steps.tools import repairs, run_with, tool_context
from soluciones.answer.tools.registry import TOOLS
from soluciones.answer.turn import Turn
from soluciones.answer.types import AnswerStatus, ToolResult

_SHORT = 4
"""A reply of up to this many words does not change the language of the conversation: «wix» is not German."""


def resume_dialogue(turn: Turn) -> Turn:
    """Settles the turn when it answers what a tool asked, or cancels it; else leaves it to the other steps."""
    stack = turn.request.state.pending
    if not stack or turn.know.facts is None or stack[-1].tool not in TOOLS:
        return turn
    turn = _keep_language(replace(turn, pending=stack))
    if is_cancel(turn.question):
        message = turn.texts.text(turn.lang, "answer.cancelled")
        return replace(turn, pending=stack[:-1], status="chat", message=message)
    if classify(turn.question) in ("person", "help"):
        return turn
    reply = _read(turn, stack[-1])
    if reply is None:
        return turn
    if asks_back(turn.question) and not turn.blocks:
        return replace(turn, reply=reply)  # a question first; an answer when nothing else is found for it
    return _go_on(turn, stack[-1], reply)


def keep_dialogue(turn: Turn) -> Turn:
    """After the question's own answer: remembers a tool that now waits, and reminds of one that still does."""
    waiting = next((result for result in turn.tools if result.asks), None)
    if waiting is not None and turn.status in ("answered", "clarify"):
        # The card stands below the passages: who is asked something must see it first.
        return replace(turn, pending=opened(turn.pending, waiting), message=_lead(turn, waiting))
    stack = turn.pending
    if not stack:
        return turn
    if turn.status == "answered":
        return _digress(turn)
    if turn.reply:
        return _go_on(turn, stack[-1], turn.reply)
    return _again(replace(turn, pending=failed(stack)))


def _lead(turn: Turn, waiting: ToolResult) -> str:
    return " ".join(text for text in (turn.message, waiting.headline) if text)


def _keep_language(turn: Turn) -> Turn:
    spoken = turn.request.state.lang or turn.request.lang
    return replace(turn, lang=spoken) if spoken and len(turn.question.split()) <= _SHORT else turn


def _read(turn: Turn, pending: Pending) -> dict[str, Any] | None:
    """The slots that the message gives; a pasted block answers the slot of its name."""
    assert turn.know.facts is not None
    found: Mapping[str, Any] = extract(turn.question, turn.lang, turn.know.facts)
    tool = TOOLS[pending.tool]
    return read_reply(tool, pending.asks, turn.question, {**found, **turn.blocks}, tool_context(turn))


def _go_on(turn: Turn, pending: Pending, reply: Mapping[str, Any]) -> Turn:
    result = run_with(turn, TOOLS[pending.tool], {**pending.slots, **reply})
    stack = opened(turn.pending, result)
    if stack and pending.asks not in reply:  # another value than the one asked for: no failure
        stack = (*stack[:-1], replace(stack[-1], failures=pending.failures))
    if result.status == "refused":  # a value of the wrong kind: the card says why, and the tool goes on waiting
        stack = failed(turn.pending)
    turn = replace(turn, tools=(result,), pending=stack, passages=repairs(turn, result), choices=())
    if stack and stack[-1].failures >= MAX_FAILURES:
        return _stuck(turn, result)
    status: AnswerStatus = "clarify" if result.asks or result.status == "refused" else "answered"
    turn = replace(turn, status=status, confidence=1.0, message="")
    back = stack and stack[-1].tool != pending.tool
    return _remind(turn, stack[-1]) if back else turn


def _digress(turn: Turn) -> Turn:
    """The question in between was answered. What is no question in form may have been a reply that was not
    understood: it counts as one too, so that a visitor who tries to answer is not sent round in circles.
    """
    left = digressed(turn.pending)
    if not (asks_back(turn.question) or turn.tools):
        left = failed(turn.pending)
        if left[-1].failures >= MAX_FAILURES:
            return _stuck(turn, run_with(turn, TOOLS[left[-1].tool], left[-1].slots))
    reminded = len(left) == len(turn.pending)
    turn = replace(turn, pending=left)
    return _remind(turn, left[-1]) if reminded else turn


def _remind(turn: Turn, pending: Pending) -> Turn:
    """One sentence that says where the dialogue stands."""
    asked = run_with(turn, TOOLS[pending.tool], pending.slots).headline
    return replace(turn, message=turn.texts.text(turn.lang, "answer.back_to", question=asked))


def _again(turn: Turn) -> Turn:
    pending = turn.pending[-1]
    result = run_with(turn, TOOLS[pending.tool], pending.slots)
    if pending.failures >= MAX_FAILURES:
        return _stuck(turn, result)
    message = turn.texts.text(turn.lang, "answer.not_understood", question=result.headline)
    return replace(turn, status="clarify", message=message, tools=(result,), passages=(), choices=())


def _stuck(turn: Turn, result: ToolResult) -> Turn:
    """Explains, leaves the form, offers a person; the dialogue is over."""
    message = turn.texts.text(turn.lang, "answer.stuck")
    return replace(
        turn, status="handoff", message=message, tools=(result,), pending=turn.pending[:-1], passages=(), choices=()
    )
