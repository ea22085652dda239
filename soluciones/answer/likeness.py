"""Which class of examples does a text resemble? Kernel ridge regression over two views of it: what it means (the
encoder's vector) and how it is spelt (runs of letters, which forgive typing errors and know the trade's words).

Fitted in closed form when a generation is loaded, so that a tenant's own examples count without any training step;
and what each example would score if it were not among the examples comes out of the same matrix.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from soluciones.answer.language import fold
from soluciones.answer.vectors import centre
from soluciones.index.types import Vectors

Matrix = NDArray[np.float32]

SHARPNESS = 2.0
"""Of the meaning kernel exp(−s · (1 − cosine)). Leave-one-out on the examples: 1 → 92.3 %, 2 → 92.7 %, 4 → 91.4 %."""
SPELLING_WEIGHT = 0.6
"""Spelling against meaning. Without it the right intent is first for 90 of 100 left-out examples, with it for 93."""
REGULARISATION = 1.0
"""One wrong example must not bend its surroundings (0.3: 90.7 %, 3: 90.2 %)."""
GRAMS = (4, 5)
"""Letters in a run; word boundaries count as a letter."""
CELLS = 2048
"""Runs are hashed into so many cells. Half as many save 0.1 s a load, but four of a hundred utterances out of scope are
shown a tool then, not three."""
MAX_CHARS = 600
"""Characters of a text that are spelt out; a question says what it wants in fewer."""

_WORD = re.compile(r"[^\W_]+")
_MULTIPLIER = np.uint64(1_000_003)
_MIX = np.uint64(0x9E3779B97F4A7C15)


@dataclass(frozen=True, slots=True)
class Example:
    """A text of known class."""

    text: str
    vector: Vectors
    """Unit vector (d,) as encoded, not centred."""
    label: int | None
    """Number of its class; None when it belongs to none."""


class Likeness:
    """Scores of ``classes`` + 1 classes, the last being *none of them*; about 0 (unlike) to 1 (like)."""

    def __init__(self, examples: Sequence[Example], classes: int) -> None:
        """Needs at least one example with a class: their mean is what vectors are centred on."""
        self._mean = np.stack([example.vector for example in examples if example.label is not None]).mean(axis=0)
        self._meanings = centre(np.stack([example.vector for example in examples]), self._mean)
        counts = _counts([example.text for example in examples])
        self._rarity = (np.log((1 + len(counts)) / (1 + (counts > 0).sum(axis=0))) + 1).astype(np.float32)
        spellings = self._weighted(counts)
        self._kernel = _sharpened(self._meanings @ self._meanings.T) + SPELLING_WEIGHT * (spellings @ spellings.T)
        self._kernel[np.diag_indices_from(self._kernel)] += REGULARISATION
        self._targets = np.zeros((len(examples), classes + 1), dtype=np.float32)
        for row, example in enumerate(examples):
            self._targets[row, classes if example.label is None else example.label] = 1.0
        self._weights = np.linalg.solve(self._kernel, self._targets)
        self._spelling_weights = SPELLING_WEIGHT * (spellings.T @ self._weights)

    def scores(self, text: str, vector: Vectors) -> Matrix:
        """(classes + 1,) scores of a text and its unit vector (d,)."""
        # einsum stays in this thread: handing so small a product to BLAS threads costs 8 ms on a busy machine.
        cosines = np.einsum("ij,j->i", self._meanings, centre(vector[None, :], self._mean)[0])
        meaning = np.einsum("i,ij->j", _sharpened(cosines), self._weights)
        spelling = np.einsum("i,ij->j", self._weighted(_counts([text]))[0], self._spelling_weights)
        return np.asarray(meaning + spelling, dtype=np.float32)

    def leave_one_out(self) -> Matrix:
        """(n, classes + 1): what each example would score had it not been among them. Costs a matrix inversion."""
        inverse = np.linalg.inv(self._kernel)
        return np.asarray(self._targets - self._weights / np.diag(inverse)[:, None], dtype=np.float32)

    def _weighted(self, counts: Matrix) -> Matrix:
        """Rows of unit length, rare runs heavier (tf-idf)."""
        weighted = np.log1p(counts) * self._rarity
        return np.asarray(
            weighted / np.maximum(np.linalg.norm(weighted, axis=1, keepdims=True), 1e-9), dtype=np.float32
        )


def _sharpened(cosines: Matrix) -> Matrix:
    return np.asarray(np.exp(SHARPNESS * (cosines - 1.0)), dtype=np.float32)


def _counts(texts: Sequence[str]) -> Matrix:
    """(n, CELLS): how often each run of letters occurs in each text, all texts in one pass."""
    lines = [f" {' '.join(_WORD.findall(fold(text[:MAX_CHARS])))} " for text in texts]
    codes = np.frombuffer("\0".join([*lines, ""]).encode("utf-32-le", "replace"), dtype=np.uint32).astype(np.uint64)
    rows = np.repeat(np.arange(len(lines)), [len(line) + 1 for line in lines])
    total = np.zeros(len(lines) * CELLS, dtype=np.float32)
    for length in GRAMS:
        if len(codes) < length:
            continue
        windows = np.lib.stride_tricks.sliding_window_view(codes, length)
        whole = (windows != 0).all(axis=1)
        hashed = np.zeros(len(windows), dtype=np.uint64)
        for column in range(length):
            hashed = hashed * _MULTIPLIER + windows[:, column]
        cells = (hashed * _MIX) >> np.uint64(64 - CELLS.bit_length() + 1)
        places = rows[: len(windows)][whole] * CELLS + cells[whole].astype(np.int64)
        total += np.bincount(places, minlength=len(total)).astype(np.float32)
    return total.reshape(len(lines), CELLS)
