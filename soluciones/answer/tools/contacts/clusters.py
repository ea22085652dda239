"""Sets of cards that are certainly one person: chains are followed only as long as nobody else is pulled in."""

from __future__ import annotations

from collections.abc import Sequence

from soluciones.answer.tools.contacts.keys import Keys
from soluciones.answer.tools.contacts.names import compatible

_MAX_SPELLINGS = 16
"""Different spellings (name and addresses) of one person; it bounds the comparisons of one union."""

_Person = tuple[tuple[str, ...], frozenset[str]]


class Clusters:
    """Disjoint sets with a condition: cards whose names exclude each other join only when they share an address."""

    def __init__(self, keys: Sequence[Keys]) -> None:
        self._parent = list(range(len(keys)))
        self._people: list[set[_Person]] = [{(key.name, key.emails)} for key in keys]

    def root(self, index: int) -> int:
        """The representative of a card's set."""
        while self._parent[index] != index:
            self._parent[index] = self._parent[self._parent[index]]
            index = self._parent[index]
        return index

    def join(self, one: int, other: int) -> bool:
        """Makes one set of two; False, and nothing done, when somebody in them is certainly another person."""
        first, second = sorted((self.root(one), self.root(other)))
        if first == second:
            return True
        merged = self._people[first] | self._people[second]
        if len(merged) > _MAX_SPELLINGS or not self._fit(first, second):
            return False
        self._parent[second] = first
        self._people[first] = merged
        return True

    def _fit(self, first: int, second: int) -> bool:
        return all(
            bool(one[1] & other[1]) or compatible(one[0], other[0])
            for one in self._people[first]
            for other in self._people[second]
        )

    def sets(self) -> list[list[int]]:
        """All sets of two or more, members and sets in the order of the file."""
        found: dict[int, list[int]] = {}
        for index in range(len(self._parent)):
            found.setdefault(self.root(index), []).append(index)
        return [members for members in found.values() if len(members) > 1]
