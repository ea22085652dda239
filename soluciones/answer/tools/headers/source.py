"""Bytes or pasted text → text with LF line ends, and text that is fit to be shown."""

from __future__ import annotations

import codecs
import re
import unicodedata
from dataclasses import dataclass

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_LOW_BYTES = {0xDC00 + byte: bytes([byte]).decode("cp1252", "replace") for byte in range(0x80, 0x100)}
"""What UTF-8 cannot read (surrogateescape) is taken for Windows-1252: unlabelled 8-bit headers mostly are."""
_SAMPLE = 4_096
_HIDDEN = frozenset("\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff")
_UNSEEN = frozenset(("Cc", "Cf", "Cs", "Co"))
_SPACES = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Source:
    """What was given."""

    text: str
    """LF line ends, no NUL, no BOM."""
    raw: bytes | None = None
    """An upload as it came (DKIM needs its bytes); None for pasted text, whose bytes are lost."""


def read_source(value: bytes | str) -> Source:
    """Decodes what was given. Never fails: what is no UTF-8 is read as Windows-1252."""
    text = value if isinstance(value, str) else _decode(value)
    text = text.replace("\x00", "").replace("\r\n", "\n").replace("\r", "\n").removeprefix("\ufeff")
    return Source(text, value if isinstance(value, bytes) else None)


def _decode(raw: bytes) -> str:
    for mark, charset in _BOMS:
        if raw.startswith(mark):
            return raw[len(mark) :].decode(charset, "replace")
    sample = raw[:_SAMPLE]
    if len(sample) >= 8 and sample.count(0) * 3 > len(sample):  # UTF-16 saved without a mark: every other byte is 0
        return raw.decode("utf-16-be" if sample[:2].startswith(b"\0") else "utf-16-le", "replace")
    return raw.decode("utf-8", "surrogateescape").translate(_LOW_BYTES)


def shown(text: str, limit: int = 200) -> str:
    """One line of ``text`` to show: no control, direction or invisible characters, at most ``limit`` characters."""
    cut = text[: limit * 4]
    kept = "".join(c for c in cut if c.isspace() or (c not in _HIDDEN and unicodedata.category(c) not in _UNSEEN))
    kept = _SPACES.sub(" ", kept).strip()
    return kept if len(kept) <= limit else kept[: limit - 1] + "…"
