"""Cards side by side: one row for each thing said, with what each card says, as the guide's view shows it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from soluciones.answer.tools.contacts.keys import PhoneBook, components, plain_text, value_key
from soluciones.answer.tools.contacts.merge import ONE_ONLY
from soluciones.answer.tools.contacts.model import Card, Property

FIELDS = {
    "FN": "name", "N": "full_name", "NICKNAME": "nickname", "ORG": "organisation", "TITLE": "job", "ROLE": "job",
    "EMAIL": "email", "TEL": "phone", "ADR": "address", "URL": "web", "IMPP": "chat", "BDAY": "birthday",
    "ANNIVERSARY": "anniversary", "NOTE": "note", "PHOTO": "photo", "CATEGORIES": "categories",
}  # fmt: skip
"""Name of a line → key of its title; all others are ``other``."""
_HIDDEN = frozenset({"UID", "REV", "PRODID", "X-ABLABEL", "X-ABADR"})
_ONE_ROW = ONE_ONLY | {"NOTE", "PHOTO"}
"""Lines of which a card has one: what the cards say of it stands in one row, also where they disagree."""
_BINARY = frozenset({"PHOTO", "LOGO", "SOUND", "KEY"})
MAX_ROWS = 40
MAX_COMPARED = 200
"""Lines of a card that are looked at for the rows."""
MAX_SHOWN = 160
"""Characters of a value on the card."""
_UNSEEN = {code: None for code in (*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F, 0xFEFF)}
"""Marks that turn the direction of writing."""


def rows(cards: Sequence[Card], reference: Card, book: PhoneBook, label: Callable[[str], str]) -> list[dict[str, Any]]:
    """Rows of the comparison.

    Each row: ``field``, ``label``, ``values`` (one text per card, "" where it says nothing), ``same`` (all cards say
    the same), ``matches`` (per card: another one says it too), ``added`` (the reference gets it by merging).
    """
    places = {card.number: place for place, card in enumerate(cards)}
    found: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for card in cards:
        for prop in card.properties[:MAX_COMPARED]:
            if prop.name in _HIDDEN or not prop.value.strip(";, "):
                continue
            key = value_key(prop, book)
            cells = found.setdefault((prop.name, "" if prop.name in _ONE_ROW else key), [("", "")] * len(cards))
            place = places[card.number]
            if not cells[place][1]:
                cells[place] = (key, shown(prop, label))
    ordered = sorted(found.items(), key=lambda item: _rank(item[0][0]))
    return [_row(name, cells, places[reference.number], label) for (name, _), cells in ordered[:MAX_ROWS]]


def _row(name: str, cells: Sequence[tuple[str, str]], reference: int, label: Callable[[str], str]) -> dict[str, Any]:
    """``cells``: per card the value in one spelling for comparing, and as it is shown."""
    title = FIELDS.get(name, "other")
    keys = [key for key, text in cells if text]
    adds = name == "NOTE" and len(set(keys)) > 1
    return {
        "field": title,
        "label": label(title) if title != "other" else f"{label(title)} ({name[:30]})",
        "values": [text for _, text in cells],
        "same": len(keys) == len(cells) and len(set(keys)) == 1,
        "matches": [bool(text) and keys.count(key) > 1 for key, text in cells],
        "added": adds or not cells[reference][1],
    }


def _rank(name: str) -> int:
    names = list(FIELDS)
    return names.index(name) if name in FIELDS else len(names)


def shown(prop: Property, label: Callable[[str], str]) -> str:
    """A value as people read it: no escapes, no picture data, nothing unseen."""
    if prop.name in _BINARY:
        return label("present")
    if prop.name == "N":
        family, given, *more = [*components(prop.value), "", ""]
        parts = [*more[1:2], given, *more[:1], family, *more[2:3]]
        text = " ".join(part.strip() for part in parts if part.strip())
    elif prop.name in ("ADR", "ORG"):
        text = ", ".join(part.strip() for part in components(prop.value) if part.strip())
    else:
        text = plain_text(prop.value)
    return clean(text)


def clean(text: str) -> str:
    """One line without control characters and direction marks, at most ``MAX_SHOWN`` characters."""
    cut = text[: MAX_SHOWN * 4].translate(_UNSEEN)
    line = " ".join("".join(char if char.isprintable() else " " for char in cut).split())
    return line if len(line) <= MAX_SHOWN else line[: MAX_SHOWN - 1] + "…"
