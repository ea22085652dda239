"""A contact file → its cards, each read on its own: a damaged one is set aside as it is and spoils no other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from soluciones.answer.tools.contacts.decode import decode_cards
from soluciones.answer.tools.contacts.lines import (
    Logical,
    Physical,
    is_begin,
    is_end,
    logical_lines,
    physical_lines,
)
from soluciones.answer.tools.contacts.model import Card, CardFile, Damage, Property
from soluciones.answer.tools.contacts.property_line import parse_line
from soluciones.answer.tools.contacts.v21 import escape_newlines, undo_quoted_printable, upgrade

MAX_CARDS = 10_000
MAX_LINES = 200_000
"""Lines of a file; 10,000 ordinary cards have half of that. It bounds files that are folded to single letters."""
_VERSIONS = ("2.1", "3.0", "4.0")


class TooMuch(ValueError):
    """The file is larger than what is compared.

    Attributes:
        code: ``too_many_cards`` or ``too_many_lines``.
        limit: the limit that was passed.
    """

    def __init__(self, code: str, limit: int) -> None:
        self.code = code
        self.limit = limit
        super().__init__(f"{code} {limit}")


def read_cards(content: bytes | str) -> CardFile:
    """Reads a file; text without any card gives a file without cards.

    Raises:
        TooMuch: more cards or lines than the limits.
    """
    decoded = decode_cards(content)
    text = decoded.text
    if text.count("\n") + text.count("\r") > 2 * MAX_LINES:
        raise TooMuch("too_many_lines", MAX_LINES)
    lines = physical_lines(text)
    if len(lines) > MAX_LINES:
        raise TooMuch("too_many_lines", MAX_LINES)
    cards: list[Card] = []
    damaged: list[Damage] = []
    blocks = list(_blocks(lines))
    if sum(code != "text_outside" for code, _ in blocks) > MAX_CARDS:
        raise TooMuch("too_many_cards", MAX_CARDS)
    number = 0
    for code, part in blocks:
        raw = text[part[0].start : part[-1].end]
        number += code != "text_outside"
        if code:
            damaged.append(Damage(code, part[0].number, raw, 0 if code == "text_outside" else number))
            continue
        card = _card(number, part, raw)
        cards.append(card) if isinstance(card, Card) else damaged.append(card)
    newline = next((end for end in ("\r\n", "\n", "\r") if end in text), "\r\n")
    return CardFile(tuple(cards), tuple(damaged), newline, decoded.encoding, decoded.guessed)


def _blocks(lines: Sequence[Physical]) -> Iterator[tuple[str, list[Physical]]]:
    """Pieces of the file with the code of what is wrong with them, "" for a card with both ends."""
    current: list[Physical] = []
    inside, depth = False, 0
    for line in lines:
        if is_begin(line.text) and not (inside and _opens_agent(current)):
            yield from _unfinished(current, inside)
            current, inside, depth = [line], True, 0
        elif not inside:
            current += [line] if line.text.strip() else []
        elif is_end(line.text) and depth == 0:
            yield "", [*current, line]
            current, inside = [], False
        else:
            depth += is_begin(line.text) - is_end(line.text)
            current.append(line)
    yield from _unfinished(current, inside)


def _unfinished(current: list[Physical], inside: bool) -> Iterator[tuple[str, list[Physical]]]:
    if current:
        yield "card_not_closed" if inside else "text_outside", current


def _opens_agent(current: Sequence[Physical]) -> bool:
    """In vCard 2.1 a whole card may stand behind ``AGENT:``."""
    last = current[-1].text.strip().upper() if current else ""
    return last.startswith("AGENT") and last.endswith(":")


def _card(number: int, part: Sequence[Physical], raw: str) -> Card | Damage:
    inner = part[1:-1]
    version = _version(inner)
    found = []
    for line in _with_agents(inner, version):
        prop = parse_line(line)
        if prop is None:
            return Damage("bad_line", line.number, raw, number)
        if prop.name not in ("VERSION", "BEGIN", "END"):
            found.append(_normal(prop, version))
    return Card(number, part[0].number, version, tuple(found), raw)


def _normal(prop: Property, version: str) -> Property:
    plain = undo_quoted_printable(prop)
    if version == "2.1":
        return upgrade(plain)
    return plain.with_value(escape_newlines(plain.value))


def _version(lines: Sequence[Physical]) -> str:
    for line in lines:
        name, _, value = line.text.partition(":")
        if name.strip().upper() == "VERSION":
            return value.strip() if value.strip() in _VERSIONS else "3.0"
    return "3.0"


def _with_agents(lines: Sequence[Physical], version: str) -> Iterator[Logical]:
    """Logical lines; a card inside becomes the value of the ``AGENT`` line before it."""
    start = next((i for i, line in enumerate(lines) if is_begin(line.text)), len(lines))
    stop = next((i for i in range(len(lines) - 1, -1, -1) if is_end(lines[i].text)), -1) + 1
    before = list(logical_lines(lines[:start], keep_blank=version == "2.1"))
    if start < stop and before:
        nested = "\n".join(line.text for line in lines[start:stop])
        before[-1] = Logical(before[-1].number, before[-1].text + nested)
    yield from before
    yield from logical_lines(lines[max(start, stop) :], keep_blank=version == "2.1")
