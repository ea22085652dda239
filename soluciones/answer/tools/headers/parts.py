"""The MIME parts of a message (RFC 2046) as line ranges, within bounds: no recursion, no copies of the body.

Made for hostile input: depth, parts and decoded size are capped, and each level is looked at once.
"""

from __future__ import annotations

import base64
import binascii
import quopri
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from soluciones.answer.tools.headers.block import Block, Field, read_block, split_lines

MAX_DEPTH = 8
MAX_PARTS = 100
MAX_DECODED = 512 * 1024
"""Characters of one encoded part that are decoded."""
_TYPE = re.compile(r"\s*([A-Za-z0-9!#$&^_.+-]{1,60}/[A-Za-z0-9!#$&^_.+-]{1,80})")
_PARAMETER = re.compile(r";\s{0,20}([A-Za-z0-9_*-]{1,40})\s{0,5}=\s{0,5}(\"[^\"]{0,300}\"|[^\s;\"]{1,300})")
_TAG = re.compile(r"<[^<>]{0,1000}>")
MESSAGES = frozenset(("message/rfc822", "message/global"))
HEADERS_ONLY = frozenset(("text/rfc822-headers", "message/global-headers", "message/rfc822-headers"))
STATUS = frozenset(("message/delivery-status", "message/global-delivery-status"))


@dataclass(frozen=True, slots=True)
class Part:
    """A part with the range of its body in ``lines``."""

    type: str
    """Lower case, ``text/plain`` when not given (RFC 2045 §5.2)."""
    parameters: dict[str, str] = field(default_factory=dict)
    block: Block = field(default_factory=Block)
    lines: Sequence[str] = ()
    start: int = 0
    end: int = 0
    depth: int = 0
    inside: int = 0
    """How many enclosed messages it stands in; 0: the message itself."""

    def text(self) -> str:
        """The body, transfer encoding undone, at most ``MAX_DECODED`` characters; tags taken out of HTML."""
        text = _cut(self.lines, self.start, self.end)
        if self.encoded:
            text = _decoded(text, self.encoded, self.parameters.get("charset", "utf-8"))
        return _TAG.sub(" ", text) if self.type == "text/html" else text

    def body_lines(self) -> Sequence[str]:
        """The body's lines, transfer encoding undone."""
        return split_lines(self.text()) if self.encoded else self.lines[self.start : self.end]

    @property
    def encoded(self) -> str:
        """``quoted-printable`` or ``base64``; "" when the body stands as it is."""
        encoding = self.block.first("content-transfer-encoding").strip().lower()
        return encoding if encoding in ("quoted-printable", "base64") else ""


def content_type(value: str) -> tuple[str, dict[str, str]]:
    """A ``Content-Type`` value → (type, parameters), both with lower-case names."""
    found = _TYPE.match(value)
    if found is None:
        return "text/plain", {}
    parameters = {key.lower(): data.strip('"') for key, data in _PARAMETER.findall(value[found.end() :][:4_000])}
    return found[1].lower(), parameters


def walk(block: Block, lines: Sequence[str], end: int | None = None) -> tuple[Part, ...]:
    """All parts in document order, the message itself first."""
    stop = len(lines) if end is None else end
    todo = [_part(block, lines, block.body, stop, 0, 0)]
    found: list[Part] = []
    while todo and len(found) < MAX_PARTS:
        part = todo.pop()
        found.append(part)
        if part.depth < MAX_DEPTH:
            todo.extend(reversed(_children(part)))
    return tuple(found)


def guess_parts(lines: Sequence[str]) -> tuple[Part, ...]:
    """Parts of a multipart body that was pasted without its headers: the boundary is read from its first use."""
    for index in range(min(len(lines) - 1, 400)):
        line = lines[index].rstrip()
        if line.startswith("--") and 4 < len(line) < 90 and lines[index + 1].lower().startswith("content-"):
            fields = (Field("Content-Type", f'multipart/mixed; boundary="{line[2:]}"'),)
            return walk(Block(fields, 0), lines)
    return ()


def _children(part: Part) -> list[Part]:
    if part.type.startswith("multipart/"):
        boundary = part.parameters.get("boundary", "").rstrip()
        ranges = _split(part.lines, part.start, part.end, boundary) if boundary else []
        default = "message/rfc822" if part.type == "multipart/digest" else "text/plain"
        return [
            _part(read_block(part.lines, a, b), part.lines, -1, b, part.depth + 1, part.inside, default)
            for a, b in ranges
        ]
    if part.type in MESSAGES:
        start, end, source = part.start, part.end, part.lines
        if part.encoded:  # against RFC 2046 §5.2.1, but seen
            source = part.body_lines()
            start, end = 0, len(source)
        while start < end and not source[start].strip():
            start += 1
        return [_part(read_block(source, start, end), source, -1, end, part.depth + 1, part.inside + 1)]
    return []


def _part(
    block: Block, lines: Sequence[str], start: int, end: int, depth: int, inside: int, default: str = "text/plain"
) -> Part:
    value = block.first("content-type")
    kind, parameters = content_type(value) if value else (default, {})
    return Part(kind, parameters, block, lines, block.body if start < 0 else start, end, depth, inside)


def _split(lines: Sequence[str], start: int, end: int, boundary: str) -> list[tuple[int, int]]:
    """Line ranges between ``--boundary`` lines; a missing last one is forgiven."""
    opening, closing = f"--{boundary}", f"--{boundary}--"
    ranges: list[tuple[int, int]] = []
    begun: int | None = None
    for index in range(start, end):
        line = lines[index]
        if not line.startswith(opening):
            continue
        mark = line.rstrip()
        if mark not in (opening, closing):
            continue
        if begun is not None:
            ranges.append((begun, index))
        begun = index + 1 if mark == opening else None
        if begun is None or len(ranges) >= MAX_PARTS:
            return ranges
    if begun is not None:
        ranges.append((begun, end))
    return ranges


def _cut(lines: Sequence[str], start: int, end: int) -> str:
    kept: list[str] = []
    size = 0
    for index in range(start, end):
        kept.append(lines[index])
        size += len(lines[index]) + 1
        if size > MAX_DECODED:
            break
    return "\n".join(kept)[:MAX_DECODED]


def _decoded(text: str, encoding: str, charset: str) -> str:
    raw = text.encode("utf-8", "replace")
    try:
        if encoding == "quoted-printable":
            data = quopri.decodestring(raw)
        else:
            compact = b"".join(raw.split())
            data = base64.b64decode(compact[: len(compact) // 4 * 4])  # the cut end of a long part is left out
    except (binascii.Error, ValueError):
        return text
    try:
        result = data.decode(charset, "replace")
    except (LookupError, ValueError):
        result = data.decode("utf-8", "replace")
    return result.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "")
