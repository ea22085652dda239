"""Encoded words of headers, ``=?utf-8?Q?Jos=C3=A9?=`` (RFC 2047), within bounds."""

from __future__ import annotations

import base64
import binascii
import quopri
import re

MAX_TEXT = 4_000
"""Characters of a header that are decoded; the rest is cut."""
_WORD = re.compile(r"=\?([A-Za-z0-9_.:+-]{1,40})(?:\*[A-Za-z0-9-]{1,20})?\?([QqBb])\?([^?\n]{0,300})\?=")


def decode_words(text: str) -> str:
    """The text with its encoded words decoded; words that cannot be read stay as they are. Never raises."""
    out: list[str] = []
    pending = b""
    charset = ""
    position = 0
    text = text[:MAX_TEXT]
    for match in _WORD.finditer(text):
        between = text[position : match.start()]
        raw = _bytes(match[2].upper(), match[3])
        if raw is None or not _known(match[1]):
            continue
        # RFC 2047 §6.2: white space between two encoded words is no part of the text; characters may be cut in two.
        if pending and (between.strip() or match[1].lower() != charset):
            out.append(pending.decode(charset, "replace"))
            pending = b""
        if between.strip() or not charset:
            out.append(between)
        charset = match[1].lower()
        pending += raw
        position = match.end()
    if pending:
        out.append(pending.decode(charset, "replace"))
    out.append(text[position:])
    return "".join(out)


def _known(charset: str) -> bool:
    try:
        return isinstance(b"".decode(charset), str)
    except (LookupError, ValueError):
        return False


def _bytes(kind: str, payload: str) -> bytes | None:
    try:
        if kind == "Q":
            return quopri.decodestring(payload.replace("_", " ").encode("latin-1"), header=False)
        return base64.b64decode(payload + "=" * (-len(payload) % 4))
    except (UnicodeEncodeError, binascii.Error, ValueError):
        return None
