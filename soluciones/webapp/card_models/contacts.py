"""``contacts-dedupe``."""

from __future__ import annotations

from typing import ClassVar

from soluciones.webapp.card_models.base import CardData


class ContactCard(CardData):
    """One card of a group, a column of the comparison."""

    number: int
    name: str = ""
    reference: bool = False


class Pair(CardData):
    """Why two cards look like the same person."""

    a: int
    b: int
    labels: tuple[str, ...] = ()


class ContactRow(CardData):
    """One thing said, a row of the comparison: a value, its match and whether it is gained, by column."""

    label: str
    values: tuple[str, ...]
    matches: tuple[bool, ...] = ()
    added: bool = False


class ContactGroup(CardData):
    """Cards that may be one person."""

    id: str
    kind: str
    kind_label: str
    ticked: bool = False
    size: int = 0
    reference: int = 0
    cards: tuple[ContactCard, ...]
    pairs: tuple[Pair, ...] = ()
    rows: tuple[ContactRow, ...] = ()


class Damaged(CardData):
    """A piece of the file that could not be read."""

    line: int = 0
    text: str


class ContactsData(CardData):
    """See the module."""

    own_slots: ClassVar[frozenset[str]] = frozenset({"merge"})

    cards: int
    certain: int = 0
    possible: int = 0
    merged_cards: int = 0
    result_cards: int = 0
    groups: tuple[ContactGroup, ...] = ()
    groups_more: int = 0
    ticked_more: tuple[str, ...] = ()
    problems: tuple[Damaged, ...] = ()
    problems_more: int = 0
