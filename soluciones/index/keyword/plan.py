"""From a question to what is looked up: wants, each met by the best of its alternatives.

A want is a word of the question. Its alternatives are the word itself, the parts of a compound, the word it may be a
slip of, and other names of the same idea from the glossary. A document earns the best of them, never their sum, so a
text full of synonyms does not outrank the one that says the word.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from soluciones.index.keyword.analysis import Token, analyse
from soluciones.index.keyword.synonyms import Match, Name, Thesaurus
from soluciones.index.keyword.typos import Speller

Origin = Literal["exact", "part", "typo", "synonym"]

MAX_WANTS = 64
"""Distinct words looked up for one question; of a longer text the rarest known ones are kept."""
MAX_CORRECTIONS = 12
"""Unknown words corrected in one question: a text in another script must not cost a thousand comparisons."""
MAX_ALTERNATIVES = 24
"""Alternatives of one want."""

PART_WEIGHT = 0.5
"""A host's label or half of a hyphenated word says less than the whole."""
TYPO_WEIGHT = 0.8
"""Nearly always what was meant, but a word that is really there comes first."""
SYNONYM_WEIGHT = 0.6
"""The same idea in another word: exact beats synonym."""

CREDIT: Mapping[Origin, float] = MappingProxyType({"exact": 1.0, "typo": 0.9, "synonym": 0.8, "part": 0.5})
"""How sure each way of meeting a word is that the guide is about it."""


@dataclass(frozen=True, slots=True)
class Alternative:
    """One way to meet a want."""

    terms: tuple[str, ...]
    """All of them must stand in the document."""
    weight: float
    """Factor on their score."""
    origin: Origin
    text: str
    """In words, for the explanation."""

    @property
    def credit(self) -> float:
        """Share of the want that counts as found, for coverage."""
        return CREDIT[self.origin]


@dataclass(frozen=True, slots=True)
class Want:
    """One word of the question, or one glossary name of several words."""

    text: str
    """As typed."""
    term: str
    """Its own index term (of a slip, the corrected word's); of several words the first one's. "" for a mere idea."""
    exact: bool
    """A number, host, record or code."""
    alternatives: tuple[Alternative, ...]
    members: tuple[Want, ...] = ()
    """The words of a name of several words. Their scores add up, and that sum is one more alternative."""

    @property
    def known(self) -> bool:
        """Whether anything it stands for is in the index."""
        return bool(self.alternatives) or any(member.known for member in self.members)

    @property
    def leaves(self) -> tuple[Want, ...]:
        """The single words."""
        return self.members or (self,)


@dataclass(frozen=True, slots=True)
class Plan:
    """What will be looked up."""

    wants: tuple[Want, ...]
    suggestion: str
    """The question with misspelt words corrected; empty if there is nothing to correct."""


def make_plan(
    text: str,
    lang: str,
    *,
    frequency: Callable[[str], int],
    thesaurus: Thesaurus,
    speller: Speller | None,
    vocabulary: frozenset[str] = frozenset(),
) -> Plan:
    """Plans the search for a cleaned text.

    ``frequency`` gives in how many chunks a term stands (0: unknown). ``speller`` is None when the question is not in
    a language of the guides: foreign words are no slips. Terms in ``vocabulary`` are real words and never corrected.
    """
    tokens = analyse(text, lang)
    corrected = _corrections(tokens, frequency, thesaurus, speller, vocabulary)
    heads = [corrected[token.folded][1] if token.folded in corrected else token.terms[0] for token in tokens]
    wants: dict[tuple[str, ...], Want] = {}
    for match in _cover(thesaurus.matches(heads), len(tokens)):
        span = tokens[match.start : match.start + match.length]
        key = tuple(heads[match.start : match.start + match.length])
        if key not in wants:
            wants[key] = _want(span, key, match.others, corrected, frequency, thesaurus)
    kept = tuple(wants.values())
    if len(kept) > MAX_WANTS:
        kept = tuple(sorted(kept, key=lambda want: (not want.known, _rarity(want, frequency)))[:MAX_WANTS])
    return Plan(kept, _rewrite(text, tokens, corrected, speller))


def _rarity(want: Want, frequency: Callable[[str], int]) -> int:
    ways = (way for leaf in (want, *want.members) for way in leaf.alternatives)
    return min((frequency(term) for way in ways for term in way.terms), default=0)


def _cover(matches: tuple[Match, ...], count: int) -> list[Match]:
    """The matches and, for every token outside them, a match of its own without other names."""
    covered = {match.start: match for match in matches}
    result, at = [], 0
    while at < count:
        match = covered.get(at, Match(at, 1, ()))
        result.append(match)
        at += match.length
    return result


def _corrections(
    tokens: tuple[Token, ...],
    frequency: Callable[[str], int],
    thesaurus: Thesaurus,
    speller: Speller | None,
    vocabulary: frozenset[str],
) -> dict[str, tuple[str, str]]:
    """Folded word → (folded correction, its term), for words that neither guides nor glossary know."""
    found: dict[str, tuple[str, str]] = {}
    if speller is None:
        return found
    tried: set[str] = set()
    for token in tokens:
        term = token.terms[0]
        if token.exact or token.folded in tried or frequency(term) or thesaurus.knows(term) or term in vocabulary:
            continue
        if len(tried) == MAX_CORRECTIONS:
            break
        tried.add(token.folded)
        word = speller.correct(token.folded)
        if word is not None:
            found[token.folded] = (word, analyse(word, "")[0].terms[0] if analyse(word, "") else word)
    return found


def _want(
    span: tuple[Token, ...],
    heads: tuple[str, ...],
    others: tuple[Name, ...],
    corrected: dict[str, tuple[str, str]],
    frequency: Callable[[str], int],
    thesaurus: Thesaurus,
) -> Want:
    if len(span) > 1:
        members = tuple(
            _want((token,), (head,), thesaurus.others(head), corrected, frequency, thesaurus)
            for token, head in zip(span, heads, strict=True)
        )
        text, ways = " ".join(token.surface for token in span), []
    else:
        members, text, ways = (), span[0].surface, _own(span[0], heads[0], corrected)
    ways += [Alternative(name.terms, SYNONYM_WEIGHT, "synonym", name.text) for name in others]
    usable = [way for way in ways if all(map(frequency, way.terms))]
    exact = any(token.exact for token in span)
    if members and usable and not all(map(frequency, heads)):
        # A name the guides do not use in full («mot de passe») is only its idea: «pase» must not stand in for «passe».
        return Want(text, "", False, tuple(usable[:MAX_ALTERNATIVES]))
    return Want(text, heads[0], exact, tuple(usable[:MAX_ALTERNATIVES]), members)


def _own(token: Token, head: str, corrected: dict[str, tuple[str, str]]) -> list[Alternative]:
    """The word itself with its parts, or the word it is a slip of."""
    if token.folded in corrected:
        return [Alternative((head,), TYPO_WEIGHT, "typo", corrected[token.folded][0])]
    parts = [Alternative((part,), PART_WEIGHT, "part", part) for part in token.terms[1:]]
    return [Alternative((head,), 1.0, "exact", token.surface), *parts]


def _rewrite(
    text: str, tokens: tuple[Token, ...], corrected: dict[str, tuple[str, str]], speller: Speller | None
) -> str:
    """The visitor's own wording with only the misspelt words replaced."""
    if not corrected or speller is None:
        return ""
    pieces, at = [], 0
    for token in tokens:
        if token.folded in corrected:
            word = speller.display(corrected[token.folded][0])
            if token.surface.isupper():
                word = word.upper()
            elif token.surface[0].isupper():
                word = word[0].upper() + word[1:]
            pieces += [text[at : token.start], word]
            at = token.end
    return "".join([*pieces, text[at:]]).strip()
