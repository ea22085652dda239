"""Whether two names can be one person's. Only decides what is ticked beforehand; it never merges by itself."""

from __future__ import annotations

from rapidfuzz import fuzz
from rapidfuzz.distance import OSA

SAME_NAME = 95.0
"""Least ``token_sort`` similarity (0–100) of names that are offered as perhaps the same."""
_MAX_WORDS = 8
_SHORT_FORMS = {"ma": "maria", "mª": "maria", "fco": "francisco", "fdo": "fernando"}
"""How Spanish address books shorten given names."""
_LONG = 6
"""Letters from which a single differing letter is a slip rather than another name (Marta, María; Juan, Juana)."""


def compatible(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Every word of the shorter name is in the longer one, as initial, short form or with one slip; no name fits all.

    «A. López» and «Ana López García» fit; «Ana López» and «Luis López» do not.
    """
    small, large = sorted((one[:_MAX_WORDS], other[:_MAX_WORDS]), key=len)
    rest = list(large)
    for word in small:
        match = next((index for index, candidate in enumerate(rest) if _alike(word, candidate)), None)
        if match is None:
            return False
        rest.pop(match)
    return True


def similar(one: str, other: str) -> bool:
    """Whether two names with their words sorted are almost the same text."""
    return bool(one) and fuzz.ratio(one, other, score_cutoff=SAME_NAME) >= SAME_NAME


def _alike(one: str, other: str) -> bool:
    one, other = _SHORT_FORMS.get(one, one), _SHORT_FORMS.get(other, other)
    if one == other or (1 in (len(one), len(other)) and one[0] == other[0]):
        return True
    shortest = min(len(one), len(other))
    if shortest < 4 or OSA.distance(one, other, score_cutoff=1) > 1:
        return False
    return shortest >= _LONG or sorted(one) == sorted(other)
