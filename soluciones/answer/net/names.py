"""Which texts are names that may be asked for in the DNS, and how they are spelt there."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from typing import Literal

import idna
from email_validator import SPECIAL_USE_DOMAIN_NAMES

MAX_NAME = 253
"""Characters of a name in A-label form (RFC 1035: 255 octets on the wire)."""
_MAX_TYPED = 1_000
"""Characters looked at; a longer text is no name in any spelling."""
_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?", re.ASCII)
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*", re.ASCII)

NameProblem = Literal["", "empty", "too_long", "not_a_name", "is_address", "single_label", "special_use"]

SPECIAL: frozenset[str] = frozenset(SPECIAL_USE_DOMAIN_NAMES) | {
    *("local", "localhost", "localdomain", "test", "invalid", "example", "onion", "alt", "arpa", "internal"),
    # Never to be delegated (ICANN), and so in wide private use: a question about them would only leak.
    *("home", "corp", "mail", "lan", "intranet", "private"),
}
"""Endings that the public DNS does not know (RFC 6761 registry, RFC 6762 appendix G, ICANN)."""


@dataclass(frozen=True, slots=True)
class QueryName:
    """A name ready to be asked for, or why it is not."""

    name: str
    """A-labels, lower case, no last dot; "" when there is a problem."""
    problem: NameProblem = ""


def query_name(text: str, *, allow_special: frozenset[str] = frozenset()) -> QueryName:
    """Judges and spells a name. Never raises.

    Underscores are let through in any label (``_dmarc``, ``_domainkey``); everything else is a host name's letters,
    digits and hyphens, after UTS 46.

    Args:
        text: as typed, U- or A-labels, with or without the last dot.
        allow_special: endings of ``SPECIAL`` that may be asked for after all, e.g. ``test`` for real zones in tests.
    """
    if not text.strip():
        return QueryName("", "empty")
    if len(text) > _MAX_TYPED:
        return QueryName("", "too_long")
    name = _ascii(text.strip())
    if name is None:
        return QueryName("", "is_address" if _is_address(text.strip()) else "not_a_name")
    if _is_address(name):
        return QueryName("", "is_address")
    if len(name) > MAX_NAME or any(len(label) > 63 for label in name.split(".")):
        return QueryName("", "too_long")
    labels = name.split(".")
    if not all(_LABEL.fullmatch(label) for label in labels):
        return QueryName("", "not_a_name")
    if _is_special(name, allow_special):
        return QueryName("", "special_use")
    if len(labels) < 2:
        return QueryName("", "single_label")
    return QueryName(name)


def _ascii(text: str) -> str | None:
    """A-label spelling in lower case without the last dot; None when there is none."""
    try:
        plain = text if text.isascii() else idna.uts46_remap(text, std3_rules=False, transitional=False)
        labels = plain.lower().removesuffix(".").split(".")
        return ".".join(label if label.isascii() else idna.alabel(label).decode("ascii") for label in labels)
    except (idna.IDNAError, UnicodeError):
        return None


def _is_address(name: str) -> bool:
    """Whether some library would take the text for a numeric address: ``127.1``, ``0x7f.1``, ``[::1]``, ``1``."""
    inner = name.removeprefix("[").removesuffix("]").partition("%")[0]
    try:
        ipaddress.ip_address(inner)
    except ValueError:
        return _NUMBER.fullmatch(name.rpartition(".")[2]) is not None
    return True


def _is_special(name: str, allowed: frozenset[str]) -> bool:
    endings = [name[start:] for start in _starts(name)]
    return any(ending in SPECIAL for ending in endings) and not any(ending in allowed for ending in endings)


def _starts(name: str) -> list[int]:
    return [0, *(place + 1 for place, char in enumerate(name) if char == ".")]
