"""The theory of the product: why one passage comes before another. ``rank`` reads from top to bottom."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from soluciones.index.ranking import constants as c
from soluciones.index.ranking.fusion import (
    Floats,
    Indexes,
    Mask,
    best_per_group,
    best_two_per_group,
    faq_closeness,
    min_max,
    share_of_best,
)
from soluciones.index.types import Query
from soluciones.kb.types import Chunk, Guide

Scores = NDArray[np.float64]
"""Double precision, so that the parts of a score add up to it."""


class Corpus:
    """What ranking knows of a generation before any question is asked. Arrays go by ordinal."""

    def __init__(self, guides: Sequence[Guide], chunks: Sequence[Chunk]) -> None:
        self.guides = tuple(guides)
        self.chunks = tuple(chunks)
        self.number = {guide.id: ordinal for ordinal, guide in enumerate(self.guides)}
        self.guide_of: Indexes = np.array([self.number[chunk.guide] for chunk in self.chunks], dtype=np.int32)
        self.faq: Mask = np.array([chunk.kind == "faq" for chunk in self.chunks], dtype=bool)
        self.internal: Mask = np.array([chunk.audience == "agent" for chunk in self.chunks], dtype=bool)
        self.langs = frozenset(guide.lang for guide in self.guides)
        self._lang: dict[str, Mask] = {
            lang: np.array([chunk.lang == lang for chunk in self.chunks], dtype=bool) for lang in self.langs
        }

    def in_language(self, lang: str) -> Mask:
        """(chunks,) whether each chunk is in that language."""
        return self._lang.get(lang, np.zeros(len(self.chunks), dtype=bool))

    def allowed(self, query: Query) -> Mask:
        """(chunks,) what this query may see at all: audience, product and type."""
        guides = np.array(
            [
                (not query.type or guide.type == query.type)
                and (not query.products or not guide.products or not set(query.products).isdisjoint(guide.products))
                and (query.audience == "agent" or guide.audience == "visitor")
                for guide in self.guides
            ],
            dtype=bool,
        )
        seen: Mask = guides[self.guide_of]
        return seen if query.audience == "agent" else seen & ~self.internal


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the retrievers found for one question. Arrays go by ordinal."""

    allowed: Mask
    """(chunks,)"""
    lexical: Floats
    """(chunks,) BM25F, ≥ 0."""
    lexical_guides: Floats
    """(guides,) BM25F of whole guides, ≥ 0."""
    exact_chunks: Floats
    """(chunks,) share of the question's rare exact terms, 0–1."""
    exact_guides: Floats
    """(guides,) the same for whole guides."""
    cosine: Floats | None
    """(chunks,) centred cosine: question to passage, and question to question for faq chunks. None: no vectors."""


@dataclass(frozen=True, slots=True)
class Ranking:
    """The order, with its reasons."""

    order: Indexes
    """Chunk ordinals, best first; only passages that may be shown."""
    scores: Scores
    """(chunks,); -inf for what is not shown."""
    parts: Mapping[str, Scores]
    """Name → (chunks,); for each chunk they sum to its score."""
    guide_scores: Scores
    """(guides,) score of each guide's best passage; -inf for a guide without any."""
    semantic: Floats
    """(chunks,) the embeddings' opinion, 0–1, before weighting."""
    foreign: bool
    """The question is in none of the guides' languages."""


def rank(corpus: Corpus, evidence: Evidence, query: Query) -> Ranking:
    """A passage is worth what it says itself, plus what its guide is worth."""
    guide_of, count = corpus.guide_of, len(corpus.guides)

    # 1. Only passages that may be shown are ranked; listed questions (faq) speak for their guide, never for themselves.
    shown = evidence.allowed & ~corpus.faq
    asked = evidence.allowed & corpus.faq

    # 2. Each retriever on a scale of 0 to 1, and how far each is trusted for this question.
    foreign = query.lang not in corpus.langs
    trust_semantic = 0.0 if evidence.cosine is None else (c.SEMANTIC_SHARE_FOREIGN if foreign else c.SEMANTIC_SHARE)
    trust_lexical = 1.0 - trust_semantic
    lexical = share_of_best(evidence.lexical, shown)
    cosine = np.zeros(len(corpus.chunks), dtype=np.float32) if evidence.cosine is None else evidence.cosine
    semantic = min_max(cosine, shown)

    # 3. What the passage says itself.
    parts: dict[str, Scores] = {"lexical": _weigh(trust_lexical, lexical), "semantic": _weigh(trust_semantic, semantic)}
    own = parts["lexical"] + parts["semantic"]
    if evidence.cosine is None:  # keywords alone: a passage without any word of the question is no find
        shown = shown & (lexical > 0)

    # 4. What its guide is worth: its second passage, its words as a whole, its listed questions.
    second = best_two_per_group(own.astype(np.float32), guide_of, count)[1]
    guides_shown = np.zeros(count, dtype=bool)
    guides_shown[guide_of[shown]] = True
    whole = share_of_best(evidence.lexical_guides, guides_shown)
    faq_lexical = best_per_group(share_of_best(evidence.lexical, asked), guide_of, count)
    faq_cosine = np.where(asked, cosine, np.float32(0))
    faq_meaning = best_per_group(faq_closeness(faq_cosine), guide_of, count)
    parts["second"] = _weigh(c.SECOND_PASSAGE, second)[guide_of]
    parts["guide"] = _weigh(c.WHOLE_GUIDE * 2 * trust_lexical, whole)[guide_of]
    parts["faq"] = (_weigh(c.FAQ_LEXICAL * 2 * trust_lexical, faq_lexical) + _weigh(c.FAQ_SEMANTIC, faq_meaning))[
        guide_of
    ]

    # 5. Small nudges: the exact term asked for, the visitor's own language, the page being read.
    parts["exact"] = _weigh(c.EXACT_TERM, evidence.exact_chunks)
    several = len(corpus.langs) > 1
    parts["language"] = _weigh(c.SAME_LANGUAGE if several else 0.0, corpus.in_language(query.lang))
    page = corpus.number.get(query.page, -1)
    parts["page"] = _weigh(c.PAGE_BOOST, guide_of == page)

    # 6. The guard: a rare number, host or code in the question is not outranked by a vague likeness.
    total = _total(parts)
    parts["guard"] = _guard(total, evidence, lexical, shown, guide_of)
    scores = np.where(shown, total + parts["guard"], -np.inf)

    order = np.argsort(-scores, kind="stable")[: int(shown.sum())].astype(np.int32)
    guide_scores = np.full(count, -np.inf, dtype=np.float64)
    np.maximum.at(guide_scores, guide_of, scores)
    return Ranking(order, scores, parts, guide_scores, semantic, foreign)


def _weigh(weight: float, values: Floats | Mask) -> Scores:
    return weight * values.astype(np.float64)


def _total(parts: Mapping[str, Scores]) -> Scores:
    total: Scores = np.sum(np.stack(list(parts.values())), axis=0)
    return total


def _guard(total: Scores, evidence: Evidence, lexical: Floats, shown: Mask, guide_of: Indexes) -> Scores:
    """(chunks,) ≤ 0: puts vector-only passages just below the best one that holds the rare exact term."""
    zeros = np.zeros_like(total)
    holders = shown & (evidence.exact_chunks > 0)
    if not holders.any():
        return zeros
    ceiling = float(total[holders].max()) - c.GUARD_GAP
    vague = shown & (lexical < c.GUARD_LEXICAL) & (evidence.exact_guides[guide_of] == 0)
    return np.where(vague & (total > ceiling), ceiling - total, zeros)
