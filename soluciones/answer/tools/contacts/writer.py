"""Cards → a file: UTF-8, lines folded at 75 octets (RFC 6350 §3.2)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from soluciones.answer.tools.contacts.merge import Merged
from soluciones.answer.tools.contacts.model import Card, CardFile, Property

_FOLD = 75
"""Octets of a line without its line end."""
_ASIDE = ("text_outside", "bad_line", "card_not_closed")
"""Order of what was set aside: behind an open card a stray line would become part of it."""


def write_file(file: CardFile, merged: Mapping[int, Merged], gone: Collection[int]) -> bytes:
    """The whole file again.

    Cards that were not merged stand there as they came; pieces that could not be read follow, as they came.

    Args:
        file: what was read.
        merged: number of a reference card → what takes its place.
        gone: numbers of the other cards that went into one.
    """
    heirs = _heirs(file, merged, gone)
    parts = []
    for card in file.cards:
        if card.number in merged:
            parts.append(write_card(merged[card.number], file.newline))
        elif card.number not in gone:
            parts.append(_ended(_relinked(card, heirs), file.newline))
    aside = sorted(file.damaged, key=lambda piece: _ASIDE.index(piece.code))
    parts += [_ended(piece.raw, file.newline) for piece in aside]
    return "".join(parts).encode("utf-8", "replace")


def write_card(merged: Merged, newline: str = "\r\n") -> str:
    """One merged card."""
    lines = ["BEGIN:VCARD", f"VERSION:{merged.version}"]
    lines += [folded(render(prop), newline) for prop in merged.properties]
    return newline.join([*lines, "END:VCARD", ""])


def render(prop: Property) -> str:
    """A property as one unfolded line."""
    group = f"{prop.group}." if prop.group else ""
    params = "".join(f";{key}={raw}" if key else f";{raw}" for key, raw in prop.params)
    return f"{group}{prop.label}{params}:{prop.value}"


def folded(line: str, newline: str) -> str:
    """A line cut into pieces of at most 75 octets, never inside a character."""
    if line.isascii():
        starts = range(_FOLD, len(line), _FOLD - 1)
        return newline.join([line[:_FOLD], *(f" {line[start : start + _FOLD - 1]}" for start in starts)])
    pieces: list[str] = []
    current: list[str] = []
    size = 0
    for char in line:
        width = 1 if char < "\x80" else len(char.encode("utf-8", "replace"))
        if size + width > _FOLD:
            pieces.append("".join(current))
            current, size = [" "], 1
        current.append(char)
        size += width
    return newline.join([*pieces, "".join(current)])


def _ended(text: str, newline: str) -> str:
    return text if text.endswith(("\n", "\r")) else text + newline


def _heirs(file: CardFile, merged: Mapping[int, Merged], gone: Collection[int]) -> dict[str, str]:
    """UID of a card that went into another → UID of that one: distribution lists name their members by UID."""
    uids = {card.number: card.first("UID").strip() for card in file.cards if card.number in gone}
    found = {}
    for result in merged.values():
        own = next((prop.value.strip() for prop in result.properties if prop.name == "UID"), "")
        others = [prop.value.strip() for prop in result.properties if prop.name == "X-OTHER-UID"]
        found.update({uid: own for uid in others if own})
    return {uid: heir for uid, heir in found.items() if uid in uids.values()}


def _relinked(card: Card, heirs: Mapping[str, str]) -> str:
    """A distribution list with its merged members' new UIDs; any other card as it came."""
    if not card.is_group or not heirs:
        return card.raw
    members: Sequence[Property] = card.all("MEMBER", "X-ADDRESSBOOKSERVER-MEMBER")
    raw = card.raw
    for prop in members:
        uid = prop.value.strip().removeprefix("urn:uuid:")
        heir = heirs.get(uid) or heirs.get(f"urn:uuid:{uid}")
        if heir:
            raw = raw.replace(uid, heir.removeprefix("urn:uuid:"))
    return raw
