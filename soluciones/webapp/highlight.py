"""The part of a passage that a search result shows, with the words searched for marked."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

_WORD = re.compile(r"\w+")
_SNIPPET = 260
"""Characters shown of a passage: about three lines."""
_MIN_STEM = 4
"""Shorter words must match whole: "con" must not mark "contraseña"."""
_SMALL_WORDS = frozenset(
    "para por con sin los las del una uno que como cual donde esta este sus mis les des pour avec dans une que comment "
    "the for with and how what can der die das den und mit fur ein eine wie per con dei della come che un una il lo la "
    "el de en es al se su mi le et du un is to in of my do ist im di da".split()
)
"""Words of all five languages that say nothing about the place; marking them would hide those that do."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text, marked or not."""

    text: str
    marked: bool


def _fold(word: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKD", word.casefold()) if not unicodedata.combining(c))


def _stem(word: str) -> str:
    # Good enough to mark plurals and verb endings alike; ranking does its own, better stemming.
    return word[: max(_MIN_STEM, len(word) - 2)] if len(word) > _MIN_STEM else word


def _matches(word: str, stems: frozenset[str]) -> bool:
    return _stem(word) in stems or word in stems


def snippet(text: str, query: str) -> list[Piece]:
    """About three lines of ``text`` around the place with most words of ``query``, in marked and unmarked pieces."""
    plain = " ".join(text.split())
    words = (_fold(word) for word in _WORD.findall(query[:1_000]) if len(word) > 1)
    stems = frozenset(_stem(word) for word in words if word not in _SMALL_WORDS)
    places = [m for m in _WORD.finditer(plain) if _matches(_fold(m.group()), stems)]
    start = _best_start(plain, [m.start() for m in places])
    end = len(plain) if len(plain) - start <= _SNIPPET else plain.rfind(" ", start, start + _SNIPPET)
    end = end if end > start else min(len(plain), start + _SNIPPET)
    pieces: list[Piece] = [Piece("… ", False)] if start else []
    at = start
    for match in places:
        if match.start() < at or match.end() > end:
            continue
        if match.start() > at:
            pieces.append(Piece(plain[at : match.start()], False))
        pieces.append(Piece(match.group(), True))
        at = match.end()
    if at < end:
        pieces.append(Piece(plain[at:end], False))
    if end < len(plain):
        pieces.append(Piece(" …", False))
    return pieces


def _best_start(plain: str, places: list[int]) -> int:
    """Where to begin so that most marked words fall into one snippet; a word's beginning."""
    if len(plain) <= _SNIPPET or not places:
        return 0
    best, most, right = 0, 0, 0
    for left, place in enumerate(places):
        while right < len(places) and places[right] < place + _SNIPPET - 60:
            right += 1
        if right - left > most:
            best, most = place, right - left
    if best < 60:
        return 0
    return plain.rfind(" ", 0, best - 20) + 1
