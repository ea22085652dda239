"""Folding that keeps every character in its place, so that a match in the folded text can be cut from the original."""

from __future__ import annotations

import unicodedata
from functools import lru_cache


def compose(text: str) -> str:
    """The text in NFC: one character for each letter with its accent."""
    return unicodedata.normalize("NFC", text)


def fold(text: str) -> str:
    """Lower case without accents, the same length as ``text`` (which should be composed)."""
    return "".join(_fold_char(char) for char in text)


@lru_cache(maxsize=4096)
def _fold_char(char: str) -> str:
    lower = char.lower()[:1]
    if char in "’‘ʼ´`":
        return "'"
    base = unicodedata.normalize("NFKD", lower)[:1] if lower.isalpha() else lower
    return base or char
