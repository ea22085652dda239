"""What does the visitor want done? Scores of the intents in ``content/intents``.

score = mean of the three nearest example vectors (centred) + cue − similarity to the nearest non-example;
a logistic regression over the score and its companions turns it into a probability (``calibration.json``).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from soluciones.answer.calibration import Logistic, load
from soluciones.answer.language import fold
from soluciones.answer.vectors import VectorSource, centre, stack
from soluciones.index.types import Vectors
from soluciones.kb.intents import Intent

NEAREST = 3
"""A tool has several kinds of question: the three nearest examples beat the centroid (0.89 against 0.87)."""
CUE_WEIGHT = 0.2
"""A verb and noun of the guide's own vocabulary is worth as much as the model (trial: top-1 0.89 → 0.96)."""
NONE_WEIGHT = 0.7
"""Near misses do most of the rejecting."""

RUN = 0.50
"""From this probability on the tool runs, or shows its form when a slot is missing."""
OFFER = 0.30
"""From this probability on the tool is offered by a button."""
AMBIGUOUS = 0.10
"""Closer than this, two tools are offered instead of one run (Rasa's ambiguity threshold)."""

FEATURES = ("score", "margin", "none", "cue", "slot")


@dataclass(frozen=True, slots=True)
class IntentScore:
    """How well one intent fits."""

    intent: Intent
    probability: float
    features: Mapping[str, float]
    hard: bool = False
    """A hard slot was found: the tool opens whatever the words say."""


@dataclass(frozen=True, slots=True)
class _Prepared:
    intent: Intent
    examples: Vectors
    cues: tuple[re.Pattern[str], ...]


class IntentMatcher:
    """All intents of one generation, with their vectors stacked and centred."""

    def __init__(
        self, intents: Sequence[Intent], none: Sequence[str], source: VectorSource, model: Logistic | None = None
    ) -> None:
        self._model = model or load().tool
        stacks = {intent.id: stack(_examples(intent), source) for intent in intents}
        every = [stack for stack in stacks.values() if len(stack)]
        self._mean = np.concatenate(every).mean(axis=0) if every else None
        negatives = [*none, *(text for intent in intents for text in intent.negatives)]
        self._none = centre(stack(negatives, source), self._mean)
        self._prepared = tuple(
            _Prepared(intent, centre(stacks[intent.id], self._mean), tuple(re.compile(cue) for cue in intent.cues))
            for intent in intents
        )

    def match(self, question: str, vector: Vectors | None, slots: Mapping[str, Any]) -> tuple[IntentScore, ...]:
        """All intents, likeliest first.

        Args:
            question: the question as asked.
            vector: its unit vector (d,), None when there is no embedding.
            slots: what was found in it.
        """
        if self._mean is None or vector is None:
            return ()
        centred = centre(vector[None, :], self._mean)[0]
        folded = fold(question)
        none = float((self._none @ centred).max()) if len(self._none) else 0.0
        raw = [(item, *self._raw(item, centred, folded, none)) for item in self._prepared]
        raw.sort(key=lambda entry: -entry[1])
        scored = []
        for item, score, cue in raw:
            rival = max((other for it, other, _ in raw if it is not item), default=0.0)
            wanted = set(item.intent.slots) & slots.keys()
            features = {"score": score, "margin": score - rival, "none": none, "cue": cue, "slot": float(bool(wanted))}
            hard = any(slot in slots for slot in item.intent.hard_slots)
            probability = self._model.probability([features[name] for name in FEATURES])
            scored.append(IntentScore(item.intent, probability, features, hard))
        return tuple(sorted(scored, key=lambda s: (-s.hard, -s.probability)))

    def _raw(self, item: _Prepared, vector: Vectors, folded: str, none: float) -> tuple[float, float]:
        nearest = np.sort(item.examples @ vector)[-NEAREST:] if len(item.examples) else np.zeros(1)
        cue = float(any(pattern.search(folded) for pattern in item.cues))
        return float(nearest.mean()) + CUE_WEIGHT * cue - NONE_WEIGHT * max(none, 0.0), cue


def _examples(intent: Intent) -> list[str]:
    return [text for texts in intent.examples.values() for text in texts]
