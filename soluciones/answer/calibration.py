"""From evidence to probability: two small logistic regressions whose weights stand in ``data/calibration.json``.

``kb eval --calibrate`` fits them (on the tuning half of the dev set, and on the intents' own examples) and writes the
file together with a report; nothing else may change it by hand.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import numpy as np
from numpy.typing import NDArray

REGULARISATION = 1.0
"""scikit-learn's C on standardised features: the sets are small, so weights are kept modest."""


@dataclass(frozen=True, slots=True)
class Logistic:
    """p = 1 / (1 + exp(−(w · (x − mean) / scale + bias)))."""

    features: tuple[str, ...]
    weights: tuple[float, ...]
    bias: float
    mean: tuple[float, ...]
    scale: tuple[float, ...]

    def probability(self, values: Sequence[float]) -> float:
        """Probability for one row of feature values, in the order of ``features``."""
        total = self.bias
        for value, weight, mean, scale in zip(values, self.weights, self.mean, self.scale, strict=True):
            total += weight * (value - mean) / scale
        return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, total))))

    def as_json(self) -> dict[str, object]:
        """Plain data, rounded so that diffs stay readable."""
        rounded = {name: [round(v, 5) for v in getattr(self, name)] for name in ("weights", "mean", "scale")}
        return {"features": list(self.features), "bias": round(self.bias, 5), **rounded}


@dataclass(frozen=True, slots=True)
class Calibration:
    """Both models."""

    answer: Logistic
    tool: Logistic


def from_json(raw: Mapping[str, Any]) -> Logistic:
    """The inverse of ``Logistic.as_json``."""
    weights, mean, scale = (tuple(float(value) for value in raw[key]) for key in ("weights", "mean", "scale"))
    return Logistic(tuple(raw["features"]), weights, float(raw["bias"]), mean, scale)


@cache
def load() -> Calibration:
    """The committed weights."""
    raw = json.loads(resources.files("soluciones.answer").joinpath("data/calibration.json").read_text("utf-8"))
    return Calibration(answer=from_json(raw["answer"]), tool=from_json(raw["tool"]))


def fit(features: Sequence[str], rows: NDArray[np.float64], labels: NDArray[np.float64]) -> Logistic:
    """Fits by scikit-learn (there at calibration time only; the server needs nothing but the weights).

    Args:
        features: names of the k columns.
        rows: (n, k) feature values.
        labels: (n,) zeros and ones.
    """
    from sklearn.linear_model import LogisticRegression

    mean, scale = rows.mean(axis=0), np.maximum(rows.std(axis=0), 1e-6)
    model = LogisticRegression(C=REGULARISATION, max_iter=1000).fit((rows - mean) / scale, labels)
    return Logistic(
        tuple(features),
        tuple(float(w) for w in model.coef_[0]),
        float(model.intercept_[0]),
        tuple(float(m) for m in mean),
        tuple(float(s) for s in scale),
    )
