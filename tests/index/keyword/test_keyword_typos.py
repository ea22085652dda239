"""Spelling."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from soluciones.index.keyword.typos import Speller, Word, allowed_edits

DATA: dict[str, Any] = yaml.safe_load((Path(__file__).parent / "cases" / "typos.yml").read_text("utf-8"))
WORDS = {word: Word(word, count) for word, count in DATA["words"].items()}


@pytest.mark.parametrize(("typed", "meant"), DATA["cases"].items(), ids=lambda value: str(value))
def test_a_slip_is_mended_and_nothing_else(typed: str, meant: str | None) -> None:
    """A word within the allowed edits becomes the word of the guides; all others stay."""
    assert Speller(WORDS).correct(typed) == meant


@pytest.mark.parametrize(("length", "edits"), [(1, 0), (3, 0), (4, 1), (7, 1), (8, 2), (30, 2)])
def test_longer_words_may_hold_more_slips(length: int, edits: int) -> None:
    """No edit up to three letters, one up to seven, then two."""
    assert allowed_edits("a" * length) == edits


@given(st.sampled_from(sorted(WORDS)))
@settings(max_examples=50, deadline=None)
def test_known_words_are_left_alone(word: str) -> None:
    """A word of the guides is never corrected."""
    assert Speller(WORDS).correct(word) is None


@given(st.sampled_from(sorted(word for word in WORDS if len(word) >= 4)), st.data())
@settings(max_examples=300, deadline=None)
def test_one_slip_inside_a_word_finds_a_word_as_near(word: str, data: st.DataObject) -> None:
    """One changed letter after the first is mended to some word of the guides, one edit away."""
    place = data.draw(st.integers(1, len(word) - 1))
    typed = word[:place] + data.draw(st.sampled_from("xkwq")) + word[place + 1 :]
    found = Speller(WORDS).correct(typed)
    assert found is not None
    assert len(found) == len(word)
    assert sum(a != b for a, b in zip(found, typed, strict=True)) == 1
