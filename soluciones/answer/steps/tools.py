"""Which live tools show beside the answer, and runs them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from soluciones.answer.intents import AMBIGUOUS, OFFER, RUN, IntentScore
from soluciones.answer.steps.passages import HARD_MINIMUM
from soluciones.answer.tools.base import Tool, ToolContext
from soluciones.answer.tools.registry import TOOLS
from soluciones.answer.turn import Turn, spelt
from soluciones.answer.types import Choice, ToolResult

GATE_GUIDES = 3
"""A tool shows only when one of its guides is among this many best guides: card and text stay consistent."""
MAX_TOOLS = 2


def match_intents(turn: Turn) -> Turn:
    """Scores all intents for the question."""
    vector = turn.result.vector if turn.result else None
    return replace(turn, intents=turn.know.matcher.match(spelt(turn), vector, turn.slots))


def gate_tools(turn: Turn) -> Turn:
    """Runs the tools that are wanted, offers those that may be."""
    guides = {guide for guide, _ in (turn.result.guides[:GATE_GUIDES] if turn.result else ())}
    fitting = [score for score in turn.intents if score.intent.tool in TOOLS and _fits(score, guides)]
    run, offer = _split(fitting)
    results = tuple(run_tool(turn, TOOLS[score.intent.tool], turn.slots) for score in run[:MAX_TOOLS])
    offers = tuple(choice for score in offer if (choice := _offer(turn, score)))
    return replace(turn, tools=results, choices=turn.choices + offers)


def _fits(score: IntentScore, guides: set[str]) -> bool:
    if score.hard:
        return score.probability >= HARD_MINIMUM
    return score.probability >= OFFER and bool(guides & set(score.intent.guides))


def _split(fitting: list[IntentScore]) -> tuple[list[IntentScore], list[IntentScore]]:
    """Sure ones run; unsure ones, and two that are too close to call, are offered."""
    run = [score for score in fitting if score.hard or score.probability >= RUN]
    if len(run) > 1 and not run[0].hard and run[0].probability - run[1].probability >= AMBIGUOUS:
        run = run[:1]
    if run and run[0].hard:
        run = run[:1]
    return run, [score for score in fitting if score not in run]


def run_tool(turn: Turn, tool: Tool, slots: Mapping[str, Any]) -> ToolResult:
    """One tool with those of the slots that it takes."""
    facts = turn.know.facts
    assert facts is not None, "tools run only where facts.yml exists"  # extract_slots found nothing otherwise
    context = ToolContext(lang=turn.lang, facts=facts, site=turn.know.site, texts=turn.texts)
    taken = {slot.name: slots[slot.name] for slot in tool.slots if slot.name in slots}
    return replace(tool.run(taken, context), slots=taken)


def _offer(turn: Turn, score: IntentScore) -> Choice | None:
    examples = score.intent.examples.get(turn.lang) or score.intent.examples.get("es")
    if not examples:
        return None
    return Choice(turn.texts.text(turn.lang, "answer.offer", question=examples[0]), examples[0])
