"""Putting two retrievers on one scale. Scores are fused, not ranks: a clear winner must stay a clear winner."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from soluciones.index.ranking import constants as c

Floats = NDArray[np.float32]
Mask = NDArray[np.bool_]
Indexes = NDArray[np.int32]


def share_of_best(scores: Floats, allowed: Mask) -> Floats:
    """Each score ÷ the best allowed one; zeros where not allowed, or everywhere if nothing scored."""
    kept = np.where(allowed, scores, np.float32(0))
    best = float(kept.max(initial=0.0))
    return (kept / best if best > 0 else np.zeros_like(kept)).astype(np.float32)


def min_max(values: Floats, allowed: Mask) -> Floats:
    """Allowed values stretched to 0–1; zeros elsewhere. Cosines of one model live in a narrow band."""
    if not allowed.any():
        return np.zeros_like(values)
    low, high = float(values[allowed].min()), float(values[allowed].max())
    return np.where(allowed, (values - low) / max(high - low, c.EPSILON), 0).astype(np.float32)


def best_two_per_group(values: Floats, groups: Indexes, count: int) -> tuple[Floats, Floats]:
    """Best and second-best value of each of ``count`` groups; 0 where there is none. Values are ≥ 0."""
    best, second = np.zeros(count, dtype=np.float32), np.zeros(count, dtype=np.float32)
    np.maximum.at(best, groups, values)
    order = np.lexsort((-values, groups))
    ordered = groups[order]
    runner_up = np.zeros(len(order), dtype=bool)
    runner_up[1:] = ordered[1:] == ordered[:-1]
    runner_up[2:] &= ordered[2:] != ordered[:-2]
    second[ordered[runner_up]] = values[order][runner_up]
    return best, second


def best_per_group(values: Floats, groups: Indexes, count: int) -> Floats:
    """Best value of each of ``count`` groups; 0 where there is none. Values are ≥ 0."""
    best = np.zeros(count, dtype=np.float32)
    np.maximum.at(best, groups, values)
    return best


def faq_closeness(cosine: Floats) -> Floats:
    """Centred question-to-question cosine → 0–1: nothing below the floor, steep towards identity."""
    above = np.clip((cosine - c.FAQ_FLOOR) / (1.0 - c.FAQ_FLOOR), 0.0, 1.0)
    lifted: Floats = np.power(above, c.FAQ_POWER).astype(np.float32)
    return lifted


def rare_guides(guides: int) -> int:
    """In how many guides an exact term may stand and still be rare."""
    return max(c.RARE_GUIDES, int(c.RARE_GUIDES_SHARE * guides))
