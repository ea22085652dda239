"""Which live tools show beside the answer, and runs them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from soluciones.answer.dialogue.reply import find_choices
from soluciones.answer.dialogue.words import wants_explanation
from soluciones.answer.intents import AMBIGUOUS, OFFER, RUN, SURE, IntentScore
from soluciones.answer.steps.passages import MAX_PASSAGES
from soluciones.answer.tools.base import GOES_OUT, Tool, ToolContext, ToolMode
from soluciones.answer.tools.registry import TOOLS
from soluciones.answer.turn import Passage, Turn, spelt
from soluciones.answer.types import Choice, ToolResult

GATE_GUIDES = 3
"""A tool that is not sure shows only when one of its guides is among this many best: card and text stay consistent."""
MAX_TOOLS = 2
DIAGNOSING: frozenset[ToolMode] = GOES_OUT
"""Tools that look at the visitor's own case: what they find decides which sections answer."""
_REPAIRED = ("bad", "warn")


def match_intents(turn: Turn) -> Turn:
    """Scores all intents for the question."""
    vector = turn.result.vector if turn.result else None
    return replace(turn, intents=turn.know.matcher.match(spelt(turn), vector, turn.slots, found_guides(turn)))


def found_guides(turn: Turn) -> tuple[str, ...]:
    """Ids of the guides that were found, best first."""
    return tuple(guide for guide, _ in turn.result.guides) if turn.result else ()


def gate_tools(turn: Turn) -> Turn:
    """Runs the tools that are wanted, offers those that may be."""
    if turn.know.facts is None:
        return turn
    guides = {guide for guide, _ in (turn.result.guides[:GATE_GUIDES] if turn.result else ())}
    fitting = [score for score in turn.intents if score.intent.tool in TOOLS and _fits(score, guides)]
    run, offer = _split(fitting)
    results = tuple(_run(turn, TOOLS[score.intent.tool]) for score in run[:MAX_TOOLS])
    offers = tuple(choice for score in offer if (choice := _offer(turn, score)))
    found = tuple(passage for result in results for passage in repairs(turn, result))
    return replace(turn, tools=results, choices=turn.choices + offers, passages=_first(found, turn.passages))


def _fits(score: IntentScore, guides: set[str]) -> bool:
    if score.hard or score.probability >= SURE:
        return True
    return score.probability >= OFFER and bool(guides & set(score.intent.guides))


def _split(fitting: list[IntentScore]) -> tuple[list[IntentScore], list[IntentScore]]:
    """Sure ones run; unsure ones, and two that are too close to call, are offered."""
    run = [score for score in fitting if score.hard or score.probability >= RUN]
    if len(run) > 1 and not run[0].hard and run[0].probability - run[1].probability >= AMBIGUOUS:
        run = run[:1]
    if run and run[0].hard:
        run = run[:1]
    return run, [score for score in fitting if score not in run]


def tool_context(turn: Turn, tool: Tool | None = None) -> ToolContext:
    """What a tool gets besides its slots; without a tool, texts and facts only."""
    facts = turn.know.facts
    assert facts is not None, "tools run only where facts.yml exists"
    return ToolContext(
        lang=turn.lang,
        facts=facts,
        site=turn.know.site,
        texts=turn.texts,
        network=turn.resources.network() if tool is not None and tool.mode in GOES_OUT else None,
        sign=turn.resources.sign,
    )


def run_with(turn: Turn, tool: Tool, slots: Mapping[str, Any]) -> ToolResult:
    """One tool with those of the slots that it takes."""
    taken = {slot.name: slots[slot.name] for slot in tool.slots if slot.name in slots}
    return replace(tool.run(taken, tool_context(turn, tool)), slots=taken)


def _run(turn: Turn, tool: Tool) -> ToolResult:
    """A tool beside an answer: with the values and choices that the question names."""
    context = tool_context(turn)
    found = _fitting(tool, turn.slots)
    slots = {**find_choices(tool, spelt(turn), context, found), **found}
    given = [slot.name for slot in tool.slots if slot.name in slots]
    result = _ready(tool, context) if tool.mode == "network" and not given else run_with(turn, tool, slots)
    # «¿qué es un registro SPF?» wants the passage: the form may stand below it, but nobody is asked anything.
    return replace(result, asks="") if result.asks and wants_explanation(turn.query) else result


def _fitting(tool: Tool, found: Mapping[str, Any]) -> dict[str, Any]:
    """What was found, less the values that are no choice of this tool: two tools may ask for a ``problem``."""
    choices = {slot.name: slot.schema["enum"] for slot in tool.slots if "enum" in slot.schema}
    return {name: value for name, value in found.items() if name not in choices or value in choices[name]}


def _ready(tool: Tool, context: ToolContext) -> ToolResult:
    """A network tool goes out only for a value that the visitor typed, or at a click."""
    asked = tool.run({}, replace(context, network=None))
    if asked.asks:
        return asked
    return ToolResult(tool.id, "need_input", context.say("answer.click_to_check"), form=tool.form(context))


def repairs(turn: Turn, result: ToolResult) -> tuple[Passage, ...]:
    """Diagnose, then answer: the sections that repair what a diagnosis found, gravest first."""
    if TOOLS[result.tool].mode not in DIAGNOSING:
        return ()
    wrong = sorted((f for f in result.findings if f.status in _REPAIRED), key=lambda f: _REPAIRED.index(f.status))
    places = list(dict.fromkeys(finding.fix for finding in wrong if finding.fix is not None))
    found = []
    for place in places[:MAX_PASSAGES]:
        guide = turn.know.engine.guide(place.guide)
        section = next((s for s in guide.sections if s.anchor == place.anchor), None) if guide else None
        if guide is not None and section is not None and section.blocks:
            found.append(Passage(guide, section, 1.0, 0))
    return tuple(found)


def _first(found: tuple[Passage, ...], others: tuple[Passage, ...]) -> tuple[Passage, ...]:
    """What was found out comes before what was searched; no section twice."""
    places = {(passage.guide.id, passage.section.anchor) for passage in found}
    rest = tuple(p for p in others if (p.guide.id, p.section.anchor) not in places)
    return (found + rest)[:MAX_PASSAGES]


def _offer(turn: Turn, score: IntentScore) -> Choice | None:
    examples = score.intent.examples.get(turn.lang) or score.intent.examples.get("es")
    if not examples:
        return None
    return Choice(turn.texts.text(turn.lang, "answer.offer", question=examples[0]), examples[0])
