"""Vectors prepared at build time, centred: raw E5 cosines sit in 0.75–0.95 and separate only without their mean."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np

from soluciones.index.types import Vectors


class VectorSource(Protocol):
    """Where prepared vectors come from: a snapshot."""

    def query_vector(self, text: str) -> Vectors | None:
        """Unit vector (d,) of a text encoded at build time, None if it was not."""
        ...


def stack(texts: Sequence[str], source: VectorSource) -> Vectors:
    """(n, d) vectors of those texts that have one; (0, 1) when none has."""
    found = [vector for vector in (source.query_vector(text) for text in texts) if vector is not None]
    return np.stack(found) if found else np.zeros((0, 1), dtype=np.float32)


def centre(vectors: Vectors, mean: Vectors | None) -> Vectors:
    """Unit vectors of ``vectors - mean`` (AUROC of intents 0.64 → 0.79 in our trial)."""
    if mean is None or not len(vectors):
        return vectors
    centred = vectors - mean
    return np.asarray(centred / np.maximum(np.linalg.norm(centred, axis=1, keepdims=True), 1e-9), dtype=np.float32)
