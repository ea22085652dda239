"""How sure are we? A calibrated probability that the best guide answers this question."""

from __future__ import annotations

from dataclasses import replace

from soluciones.answer.calibration import load
from soluciones.answer.turn import Turn
from soluciones.index.types import SearchResult

NOTHING = 0.30
"""Below this confidence, and without one known word, a search has found nothing."""
FAR = 0.23
"""The same below this centred cosine: nine of the tuning half's ten questions there, without a known word, have no
answer; random letters come to 0.14–0.22."""


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
    confidence = model.probability([values[name] for name in model.features])
    if turn.result is not None and _gibberish(turn.result):
        confidence = min(confidence, NOTHING)
    return replace(turn, confidence=confidence)


def _gibberish(result: SearchResult) -> bool:
    """No known word, and a meaning far from everything: the other signals are then noise."""
    return result.signals.get("coverage_all", 0.0) == 0.0 and result.signals.get("cosine_best", 1.0) < FAR


def says_nothing(result: SearchResult) -> bool:
    """True when no word of the question is known and its meaning is far from every guide («zzzz qqqq»).

    Embeddings always find something nearest; a search page that shows it looks broken.
    """
    model = load().answer
    confidence = model.probability([float(result.signals.get(name, 0.0)) for name in model.features])
    return _gibberish(result) or (result.signals.get("coverage_all", 0.0) == 0.0 and confidence < NOTHING)
