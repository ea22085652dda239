"""Which cards are the same person: certainly (address, number, whole content) or perhaps (name, shared number)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

from soluciones.answer.tools.contacts.clusters import Clusters
from soluciones.answer.tools.contacts.keys import Keys, PhoneBook, keys_of, value_key
from soluciones.answer.tools.contacts.model import Card
from soluciones.answer.tools.contacts.names import compatible, similar

Reason = Literal["same_email", "same_phone", "same_name", "identical", "shared_phone", "shared_email"]
"""``shared_…``: the same address or number under names that exclude each other, as of a family or a switchboard."""
Kind = Literal["certain", "possible"]

_CROWD = 3
"""Different people behind one number or address from which it says nothing about who is who."""
_LEADERS = 8
_BLOCK = 60
"""Cards with one name word that are all compared with each other; in larger blocks only neighbours in the alphabet."""
_WINDOW = 12
_POSSIBLE_SIZE = 20
"""Cards of one group of perhaps the same."""
_BOOKKEEPING = ("UID", "REV", "PRODID")
_ROLES = frozenset(
    ("admin", "administracion", "buchhaltung", "comercial", "compta", "contact", "contacto", "contabilidad",
     "direccion", "facturacion", "hola", "hello", "info", "infos", "kontakt", "mail", "office", "oficina",
     "recepcion", "reception", "sales", "secretaria", "secretariat", "segreteria", "service", "servicio",
     "soporte", "support", "ventas", "vendite")
)  # fmt: skip
"""Local parts that several people read."""


@dataclass(frozen=True, slots=True)
class Group:
    """Cards that may become one."""

    id: str
    kind: Kind
    members: tuple[int, ...]
    """Places in the list of cards, ascending."""


@dataclass(slots=True)
class Matcher:
    """One run over one list of cards."""

    cards: Sequence[Card]
    book: PhoneBook
    keys: list[Keys] = field(init=False)
    _clusters: Clusters = field(init=False)
    _maybe: list[tuple[int, int]] = field(init=False, default_factory=list)
    _contents: list[frozenset[tuple[str, str]]] = field(init=False)

    def __post_init__(self) -> None:
        self.keys = [keys_of(card, self.book) for card in self.cards]
        self._clusters = Clusters(self.keys)
        self._contents = [self._content(card) for card in self.cards]

    def groups(self) -> tuple[Group, ...]:
        """All groups: certain ones first, each kind in the order of the file. Distribution lists are left alone."""
        people = [index for index, card in enumerate(self.cards) if not card.is_group and card.properties]
        for bucket in _buckets((self._contents[i], i) for i in people if self._contents[i]):
            for index in bucket[1:]:
                self._clusters.join(bucket[0], index)
        for bucket in _buckets((email, i) for i in people for email in sorted(self.keys[i].emails)):
            self._link(bucket)
        for bucket in _buckets((phone, i) for i in people for phone in sorted(self.keys[i].phones)):
            self._link(bucket)
        self._link_names(people)
        certain = self._clusters.sets()
        numbered = [("certain", members) for members in certain] + [("possible", m) for m in self._possible_sets()]
        return tuple(
            Group(f"g{n}", "certain" if kind == "certain" else "possible", tuple(members))
            for n, (kind, members) in enumerate(numbered, start=1)
        )

    def reasons(self, one: int, other: int) -> tuple[Reason, ...]:
        """Why two cards are shown together; empty when only a third card connects them."""
        first, second = self.keys[one], self.keys[other]
        found: list[Reason] = []
        if self._contents[one] and self._contents[one] == self._contents[other]:
            found.append("identical")
        certain = self._clusters.root(one) == self._clusters.root(other)
        fits = compatible(first.name, second.name)
        if first.emails & second.emails:
            found.append("same_email" if certain or fits else "shared_email")
        if first.phones & second.phones:
            found.append("same_phone" if certain or fits else "shared_phone")
        if similar(first.sorted_name, second.sorted_name):
            found.append("same_name")
        return tuple(found)

    def _content(self, card: Card) -> frozenset[tuple[str, str]]:
        """Everything the card says; empty when that is no more than a name."""
        found = {(p.name, value_key(p, self.book)) for p in card.properties if p.name not in _BOOKKEEPING}
        return frozenset(found) if any(name not in ("N", "FN") for name, _ in found) else frozenset()

    def _link(self, bucket: Sequence[int]) -> None:
        """Cards with one address or number in common."""
        people = self._people(bucket)
        if len(people) >= _CROWD:
            for same in _buckets((self.keys[i].sorted_name, i) for i in bucket if self.keys[i].name):
                for index in same[1:]:
                    self._clusters.join(same[0], index)
        leaders: list[int] = []
        for index in bucket:
            near = [other for other in leaders if self._clusters.root(other) != self._clusters.root(index)]
            if len(near) < len(leaders):
                continue
            if not any(self._certain(index, other, people) and self._clusters.join(index, other) for other in near):
                self._maybe += [(near[-1], index)] if near else []
                leaders = [*leaders[-_LEADERS + 1 :], index]

    def _people(self, bucket: Sequence[int]) -> list[tuple[str, ...]]:
        """Names in a bucket that exclude each other, at most as many as make a crowd."""
        found: list[tuple[str, ...]] = []
        for name in dict.fromkeys(self.keys[index].name for index in bucket):
            if name and not any(compatible(name, other) for other in found):
                found.append(name)
            if len(found) == _CROWD:
                break
        return found

    def _certain(self, one: int, other: int, people: Sequence[tuple[str, ...]]) -> bool:
        first, second = self.keys[one], self.keys[other]
        if first.name and first.sorted_name == second.sorted_name:
            return True
        if len(people) >= _CROWD:
            return False
        if compatible(first.name, second.name):
            return len(people) < 2 or all(_fits_one(key.name, people) for key in (first, second))
        common = first.emails & second.emails
        if not common or all(email.partition("@")[0] in _ROLES for email in common):
            return False
        return not _differ(first.phones, second.phones)

    def _link_names(self, people: Sequence[int]) -> None:
        """Cards with almost the same name and nothing that speaks against it."""
        tried: set[tuple[int, int]] = set()
        blocks = _buckets((word, i) for i in people for word in dict.fromkeys(self.keys[i].name) if len(word) > 1)
        ordered = sorted((i for i in people if self.keys[i].name), key=lambda i: (self.keys[i].sorted_name, i))
        for pair in self._candidates([*blocks, ordered]):
            if pair not in tried:
                tried.add(pair)
                self._link_pair(*pair)

    def _candidates(self, blocks: Iterable[Sequence[int]]) -> Iterator[tuple[int, int]]:
        for block in blocks:
            window = len(block) if len(block) <= _BLOCK else _WINDOW
            by_name = sorted(block, key=lambda i: (self.keys[i].sorted_name, i))
            for place, one in enumerate(by_name):
                for other in by_name[place + 1 : place + window]:
                    if similar(self.keys[one].sorted_name, self.keys[other].sorted_name):
                        yield (one, other) if one < other else (other, one)

    def _link_pair(self, one: int, other: int) -> None:
        first, second = self.keys[one], self.keys[other]
        if self._clusters.root(one) == self._clusters.root(other):
            return
        if not _differ(first.emails, second.emails) and not _differ(first.phones, second.phones):
            self._maybe.append((one, other))

    def _possible_sets(self) -> list[list[int]]:
        """Groups of perhaps the same person; of a certain group only its first card."""
        parent: dict[int, int] = {}
        size: dict[int, int] = {}

        def root(index: int) -> int:
            while parent.setdefault(index, index) != index:
                parent[index] = parent[parent[index]]
                index = parent[index]
            return index

        for one, other in self._maybe:
            first, second = sorted((root(self._clusters.root(one)), root(self._clusters.root(other))))
            together = size.get(first, 1) + size.get(second, 1)
            if first != second and together <= _POSSIBLE_SIZE:
                parent[second] = first
                size[first] = together
        found: dict[int, list[int]] = {}
        for index in sorted(parent):
            found.setdefault(root(index), []).append(index)
        return [members for members in found.values() if len(members) > 1]


def _buckets(pairs: Iterable[tuple[object, int]]) -> list[list[int]]:
    """Values → the cards that have them, those with one card left out; in the order of the first card."""
    found: dict[object, list[int]] = {}
    for value, index in pairs:
        found.setdefault(value, []).append(index)
    return sorted((members for members in found.values() if len(members) > 1), key=lambda members: members[0])


def _fits_one(name: tuple[str, ...], people: Sequence[tuple[str, ...]]) -> bool:
    """A name that could be several people's («López», or none at all) tells nothing."""
    return sum(compatible(name, other) for other in people) == 1


def _differ(one: frozenset[str], other: frozenset[str]) -> bool:
    """Both have some, and none in common."""
    return bool(one) and bool(other) and not one & other
