"""Several cards of one person → one card. Nothing is lost: what cannot stand twice is kept under ``X-OTHER-…``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from soluciones.answer.tools.contacts.convert import converted
from soluciones.answer.tools.contacts.keys import PhoneBook, squeezed, value_key
from soluciones.answer.tools.contacts.model import Card, Param, Property

ONE_ONLY = frozenset(
    {"N", "FN", "ORG", "UID", "BDAY", "ANNIVERSARY", "GENDER", "KIND", "SORT-STRING", "CLASS", "MAILER"}
)
"""Lines of which a card has one (RFC 6350 §6; FN and ORG because the reference card decides)."""
DROPPED = frozenset({"REV", "PRODID"})
"""Of the other cards: when and by what program *they* were written."""
OTHER = "X-OTHER-"
"""Prefix of the name under which another card's value of a line of ``ONE_ONLY`` is kept."""


@dataclass(frozen=True, slots=True)
class Merged:
    """The result of one merge."""

    reference: Card
    version: str
    properties: tuple[Property, ...]
    others: tuple[str, ...]
    """Names of lines in which the cards disagreed; the reference's value holds, the other stands in ``X-OTHER-…``."""
    photos_left: int
    """Different pictures that were left out: the first found is kept."""


def reference_of(cards: Sequence[Card]) -> Card:
    """The card to keep: the one that says most; of equals the first."""
    return max(cards, key=lambda card: (_weight(card), -card.number))


def _weight(card: Card) -> int:
    return sum(bool(prop.value.strip(";, ")) for prop in card.properties if prop.name not in ("UID", *DROPPED))


def merge(cards: Sequence[Card], reference: Card, book: PhoneBook) -> Merged:
    """Merges ``cards`` into ``reference``, which is one of them.

    Lines of the reference come first, then what each other card adds, in the order of the file.
    """
    version = "4.0" if reference.version == "4.0" else "3.0"
    work = _Work(book, {prop.group.lower() for card in cards for prop in card.properties if prop.group})
    for card in (reference, *(card for card in cards if card is not reference)):
        work.add(card, version, card is reference)
    work.name_it()
    return Merged(reference, version, tuple(work.kept), tuple(dict.fromkeys(work.others)), work.photos_left)


@dataclass(slots=True)
class _Work:
    """A merge under way."""

    book: PhoneBook
    groups: set[str]
    """Group names in use, lower case."""
    kept: list[Property] = field(default_factory=list)
    others: list[str] = field(default_factory=list)
    photos_left: int = 0
    _places: dict[tuple[str, str], int] = field(default_factory=dict)
    """(name, value key) → place in ``kept``."""
    _single: dict[str, int] = field(default_factory=dict)
    _taken: set[str] = field(default_factory=set)
    """Groups of the cards already added."""

    def add(self, card: Card, version: str, is_reference: bool) -> None:
        """Takes over the lines of one card."""
        renamed = self._renamed(card)
        companions: list[tuple[Property, str]] = []
        moved: dict[str, str] = {}
        for original in card.properties:
            group = renamed.get(original.group.lower(), original.group)
            prop = converted(original, card.version, version)
            prop = prop if prop.group == group else replace(prop, group=group)
            if group and prop.name.startswith("X-AB"):
                companions.append((prop, group))
            elif is_reference or prop.name not in DROPPED:
                self._take(prop, is_reference, moved)
        for prop, group in companions:
            self._put(replace(prop, group=moved.get(group, group)))

    def name_it(self) -> None:
        """A card without FN is not valid (RFC 6350 §6.2.1): it gets the company's name, address or number."""
        if any(prop.name == "FN" for prop in self.kept):
            return
        source = next((p.value for name in ("N", "ORG", "EMAIL", "TEL") for p in self.kept if p.name == name), "")
        text = " ".join(part for part in source.replace("\\;", "\0").split(";") if part.strip())
        self.kept.insert(0, Property("FN", text.replace("\0", "\\;")))

    def _renamed(self, card: Card) -> dict[str, str]:
        """New names for groups that an earlier card uses: ``item1`` of two cards are two things."""
        own = dict.fromkeys(prop.group.lower() for prop in card.properties if prop.group)
        renamed = {name: self._fresh() for name in own if name in self._taken}
        self._taken.update(renamed.get(name, name) for name in own)
        return renamed

    def _fresh(self) -> str:
        number = len(self.groups) + 1
        while f"item{number}" in self.groups:
            number += 1
        self.groups.add(f"item{number}")
        return f"item{number}"

    def _take(self, prop: Property, is_reference: bool, moved: dict[str, str]) -> None:
        if prop.name == "NOTE":
            self._note(prop)
        elif prop.name == "PHOTO":
            self._photo(prop, is_reference)
        elif prop.name in ONE_ONLY and not is_reference:
            self._one(prop)
        else:
            place = self._put(prop)
            if prop.name in ONE_ONLY:
                self._single.setdefault(prop.name, place)
            self._follow(prop, place, moved)

    def _put(self, prop: Property) -> int:
        """Adds a line, or joins it with the one that says the same; gives its place."""
        key = (f"{prop.group}.{prop.name}" if prop.name.startswith("X-AB") else prop.name, value_key(prop, self.book))
        place = self._places.get(key)
        if place is None:
            self._places[key] = len(self.kept)
            self.kept.append(prop)
            return len(self.kept) - 1
        if prop.params:
            self.kept[place] = replace(self.kept[place], params=_joined(self.kept[place], prop))
        return place

    def _follow(self, prop: Property, place: int, moved: dict[str, str]) -> None:
        """A line joined with another takes its label (``item1.X-ABLabel``) along."""
        kept = self.kept[place]
        if not prop.group or kept.group == prop.group:
            return
        if not kept.group:
            self.kept[place] = replace(kept, group=prop.group)
        else:
            moved.setdefault(prop.group, kept.group)

    def _one(self, prop: Property) -> None:
        place = self._single.get(prop.name)
        if place is None:
            self._single[prop.name] = self._put(prop)
        elif value_key(prop, self.book) != value_key(self.kept[place], self.book) and prop.value.strip(";, "):
            if prop.name != "UID":
                self.others.append(prop.name)
            self._put(replace(prop, label=f"{OTHER}{prop.name}", group=""))

    def _note(self, prop: Property) -> None:
        place = self._single.get("NOTE")
        if place is None:
            self._single["NOTE"] = len(self.kept)
            self.kept.append(prop)
            return
        old = self.kept[place]
        parts = {squeezed(part) for part in old.value.split("\\n\\n")} | {squeezed(old.value)}
        if squeezed(prop.value) and squeezed(prop.value) not in parts:
            text = f"{old.value}\\n\\n{prop.value}" if old.value.strip() else prop.value
            self.kept[place] = replace(old, value=text)

    def _photo(self, prop: Property, is_reference: bool) -> None:
        place = self._single.get("PHOTO")
        if place is None or is_reference:
            self._single.setdefault("PHOTO", len(self.kept))
            self.kept.append(prop)
        elif value_key(prop, self.book) != value_key(self.kept[place], self.book):
            self.photos_left += 1


def _joined(kept: Property, other: Property) -> tuple[Param, ...]:
    """The parameters of two lines that say the same: all types of both, and what only the other has."""
    missing = [word for word in other.types() if word not in kept.types()]
    present = {key for key, _ in kept.params}
    added = [(key, raw) for key, raw in other.params if key not in present and key not in ("TYPE", "", "VALUE")]
    return (*kept.params, *(("TYPE", _quoted(word)) for word in missing), *added)


def _quoted(word: str) -> str:
    return f'"{word}"' if any(char in word for char in ":;, ") else word
