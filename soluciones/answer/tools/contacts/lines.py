"""Physical lines → logical lines: folding (RFC 6350 §3.2), quoted-printable soft breaks, loose base64 of vCard 2.1."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

BEGIN, END = "BEGIN:VCARD", "END:VCARD"
_BASE64 = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=")
_HEAD = 256
"""Characters of a line that are looked at to see how it is encoded."""


@dataclass(frozen=True, slots=True)
class Physical:
    """One line of the file."""

    number: int
    """1-based."""
    text: str
    """Without its line end."""
    start: int
    """Offset of its first character."""
    end: int
    """Offset behind its line end."""


@dataclass(frozen=True, slots=True)
class Logical:
    """What belongs to one property."""

    number: int
    """1-based line of the file where it begins."""
    text: str


def physical_lines(text: str) -> list[Physical]:
    """The lines of a file; LF, CR LF or, in a file without any LF, CR ends one."""
    mark = "\n" if "\n" in text or "\r" not in text else "\r"
    found, position = [], 0
    for number, piece in enumerate(text.split(mark), start=1):
        end = min(position + len(piece) + 1, len(text))
        found.append(Physical(number, piece.rstrip("\r"), position, end))
        position = end
    return found


def is_begin(line: str) -> bool:
    """``BEGIN:VCARD`` in any case, with blanks behind it."""
    return len(line) < 64 and line.rstrip().upper().replace(" ", "") == BEGIN and not line[:1].isspace()


def is_end(line: str) -> bool:
    """``END:VCARD`` in any case, with blanks behind it."""
    return len(line) < 64 and line.rstrip().upper().replace(" ", "") == END and not line[:1].isspace()


def logical_lines(lines: Sequence[Physical], *, keep_blank: bool = False) -> Iterator[Logical]:
    """Joins the lines of a card's inside.

    Args:
        lines: the lines between BEGIN and END.
        keep_blank: vCard 2.1: the blank that a continuation begins with is part of the text.
    """
    index = 0
    while index < len(lines):
        line = lines[index]
        index += 1
        if not line.text.strip():
            continue
        parts = [line.text]
        index = _continue(lines, index, parts, keep_blank)
        yield Logical(line.number, "".join(parts))


def _continue(lines: Sequence[Physical], index: int, parts: list[str], keep_blank: bool) -> int:
    """Appends to ``parts`` what belongs to the line that they begin with; gives the index behind it."""
    head = parts[0][:_HEAD].partition(":")[0].upper()
    if "QUOTED-PRINTABLE" in head:
        return _soft_breaks(lines, index, parts, keep_blank)
    loose = "BASE64" in head or "ENCODING=B" in head
    while index < len(lines):
        text = lines[index].text
        if text[:1] in (" ", "\t") and text:
            parts.append(text if keep_blank and text.strip() else text[1:])
        elif not (loose and text and _is_base64(text)):
            break
        else:
            parts.append(text)
        index += 1
    return index


def _soft_breaks(lines: Sequence[Physical], index: int, parts: list[str], keep_blank: bool) -> int:
    while index < len(lines):
        text = lines[index].text
        if parts[-1].endswith("=") and not is_begin(text) and not is_end(text):
            parts[-1] = parts[-1][:-1]
            parts.append(text)
        elif text[:1] in (" ", "\t") and text.strip():
            parts.append(text if keep_blank else text[1:])
        else:
            break
        index += 1
    return index


def _is_base64(text: str) -> bool:
    return _BASE64.issuperset(text)
