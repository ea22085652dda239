"""Which language is a short question in?"""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from soluciones.answer.language import detect, fold
from soluciones.kb.types import LANGUAGES

CASES = yaml.safe_load((Path(__file__).parent / "cases" / "language.yml").read_text("utf-8"))


@pytest.mark.parametrize("case", CASES, ids=lambda c: f"{c['text']}|{c['page']}")
def test_language_of_short_questions(case: dict[str, str]) -> None:
    """A short question is recognised on any page; one that says nothing stays in the page's language."""
    assert detect(case["text"], case["page"]) == case["lang"]


@given(st.text(max_size=300), st.sampled_from(["", *LANGUAGES]))
@settings(max_examples=200, deadline=None)
def test_any_text_has_one_of_the_languages(text: str, page: str) -> None:
    """Whatever is typed, the answer is a language of the site."""
    assert detect(text, page) in LANGUAGES


def test_folding_keeps_the_enye() -> None:
    """Accents go, ñ stays, because año and ano are two words."""
    assert fold("ÁÉÍÓÚ Ñandú año") == "aeiou ñandu año"
