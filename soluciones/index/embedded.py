"""The default engine: one generation in memory, keywords and vectors searched side by side."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

import numpy as np

from soluciones.index.keyword.analysis import clean
from soluciones.index.keyword.search import MAX_QUERY_CHARS, Found, KeywordIndex
from soluciones.index.ranking.fusion import rare_guides
from soluciones.index.ranking.order import Corpus, Evidence, Ranking, rank
from soluciones.index.ranking.signals import signals
from soluciones.index.ranking.vectors import Likeness, VectorIndex
from soluciones.index.types import Hit, Query, SearchResult, Vectors
from soluciones.kb.types import Guide

Encode = Callable[[str], Vectors | None]
"""A question → its unit vector (dim,), or None when it cannot be had; keywords alone answer then."""

MAX_HITS = 200
"""Most passages one search returns, whatever the caller asks for."""


class EmbeddedEngine:
    """Implements ``Engine`` for one generation. Immutable and thread-safe."""

    def __init__(
        self,
        generation: str,
        corpus: Corpus,
        keywords: KeywordIndex,
        vectors: VectorIndex | None,
        encode: Encode,
        aliases: Mapping[str, str],
        out_of_scope: Sequence[str] = (),
    ) -> None:
        """``aliases``: old guide id → id; ``out_of_scope``: known questions that no guide answers."""
        self.generation = generation
        self.corpus = corpus
        self.keywords = keywords
        self.vectors = vectors
        self._encode = encode
        self._aliases = aliases
        self._rare = rare_guides(len(corpus.guides))
        self._out_of_scope = np.array([], dtype=np.int32) if vectors is None else vectors.query_rows(out_of_scope)

    def guide(self, guide_id: str) -> Guide | None:
        """The guide of that id or alias."""
        number = self.corpus.number.get(self._aliases.get(guide_id, guide_id))
        return None if number is None else self.corpus.guides[number]

    def search(self, query: Query) -> SearchResult:
        """Ranks what the query may see. Never raises for any text; one keyword pass and at most one encoding."""
        text = clean(query.text[:MAX_QUERY_CHARS])
        allowed = self.corpus.allowed(query)
        if not any(map(str.isalnum, text)) or not allowed.any():
            return SearchResult((), (), {}, self.generation, vector=query.vector)
        found = self.keywords.search(text, query.lang, self._rare)
        vector, likeness = self._likeness(text, query.vector)
        evidence = Evidence(
            allowed=allowed,
            lexical=found.chunks,
            lexical_guides=found.guides,
            exact_chunks=found.exact_chunks,
            exact_guides=found.exact_guides,
            cosine=None if likeness is None else likeness.centred,
        )
        ranking = rank(self.corpus, evidence, query)
        return SearchResult(
            hits=self._hits(ranking, query),
            guides=self._guides(ranking, query.limit),
            signals=signals(self.corpus, evidence, ranking, found, likeness, self._out_of_scope),
            generation=self.generation,
            suggestion=found.suggestion,
            vector=vector,
        )

    def explain(self, query: Query) -> Found:
        """What the keyword side looked up: words, corrections, the synonyms that fired."""
        return self.keywords.search(query.text, query.lang, self._rare)

    def _likeness(self, text: str, given: Vectors | None) -> tuple[Vectors | None, Likeness | None]:
        if self.vectors is None:
            return given, None
        vector = self._encode(text) if given is None else given
        if vector is None or vector.shape != (self.vectors.dim,) or not np.isfinite(vector).all():
            return None, None
        return vector, self.vectors.likeness(vector)

    def _hits(self, ranking: Ranking, query: Query) -> tuple[Hit, ...]:
        hits: list[Hit] = []
        used: dict[str, int] = {}
        for ordinal in ranking.order:
            if len(hits) >= min(query.limit, MAX_HITS):
                break
            chunk = self.corpus.chunks[ordinal]
            used[chunk.guide] = used.get(chunk.guide, 0) + 1
            if used[chunk.guide] <= query.per_guide:
                parts = {name: float(values[ordinal]) for name, values in ranking.parts.items()}
                hits.append(Hit(chunk, math.fsum(parts.values()), {k: v for k, v in parts.items() if v}))
        return tuple(hits)

    def _guides(self, ranking: Ranking, limit: int) -> tuple[tuple[str, float], ...]:
        order = np.argsort(-ranking.guide_scores, kind="stable")[: max(0, min(limit, MAX_HITS))]
        scored = ((self.corpus.guides[number].id, float(ranking.guide_scores[number])) for number in order)
        return tuple((guide, score) for guide, score in scored if math.isfinite(score))
