"""One logical line → a property. Tolerant: only a line without a name or a colon cannot be read."""

from __future__ import annotations

from soluciones.answer.tools.contacts.lines import Logical
from soluciones.answer.tools.contacts.model import Param, Property

_NAME = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.")
_MAX_HEAD = 2_000
"""Characters before the colon; no real line has more, and it bounds what is looked through for quotes."""


def parse_line(line: Logical) -> Property | None:
    """The property of a line, None when it has no name and colon (RFC 6350 §3.3, with the bare types of 2.1)."""
    colon = _colon(line.text)
    if colon < 0:
        return None
    pieces = _split_quoted(line.text[:colon].replace("\r", " "))
    group, _, label = pieces[0].strip().rpartition(".")
    if not label or not _NAME.issuperset(label) or not _NAME.issuperset(group):
        return None
    params = tuple(_param(piece) for piece in pieces[1:] if piece.strip())
    return Property(label, line.text[colon + 1 :], params, group, line.number)


def _colon(text: str) -> int:
    """Offset of the colon before the value: the first outside quotes, or the first of all when a quote stays open."""
    head = text[:_MAX_HEAD]
    position, inside = 0, False
    for position, char in enumerate(head):
        if char == '"':
            inside = not inside
        elif char == ":" and not inside:
            return position
    return head.find(":")


def _split_quoted(head: str) -> list[str]:
    """The pieces between semicolons outside quotes."""
    if '"' not in head or head.count('"') % 2:
        return head.split(";")
    pieces, start, inside = [], 0, False
    for position, char in enumerate(head):
        if char == '"':
            inside = not inside
        elif char == ";" and not inside:
            pieces.append(head[start:position])
            start = position + 1
    return [*pieces, head[start:]]


def _param(piece: str) -> Param:
    name, equals, raw = piece.partition("=")
    return (name.strip().upper(), raw.strip()) if equals else ("", name.strip())
