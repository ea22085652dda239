"""Cleaning, masking, deep links, calibration."""

from __future__ import annotations

import math
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from soluciones.answer.calibration import Logistic, fit, from_json
from soluciones.answer.privacy import mask
from soluciones.answer.steps.normalise import clean_text, has_words
from soluciones.kb.types import Span

SPAN = Span(1, 1, 0, 1)


@given(st.text(alphabet=st.characters(), max_size=500))
@settings(max_examples=300, deadline=None)
def test_cleaned_text_can_be_stored_and_shown(text: str) -> None:
    """What remains encodes as UTF-8, has no control characters, and cleaning it again changes nothing."""
    cleaned = clean_text(text)
    cleaned.encode("utf-8")
    assert not any(ord(char) < 32 and char != "\n" for char in cleaned)
    assert clean_text(cleaned) == cleaned


@pytest.mark.parametrize("text", ["", "   ", "🙂🙂", "\x00\x01", "¿?", "\ud800", "\u200b"])
def test_texts_without_words_are_known(text: str) -> None:
    """Emoji, signs and control characters are no question."""
    assert not has_words(clean_text(text))


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("mi correo ana.lopez@ejemplo.com falla", "mi correo …@… falla"),
        ("llámeme al +34 600 123 456", "llámeme al …"),
        ("mi contraseña es: Secreta123!", "mi contraseña …"),
        ("puerto 993 o 465", "puerto 993 o 465"),
        ("error 5.7.26 al enviar", "error 5.7.26 al enviar"),
        (
            "el servidor 192.168.110.25 y los puertos 25/465/587/993",
            "el servidor 192.168.110.25 y los puertos 25/465/587/993",
        ),
        ("desde el 23-11-2026", "desde el 23-11-2026"),
    ],
)
def test_personal_data_is_masked_and_figures_stay(text: str, masked: str) -> None:
    """Addresses, phones and typed-in passwords go; ports and error codes stay."""
    assert mask(text) == masked


@pytest.mark.parametrize("seed", ["a@", "1 ", "contraseña ", "+1-", "a.b"])
def test_masking_time_grows_linearly(seed: str) -> None:
    """Ten times the text takes about ten times as long, not a hundred."""

    def took(size: int) -> float:
        text = (seed * size)[:size]
        start = time.process_time()
        mask(text)
        return time.process_time() - start

    took(1000)
    assert took(50_000) <= 25 * max(took(5_000), 0.002)


def test_fitted_model_separates_and_survives_json() -> None:
    """A separable feature gets its sign, and the stored model gives the same probabilities."""
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(200, 2))
    labels = (rows[:, 0] > 0).astype(float)
    model = fit(("a", "b"), rows, labels)
    assert model.probability([2, 0]) > 0.95
    assert model.probability([-2, 0]) < 0.05
    again = from_json(model.as_json())
    assert math.isclose(again.probability([0.3, 1]), model.probability([0.3, 1]), abs_tol=1e-4)
    assert isinstance(again, Logistic)
