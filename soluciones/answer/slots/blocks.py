"""Things people paste whole into the chat: a message's headers, contact cards, rows of a table, recipients.

They are taken out of the message before it is cleaned and searched: their line breaks mean something, and their words
would only blur the search.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

MAX_PASTE_CHARS = 60_000
"""A message with its headers is 5 to 30 KB; whoever has more uploads the file."""

_VCARD = re.compile(r"^[ \t]*BEGIN:VCARD[ \t\r]*$", re.IGNORECASE | re.MULTILINE)
_VCARD_END = re.compile(r"^[ \t]*END:VCARD[ \t\r]*$", re.IGNORECASE | re.MULTILINE)
_HEADER = re.compile(r"[ \t>]{0,4}([A-Za-z][A-Za-z0-9-]{1,60}):(?=[ \t]|\S|$)")
_TELLING = frozenset(
    {
        "received", "return-path", "authentication-results", "message-id", "dkim-signature", "delivered-to",
        "received-spf", "mime-version", "reporting-mta", "final-recipient", "diagnostic-code", "arc-seal",
        "x-spam-status", "x-originating-ip", "content-type", "reply-to", "arrival-date", "original-recipient",
        "action", "status",
    }
)  # fmt: skip
"""Header names that no chat message writes by chance; «De:» and «Para:» alone are not headers yet."""
_COMMON = frozenset({"from", "to", "subject", "date", "cc", "sender"})
_MIN_HEADERS = 3
_BOUNCE = re.compile(
    r"^.{0,80}(?:This is the mail system at host|Undelivered Mail Returned to Sender|Diagnostic-Code:|Final-Recipient:|"
    r"Delivery Status Notification|delivery failed permanently|Mail delivery failed|said: [245]\d\d[ -]|"
    r"Remote Server returned|No se pudo entregar el mensaje|could not be delivered)",
    re.IGNORECASE | re.MULTILINE,
)
_ADDRESS = re.compile(r"[^\s@<>,;:()\"]{1,64}@[^\s@<>,;:()\"]{1,255}")
_LABEL = re.compile(r"\b(?:para|to|an|a|à|cc|cco|cci|bcc|ccn)\s{0,2}:[^:\n]{0,120}\Z", re.IGNORECASE)
_NAME = re.compile(r"[^:;,.?!\n]{0,80}<\Z")
_LOOK_BACK = 160
"""A label and a name are not longer."""
_MIN_ROWS = 3
_DELIMITERS = (";", "\t", ",", "|")


@dataclass(frozen=True, slots=True)
class Pasted:
    """A message parted into what was pasted and what was asked."""

    rest: str
    """The question around the block; may be empty."""
    blocks: Mapping[str, str]
    """``message``, ``vcard`` or ``csv`` → the block; empty when nothing was pasted."""


def set_aside(text: str) -> Pasted:
    """Takes the one block out of a message. Linear in its length; only ``MAX_PASTE_CHARS`` are looked at."""
    text = text[:MAX_PASTE_CHARS].replace("\r\n", "\n").replace("\r", "\n")
    if "\n" not in text:
        return Pasted(text, {})
    for name, find in (("vcard", _vcard), ("message", _message), ("csv", _rows)):
        place = find(text)
        if place is not None:
            start, end = place
            rest = f"{text[:start].rstrip()}\n{text[end:].lstrip()}".strip()
            return Pasted(rest, {name: text[start:end]})
    return Pasted(text, {})


def fits(text: str, limit: int) -> bool:
    """Whether a message may be read: at most ``limit`` characters, not counting one block that was pasted whole."""
    if len(text) <= limit:
        return True
    if len(text) > MAX_PASTE_CHARS:
        return False
    pasted = set_aside(text)
    return bool(pasted.blocks) and len(pasted.rest) <= limit


def _vcard(text: str) -> tuple[int, int] | None:
    start = _VCARD.search(text)
    if not start:
        return None
    end = len(text)
    for match in _VCARD_END.finditer(text, start.end()):
        end = match.end()
    return start.start(), end


def _lines(text: str) -> Iterator[tuple[int, str]]:
    at = 0
    for line in text.split("\n"):
        yield at, line
        at += len(line) + 1


def _message(text: str) -> tuple[int, int] | None:
    """From the first header line to the end; a bounce without headers from the line before its first mark."""
    names: list[str] = []
    start: int | None = None
    for at, line in _lines(text):
        match = _HEADER.match(line)
        name = match.group(1).casefold() if match else ""
        if name in _TELLING or name in _COMMON or name.startswith("x-"):
            start = at if start is None else start
            names.append(name)
        if len(names) >= _MIN_HEADERS and not _TELLING.isdisjoint(names):
            return start or 0, len(text)
    bounce = _BOUNCE.search(text)
    if bounce and text.count("\n") >= 2:
        return bounce.start(), len(text)
    return None


def _rows(text: str) -> tuple[int, int] | None:
    """The longest run of lines that are rows: each an address, or the same number of the same delimiter."""
    best = (0, 0, 0)
    for delimiter in (None, *_DELIMITERS):
        start, count, width, end = 0, 0, 0, 0
        for at, line in _lines(text):
            cells = _row_width(line, delimiter)
            if cells and (count == 0 or cells == width):
                start = at if count == 0 else start
                count, width, end = count + 1, cells, at + len(line)
            elif cells:
                start, count, width, end = at, 1, cells, at + len(line)
            elif line.strip():
                count = 0
            if count > best[0]:
                best = (count, start, end)
    count, start, end = best
    return (start, end) if count >= _MIN_ROWS and _ADDRESS.search(text, start, end) else None


def _row_width(line: str, delimiter: str | None) -> int:
    """Cells of a line read as a row, 0 when it is none."""
    if delimiter is None:
        return 1 if _ADDRESS.fullmatch(line.strip()) else 0
    return line.count(delimiter) + 1 if delimiter in line else 0


def find_recipients(text: str) -> str | None:
    """The part of a message from its first to its last address, when there are at least two; names included."""
    found = list(_ADDRESS.finditer(text))
    if len(found) < 2:
        return None
    # A name before the first address, or a label such as «Para:», belongs to the list.
    before = text[max(0, found[0].start() - _LOOK_BACK) : found[0].start()]
    opening = _LABEL.search(before) or _NAME.search(before)
    start = found[0].start() - (len(before) - opening.start() if opening else 0)
    end = found[-1].end()
    return text[start : end + (1 if text[end : end + 1] == ">" else 0)].strip().rstrip("?!.…»”")
