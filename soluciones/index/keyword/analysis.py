"""From text to terms: the one analysis that guides and questions share.

Order matters (measured in features.md §4.1: stock Spanish analysis misses 31 % of accented words typed without their
accents): fold accents but keep ñ, restore -ción/-sión/-xión so that the stemmer sees the suffix, stem, fold again.
Numbers, hosts, addresses, records, versions and error codes are terms as they stand, and their parts are terms too.
"""

from __future__ import annotations

import re
import threading
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate

import snowballstemmer

from soluciones.index.keyword.stopwords import stop_words

ANALYSIS_VERSION = 2
"""Raise when any term comes out differently: an index built by another analysis is then built anew."""

MAX_WORD_CHARS = 64
"""Longer words are nobody's words; they are left out."""
MAX_EXACT_CHARS = 255
"""A host name's own limit (RFC 1035 §2.3.4); longer compounds keep only their parts."""
MAX_PARTS = 16
"""Parts of one compound that become terms."""

_TOKEN = re.compile(
    r"(?<![\w.])[-~?+]all(?!\w)"  # SPF mechanisms with their qualifier (RFC 7208 §4.6.2)
    r"|[^\W_]++(?:[.@:=/_+'’-]++[^\W_]++)*+"
)
"""Possessive throughout, and separators are disjoint from letters: time is linear in the text."""
_UNSAFE = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\ue000-\uf8ff]")
_ALWAYS_SPLIT = re.compile(r"://|[/_'’+]|[.@:=-]{2,}")
_LETTERS_THEN_DIGITS = re.compile(r"([^\W\d_]{3,})\d+([^\W\d_]?)")
_CION = re.compile(r"[csx]ion")
_NUMERIC_COMPOUND = re.compile(r"[\d.:]+")


@dataclass(frozen=True, slots=True)
class Token:
    """One word of a text, or one thing kept whole such as a host name."""

    surface: str
    """As written."""
    start: int
    """Offset in the cleaned text (``clean``)."""
    folded: str
    """Lower case without accents; ñ kept."""
    terms: tuple[str, ...]
    """Index terms: the first is the token itself, the others are its parts."""
    exact: bool
    """Number, host, address, record, version or code: never stemmed, corrected or guessed at."""

    @property
    def end(self) -> int:
        """Offset after its last character."""
        return self.start + len(self.surface)


def clean(text: str) -> str:
    """NFC, with control characters and lone surrogates as spaces, so that nothing downstream can choke on them."""
    return unicodedata.normalize("NFC", _UNSAFE.sub(" ", text))


def fold(text: str) -> str:
    """Lower case, compatibility forms unified, accents dropped, ñ kept (año is not ano)."""
    lower = text.casefold()
    if lower.isascii():
        return lower
    return "".join(char if char == "ñ" else _strip(char) for char in unicodedata.normalize("NFC", lower))


@lru_cache(maxsize=4096)
def _strip(char: str) -> str:
    decomposed = unicodedata.normalize("NFKD", char)
    return "".join(part for part in decomposed if not unicodedata.combining(part)).casefold()


_stemmer = snowballstemmer.stemmer("spanish")
_stemmer_lock = threading.Lock()
"""The stemmer keeps its word in itself and is not thread-safe."""


@lru_cache(maxsize=50_000)
def stem(folded: str) -> str:
    """The stem that all forms of a folded word share: «configuracion», «configuraciones» → ``configur``."""
    word = folded[:-2] + "ón" if folded.endswith("ion") and _CION.fullmatch(folded[-4:]) else folded
    with _stemmer_lock:
        stemmed = fold(_stemmer.stemWord(word))
    # Short words (dias) and loan words (emails, imaps) keep a plural -s that the Spanish stemmer does not take.
    return stemmed[:-1] if len(stemmed) > 3 and stemmed.endswith("s") else stemmed


def analyse(text: str, lang: str = "es") -> tuple[Token, ...]:
    """Tokens of a text that ``clean`` has been over, in reading order, without stop words."""
    stops = stop_words(lang)
    tokens: list[Token] = []
    for match in _TOKEN.finditer(text):
        for offset, piece in _pieces(match.group()):
            token = _token(piece, match.start() + offset, stops)
            if token is not None:
                tokens.append(token)
    return tuple(tokens)


def terms(text: str, lang: str = "es") -> list[str]:
    """All terms of a text, parts of compounds included, for the index."""
    return [term for token in analyse(clean(text), lang) for term in token.terms]


def _pieces(run: str) -> list[tuple[int, str]]:
    """Splits a run at separators that never join: ``SSL/TLS``, ``https://host/path``, ``l'adresse``."""
    if run[0] in "-~?+":
        return [(0, run)]
    pieces, start = [], 0
    for split in _ALWAYS_SPLIT.finditer(run):
        pieces.append((start, run[start : split.start()]))
        start = split.end()
    pieces.append((start, run[start:]))
    return [word for piece in pieces if piece[1] for word in _at_colons(*piece)]


def _at_colons(start: int, piece: str) -> list[tuple[int, str]]:
    """«Problema:puerto» is two words with a space forgotten; ``include:host.com`` and ``host:993`` are one thing."""
    words = piece.split(":")
    if len(words) == 1 or not all(map(str.isalpha, words)):
        return [(start, piece)]
    starts = accumulate((len(word) + 1 for word in words), initial=start)
    return list(zip(starts, words, strict=False))


def _token(piece: str, start: int, stops: frozenset[str]) -> Token | None:
    if piece.isalpha():
        if len(piece) > MAX_WORD_CHARS:
            return None
        folded = fold(piece)
        useless = folded in stops or (len(folded) == 1 and folded.isascii())
        return None if useless else Token(piece, start, folded, (stem(folded),), exact=False)
    folded = fold(piece)
    if piece.replace("-", "").isalpha() and piece[0] != "-":
        return _hyphenated(piece, start, folded, stops)
    whole = (folded,) if len(folded) <= MAX_EXACT_CHARS else ()
    found = tuple(dict.fromkeys(whole + tuple(_parts(folded, stops))))[: 1 + MAX_PARTS]
    return Token(piece, start, folded, found, exact=True) if found else None


def _hyphenated(piece: str, start: int, folded: str, stops: frozenset[str]) -> Token | None:
    """«e-mail» is «email» and «anti-spam» is «antispam»; their longer parts count too."""
    joined = folded.replace("-", "")
    if len(joined) > MAX_WORD_CHARS:
        return None
    parts = [stem(part) for part in folded.split("-") if len(part) > 2 and part not in stops]
    return Token(piece, start, folded, tuple(dict.fromkeys([stem(joined), *parts]))[: 1 + MAX_PARTS], exact=False)


def _parts(folded: str, stops: frozenset[str]) -> list[str]:
    """Parts of a compound: host labels, both sides of ``:`` ``=`` ``@`` and ``-``, but never pieces of a number."""
    if folded[0] in "-~?+":
        return [folded[1:]]
    found: list[str] = []
    for side in re.split(r"[@:=-]", folded):
        labels = [side] if _NUMERIC_COMPOUND.fullmatch(side) else side.split(".")
        found += [side, *labels] if len(labels) > 1 else labels
    result: list[str] = []
    for part in found:
        if part.isalpha():
            if len(part) <= MAX_WORD_CHARS and part not in stops:
                result.append(stem(part))
        elif 0 < len(part) <= MAX_EXACT_CHARS:
            result.append(part)
            result += _letters(part)
    return result


def _letters(part: str) -> list[str]:
    """``pop3`` → ``pop``, ``imap4`` → ``imap``, ``pop3s`` → ``pop3`` and ``pop``: people write them either way."""
    match = _LETTERS_THEN_DIGITS.fullmatch(part)
    if match is None:
        return []
    return ([part[:-1]] if match[2] == "s" else []) + [stem(match[1])]
