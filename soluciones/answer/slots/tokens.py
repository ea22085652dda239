"""Words of a question with their places: the extractors' common ground. One pass, linear."""

from __future__ import annotations

import re
from dataclasses import dataclass

from soluciones.answer.slots.fold import compose, fold

MAX_CHARS = 4_000
"""Questions are capped there; the rest of a longer text is not looked at."""

_CHUNK = re.compile(r"\S+")
_OPENING = "([{<«“„‘\"'¿¡`*"
_CLOSING = ")]}>»”’\"'?!.,;:…`*"


@dataclass(frozen=True, slots=True)
class Token:
    """A run without white space."""

    raw: str
    """As written (NFC)."""
    text: str
    """Without the punctuation around it; empty when it is punctuation only."""
    folded: str
    """``text`` in lower case without accents."""
    start: int
    """Offset of ``raw``."""
    end: int
    closes: bool
    """A sentence ends here."""


@dataclass(frozen=True, slots=True)
class Question:
    """A question prepared for the extractors."""

    text: str
    """Composed (NFC), capped."""
    folded: str
    """Same length, lower case, no accents."""
    tokens: tuple[Token, ...]


def prepare(question: str) -> Question:
    """Composes, caps, folds and cuts a question. Lone surrogates become U+FFFD."""
    safe = question[:MAX_CHARS].encode("utf-8", "replace").decode("utf-8")
    text = compose(safe)[:MAX_CHARS]
    tokens = tuple(_token(match) for match in _CHUNK.finditer(text))
    return Question(text, fold(text), tokens)


def _token(match: re.Match[str]) -> Token:
    raw = match.group()
    text = raw.lstrip(_OPENING).rstrip(_CLOSING)
    return Token(raw, text, fold(text), match.start(), match.end(), raw[-1] in ".?!…")
