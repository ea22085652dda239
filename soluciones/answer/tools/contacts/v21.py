"""vCard 2.1 → the syntax of 3.0: quoted-printable, character sets, bare types and the missing escapes."""

from __future__ import annotations

import binascii
from dataclasses import replace

from soluciones.answer.tools.contacts.model import Param, Property
from soluciones.answer.tools.tables.decoding import decode_windows

_ENCODINGS = {"BASE64": "b", "B": "b", "QUOTED-PRINTABLE": "", "8BIT": "", "7BIT": ""}
_COMPOUND = frozenset({"N", "ADR", "ORG"})
_TEXT = frozenset({"FN", "NOTE", "TITLE", "ROLE", "LABEL"})
_CHARSETS = frozenset(
    {"utf-8", "us-ascii", "ascii", "koi8-r", "macintosh", "shift_jis", "euc-jp", "euc-kr", "iso-2022-jp", "gb2312",
     "gbk", "gb18030", "big5", "utf-16", "utf-16le", "utf-16be",
     *(f"iso-8859-{part}" for part in (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 13, 14, 15, 16)),
     *(f"{name}125{digit}" for name in ("windows-", "cp") for digit in range(9))}
)  # fmt: skip
"""Character sets that a card may name. A closed list: Python knows codecs that are no character sets."""


def known_charset(name: str) -> str:
    """A character set's name in lower case when it is one of ours, else ""."""
    lowered = name.strip().strip('"').lower()[:20]
    return lowered if lowered in _CHARSETS else ""


def decode_charset(content: bytes, name: str) -> str:
    """Bytes in the named character set, else UTF-8, else cp1252. Never raises."""
    for charset in (known_charset(name) or "utf-8", "utf-8"):
        try:
            return content.decode(charset)
        except (UnicodeDecodeError, UnicodeError):
            continue
    return decode_windows(content)


def undo_quoted_printable(prop: Property) -> Property:
    """A line without its quoted-printable encoding; its line ends stay line ends.

    Also for cards that say 3.0 and still use it, against RFC 2425.
    """
    if not is_quoted_printable(prop):
        return prop
    charset = prop.param("CHARSET")
    content = decode_charset(binascii.a2b_qp(prop.value.encode("utf-8")), charset)
    params = tuple(param for param in prop.params if param[0] != "CHARSET" and not _is_encoding(param))
    return replace(prop, value=content, params=params)


def is_quoted_printable(prop: Property) -> bool:
    """Whether its value is in quoted-printable."""
    return any(raw.strip('"').upper() == "QUOTED-PRINTABLE" for key, raw in prop.params if key in ("", "ENCODING"))


def upgrade(prop: Property) -> Property:
    """A 2.1 line, quoted-printable already undone, in the syntax of 3.0."""
    params = _upgraded_params(prop)
    if ("ENCODING", "b") in params:
        return replace(prop, params=params, value="".join(prop.value.split()))
    if prop.name in _COMPOUND:
        value = ";".join(_escape(part) for part in _components(prop.value))
    elif prop.name in _TEXT:
        value = _escape(prop.value.replace("\\;", ";"))
    else:
        value = escape_newlines(prop.value)
    return replace(prop, params=params, value=value)


def escape_newlines(value: str) -> str:
    """Line ends as a backslash and an n (RFC 6350 §3.4), so that the line stays one."""
    return value.replace("\r\n", "\\n").replace("\n", "\\n").replace("\r", "\\n")


def _escape(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    return escape_newlines(escaped)


def _components(value: str) -> list[str]:
    """2.1 escapes the semicolon only."""
    return [part.replace("\0", ";") for part in value.replace("\0", "").replace("\\;", "\0").split(";")]


def _is_encoding(param: Param) -> bool:
    return param[0] in ("", "ENCODING") and param[1].strip('"').upper() in _ENCODINGS


def _upgraded_params(prop: Property) -> tuple[Param, ...]:
    params: list[Param] = []
    for key, raw in prop.params:
        if _is_encoding((key, raw)):
            encoding = _ENCODINGS[raw.strip('"').upper()]
            params += [("ENCODING", encoding)] if encoding else []
        elif key == "":
            params.append(("VALUE", raw) if raw.upper() in ("URL", "INLINE", "CID", "CONTENT-ID") else ("TYPE", raw))
        elif key != "CHARSET":
            params.append((key, raw))
    return tuple(params)
