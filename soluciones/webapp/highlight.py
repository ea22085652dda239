"""The part of a passage that a search result shows, with the words searched for marked."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

_WORD = re.compile(r"\w+")
_SNIPPET = 260
"""Characters shown of a passage: about three lines."""
_MIN_STEM = 4
"""Shorter words must match whole: "con" must not mark "contraseña"."""
_ENDING = 3
"""Letters that may differ at a word's end: puerto/puertos, enviar/envíos."""
_SMALL_WORDS = frozenset(
    _WORD.findall(
        "para por con sin los las del una uno que como cual donde esta este sus mis les des pour avec dans une comment "
        "the for with and how what can der die das den und mit fur ein eine wie per dei della come che un il lo la el "
        "de en es al se su mi le et du is to in of my do ist im di da"
    )
)
"""Words of all five languages that say nothing about the place; marking them would hide those that do."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text, marked or not."""

    text: str
    marked: bool


def _fold(word: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKD", word.casefold()) if not unicodedata.combining(c))


def _same(one: str, other: str) -> bool:
    """Whether two words differ in their ending only. Good enough for marking; ranking does its own, better stemming."""
    shared = next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    return one == other or (shared >= _MIN_STEM and max(len(one), len(other)) - shared <= _ENDING)


def _matcher(query: str) -> Callable[[str], bool]:
    """Tells the words of the question, by their first letters so that long questions stay cheap."""
    wanted: dict[str, set[str]] = {}
    for word in map(_fold, _WORD.findall(query[:1_000])):
        if len(word) > 1 and word not in _SMALL_WORDS:
            wanted.setdefault(word[:_MIN_STEM], set()).add(word)
    return lambda word: any(_same(word, other) for other in wanted.get(word[:_MIN_STEM], ()))


def snippet(text: str, query: str) -> list[Piece]:
    """About three lines of ``text`` around the place with most words of ``query``, in marked and unmarked pieces."""
    plain = " ".join(text.split())
    matches = _matcher(query)
    places = [match for match in _WORD.finditer(plain) if matches(_fold(match.group()))]
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
