"""Reads an SPF record to the letter of RFC 7208 §12, and goes on after a mistake.

Every term keeps its place and says what is wrong with it, so that one mistake does not hide the rest. What the
record's author probably meant is another matter: ``spf_typos``.
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from typing import Literal

Kind = Literal["mechanism", "modifier", "unknown"]

MAX_RECORD = 65_535
"""Octets of a TXT record's data (RFC 1035 §3.2.1): nothing longer can be published."""
MAX_TERMS = 500
"""Terms that are read; a record with more is refused by every evaluator long before."""

VERSION = "v=spf1"
MECHANISMS = ("all", "include", "a", "mx", "ptr", "ip4", "ip6", "exists")
MODIFIERS = ("redirect", "exp")
COSTLY = frozenset({"include", "a", "mx", "ptr", "exists"})
"""Mechanisms that, like ``redirect=``, count against the limit of ten (RFC 7208 §4.6.4)."""

_NEEDS_VALUE = frozenset({"include", "exists", "ip4", "ip6", "redirect", "exp"})
_TAKES_CIDR = frozenset({"a", "mx"})
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_.-]*\Z")
_HEAD = re.compile(r"([-+~?]?)([A-Za-z0-9_.-]*)")
_MACRO_STRING = re.compile(r"(?:%\{[A-Za-z][0-9]*[rR]?[-.+,/_=]*\}|%%|%_|%-|[!-$&-~])*\Z")
_MACRO_LETTER = re.compile(r"%\{([A-Za-z])([0-9]*)")
_TOP_LABEL = re.compile(r"(?![0-9]+\Z)[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?\Z")
_CIDR = re.compile(r"(?:/(0|[1-9][0-9]*))?(?://(0|[1-9][0-9]*))?\Z")
_LENGTH = re.compile(r"0|[1-9][0-9]{0,2}\Z")
_IP4 = re.compile(r"(?:(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])(?:\.(?!\Z)|\Z)){4}")
_LETTERS = frozenset("slodiphv")
_EXP_LETTERS = _LETTERS | frozenset("crt")
_MAX_NAME = 253
_MAX_LABEL = 63


@dataclass(frozen=True, slots=True)
class Term:
    """One term as it is written, and what it says."""

    index: int
    """Place among the terms, 0 for the first after the version."""
    text: str
    kind: Kind
    qualifier: str
    """``+`` where none is written; "" for a modifier."""
    name: str
    """Lower case; for an unknown one what stands before ``:`` or ``=``."""
    value: str = ""
    """Domain, address or text after the colon or equals sign, without prefix lengths; "" when there is none."""
    cidr4: int | None = None
    cidr6: int | None = None
    problem: str = ""
    """Code of the syntax error, "" when the term is right."""

    @property
    def macro(self) -> bool:
        """The value depends on the message, so that its name is not known beforehand."""
        return "%" in self.value

    @property
    def mechanism(self) -> str:
        """The name of a mechanism, "" for anything else: ``include=x`` is an unknown modifier, not an include."""
        return self.name if self.kind == "mechanism" else ""

    @property
    def modifier(self) -> str:
        """The name of a modifier, "" for anything else."""
        return self.name if self.kind == "modifier" else ""

    @property
    def costly(self) -> bool:
        """Whether it counts against the limit of ten lookups."""
        return not self.problem and (self.mechanism in COSTLY or self.modifier == "redirect")


@dataclass(frozen=True, slots=True)
class SpfRecord:
    """A record, read."""

    text: str
    version: bool
    """It begins as RFC 7208 §4.5 asks; otherwise no receiver takes it for SPF."""
    terms: tuple[Term, ...] = ()

    @property
    def all(self) -> Term | None:
        """The first ``all``: nothing behind it is ever read."""
        return next((term for term in self.terms if term.mechanism == "all" and not term.problem), None)

    @property
    def redirect(self) -> Term | None:
        """The ``redirect=`` that counts: none where there is an ``all`` (RFC 7208 §6.1)."""
        if self.all is not None:
            return None
        return next((term for term in self.terms if term.modifier == "redirect" and not term.problem), None)

    @property
    def errors(self) -> tuple[Term, ...]:
        """Terms that make the whole record a permanent error."""
        return tuple(term for term in self.terms if term.problem)

    def is_read(self, term: Term) -> bool:
        """Whether an evaluator can come to this term at all."""
        if term.kind == "modifier":
            return term.modifier != "redirect" or self.all is None
        return self.all is None or term.index <= self.all.index


def is_spf(text: str) -> bool:
    """Whether a TXT record is an SPF record: ``v=spf1``, then a space or the end (RFC 7208 §4.5)."""
    return text[:6].lower() == VERSION and (len(text) == 6 or text[6] == " ")


def parse_spf(text: str) -> SpfRecord:
    """The record's terms. Never raises; a text that is no SPF record has ``version`` False and its words as terms."""
    text = text[:MAX_RECORD]
    version = is_spf(text)
    words = [word for word in (text[6:] if version else text).split(" ") if word][:MAX_TERMS]
    terms: list[Term] = []
    seen: set[str] = set()
    for index, word in enumerate(words):
        term = parse_term(word, index)
        if term.modifier in MODIFIERS:
            if term.name in seen and not term.problem:
                term = _with_problem(term, "modifier_twice")
            seen.add(term.name)
        terms.append(term)
    return SpfRecord(text, version, tuple(terms))


def parse_term(text: str, index: int = 0) -> Term:
    """One term, without spaces. ``problem`` says what RFC 7208 §12 does not allow in it."""
    head = _HEAD.match(text)
    qualifier, name = (head.group(1), head.group(2)) if head else ("", "")
    rest = text[len(qualifier) + len(name) :]
    lower = name.lower()
    if rest.startswith("=") and not qualifier:
        return _modifier(text, index, name, rest[1:])
    if lower not in MECHANISMS or rest[:1] not in ("", ":", "/"):
        return Term(index, text, "unknown", qualifier or "+", lower, rest[1:], problem="unknown_term")
    value = rest[1:] if rest.startswith(":") else ""
    if rest == ":" or (rest.startswith(":") and value.startswith("/")):
        return Term(index, text, "mechanism", qualifier or "+", lower, problem="value_missing")
    cidr = rest if rest.startswith("/") else ""
    return _mechanism(Term(index, text, "mechanism", qualifier or "+", lower, value), cidr)


def _modifier(text: str, index: int, name: str, value: str) -> Term:
    lower = name.lower()
    term = Term(index, text, "modifier", "", lower, value)
    if not _NAME.match(name):
        return _with_problem(term, "unknown_term")
    if lower in MODIFIERS:
        return _with_problem(term, "value_missing" if not value else domain_problem(value))
    return _with_problem(term, "" if _MACRO_STRING.match(value) else "macro_invalid")


def _mechanism(term: Term, cidr: str) -> Term:
    """``cidr`` is what follows the name directly (``a/24``); a length after a value is still in the value."""
    name = term.name
    if name in _NEEDS_VALUE and not term.value:
        return _with_problem(term, "value_missing")
    if name == "all":
        return _with_problem(term, "value_unexpected" if term.value or cidr else "")
    if name == "ip4":
        return _ip4(term)
    if name == "ip6":
        return _ip6(term)
    if name in _TAKES_CIDR:
        return _with_cidr(term, cidr)
    if cidr:
        return _with_problem(term, "value_unexpected")
    return _with_problem(term, domain_problem(term.value) if term.value else "")


def _with_cidr(term: Term, cidr: str) -> Term:
    value = term.value
    if value:
        # The lengths stand at the end: /24, //64 or /24//64. A slash before them belongs to the name.
        match = re.search(r"(?:/[0-9]+)?(?://[0-9]+)?\Z", value[-12:])
        size = len(match.group()) if match else 0
        value, cidr = (value[:-size], value[-size:]) if size else (value, "")
    lengths = _CIDR.match(cidr)
    if not lengths:
        return _with_problem(term, "cidr_invalid")
    first, second = (None if part is None else int(part[:4]) for part in lengths.groups())
    if (first or 0) > 32 or (second or 0) > 128:
        return _with_problem(term, "cidr_invalid")
    problem = domain_problem(value) if value else ""
    return Term(term.index, term.text, term.kind, term.qualifier, term.name, value, first, second, problem)


def _ip4(term: Term) -> Term:
    address, slash, length = term.value.partition("/")
    if not _IP4.fullmatch(address):
        return _with_problem(term, "ip4_invalid")
    if slash and (not _LENGTH.fullmatch(length) or int(length) > 32):
        return _with_problem(term, "cidr_invalid")
    return Term(term.index, term.text, term.kind, term.qualifier, term.name, address, int(length) if slash else None)


def _ip6(term: Term) -> Term:
    address, slash, length = term.value.partition("/")
    try:
        ipaddress.IPv6Address(address)
    except ValueError:
        return _with_problem(term, "ip6_invalid")
    if "%" in address:
        return _with_problem(term, "ip6_invalid")
    if slash and (not _LENGTH.fullmatch(length) or int(length) > 128):
        return _with_problem(term, "cidr_invalid")
    prefix = int(length) if slash else None
    return Term(term.index, term.text, term.kind, term.qualifier, term.name, address, None, prefix)


def domain_problem(value: str, *, explanation: bool = False) -> str:
    """The code of what is wrong with a domain-spec (RFC 7208 §7.1), "" for nothing."""
    if not value.isascii() or not _MACRO_STRING.match(value):
        return "macro_invalid" if value.isascii() and "%" in value else "domain_invalid"
    letters = _EXP_LETTERS if explanation else _LETTERS
    for letter, digits in _MACRO_LETTER.findall(value):
        if letter.lower() not in letters or (digits and not digits.strip("0")):
            return "macro_invalid"
    if value.endswith(("}", "%%", "%_", "%-")) and "%" in value:
        return ""
    name = value.removesuffix(".")
    before, dot, top = name.rpartition(".")
    if not dot or not _TOP_LABEL.match(top):
        return "domain_invalid"
    if "%" in before:
        return ""
    labels = name.split(".")
    if len(name) > _MAX_NAME or any(not label or len(label) > _MAX_LABEL for label in labels):
        return "domain_invalid"
    return ""


def _with_problem(term: Term, problem: str) -> Term:
    parts = (term.index, term.text, term.kind, term.qualifier, term.name, term.value, term.cidr4, term.cidr6)
    return Term(*parts, problem)


def same_key(text: str) -> str:
    """Terms that say the same have the same key: case-blind, without a leading ``+`` (RFC 7208 §4.6.2)."""
    return text.removeprefix("+").lower().removesuffix(".")
