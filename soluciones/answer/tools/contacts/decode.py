"""Bytes of a contact file → text. Files joined from several exports mix encodings, so cards are decoded one by one."""

from __future__ import annotations

import re

from soluciones.answer.tools.contacts.v21 import decode_charset, known_charset
from soluciones.answer.tools.tables.decoding import WINDOWS, Decoded, decode, decode_windows

_CARDS = re.compile(rb"(?im)(?=^BEGIN:VCARD)")
_FOLD = re.compile(rb"\r?\n[ \t]")
_LABEL = re.compile(r"(?i)CHARSET=([^;:]{0,40})")
_MAX_HEAD = 200
_UTF8 = ("utf-8", "us-ascii", "ascii")


def decode_cards(content: bytes | str) -> Decoded:
    """The text of a contact file; lines in another character set come out as UTF-8 text, labels corrected."""
    whole = decode(content)
    if whole.encoding != WINDOWS or isinstance(content, str):
        return whole
    pieces = [_piece(piece) for piece in _CARDS.split(content)]
    guessed = any(piece.guessed for piece in pieces)
    return Decoded("".join(piece.text for piece in pieces), WINDOWS if guessed else "utf-8", guessed)


def _piece(content: bytes) -> Decoded:
    """One card: UTF-8, or UTF-8 folded inside a character (RFC 6350 §3.2 warns of it), else line by line."""
    for candidate in (content, _FOLD.sub(b"", content)):
        try:
            return Decoded(candidate.decode("utf-8"), "utf-8")
        except UnicodeDecodeError:
            continue
    label, guessed, lines = "", False, []
    for line in content.split(b"\n"):
        if line[:1] not in (b" ", b"\t"):
            label = _label(line)
        text, unsure = _line(line, label)
        guessed = guessed or unsure
        lines.append(text)
    return Decoded("\n".join(lines), WINDOWS if guessed else "utf-8", guessed)


def _line(line: bytes, label: str) -> tuple[str, bool]:
    if label:
        return _relabelled(decode_charset(line, label)), False
    try:
        return line.decode("utf-8"), False
    except UnicodeDecodeError:
        return decode_windows(line), True


def _label(line: bytes) -> str:
    """The character set that a line of 8-bit text names, "" when none, UTF-8, or in quoted-printable."""
    head = line[:_MAX_HEAD].partition(b":")[0].decode("ascii", "ignore")
    found = _LABEL.search(head)
    if found is None or "QUOTED-PRINTABLE" in head.upper():
        return ""
    charset = known_charset(found[1])
    return "" if charset in _UTF8 else charset


def _relabelled(line: str) -> str:
    head, colon, value = line.partition(":")
    return _LABEL.sub("CHARSET=UTF-8", head, count=1) + colon + value if len(head) < _MAX_HEAD else line
