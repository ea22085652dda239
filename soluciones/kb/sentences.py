"""Where a long text may be cut: ends of lines, ends of sentences, in need between words."""

from __future__ import annotations

_ENDS = frozenset(".!?…")
_CLOSERS = frozenset("\"'»”’)]")


def sentences(line: str) -> tuple[str, ...]:
    """The sentences of one line; joined by a space they give the line again.

    A full stop ends a sentence only before white space and a character that is not a lower-case letter, so that
    "p. ej." stays whole.
    """
    words = line.split()
    found: list[str] = []
    current: list[str] = []
    for position, word in enumerate(words):
        current.append(word)
        following = words[position + 1] if position + 1 < len(words) else ""
        if following and _ends_sentence(word) and not following[0].islower():
            found.append(" ".join(current))
            current = []
    if current:
        found.append(" ".join(current))
    return tuple(found)


def _ends_sentence(word: str) -> bool:
    bare = word.rstrip("".join(_CLOSERS))
    return bool(bare) and bare[-1] in _ENDS


def visible_length(text: str) -> int:
    """Characters that are not white space."""
    return sum(not char.isspace() for char in text)
