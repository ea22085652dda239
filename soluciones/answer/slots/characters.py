"""A character that the question is about: written (``¿puedo usar la ñ?``) or named (``guion bajo``)."""

from __future__ import annotations

import re
from functools import cache
from importlib import resources

import yaml

from soluciones.answer.slots.fold import fold
from soluciones.answer.slots.tokens import Question, Token
from soluciones.answer.slots.words import words

MAX_CHARACTERS = 5
"""Characters asked about in one question."""

_CUES = words("character_cues")
_TOPICS = words("character_topics")
_NOUNS = words("character_nouns")
_ARTICLES = words("articles")
_CUE_IN_TEXT = re.compile(r"[a-z]+(?:-[a-z]+)?")
_STOP_LETTERS = frozenset("àèéìòôùÀÈÉÌÒÔÙ")
"""Words of their own in French and Italian: characters only in quotation marks or after a noun like *letter*."""
_STOPS = frozenset("?!¿¡.,;:…\"'")
"""French sets a space before them, so they stand alone: characters only after a noun or article."""
_PROSE_SIGNS = frozenset("-–—/&|·•*")
"""Punctuation that stands alone in ordinary prose: needs the cue right before it."""
_QUOTES = "\"'«»“”‘’„`()¿¡[]"
_WINDOW = 4
"""Words between a cue and the character it speaks of."""


@cache
def _names() -> tuple[re.Pattern[str], dict[str, str]]:
    """One alternation of all names, longest first, and what each stands for."""
    raw = yaml.safe_load(resources.files("soluciones.answer.slots").joinpath("characters.yml").read_text("utf-8"))
    table = {fold(name): str(char) for char, names in raw.items() for name in names}
    ordered = sorted(table, key=len, reverse=True)
    return re.compile(r"(?<!\w)(?:" + "|".join(re.escape(name) for name in ordered) + r")(?!\w)"), table


def character_named(text: str) -> str | None:
    """The character that a text names and nothing else: ``guion bajo`` → ``_``."""
    return _names()[1].get(fold(text.strip()))


def find_characters(question: Question) -> str | None:
    """The characters asked about, in order, joined; None when the question is about something else."""
    if not (_CUES | _TOPICS).intersection(_CUE_IN_TEXT.findall(question.folded)):
        return None
    found = [*_written(question.tokens), *_named(question.folded)]
    ordered = dict.fromkeys(char for _, char in sorted(found))
    return "".join(list(ordered)[:MAX_CHARACTERS]) or None


def _named(folded: str) -> list[tuple[int, str]]:
    pattern, table = _names()
    return [(match.start(), table[match.group()]) for match in pattern.finditer(folded)]


def _written(tokens: tuple[Token, ...]) -> list[tuple[int, str]]:
    found = []
    for index, token in enumerate(tokens):
        char, quoted = _single(token.raw)
        if char and _is_meant(char, quoted, index, tokens):
            found.append((token.start, char))
    return found


def _single(raw: str) -> tuple[str, bool]:
    """The one character that a token is, and whether it stands in quotation marks."""
    inner = raw.rstrip("?!.,;:") or raw[:1]
    stripped = inner.strip(_QUOTES)
    quoted = bool(stripped) and stripped != inner
    text = stripped or inner[:1]
    if len(text) != 1:
        return "", False
    return (text, quoted) if not text.isascii() or not text.isalnum() else ("", False)


def _is_meant(char: str, quoted: bool, index: int, tokens: tuple[Token, ...]) -> bool:
    before = _before(index, tokens)
    after = _after(index, tokens)
    previous = before[-1] if before else ""
    if char in _STOP_LETTERS and not quoted:
        return previous in _NOUNS
    if char in _PROSE_SIGNS and not quoted:
        return previous in _CUES or bool(_CUES.intersection(before[-2:]) and previous in _ARTICLES)
    if char in _STOPS and not quoted:
        return previous in _NOUNS or previous in _ARTICLES
    return bool(_CUES.intersection(before) or _CUES.intersection(after))


def _before(index: int, tokens: tuple[Token, ...]) -> list[str]:
    words: list[str] = []
    for token in reversed(tokens[max(0, index - _WINDOW) : index]):
        if token.closes and token.text:
            break
        words.insert(0, token.folded)
    return words


def _after(index: int, tokens: tuple[Token, ...]) -> list[str]:
    if tokens[index].closes and len(tokens[index].raw) > 1:
        return []
    return [token.folded for token in tokens[index + 1 : index + 1 + _WINDOW]]
