"""Evidence for confidence: what a calibrated judge (the answer layer) needs to know about one search."""

from __future__ import annotations

import numpy as np

from soluciones.index.keyword.search import Found
from soluciones.index.ranking.fusion import Floats, Indexes, Mask, best_per_group
from soluciones.index.ranking.order import Corpus, Evidence, Ranking
from soluciones.index.ranking.vectors import Likeness

AGREEMENT_DEPTH = 3
"""Guides of each retriever that are compared for ``overlap``."""


def signals(
    corpus: Corpus,
    evidence: Evidence,
    ranking: Ranking,
    found: Found,
    likeness: Likeness | None,
    out_of_scope: Indexes,
) -> dict[str, float]:
    """Named numbers, all of them for every question.

    Words: ``terms`` looked up; ``unknown`` share of them that no guide knows; ``coverage`` rarity-weighted share of the
    known ones found in the top guide, ``coverage_all`` with unknown ones counted as missing, ``coverage_best`` that of
    the best guide; ``exact_missing`` numbers, hosts or codes that no guide knows; ``synonyms``, ``typos`` words met
    only that way. Keywords: ``lexical`` best BM25F score in the top guide, ``lexical_per_term`` that ÷ summed rarity.
    Guides: ``guide_score`` of the top one, ``guide_margin`` top1 − top2, ``guide_ratio`` top2 ÷ top1.
    Retrievers: ``agreement`` 1 if both name the same best guide, ``overlap`` of their top three (0–1); ``foreign`` 1
    if the question is in no language of the guides.
    Vectors (0 without): centred cosines ``cosine`` best of the top guide, ``cosine_best`` of all, ``faq_cosine`` best
    listed question, ``faq_cosine_top`` of the top guide, ``out_of_scope`` best known question that no guide answers;
    raw ones ``cosine_margin`` best − mean, ``cosine_z`` that in standard deviations.
    """
    top, runner_up = _top_two(ranking)
    shown = evidence.allowed & ~corpus.faq
    return {
        "foreign": float(ranking.foreign),
        **_words(found, top),
        **_lexical(corpus, evidence, found, shown, top),
        **_guides(ranking, top, runner_up),
        **_agreement(corpus, evidence, ranking, shown),
        **_vectors(corpus, evidence, likeness, shown, top, out_of_scope),
    }


def _top_two(ranking: Ranking) -> tuple[int, int]:
    """Ordinals of the two best guides, −1 where there is none."""
    order = [int(guide) for guide in np.argsort(-ranking.guide_scores, kind="stable")[:2]]
    first, second = [*(guide for guide in order if np.isfinite(ranking.guide_scores[guide])), -1, -1][:2]
    return first, second


def _words(found: Found, top: int) -> dict[str, float]:
    wants = found.wants
    known = np.array([want.known for want in wants], dtype=bool)
    total, total_known = float(found.rarity.sum()), float(found.rarity[known].sum())
    weighted = found.rarity @ found.credit if len(wants) else np.zeros(found.credit.shape[1], dtype=np.float32)
    in_top = float(weighted[top]) if top >= 0 and len(wants) else 0.0
    leaves = [leaf for want in wants for leaf in want.leaves]
    origins = [leaf.alternatives[0].origin for leaf in leaves if leaf.alternatives]
    return {
        "terms": float(len(wants)),
        "unknown": float((~known).mean()) if len(wants) else 1.0,
        "coverage": in_top / total_known if total_known else 0.0,
        "coverage_all": in_top / total if total else 0.0,
        "coverage_best": float(weighted.max(initial=0.0)) / total if total else 0.0,
        "exact_missing": float(sum(leaf.exact and not leaf.known for leaf in leaves)),
        "synonyms": float(origins.count("synonym")),
        "typos": float(origins.count("typo")),
    }


def _lexical(corpus: Corpus, evidence: Evidence, found: Found, shown: Mask, top: int) -> dict[str, float]:
    in_top = shown & (corpus.guide_of == top)
    best = float(evidence.lexical[in_top].max(initial=0.0))
    total = float(found.rarity.sum())
    return {"lexical": best, "lexical_per_term": best / total if total else 0.0}


def _guides(ranking: Ranking, top: int, runner_up: int) -> dict[str, float]:
    first = float(ranking.guide_scores[top]) if top >= 0 else 0.0
    second = float(ranking.guide_scores[runner_up]) if runner_up >= 0 else 0.0
    ratio = second / first if first > 0 else 0.0
    return {"guide_score": first, "guide_margin": first - second, "guide_ratio": ratio}


def _agreement(corpus: Corpus, evidence: Evidence, ranking: Ranking, shown: Mask) -> dict[str, float]:
    count = len(corpus.guides)
    sides: list[list[int]] = []
    for scores in (evidence.lexical, ranking.semantic):
        best = best_per_group(np.where(shown, scores, np.float32(0)), corpus.guide_of, count)
        sides.append([int(guide) for guide in np.argsort(-best, kind="stable")[:AGREEMENT_DEPTH] if best[guide] > 0])
    lexical, semantic = sides
    if not lexical or not semantic:
        return {"agreement": 0.0, "overlap": 0.0}
    shared = len(set(lexical) & set(semantic))
    return {"agreement": float(lexical[0] == semantic[0]), "overlap": shared / min(len(lexical), len(semantic))}


def _vectors(
    corpus: Corpus, evidence: Evidence, likeness: Likeness | None, shown: Mask, top: int, out_of_scope: Indexes
) -> dict[str, float]:
    names = ("cosine", "cosine_best", "cosine_margin", "cosine_z", "faq_cosine", "faq_cosine_top", "out_of_scope")
    if likeness is None or not shown.any():
        return dict.fromkeys(names, 0.0)
    raw = likeness.raw[shown]
    margin = float(raw.max() - raw.mean())
    asked = evidence.allowed & corpus.faq
    of_top = corpus.guide_of == top
    return {
        "cosine": _best(likeness.centred, shown & of_top),
        "cosine_best": _best(likeness.centred, shown),
        "cosine_margin": margin,
        "cosine_z": margin / (float(raw.std()) + 1e-6),
        "faq_cosine": _best(likeness.centred, asked),
        "faq_cosine_top": _best(likeness.centred, asked & of_top),
        "out_of_scope": float(likeness.questions[out_of_scope].max()) if len(out_of_scope) else 0.0,
    }


def _best(values: Floats, mask: Mask) -> float:
    return float(values[mask].max()) if mask.any() else 0.0
