"""The rule of this host for the part before the @, read from ``facts.yml`` (guide ``caracteres-permitidos``).

It is stricter than RFC 5321/5322: it says what can be *created* here, not what exists elsewhere.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from soluciones.kb.facts import AddressRules, ReservedName, Source

CharCode = Literal[
    "allowed",
    "forbidden_in_table",
    "not_in_allowed_list",
    "non_ascii",
    "control",
    "dot_first",
    "dot_last",
    "dot_consecutive",
]
CHAR_CODES: tuple[CharCode, ...] = (
    "forbidden_in_table",
    "not_in_allowed_list",
    "non_ascii",
    "control",
    "dot_first",
    "dot_last",
    "dot_consecutive",
)
"""Every reason for refusing a character, in the order in which they are told."""

_DELETE = 0x7F
"""DEL lies above the table's "below 32", and is still not printable."""
_SPACE = 0x20
_LAST_ASCII = 0x7F


@dataclass(frozen=True, slots=True)
class CharVerdict:
    """What the rule says of one character at one place."""

    index: int
    """0-based position in the local part."""
    char: str
    code: CharCode


@dataclass(frozen=True, slots=True)
class LocalReport:
    """What the rule says of a whole local part."""

    local: str
    characters: tuple[CharVerdict, ...]
    codes: tuple[str, ...]
    """Reasons for refusal without repetition; empty when the local part can be created."""

    @property
    def valid(self) -> bool:
        """Nothing stands against it."""
        return not self.codes


def check_local(local: str, rules: AddressRules) -> LocalReport:
    """Judges a local part character by character, then as a whole.

    Args:
        local: the text before the @, as it would be typed.
        rules: the host's rules.
    """
    table = _Table.of(rules)
    characters = tuple(CharVerdict(i, char, _code_at(local, i, table)) for i, char in enumerate(local))
    seen = {verdict.code for verdict in characters}
    codes: list[str] = [code for code in CHAR_CODES if code in seen]
    if not local:
        codes.append("empty")
    if len(local) > rules.max_length:
        codes.append("too_long")
    if reserved(local, rules) is not None:
        codes.append("reserved")
    return LocalReport(local, characters, tuple(codes))


def char_code(char: str, rules: AddressRules) -> CharCode:
    """What the rule says of one character wherever it stands; the dot is ``allowed`` here."""
    return _Table.of(rules).code(char)


@dataclass(frozen=True, slots=True)
class _Table:
    """The two columns of the guide's table as sets."""

    allowed: frozenset[str]
    forbidden: frozenset[str]

    @classmethod
    def of(cls, rules: AddressRules) -> _Table:
        """The table of some rules."""
        return cls(
            frozenset(rule.char for rule in rules.allowed_punctuation), frozenset(rule.char for rule in rules.forbidden)
        )

    def code(self, char: str) -> CharCode:
        """See ``char_code``."""
        number = ord(char)
        if number > _LAST_ASCII:
            return "non_ascii"
        if number < _SPACE or number == _DELETE:
            return "control"
        if char.isalnum() or char == "." or char in self.allowed:
            return "allowed"
        return "forbidden_in_table" if char in self.forbidden else "not_in_allowed_list"


def _code_at(local: str, index: int, table: _Table) -> CharCode:
    if local[index] != ".":
        return table.code(local[index])
    if index == 0:
        return "dot_first"
    if local[index - 1] == ".":
        return "dot_consecutive"
    return "dot_last" if index == len(local) - 1 else "allowed"


def reserved(local: str, rules: AddressRules) -> ReservedName | None:
    """The reserved name that this local part is, upper or lower case."""
    folded = local.casefold()
    return next((name for name in rules.reserved if name.name.casefold() == folded), None)


def look_alike(local: str, rules: AddressRules) -> ReservedName | None:
    """The reserved name that this local part resembles; the guide does not name the look-alike itself."""
    folded = local.casefold()
    alike = (name for name in rules.reserved if folded in {other.casefold() for other in name.look_alikes})
    return next(alike, None)


def sources(report: LocalReport, rules: AddressRules) -> tuple[Source, ...]:
    """The rules that stand against a local part, or the list of allowed characters when none does."""
    wrong = (verdict for verdict in report.characters if verdict.code != "allowed")
    found = [char_source(verdict.char, verdict.code, rules) for verdict in wrong]
    if "too_long" in report.codes:
        found.append(rules.max_length_source)
    name = reserved(report.local, rules) or look_alike(report.local, rules)
    if name is not None:
        found.append(name.source)
    return _unique(found or [rules.allowed_source])


def char_source(char: str, code: CharCode, rules: AddressRules) -> Source:
    """The row or heading of the table on which a verdict rests."""
    if code.startswith("dot") or char == ".":
        return rules.dot_source
    if code == "non_ascii":
        return rules.non_ascii_source
    if code == "control":
        return rules.control_source
    named = rules.forbidden if code == "forbidden_in_table" else rules.allowed_punctuation
    return next((rule.source for rule in named if rule.char == char), rules.allowed_source)


def _unique(found: Sequence[Source]) -> tuple[Source, ...]:
    return tuple(dict.fromkeys(found))


def is_combining(char: str) -> bool:
    """An accent that sits on the character before it."""
    return unicodedata.category(char) == "Mn"
