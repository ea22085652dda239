"""How sure are we? A calibrated probability that the best guide answers this question."""

from __future__ import annotations

from dataclasses import replace

from soluciones.answer.calibration import load
from soluciones.answer.turn import Turn
from soluciones.index.types import SearchResult

NOTHING = 0.30
"""Below this confidence, and without one known word, a search has found nothing."""


def evidence(turn: Turn) -> dict[str, float]:
    """What the confidence rests on, by the names of the calibration's features (``index.ranking.signals``)."""
    signals = turn.result.signals if turn.result else {}
    return {name: float(signals.get(name, 0.0)) for name in load().answer.features}


def judge(turn: Turn) -> Turn:
    """Sets ``confidence``; a follow-up inherits nothing, its completed query is judged like any other."""
    if not turn.passages:
        return replace(turn, confidence=0.0)
    values = evidence(turn)
    model = load().answer
    return replace(turn, confidence=model.probability([values[name] for name in model.features]))


def says_nothing(result: SearchResult) -> bool:
    """True when no word of the question is known and its meaning is far from every guide («zzzz qqqq»).

    Embeddings always find something nearest; a search page that shows it looks broken.
    """
    model = load().answer
    confidence = model.probability([float(result.signals.get(name, 0.0)) for name in model.features])
    return result.signals.get("coverage_all", 0.0) == 0.0 and confidence < NOTHING
