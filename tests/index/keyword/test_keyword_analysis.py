"""From text to terms."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from soluciones.index.keyword.analysis import MAX_EXACT_CHARS, analyse, clean, fold, stem, terms

CASES = Path(__file__).parent / "cases"
PAIRS = [line.split() for line in (CASES / "cion.txt").read_text("utf-8").splitlines() if not line.startswith("#")]
TOKENS: list[dict[str, Any]] = yaml.safe_load((CASES / "tokens.yml").read_text("utf-8"))

spanish = st.text(alphabet="abcdefghijlmnopqrstuvyzáéíóúüñ", min_size=1, max_size=20)
anything = st.text(max_size=300)


def unaccented(word: str) -> str:
    """As people type without accents; ñ stays, it has a key of its own."""
    plain = (c if c == "ñ" else unicodedata.normalize("NFD", c)[0] for c in unicodedata.normalize("NFC", word))
    return "".join(plain)


def test_the_list_of_words_is_long_enough() -> None:
    """At least sixty different words stand behind the promise about -ción."""
    assert len({singular for singular, _ in PAIRS}) >= 60


@pytest.mark.parametrize(("singular", "plural"), PAIRS)
def test_every_form_of_a_cion_word_shares_one_term(singular: str, plural: str) -> None:
    """Singular, plural, unaccented, decomposed and capital spellings of a -ción word are one term."""
    forms = {singular, plural, unaccented(singular), singular.upper(), unicodedata.normalize("NFD", singular)}
    assert len({tuple(terms(form)) for form in forms}) == 1


@pytest.mark.parametrize("case", TOKENS, ids=lambda case: str(case["text"]))
def test_tokens_of_a_text(case: dict[str, Any]) -> None:
    """Hosts, records, codes and words give exactly the terms that the case file lists."""
    found = terms(case["text"])
    assert set(case["terms"]) <= set(found)
    assert not set(case.get("not", ())) & set(found)
    if "exact" in case:
        assert [token.surface for token in analyse(clean(case["text"])) if token.exact] == case["exact"]


def test_numbers_are_never_near_each_other() -> None:
    """465 and 456 are different terms, and so are 993 and 9930."""
    assert not set(terms("465")) & set(terms("456"))
    assert not set(terms("993")) & set(terms("9930"))


@given(spanish)
@settings(max_examples=500, deadline=None)
def test_accents_never_change_a_term(word: str) -> None:
    """A word typed without its accents has the terms of the accented word."""
    assert terms(word) == terms(unaccented(word))


@given(spanish)
@settings(max_examples=300, deadline=None)
def test_folding_keeps_every_ñ_and_drops_every_accent(word: str) -> None:
    """Folding keeps the number of ñ and leaves no other accent."""
    folded = fold(word)
    assert folded.count("ñ") == word.count("ñ")
    assert not set(folded) & set("áéíóúü")
    assert fold(folded) == folded


@given(anything)
@settings(max_examples=500, deadline=None)
def test_any_text_gives_clean_terms(text: str) -> None:
    """Whatever comes in, tokens point at their own text and no term is empty, spaced or overlong."""
    cleaned = clean(text)
    for token in analyse(cleaned):
        assert cleaned[token.start : token.end] == token.surface
        assert token.terms
        assert all(term and not re.search(r"\s", term) and len(term) <= MAX_EXACT_CHARS for term in token.terms)


@given(anything)
@settings(max_examples=200, deadline=None)
def test_cleaning_leaves_only_encodable_text(text: str) -> None:
    """Cleaned text has no control characters or lone surrogates, and cleaning it again changes nothing."""
    cleaned = clean(text)
    assert cleaned == clean(cleaned)
    assert not any(unicodedata.category(char) in ("Cc", "Cs") for char in cleaned)
    cleaned.encode("utf-8")


@pytest.mark.parametrize(
    "text", ["a" + "-" * 100_000, "a-" * 50_000, "-" * 100_000 + "a", "a@:" * 30_000, "1." * 50_000]
)
def test_long_runs_of_separators_are_read_to_the_end(text: str) -> None:
    """Texts made to upset a backtracking expression are analysed like any other."""
    assert all(len(token.terms) <= 17 for token in analyse(text))


def test_the_stem_of_a_foreign_script_is_the_word() -> None:
    """Words in other scripts pass unharmed."""
    assert stem("сообщение") == "сообщение"
