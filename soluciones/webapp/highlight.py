"""The part of a passage that a search result shows, with the words searched for marked."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from soluciones.answer.page_text import fold

_WORD = re.compile(r"\w+")
SNIPPET = 260
"""Characters shown of a passage: about three lines."""
LINE = 110
"""Characters of one line, for lists."""
_MIN_STEM = 4
"""Shorter words must match whole: "con" must not mark "contraseña"."""
_ENDING = 0.5
"""Letters that may differ at a word's end, as a share of those before: enviar/envíos, not correo/correcto."""
_SMALL_WORDS = frozenset(
    _WORD.findall(
        "para por con sin los las del una uno que como cual donde esta este sus mis les des pour avec dans une comment "
        "the for with and how what can der die das den und mit fur ein eine wie per dei della come che un il lo la el "
        "de en es al se su mi le et du is to in of my do ist im di da no not non pas nicht"
    )
)
"""Words of all five languages that say nothing about the place; marking them would hide those that do."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text, marked or not."""

    text: str
    marked: bool


def same(one: str, other: str) -> bool:
    """Whether two words differ in their ending only. Good enough for marking; ranking does its own, better stemming."""
    shared = next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    return one == other or (shared >= _MIN_STEM and max(len(one), len(other)) - shared <= _ENDING * shared)


def _matcher(query: str) -> Callable[[str], bool]:
    """Tells the words of the question, by their first letters so that long questions stay cheap."""
    wanted: dict[str, set[str]] = {}
    for word in map(fold, _WORD.findall(query[:1_000])):
        if len(word) > 1 and word not in _SMALL_WORDS:
            wanted.setdefault(word[:_MIN_STEM], set()).add(word)
    return lambda word: any(same(word, other) for other in wanted.get(word[:_MIN_STEM], ()))


def snippet(text: str, query: str, size: int = SNIPPET) -> list[Piece]:
    """About ``size`` characters of ``text`` around the place with most words of ``query``, marked and unmarked."""
    plain = " ".join(text.split())
    matches = _matcher(query)
    places = [match for match in _WORD.finditer(plain) if matches(fold(match.group()))]
    start = _best_start(plain, [m.start() for m in places], size)
    end = len(plain) if len(plain) - start <= size else plain.rfind(" ", start, start + size)
    end = end if end > start else min(len(plain), start + size)
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


def _best_start(plain: str, places: list[int], size: int) -> int:
    """Where to begin so that most marked words fall into one snippet; a word's beginning."""
    if len(plain) <= size or not places:
        return 0
    best, most, right = 0, 0, 0
    for left, place in enumerate(places):
        while right < len(places) and places[right] < place + size - size // 4:
            right += 1
        if right - left > most:
            best, most = place, right - left
    if best < size // 4:
        return 0
    return plain.rfind(" ", 0, best - 20) + 1
