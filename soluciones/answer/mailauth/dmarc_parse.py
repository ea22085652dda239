"""Reads a DMARC policy record (RFC 9989 §4.7 and §4.8) and goes on after a mistake, as receivers do."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal
from urllib.parse import unquote

MAX_RECORD = 65_535
MAX_TAGS = 100
"""Tags that are read; the standard knows eleven."""
MAX_URIS = 50
"""Report addresses that are read from one tag."""

POLICIES = ("none", "quarantine", "reject")
KNOWN = ("v", "p", "sp", "np", "rua", "ruf", "fo", "adkim", "aspf", "t", "psd")
REMOVED = ("pct", "rf", "ri")
"""Tags of RFC 7489 that RFC 9989 took out; receivers ignore them like any unknown tag."""
VALUES = {
    "p": POLICIES, "sp": POLICIES, "np": POLICIES, "adkim": ("r", "s"), "aspf": ("r", "s"), "t": ("y", "n"),
    "psd": ("y", "n", "u"),
}  # fmt: skip
_FAILURE_OPTIONS = frozenset("01ds")

_VERSION = re.compile(r"[vV][ \t]*=[ \t]*DMARC1[ \t]*(?:;|\Z)")
_NEAR = re.compile(r"(?:dmarc\s?[:=]?\s?)?v\s?[=:]?\s?dmarc\s?1?\b", re.IGNORECASE)
_TAG = re.compile(r"[A-Za-z][A-Za-z0-9_-]*\Z")
_QUOTES = str.maketrans("", "", "\"'“”„«»‘’`\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\ufeff")
_ODD = {ord(char): " " for char in "\u00a0\u2007\u202f\t\r\n"} | {ord(char): "-" for char in "‐‑–—−"}
_DOMAIN = re.compile(r"(?:[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?\.){1,20}[A-Za-z0-9-]{2,63}\.?\Z")
_SIZE = re.compile(r"!([0-9]+)([kmgtKMGT]?)\Z")

UriProblem = Literal["", "scheme_missing", "scheme_other", "address_invalid", "not_encoded", "size_suffix"]


@dataclass(frozen=True, slots=True)
class ReportUri:
    """One address of ``rua`` or ``ruf``."""

    text: str
    address: str = ""
    """Decoded, without ``mailto:``; "" when it cannot be read."""
    domain: str = ""
    """Lower case; "" when it cannot be read."""
    problem: UriProblem = ""


@dataclass(frozen=True, slots=True)
class Tag:
    """One ``name=value``."""

    index: int
    name: str
    """Lower case."""
    value: str
    text: str
    problem: str = ""
    """``syntax``, ``value_invalid``, ``unknown``, ``removed``, ``twice`` or "": receivers then ignore the tag."""


@dataclass(frozen=True, slots=True)
class DmarcRecord:
    """A record, read."""

    text: str
    version: bool
    """It begins with ``v=DMARC1``; otherwise no receiver takes it for DMARC."""
    tags: tuple[Tag, ...] = ()

    def get(self, name: str) -> str:
        """The value that counts, in lower case but for addresses; "" when there is none."""
        tag = next((tag for tag in self.tags if tag.name == name and not tag.problem), None)
        if tag is None:
            return ""
        return tag.value if name in ("rua", "ruf") else tag.value.lower()

    def uris(self, name: str) -> tuple[ReportUri, ...]:
        """The report addresses of ``rua`` or ``ruf``."""
        return parse_uris(self.get(name))

    @property
    def reports(self) -> bool:
        """Whether at least one address of ``rua`` can be written to."""
        return any(uri.address for uri in self.uris("rua"))

    @property
    def policy(self) -> str:
        """The policy that receivers apply: a missing or wrong one counts as ``none`` if reports are asked for, else "".

        RFC 9989 §4.7: so does a record with a wrong ``sp`` or ``np``.
        """
        wrong = any(tag.problem == "value_invalid" and tag.name in ("sp", "np") for tag in self.tags)
        written = "" if wrong else self.get("p")
        return written or ("none" if self.reports else "")

    @property
    def testing(self) -> bool:
        """``t=y``: one degree less is asked for."""
        return self.get("t") == "y"


def is_dmarc(text: str) -> bool:
    """Whether a TXT record is a DMARC record: ``v=DMARC1`` first, in exactly these capitals (RFC 9989 §4.8)."""
    return bool(_VERSION.match(text))


def looks_like_dmarc(text: str) -> bool:
    """Whether a text was surely meant as a DMARC record, rightly written or not."""
    start = text[:400].translate(_QUOTES).strip()
    return is_dmarc(start) or bool(_NEAR.match(start)) or (start[:2].lower() == "p=" and "dmarc1" in start.lower())


def clean(text: str) -> str:
    """The record without what word processors and web pages add: quotes, invisible characters, odd spaces, dashes."""
    plain = text[:MAX_RECORD].translate(_QUOTES).translate(_ODD)
    return " ".join(plain.split())


def parse_dmarc(text: str) -> DmarcRecord:
    """The record's tags. Never raises."""
    text = text[:MAX_RECORD]
    tags: list[Tag] = []
    seen: set[str] = set()
    for index, part in enumerate(text.split(";")[:MAX_TAGS]):
        if not part.strip():
            continue
        tag = _tag(part.strip(), index)
        if not tag.problem and tag.name in seen:
            tag = Tag(index, tag.name, tag.value, tag.text, "twice")
        seen.add(tag.name)
        tags.append(tag)
    return DmarcRecord(text, is_dmarc(text), tuple(tags))


def _tag(text: str, index: int) -> Tag:
    name, sign, value = (part.strip() for part in text.partition("="))
    lower = name.lower()
    if not sign or not _TAG.match(name) or not value:
        return Tag(index, lower, value, text, "syntax")
    if lower in REMOVED:
        return Tag(index, lower, value, text, "removed")
    if lower not in KNOWN:
        return Tag(index, lower, value, text, "unknown")
    return Tag(index, lower, value, text, "" if _is_valid(lower, value) else "value_invalid")


def _is_valid(name: str, value: str) -> bool:
    if name == "v":
        return value == "DMARC1"
    if name in VALUES:
        return value.lower() in VALUES[name]
    if name == "fo":
        return all(part.strip().lower() in _FAILURE_OPTIONS for part in value.split(":"))
    return any(uri.address for uri in parse_uris(value))


def parse_uris(value: str) -> tuple[ReportUri, ...]:
    """The members of a comma-separated list of report addresses."""
    parts = [part.strip() for part in value.split(",")[:MAX_URIS]]
    return tuple(_uri(part) for part in parts if part)


def _uri(text: str) -> ReportUri:
    scheme, colon, rest = text.partition(":")
    if not colon:
        return ReportUri(text, problem="scheme_missing" if "@" in text else "address_invalid")
    if scheme.strip().lower() != "mailto":
        return ReportUri(text, problem="scheme_other")
    size = _SIZE.search(rest[-16:])
    bare = rest[: -len(size.group())] if size else rest
    bare = bare.partition("?")[0].strip()
    address = unquote(bare)
    local, at, domain = address.rpartition("@")
    if not at or not local or not _DOMAIN.match(domain) or any(char in " \t<>" or char < " " for char in address):
        return ReportUri(text, problem="address_invalid")
    problem: UriProblem = "size_suffix" if size else "not_encoded" if "!" in bare else ""
    return ReportUri(text, address, domain.lower().removesuffix("."), problem)
