"""What does the visitor want done? Scores of the intents in ``content/intents``.

total = likeness to the intent's examples + its cues + its guides among those found + values that it takes.
The best total and the likeness to *none* give the probability that any intent is meant at all (a logistic regression,
``calibration.json``); the intents share it by their totals. So two that are alike both stay below the mark and are
offered side by side.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from soluciones.answer.calibration import Logistic, load
from soluciones.answer.language import fold
from soluciones.answer.likeness import Example, Likeness, Matrix
from soluciones.answer.vectors import VectorSource
from soluciones.index.types import Vectors
from soluciones.kb.intents import Intent

CUE_WEIGHT = 0.15
"""One cue, a verb and noun of the trade. Left-out examples: right intent first 92.7 % without, 95.4 % with cues."""
MAX_CUES = 2
"""More of them say nothing more."""
MAX_CUE_CHARS = 400
"""Characters that are searched for cues: 164 expressions take about a millisecond for every 150."""
GUIDE_WEIGHT = 0.15
"""The guide that the search puts first, when it is the intent's main guide."""
RANK_SHARES = (1.0, 0.6, 0.4, 0.2, 0.2)
"""What the second, third… guide found counts of that."""
OTHER_GUIDE = 0.7
"""What a guide that is not the intent's main one counts of that."""
SLOT_WEIGHT = 0.15
"""A value that only this intent takes; one that three intents take counts a third."""
MAX_SLOTS = 1.0
"""«Outlook en el Mac» is one value said, though two are found."""

SPREAD = 0.05
"""Difference of totals that makes one intent e times as likely as another. Expected calibration error on the blind
set's tuning half: 0.05 → 3 %, 0.1 → 8 %."""

RUN = 0.50
"""From this probability on the tool runs, or shows its form when a slot is missing."""
OFFER = 0.30
"""From this probability on the tool is offered by a button."""
SURE = 0.80
"""From this probability on the tool needs none of its guides among those found. On the blind set's tuning half 98 %
instead of 92 % of the wanted tools are shown, and no more of the unwanted ones."""
AMBIGUOUS = 0.10
"""Closer than this, two tools are offered instead of one run (Rasa's ambiguity threshold)."""

HARD_MINIMUM = 0.30
"""Even a value that opens a tool needs this much: «escríbanme a ana@ejemplo.com» asks for no verdict on the address."""
PASTED = frozenset({"message", "vcard", "csv"})
"""A block that somebody pasted is wanted read, whatever few words stand beside it."""

FEATURES = ("total", "none")
"""What the probability that any intent is meant is worked out from."""


@dataclass(frozen=True, slots=True)
class IntentScore:
    """How well one intent fits."""

    intent: Intent
    probability: float
    features: Mapping[str, float]
    """``total`` and those of ``FEATURES``."""
    hard: bool = False
    """A value was found that opens the tool by itself, without one of its guides beside it."""


class IntentMatcher:
    """All intents of one generation. Immutable."""

    def __init__(
        self, intents: Sequence[Intent], none: Sequence[str], source: VectorSource, model: Logistic | None = None
    ) -> None:
        self._model = model or load().tool
        self._intents = tuple(intents)
        self._cues = tuple(tuple(re.compile(cue) for cue in intent.cues) for intent in intents)
        takers = Counter(slot for intent in intents for slot in intent.slots)
        self._slot_shares = tuple({slot: 1 / takers[slot] for slot in intent.slots} for intent in intents)
        self.examples = tuple(_examples(intents, none, source))
        """Everything that was learnt from: examples, near misses, questions nobody answers."""
        known = any(example.label is not None for example in self.examples)
        self.likeness = Likeness(self.examples, len(self._intents)) if known else None

    def match(
        self, question: str, vector: Vectors | None, slots: Mapping[str, Any], guides: Sequence[str] = ()
    ) -> tuple[IntentScore, ...]:
        """All intents, likeliest first; nothing when there is no embedding.

        Args:
            question: the question as asked.
            vector: its unit vector (d,), None when there is no embedding.
            slots: what was found in it.
            guides: ids of the guides found, best first.
        """
        if self.likeness is None or vector is None:
            return ()
        return self.judge(self.likeness.scores(question, vector), question, slots, guides)

    def judge(
        self, likeness: Matrix, question: str, slots: Collection[str], guides: Sequence[str]
    ) -> tuple[IntentScore, ...]:
        """``match`` for given likenesses (intents + 1,), the last being that of *none*."""
        folded = fold(question[:MAX_CUE_CHARS])
        rows: list[dict[str, float]] = []
        for number, intent in enumerate(self._intents):
            cue = float(min(MAX_CUES, sum(bool(pattern.search(folded)) for pattern in self._cues[number])))
            guide = _guide_share(intent.guides, guides)
            slot = min(MAX_SLOTS, sum(part for name, part in self._slot_shares[number].items() if name in slots))
            score = float(likeness[number])
            total = score + CUE_WEIGHT * cue + GUIDE_WEIGHT * guide + SLOT_WEIGHT * slot
            row = {"total": total, "score": score, "none": float(likeness[-1])}
            rows.append({**row, "cue": cue, "guide": guide, "slot": slot})
        return self._ranked(rows, slots)

    def _ranked(self, rows: Sequence[dict[str, float]], slots: Collection[str]) -> tuple[IntentScore, ...]:
        totals = np.array([row["total"] for row in rows])
        order = np.argsort(-totals, kind="stable")
        shares = np.exp((totals - totals.max()) / SPREAD)
        meant = self._model.probability([rows[order[0]][name] for name in self._model.features])
        scored = []
        for number in order:
            intent = self._intents[number]
            probability = meant * float(shares[number] / shares.sum())
            given = set(intent.hard_slots).intersection(slots)
            hard = bool(given) and (probability >= HARD_MINIMUM or not PASTED.isdisjoint(given))
            scored.append(IntentScore(intent, probability, rows[number], hard))
        return tuple(sorted(scored, key=lambda score: not score.hard))  # stable: otherwise as they stand


def _examples(intents: Sequence[Intent], none: Sequence[str], source: VectorSource) -> list[Example]:
    """Every known text that was encoded; near misses of an intent belong to no intent at all."""
    texts = [(text, number) for number, it in enumerate(intents) for lines in it.examples.values() for text in lines]
    foreign = [*none, *(text for intent in intents for text in intent.negatives)]
    known: dict[str, int | None] = {**dict.fromkeys(foreign), **dict(texts)}
    found = ((text, source.query_vector(text), label) for text, label in known.items())
    return [Example(text, vector, label) for text, vector, label in found if vector is not None]


def _guide_share(wanted: Sequence[str], found: Sequence[str]) -> float:
    """1 when the main guide was found first, less for a later place or another guide."""
    shares = dict(zip(found, RANK_SHARES, strict=False))
    weights = ((guide, 1.0 if guide == wanted[0] else OTHER_GUIDE) for guide in wanted)
    return max((weight * shares.get(guide, 0.0) for guide, weight in weights), default=0.0)
