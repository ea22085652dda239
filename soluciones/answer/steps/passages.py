"""Chooses what to show: the best sections of the best guide, and in each the piece that answers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from soluciones.answer.intents import RUN
from soluciones.answer.steps.small_talk import words
from soluciones.answer.turn import Passage, Turn
from soluciones.index.types import Hit
from soluciones.kb.types import Guide, Section

MAX_PASSAGES = 3
"""One answer and at most two more below it: visitors want the answer, not a list. On the tuning half the third
passage holds the wanted fact for one question in twelve."""
SECOND_PASSAGE = 0.60
"""A second section of the same guide is shown when its score reaches this share of the first's."""
OTHER_GUIDE = 0.92
"""Another guide must be nearly as good to be quoted too."""
STEPS_LIFT = 0.25
"""Who asks wants something done: among the sections of the right guide the one with the steps is likelier meant
(with the third passage, fact shown 0.87 → 0.94 on the tuning half)."""
HOW_WORDS = frozenset(["como", "pasos", "how", "steps", "comment", "etapes", "wie", "schritte", "come", "passaggi"])
HOW_LIFT = 0.12
"""The same once more for «¿cómo…?» and its like."""
EQUALLY_GOOD = 0.93
"""Share of the best section's score from which another is as good. A guide tells things in order: how to send before
how to receive."""
LEAD_FACTOR = 0.90
"""The lead paragraph says what the guide is about, so it resembles every question; the sections answer them."""
ROW_SHARE = 0.88
"""Rows of the same table within this share of the best row answer too («¿465 o 587?»)."""
MAX_ROWS = 3
TOOL_GUIDE = 0.25
"""Lift of a guide that a sure tool rests on, on the ranking's scale (1 is a perfect passage)."""
MAIN_GUIDE = 0.60
"""Further lift of the main guide of a tool that a value in the question opened: who writes an address to be checked
asks about its characters, whatever guide talks of addresses too."""


def choose_passages(turn: Turn) -> Turn:
    """Puts the passages on the turn, best first; none when nothing was found."""
    result = turn.result
    if result is None or not result.guides:
        return turn
    chosen: list[Passage] = []
    ranked = _ranked_guides(turn, result.guides)
    steps_lift = STEPS_LIFT + (0.0 if HOW_WORDS.isdisjoint(words(turn.query)) else HOW_LIFT)
    for guide_id, score in ranked[:MAX_PASSAGES]:
        guide = turn.know.engine.guide(guide_id)
        if guide is None or (chosen and score < OTHER_GUIDE * ranked[0][1]):
            continue
        found = _sections(guide, [hit for hit in result.hits if hit.chunk.guide == guide_id], steps_lift)
        best = found[0].score if found else 0.0
        limit = MAX_PASSAGES - len(chosen) if not chosen else 1
        chosen += [passage for passage in found[:limit] if passage.score >= SECOND_PASSAGE * best]
    return replace(turn, passages=tuple(chosen[:MAX_PASSAGES]))


def _ranked_guides(turn: Turn, guides: Sequence[tuple[str, float]]) -> list[tuple[str, float]]:
    """Guides best first; a tool that is sure to run lifts the guides it rests on, so that card and text agree."""
    best = turn.intents[0] if turn.intents else None
    if best is None or not (best.probability >= RUN or best.hard):
        return list(guides)
    main = best.intent.guides[0] if best.hard else ""
    lifted = [
        (guide, score + (TOOL_GUIDE if guide in best.intent.guides else 0.0) + (MAIN_GUIDE if guide == main else 0.0))
        for guide, score in guides
    ]
    return sorted(lifted, key=lambda item: -item[1])


def _sections(guide: Guide, hits: Sequence[Hit], steps_lift: float) -> list[Passage]:
    """The guide's sections that were hit, best first."""
    sections = {section.anchor: section for section in guide.sections}
    grouped: dict[str, list[Hit]] = {}
    for hit in hits:
        if hit.chunk.kind != "faq" and hit.chunk.anchor in sections and hit.chunk.blocks:
            grouped.setdefault(hit.chunk.anchor, []).append(hit)
    found = [_passage(guide, sections[anchor], group, steps_lift) for anchor, group in grouped.items()]
    if not found:
        found = [Passage(guide, section, 0.0, 0) for section in guide.sections if section.blocks][:1]
    return _in_reading_order(sorted(found, key=lambda passage: -passage.score), guide)


def _in_reading_order(found: list[Passage], guide: Guide) -> list[Passage]:
    """Of sections that are about equally good, the one that stands first in the guide comes first."""
    place = {section.anchor: number for number, section in enumerate(guide.sections) if section.anchor}
    close = [p for p in found if p.score >= EQUALLY_GOOD * found[0].score and p.section.anchor in place]
    first = min(close, key=lambda p: place[p.section.anchor], default=None)
    return found if first is None else [first, *(p for p in found if p is not first)]


def _passage(guide: Guide, section: Section, hits: Sequence[Hit], steps_lift: float) -> Passage:
    best = max(hits, key=lambda hit: hit.score)
    score = best.score * (LEAD_FACTOR if not section.anchor else 1.0)
    if any(block.kind == "steps" for block in section.blocks):
        score += steps_lift
    rows = _rows(best, hits) if best.chunk.row is not None else ()
    return Passage(guide, section, score, best.chunk.blocks[0] if rows else _main_block(section, best), rows)


def _main_block(section: Section, hit: Hit) -> int:
    """A chunk of several blocks (lead-in and steps) is represented by the one that gives the chunk its kind."""
    kinds = [index for index in hit.chunk.blocks if section.blocks[index].kind == hit.chunk.kind]
    return kinds[0] if kinds else hit.chunk.blocks[0]


def _rows(best: Hit, hits: Iterable[Hit]) -> tuple[int, ...]:
    rivals = sorted(
        (hit for hit in hits if hit.chunk.row is not None and hit.chunk.blocks == best.chunk.blocks),
        key=lambda hit: -hit.score,
    )
    return tuple(
        hit.chunk.row for hit in rivals[:MAX_ROWS] if hit.chunk.row is not None and hit.score >= ROW_SHARE * best.score
    )
