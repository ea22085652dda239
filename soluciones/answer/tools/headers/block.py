"""The header block of a message (RFC 5322 §2.2), and of what people paste: intros, quoting, lost indentation.

A line that is neither indented nor a ``Name: value`` line, inside the block, is taken for the continuation of the
field before it: web pages and chat windows drop the spaces that folding rests on.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

MAX_LINES = 100_000
"""Lines looked at; a 5 MB message in lines of 76 characters has 70,000."""
MAX_HEADER_LINES = 2_000
MAX_VALUE = 16_000
"""Characters kept of one field's value; more is cut (DKIM keys and ARC sets stay below 3,000)."""
_LEAD = 400
"""Lines of text before the headers that are searched for their beginning."""

_FIELD = re.compile(r"([!-9;-~]{1,76}):")
"""RFC 5322 §3.6.8: printable US-ASCII but the colon."""
_PLAIN_FIELD = re.compile(r"([A-Za-z][A-Za-z0-9_.-]{0,75}) ?:(?=\s|$|\S)")
"""What field names look like in practice: tells ``spf=fail smtp:x`` and base64 from a new field."""
_NAME_LIST = re.compile(r"[A-Za-z0-9-]{1,76}(?::[A-Za-z0-9-]{1,76})*:?;?$")
"""A piece of a signature's ``h=`` list, e.g. ``subject:date:message-id;``."""
KNOWN = frozenset(
    [
        "received",
        "return-path",
        "delivered-to",
        "x-original-to",
        "envelope-to",
        "authentication-results",
        "message-id",
        "from",
        "to",
        "cc",
        "subject",
        "date",
        "mime-version",
        "content-type",
        "dkim-signature",
        "arc-seal",
        "arc-message-signature",
        "arc-authentication-results",
        "received-spf",
        "x-received",
        "reply-to",
        "sender",
        "list-id",
        "auto-submitted",
        "x-failed-recipients",
        "references",
        "in-reply-to",
        "x-mailer",
        "user-agent",
    ]
)
TRANSPORT = KNOWN - set(
    ["from", "to", "cc", "subject", "date", "reply-to", "sender", "content-type", "mime-version", "references"]
)
"""Fields that a printed copy («De, Para, Asunto, Fecha») does not have."""


@dataclass(frozen=True, slots=True)
class Field:
    """One header field."""

    name: str
    """As written."""
    value: str
    """Unfolded: each fold one space; not decoded; at most ``MAX_VALUE`` characters."""

    @property
    def key(self) -> str:
        """The name in lower case."""
        return self.name.lower()


@dataclass(frozen=True, slots=True)
class Block:
    """Headers and where the body begins."""

    fields: tuple[Field, ...] = ()
    body: int = 0
    """Index of the first line of the body; the number of lines when there is none."""
    ended: bool = False
    """A blank line ended the headers."""
    notes: frozenset[str] = frozenset()
    """``folding_repaired``, ``input_truncated``."""

    def values(self, name: str) -> tuple[str, ...]:
        """All values of a field, top first."""
        return tuple(field.value for field in self.fields if field.key == name)

    def first(self, name: str) -> str:
        """The topmost value, "" without one."""
        return next((field.value for field in self.fields if field.key == name), "")


def split_lines(text: str) -> list[str]:
    """The lines; beyond ``MAX_LINES`` the rest is left out."""
    lines = text.split("\n", MAX_LINES)
    return lines[:MAX_LINES]


def read_block(lines: Sequence[str], start: int = 0, end: int | None = None, repair: bool = False) -> Block:
    """Reads header lines from ``start`` up to a blank line.

    Args:
        lines: of the whole message.
        start: first line.
        end: line after the last.
        repair: lines without indentation continue the field before them (pasted text); without it they end the block.
    """
    stop = len(lines) if end is None else min(end, len(lines))
    names: list[str] = []
    values: list[list[str]] = []
    notes: set[str] = set()
    index = start
    while index < stop:
        line = lines[index]
        if _ends(lines, index, stop) or index - start >= MAX_HEADER_LINES:
            break
        match = None if line[0] in " \t" else _new_field(line, repair, names[-1] if names else "")
        if match is not None:
            names.append(match[1])
            values.append([line[match.end() :]])
        elif names and (line[0] in " \t" or repair):
            values[-1].append(line)
            if line[0] not in " \t":
                notes.add("folding_repaired")
        elif not line.startswith(("From ", ">From ")):
            break
        index += 1
    if index - start >= MAX_HEADER_LINES:
        notes.add("input_truncated")
        index = next((n for n in range(index, stop) if not lines[n].strip()), stop)
    ended = index < stop and not lines[index].strip()
    fields = tuple(Field(name, _join(value)) for name, value in zip(names, values, strict=True))
    return Block(fields, index + 1 if ended else index, ended, frozenset(notes))


def _ends(lines: Sequence[str], index: int, stop: int) -> bool:
    """A blank line; not one of blanks alone with a folded line behind it: RFC 5322 §4.2 lets those be in a field."""
    if lines[index].strip():
        return False
    return not lines[index] or index + 1 >= stop or not lines[index + 1].startswith((" ", "\t"))


def write_block(block: Block) -> str:
    """The fields on one line each: ``read_block`` of it gives the same fields."""
    return "".join(f"{field.name}: {field.value}\n" for field in block.fields)


def prepare(lines: Sequence[str]) -> tuple[list[str], list[str]]:
    """Takes quoting marks, double spacing and an introduction off pasted headers.

    Returns:
        The text before the headers (lines), and the lines from the first header on; all text and nothing when no
        header was found.
    """
    ready = _without_quoting(lines)
    start = _beginning(ready)
    if start is None:
        return ready, []
    return ready[:start], _without_double_spacing(ready[start:])


def _new_field(line: str, repair: bool, before: str) -> re.Match[str] | None:
    if not repair:
        return _FIELD.match(line)
    match = _PLAIN_FIELD.match(line)
    if match is not None and before.lower().endswith("-signature") and _NAME_LIST.match(line.strip()):
        return None
    return match


def _join(parts: Sequence[str]) -> str:
    kept: list[str] = []
    size = 0
    for part in parts:
        text = part.strip(" \t")
        if not text:
            continue
        kept.append(text)
        size += len(text)
        if size > MAX_VALUE:
            break
    return " ".join(kept)[:MAX_VALUE].rstrip(" \t")


def _without_quoting(lines: Sequence[str]) -> list[str]:
    """``> Received: …``: the mark of a quoted message goes when most of the first lines have it."""
    sample = [line for line in lines[:80] if line.strip()]
    marked = sum(line.lstrip(" ").startswith(">") for line in sample)
    if len(sample) < 3 or marked * 5 < len(sample) * 4:
        return list(lines)
    return [_unquoted(line) for line in lines]


def _unquoted(line: str) -> str:
    text = line.lstrip(" ")
    return text[1:].removeprefix(" ") if text.startswith(">") else line


def _beginning(lines: Sequence[str]) -> int | None:
    """The line where headers begin: a known field with another within the next lines."""
    for index in range(min(len(lines), _LEAD)):
        if _known(lines[index]) and sum(1 for _ in _known_after(lines, index)) >= 1:
            return index
        if lines[index].startswith(("From ", ">From ")) and any(_known(line) for line in lines[index + 1 : index + 3]):
            return index
    return None


def _known_after(lines: Sequence[str], index: int) -> Iterator[str]:
    yield from (line for line in lines[index + 1 : index + 25] if _known(line))


def _known(line: str) -> bool:
    match = _PLAIN_FIELD.match(line)
    return match is not None and match[1].lower() in KNOWN


def _without_double_spacing(lines: list[str]) -> list[str]:
    """Copies from web pages have a blank line after every line: then blank lines end nothing."""
    sample = lines[:60]
    blank = sum(not line.strip() for line in sample)
    known = sum(_known(line) for line in sample)
    alternate = sum(1 for first, second in itertools.pairwise(sample) if bool(first.strip()) != bool(second.strip()))
    if known >= 3 and blank >= 3 and alternate * 10 >= (len(sample) - 1) * 9:
        return [line for line in lines if line.strip()]
    return lines
