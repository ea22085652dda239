"""Makes one SPF record of several, with the tenant's include, and loosens rather than tightens.

The rule: existing terms keep their order and qualifiers; the include stands once, at the front; what says the same
is written once (case-blind, ``+`` stripped); one ``all`` at the end, the laxest ``~all`` or ``?all`` there was, because
a forgotten sender would bounce if it were tightened silently; never ``+all``; ``redirect=X`` becomes ``include:X``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

from soluciones.answer.mailauth.spf_parse import VERSION, SpfRecord, Term, parse_spf, parse_term, same_key

AllNote = Literal["", "kept_soft", "softened", "added"]

_LAXER = {"?": 0, "~": 1, "-": 2}


@dataclass(frozen=True, slots=True)
class Merged:
    """The merged record and what had to be decided on the way."""

    record: str
    all_note: AllNote = ""
    """``kept_soft``: laxer than the guide's ``-all``; ``softened``: was ``+all``; ``added``: there was none."""
    converted: tuple[str, ...] = ()
    """Domains whose ``redirect=`` became an ``include:``."""
    dropped: tuple[str, ...] = ()
    """Terms that could not be read and were left out."""


@dataclass(frozen=True, slots=True)
class Change:
    """One word of the difference between two records."""

    op: Literal["same", "add", "remove", "change"]
    text: str
    was: str = ""
    """With ``change``: what ``text`` replaces."""


def merge(records: Sequence[str], include: str, senders: Sequence[str] = (), default_all: str = "-") -> Merged:
    """Merges records that were repaired already (``spf_typos.repair``).

    Args:
        records: any number of records; those not beginning with ``v=spf1`` are read as bare terms.
        include: the tenant's include host.
        senders: more hosts to include, behind the existing terms.
        default_all: qualifier of ``all`` where there is no record at all.
    """
    parsed = [parse_spf(text) for text in records]
    terms = [parse_term(f"include:{include}")]
    converted: list[str] = []
    dropped: list[str] = []
    for record in parsed:
        redirected = []
        for term in record.terms:
            if term.problem:
                dropped.append(term.text)
            elif term.modifier == "redirect":
                converted.append(term.value)
                redirected.append(parse_term(f"include:{term.value}"))
            elif term.mechanism != "all":
                terms.append(term)
        terms += redirected  # a redirect is read last, so its include stands last
    terms += [parse_term(f"include:{host}") for host in senders]
    qualifier, note = _all(parsed, default_all)
    words = [VERSION, *_once(terms, include), f"{qualifier}all"]
    return Merged(" ".join(words), note, tuple(dict.fromkeys(converted)), tuple(dict.fromkeys(dropped)))


def _once(terms: Iterable[Term], include: str) -> list[str]:
    """Each term once, one ``exp=``, and the tenant's include with no other qualifier."""
    seen: set[str] = set()
    words: list[str] = []
    for term in terms:
        key = "exp=" if term.modifier == "exp" else same_key(term.text)
        ours = term.mechanism == "include" and term.value.lower().removesuffix(".") == include
        refused = ours and term.qualifier != "+"
        if key not in seen and not refused:
            words.append(term.text)
        seen.add(key)
    return words


def _all(records: Sequence[SpfRecord], default: str) -> tuple[str, AllNote]:
    if not records:
        return default, ""
    found = [record.all.qualifier if record.all else "" for record in records]
    softened = "+" in found
    added = any(qualifier == "" for qualifier in found)
    qualifier = min(("~" if q in ("+", "") else q for q in found), key=_LAXER.__getitem__)
    if softened:
        return qualifier, "softened"
    if added:
        return qualifier, "added"
    return qualifier, "kept_soft" if qualifier != "-" else ""


def difference(before: str, after: str) -> tuple[Change, ...]:
    """Word by word, in the order of ``after``; a corrected word and another ``all`` are one ``change`` each."""
    (old, old_all), (new, new_all) = _without_all(before), _without_all(after)
    changes: list[Change] = []
    matcher = SequenceMatcher(None, [word.lower() for word in old], [word.lower() for word in new], autojunk=False)
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
        if tag == "equal":
            changes += [Change("same", word) for word in new[j1:j2]]
        elif tag == "replace" and i2 - i1 == j2 - j1:
            changes += [Change("change", new[j], old[i]) for i, j in zip(range(i1, i2), range(j1, j2), strict=True)]
        else:
            changes += [Change("remove", word) for word in old[i1:i2]]
            changes += [Change("add", word) for word in new[j1:j2]]
    if old_all and new_all:
        same = old_all.lower() == new_all.lower()
        return (*changes, Change("same", new_all) if same else Change("change", new_all, old_all))
    changes += [Change("remove", old_all)] if old_all else []
    return (*changes, Change("add", new_all)) if new_all else tuple(changes)


def _without_all(text: str) -> tuple[list[str], str]:
    """The words of a record less its first all-term, and that term ("" for none)."""
    words = text.split()
    place = next((i for i, word in enumerate(words) if word.lower().lstrip("+-~?") == "all"), -1)
    return (words, "") if place < 0 else (words[:place] + words[place + 1 :], words[place])
