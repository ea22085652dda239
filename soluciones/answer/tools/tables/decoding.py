"""Bytes of a visitor's file → text. No statistics: they turn ñ into ń in short files. A guess is told to people."""

from __future__ import annotations

import codecs
from dataclasses import dataclass

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16 LE, whose mark begins it
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
BOM = "\ufeff"
WINDOWS = "cp1252"
NAMES = {WINDOWS: "Windows-1252", "utf-16-le": "UTF-16", "utf-16-be": "UTF-16"}
"""How programs call the encodings that are guessed."""
_SAMPLE = 4_096
"""Bytes looked at for UTF-16 without a mark."""
_CP1252 = "".join(bytes([i]).decode(WINDOWS, "ignore") or chr(i) for i in range(256))
"""cp1252 with its five holes (81, 8D, 8F, 90, 9D) as control characters: every byte has one character, none is lost."""


@dataclass(frozen=True, slots=True)
class Decoded:
    """A file as text."""

    text: str
    """Without a byte order mark."""
    encoding: str
    """``utf-8``, ``utf-16-le``, ``utf-16-be``, ``utf-32-le``, ``utf-32-be``, ``cp1252``; ``text`` when pasted."""
    guessed: bool = False
    """Nothing in the file says so: the visitor should look whether accents are right."""


def decode(content: bytes | str) -> Decoded:
    """The text of a file: by its byte order mark, else UTF-8, else cp1252. Never raises."""
    if isinstance(content, str):
        return Decoded(content.removeprefix(BOM), "text")
    for mark, encoding in _BOMS:
        if content.startswith(mark):
            return Decoded(content[len(mark) :].decode(encoding, "replace"), encoding)
    unmarked = _unmarked_utf16(content)
    if unmarked:
        return Decoded(content.decode(unmarked, "replace"), unmarked, guessed=True)
    try:
        return Decoded(content.decode("utf-8"), "utf-8")
    except UnicodeDecodeError:
        return Decoded(decode_windows(content), WINDOWS, guessed=True)


def decode_windows(content: bytes) -> str:
    """cp1252, total: bytes that it does not define become the control character of that number."""
    return codecs.charmap_decode(content, "strict", _CP1252)[0]


def _unmarked_utf16(content: bytes) -> str:
    """``utf-16-le`` or ``utf-16-be`` when every other byte of the beginning is NUL, as in Latin text; else ""."""
    sample = content[:_SAMPLE]
    if len(sample) < 4 or len(content) % 2:
        return ""
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    most = len(sample) // 2 * 7 // 10
    if odd >= most and not even:
        return "utf-16-le"
    return "utf-16-be" if even >= most and not odd else ""
