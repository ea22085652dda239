"""Finds the records in what a person pastes: bare, quoted, as lines of a zone file, several at once, with talk around.

A TXT record in a zone file is a row of quoted strings that are joined without a space (RFC 1035 §5.1).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from soluciones.answer.mailauth.dmarc_parse import looks_like_dmarc
from soluciones.answer.mailauth.spf_parse import MECHANISMS, MODIFIERS, parse_term
from soluciones.answer.mailauth.spf_typos import looks_like_spf

MAX_RECORDS = 10
"""Records taken from one text."""
_MAX_LINES = 400

_START = re.compile(r"v\s?[=:]\s?(?:spf|sfp|psf)", re.IGNORECASE)
_JOINT = re.compile(r"(?<!\\)\"[ \t\r\n]{1,20}\"")
_TYPE_99 = re.compile(r"\b(?:IN\s+SPF|TYPE99)\b", re.IGNORECASE)
_PREFIX = re.compile(r"\b(?:spf|txt|registro|record)[ \t]?[:=]?[ \t]?[\"“]?\Z", re.IGNORECASE)
_ALL = re.compile(r"[-+~?–—]{0,2}all[.,;]?\Z", re.IGNORECASE)
_PREFIX_ROOM = 16


@dataclass(frozen=True, slots=True)
class Pasted:
    """What was found."""

    records: tuple[str, ...] = ()
    """Each as it was written, mistakes and all, without what stands around it."""
    type99: bool = False
    """A line names the record type SPF, which is no longer read (RFC 7208 §3.1)."""


def find_records(text: str) -> Pasted:
    """The SPF records of a pasted text; none when there is nothing that could be one. Never raises."""
    text = _JOINT.sub("", text.replace('\\"', '"'))
    starts = [match.start() for match in _START.finditer(text)][:MAX_RECORDS]
    type99 = bool(_TYPE_99.search(text))
    if not starts:
        found = [line.strip() for line in text.splitlines()[:_MAX_LINES] if looks_like_spf(line)]
        return Pasted(tuple(dict.fromkeys(found[:MAX_RECORDS])), type99)
    records = []
    for start, end in zip(starts, [*starts[1:], len(text)], strict=True):
        prefix = _PREFIX.search(text[max(0, start - _PREFIX_ROOM) : start])
        quote = text[start - 1 : start] if start else ""
        body = _body(text[start:end], quote == '"')
        written = (prefix.group() if prefix else quote if quote and quote in "“„«‘" else "") + body
        # What a zone file or a panel writes before the value is no mistake of the record.
        bare = written if not prefix or _is_mistake(prefix.group(), text, start) else body
        records.append(bare.strip())
    return Pasted(tuple(dict.fromkeys(record for record in records if record)), type99)


def _is_mistake(prefix: str, text: str, start: int) -> bool:
    """``SPF v=spf1`` is one; ``IN TXT "v=spf1"`` and ``TXT: v=spf1`` are how records are shown."""
    line = text[text.rfind("\n", 0, start) + 1 : start]
    return prefix.lower().startswith("spf") and '"' not in prefix and not line.removesuffix(prefix).strip()


def _body(text: str, quoted: bool) -> str:
    """The record that begins here: to the closing quote, else to its all-term, else as long as terms follow."""
    if quoted:
        return text.partition('"')[0]
    words: list[str] = []
    for line in text.splitlines()[:_MAX_LINES]:
        if not line.strip() or (words and not _goes_on(line)):
            break
        for word in line.split(" "):
            words.append(word)
            if _ALL.match(word.strip("\"'“”„«»‘’`)")) and not _continues(line, word):
                return " ".join([*words[:-1], word.rstrip(".,;:!?)")])
    return " ".join(words).rstrip("\"'")


def _continues(line: str, word: str) -> bool:
    """Terms behind ``all`` belong to the record (they are a mistake to be shown); talk does not."""
    rest = line.partition(f"{word} ")[2].split()
    return bool(rest) and _is_term(rest[0])


def _goes_on(line: str) -> bool:
    return _is_term(line.split()[0])


def _is_term(word: str) -> bool:
    term = parse_term(word)
    if term.name in MECHANISMS or term.name in MODIFIERS:
        return len(term.name) > 3 or term.name == "all" or bool(term.value) or term.name in ("mx", "ptr")
    return False


def find_dmarc(text: str) -> tuple[str, ...]:
    """The DMARC records of a pasted text, a line each, without quotes and zone-file words. Never raises."""
    text = _JOINT.sub("", text.replace('\\"', '"'))
    found = []
    for line in text.splitlines()[:_MAX_LINES]:
        start = re.search(r"v\s?[=:]?\s?dmarc", line, re.IGNORECASE)
        body = line[start.start() :] if start and "p=" not in line[: start.start()].lower() else line
        body = body.strip().strip("\"“„«'‘”»’`").strip()
        if start and '"' in body:
            body = body.partition('"')[0].strip()
        if body and looks_like_dmarc(body):
            found.append(body)
    return tuple(dict.fromkeys(found))[:MAX_RECORDS]
