"""The words of contact files."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

Param = tuple[str, str]
"""Upper-case name, and the text after ``=`` as it stands in the file, quotes included; no name for a bare word."""


@dataclass(frozen=True, slots=True)
class Property:
    """One line of a card, unfolded, in the syntax of vCard 3.0/4.0 whatever it was written in."""

    label: str
    """The name as written, e.g. ``Tel``."""
    value: str
    """As written, escapes included (RFC 6350 §3.4); quoted-printable and character sets already undone."""
    params: tuple[Param, ...] = ()
    group: str = ""
    """``item1`` of ``item1.X-ABLabel``."""
    line: int = 0
    """1-based line of the file where it begins."""
    name: str = field(init=False, compare=False)
    """Upper-case ``label``."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "name", self.label.upper())

    def param(self, name: str) -> str:
        """The value of a parameter without its quotes, "" when absent."""
        return next((raw.strip('"') for key, raw in self.params if key == name), "")

    def types(self) -> tuple[str, ...]:
        """The TYPE values, lower case, each once."""
        found = [raw for key, raw in self.params if key in ("TYPE", "")]
        words = (word.strip().lower() for raw in found for word in raw.replace('"', "").split(","))
        return tuple(dict.fromkeys(word for word in words if word))

    def with_value(self, value: str) -> Property:
        """The same line with another value."""
        return self if value == self.value else replace(self, value=value)


@dataclass(frozen=True, slots=True)
class Card:
    """One contact that could be read."""

    number: int
    """1-based place among all cards of the file, damaged ones included."""
    line: int
    version: str
    """``2.1``, ``3.0`` or ``4.0``; what a card without VERSION looks like counts as 3.0."""
    properties: tuple[Property, ...]
    """Without BEGIN, END and VERSION."""
    raw: str
    """The card as it stands in the file, line ends included."""

    def all(self, *names: str) -> tuple[Property, ...]:
        """Its lines of these names, in order."""
        return tuple(prop for prop in self.properties if prop.name in names)

    def first(self, name: str) -> str:
        """The value of the first line of that name, "" when absent."""
        return next((prop.value for prop in self.properties if prop.name == name), "")

    @property
    def is_group(self) -> bool:
        """A distribution list, not a person (RFC 6350 §6.1.4)."""
        kinds = self.all("KIND", "X-ADDRESSBOOKSERVER-KIND")
        return any(prop.value.strip().lower() == "group" for prop in kinds)


@dataclass(frozen=True, slots=True)
class Damage:
    """A piece of the file that is kept as it is because it cannot be read for certain."""

    code: str
    """``card_not_closed``, ``bad_line`` or ``text_outside``."""
    line: int
    """1-based line to look at."""
    raw: str
    number: int = 0
    """Place among all cards, 0 for text outside any card."""


@dataclass(frozen=True, slots=True)
class CardFile:
    """A whole file; ``cards`` and ``damaged`` together hold every line of it that is not blank."""

    cards: tuple[Card, ...]
    damaged: tuple[Damage, ...]
    newline: str = "\r\n"
    encoding: str = "utf-8"
    guessed: bool = False
    """The encoding is a guess."""
