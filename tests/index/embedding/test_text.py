from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from soluciones.index.embedding.text import MAX_CHARS, clean, prompted

ANY_TEXT = st.text(alphabet=st.characters(exclude_categories=()))


@given(ANY_TEXT)
@settings(max_examples=300, deadline=None)
def test_any_string_becomes_encodable(text: str) -> None:
    """Cleaned text has a UTF-8 form, no NUL and no space at its ends, whatever came in."""
    cleaned = clean(text)
    assert cleaned.encode("utf-8").decode("utf-8") == cleaned
    assert "\0" not in cleaned
    assert cleaned == cleaned.strip()


@given(st.text())
@settings(max_examples=200, deadline=None)
def test_good_text_stays(text: str) -> None:
    """Text without NUL and lone surrogates is only trimmed."""
    text = text.replace("\0", "")
    assert clean(text) == text.strip()


def test_surrogates() -> None:
    """A lone surrogate becomes U+FFFD; two halves of a character become that character."""
    assert clean("a\ud800b") == "a\ufffdb"
    assert clean("a\ud83d\ude00b") == "a😀b"


def test_prompt_stands_before_the_trimmed_text() -> None:
    """The prompt is followed at once by the text, and a huge text is cut."""
    assert prompted("query: ", ["  hola "]) == ["query: hola"]
    assert len(prompted("", ["x" * (MAX_CHARS + 1)])[0]) == MAX_CHARS
