"""The character strings that a TXT record is made of (RFC 1035 §3.3, RFC 7208 §3.3)."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from soluciones.answer.mailauth.problem import RecordProblem, shown
from soluciones.answer.mailauth.spf_parse import parse_term

MAX_STRING = 255
"""Octets of one character string of a TXT record (RFC 1035 §3.3)."""


def split_strings(text: str) -> tuple[str, ...]:
    """A record in character strings of at most 255 octets, cut behind a space where there is one."""
    parts: list[str] = []
    rest = text.encode("utf-8")
    while len(rest) > MAX_STRING:
        cut = rest.rfind(b" ", 0, MAX_STRING) + 1 or MAX_STRING
        while cut < len(rest) and rest[cut] & 0xC0 == 0x80:
            cut -= 1  # not inside a character of several octets
        parts.append(rest[:cut].decode("utf-8"))
        rest = rest[cut:]
    return (*parts, rest.decode("utf-8"))


def length_problems(text: str, strings: tuple[str, ...]) -> Iterator[RecordProblem]:
    """Says that a record needs more than one string."""
    size = len(text.encode("utf-8"))
    if size > MAX_STRING:
        count = len(strings or split_strings(text))
        yield RecordProblem("long_record", "ok", {"size": size, "limit": MAX_STRING, "count": count})


def unglued(text: str, strings: tuple[str, ...]) -> str:
    """The record with a space wherever two character strings end and begin a term without one between them."""
    parts = [*strings[:1]]
    for first, second in pairwise(strings):
        before, after = first.rpartition(" ")[2], second.partition(" ")[0]
        whole = before and not parse_term(before).problem and after and not parse_term(after).problem
        marked = after[:1] in ("-", "~", "?", "+") or ":" in after or "=" in after
        parts.append(f" {second}" if whole and marked else second)
    return "".join(parts) or text


def glued(text: str, mended: str) -> str:
    """The word in which two terms have run together."""
    words = mended.split()
    return shown(next((word for word in text.split() if word not in words), ""))
