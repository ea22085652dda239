"""The glossary as terms: which other words may stand for the words of a question, in any of the site's languages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from soluciones.index.keyword.analysis import analyse, clean
from soluciones.kb.glossary import Glossary

MAX_NAME_WORDS = 6
"""Longer names of one idea are sentences; they are not matched."""


@dataclass(frozen=True, slots=True)
class Name:
    """One name of an idea, analysed."""

    text: str
    """As the glossary writes it."""
    terms: tuple[str, ...]
    """First term of each of its words."""


@dataclass(frozen=True, slots=True)
class Match:
    """A name found in a question."""

    start: int
    """Index of its first token."""
    length: int
    """Number of tokens."""
    others: tuple[Name, ...]
    """The other names of the idea."""


class Thesaurus:
    """Finds glossary names in a sequence of terms. Immutable."""

    def __init__(self, glossary: Mapping[str, object]) -> None:
        """Takes ``glossary.yml`` as plain data (``Content.glossary``)."""
        self._table: dict[tuple[str, ...], tuple[Name, ...]] = {}
        for entry in Glossary.model_validate(dict(glossary)).entries:
            names = _unique(
                [_name(text, "es") for text in (entry.term, *entry.synonyms)]
                + [_name(text, lang) for lang, texts in entry.translations.items() for text in texts]
            )
            for name in names:
                others = tuple(other for other in names if other.terms != name.terms)
                known = self._table.get(name.terms, ())
                self._table[name.terms] = known + tuple(other for other in others if other not in known)
        self._longest = max(map(len, self._table), default=0)
        self._words = frozenset(term for terms in self._table for term in terms)

    def knows(self, term: str) -> bool:
        """Whether a term is part of any name."""
        return term in self._words

    def others(self, term: str) -> tuple[Name, ...]:
        """Other names of a one-word name; empty if it is none."""
        return self._table.get((term,), ())

    def matches(self, terms: Sequence[str]) -> tuple[Match, ...]:
        """Names in the sequence, the longest first at each place, never overlapping."""
        found: list[Match] = []
        at = 0
        while at < len(terms):
            for length in range(min(self._longest, len(terms) - at), 0, -1):
                others = self._table.get(tuple(terms[at : at + length]))
                if others is not None:
                    found.append(Match(at, length, others))
                    at += length
                    break
            else:
                at += 1
        return tuple(found)


def _name(text: str, lang: str) -> Name:
    return Name(text, tuple(token.terms[0] for token in analyse(clean(text), lang)))


def _unique(names: Sequence[Name]) -> list[Name]:
    kept = {name.terms: name for name in reversed(names) if 0 < len(name.terms) <= MAX_NAME_WORDS}
    return [kept[terms] for terms in dict.fromkeys(name.terms for name in names if name.terms in kept)]
