"""Spelling: a word nobody wrote in any guide is compared with the words that guides do contain."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

SHORTEST_CORRECTED = 4
"""Words of up to three letters (``spf``, ``tls``, ``cco``) are one edit away from too many others."""
TWO_EDITS_FROM = 8
"""Words of eight letters and more may hold two slips."""
FIRST_LETTER_COST = 1
"""Extra edits for another first letter: people seldom miss that one."""
CANDIDATES = 64
"""Nearest words looked at."""


@dataclass(frozen=True, slots=True)
class Word:
    """A word of the guides as readers know it."""

    display: str
    """Lower case with its accents, the commonest spelling."""
    count: int
    """How often the guides say it."""


def allowed_edits(folded: str) -> int:
    """0 up to three letters, 1 up to seven, then 2."""
    if len(folded) < SHORTEST_CORRECTED:
        return 0
    return 2 if len(folded) >= TWO_EDITS_FROM else 1


class Speller:
    """Corrects folded words. Thread-safe."""

    def __init__(self, words: Mapping[str, Word]) -> None:
        """Keys are folded words without digits."""
        self._words = words
        self._by_length: dict[int, list[str]] = {}
        for word in sorted(words):
            self._by_length.setdefault(len(word), []).append(word)
        self._cached = lru_cache(maxsize=4096)(self._search)

    def knows(self, folded: str) -> bool:
        """Whether a guide uses this very word."""
        return folded in self._words

    def display(self, folded: str) -> str:
        """The word with its accents."""
        return self._words[folded].display

    def correct(self, folded: str) -> str | None:
        """The folded word that was meant, or None if no word of the guides is near enough."""
        if len(folded) < SHORTEST_CORRECTED or not folded.isalpha() or folded in self._words:
            return None
        return self._cached(folded)

    def _search(self, folded: str) -> str | None:
        edits = allowed_edits(folded)
        near = [
            word
            for length in range(len(folded) - edits, len(folded) + edits + 1)
            for word in self._by_length.get(length, ())
        ]
        from rapidfuzz import process  # a tenth of a second to import; a well-spelt question needs none of it
        from rapidfuzz.distance import OSA

        found = process.extract(folded, near, scorer=OSA.distance, score_cutoff=edits, limit=CANDIDATES)
        # A short word is no correction of a longer one: «boton» is not a slip of «bot» and «con» none of «icon».
        priced = [
            (distance + (0 if word[0] == folded[0] else FIRST_LETTER_COST), -self._words[word].count, word)
            for word, distance, _ in found
            if len(word) >= SHORTEST_CORRECTED
        ]
        best = min((entry for entry in priced if entry[0] <= edits), default=None)
        return best[2] if best else None
