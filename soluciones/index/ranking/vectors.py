"""Cosines, centred.

Raw ones of one model sit in a narrow band (E5: 0.75–0.95), so what all its texts share is taken off first.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from soluciones.index.ranking import constants as c
from soluciones.index.ranking.fusion import Floats, Indexes
from soluciones.index.types import Vectors


@dataclass(frozen=True, slots=True)
class Likeness:
    """Cosines of one question with everything in a generation."""

    centred: Floats
    """(chunks,) −1…1: with the passage, or with the listed question for a faq chunk."""
    raw: Floats
    """(chunks,) the same, not centred."""
    questions: Floats
    """(query-side texts,) centred, question to question."""


class _Side:
    """One matrix of unit vectors with what centring needs."""

    def __init__(self, matrix: Vectors, centre: NDArray[np.float32]) -> None:
        self.matrix = matrix
        self.centre = centre
        self.norms = np.linalg.norm(matrix - centre, axis=1) + np.float32(c.EPSILON)

    def cosines(self, vector: Vectors, centred: Vectors) -> tuple[Floats, Floats]:
        """(raw, centred) cosines with every row; ``centred`` is the unit vector of the centred question."""
        raw = (self.matrix @ vector).astype(np.float32)
        return raw, ((self.matrix @ centred - self.centre @ centred) / self.norms).astype(np.float32)


class VectorIndex:
    """All vectors of a generation. Immutable."""

    def __init__(
        self,
        passages: Vectors,
        passage_rows: Indexes,
        queries: Vectors,
        query_texts: Sequence[str],
        faq: Mapping[int, str],
    ) -> None:
        """Puts vectors and chunks together.

        ``passages`` (n, d) and, for each chunk ordinal, its row in ``passage_rows`` (−1 for faq chunks);
        ``queries`` (m, d) with their texts; ``faq``: chunk ordinal → its question.
        """
        self.dim = int(passages.shape[1]) if passages.size else int(queries.shape[1])
        self._row = {text: row for row, text in enumerate(query_texts)}
        self._queries = queries
        self._has_row = passage_rows >= 0
        self._rows = passage_rows[self._has_row]
        self._faq_chunks = np.array(list(faq), dtype=np.int32)
        self._faq_rows = np.array([self._row[text] for text in faq.values()], dtype=np.int32)
        passage_centre = _mean(passages, self.dim)
        enough = len(queries) >= c.QUERY_CENTRE_MINIMUM
        self._centre = _mean(queries, self.dim) if enough else passage_centre
        self._passage_side = _Side(passages, passage_centre)
        self._query_side = _Side(queries, self._centre)

    def query_vector(self, text: str) -> Vectors | None:
        """The stored query-side vector of a text, or None."""
        row = self._row.get(text)
        return None if row is None else self._queries[row]

    def query_rows(self, texts: Sequence[str]) -> Indexes:
        """Rows of those texts that have a query-side vector."""
        return np.array([self._row[text] for text in texts if text in self._row], dtype=np.int32)

    def likeness(self, vector: Vectors) -> Likeness:
        """Cosines of a question's unit vector (d,) with everything."""
        off = vector - self._centre
        centred = (off / (np.linalg.norm(off) + np.float32(c.EPSILON))).astype(np.float32)
        passage_raw, passage_centred = self._passage_side.cosines(vector, centred)
        query_raw, query_centred = self._query_side.cosines(vector, centred)
        chunks = len(self._has_row)
        raw_all, centred_all = np.zeros(chunks, dtype=np.float32), np.zeros(chunks, dtype=np.float32)
        raw_all[self._has_row], centred_all[self._has_row] = passage_raw[self._rows], passage_centred[self._rows]
        raw_all[self._faq_chunks], centred_all[self._faq_chunks] = (
            query_raw[self._faq_rows],
            query_centred[self._faq_rows],
        )
        return Likeness(centred=centred_all, raw=raw_all, questions=query_centred)


def _mean(matrix: Vectors, dim: int) -> NDArray[np.float32]:
    return matrix.mean(axis=0, dtype=np.float32) if len(matrix) else np.zeros(dim, dtype=np.float32)
