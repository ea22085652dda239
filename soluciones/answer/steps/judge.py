"""How sure are we? A calibrated probability that the best guide answers this question."""

from __future__ import annotations

from dataclasses import replace

from soluciones.answer.calibration import load
from soluciones.answer.turn import Turn


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
