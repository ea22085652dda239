"""«¿Y para enviar?»: completes a question that leans on the one before it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from importlib import resources

import yaml

from soluciones.answer.language import fold
from soluciones.answer.turn import Turn

_WORD = re.compile(r"[^\W_]+")
_MAX_WORDS = 7
"""Longer questions say themselves what they are about."""
_MAX_BARE_WORDS = 3
"""So short a question («¿en Thunderbird?») leans on the last one only if it begins with a preposition or an opener."""
_PREPOSITIONS = frozenset(
    (
        *("en", "para", "con", "por", "sin", "desde"),
        *("in", "for", "with", "from", "without"),
        *("pour", "avec", "sans", "chez"),
        *("fur", "fuer", "mit", "ohne", "bei"),
        *("per", "senza", "su"),
    )
)


@cache
def _data() -> tuple[tuple[tuple[str, ...], ...], frozenset[str], Mapping[str, tuple[int, int]], Mapping[str, str]]:
    raw = yaml.safe_load(resources.files("soluciones.answer").joinpath("data/follow_up.yml").read_text("utf-8"))
    openers = tuple(sorted((tuple(line.split()) for line in raw["openers"].split("\n")), key=len, reverse=True))
    sides: dict[str, tuple[int, int]] = {}
    for group, line in enumerate(raw["contrasts"].strip().split("\n")):
        for side, part in enumerate(line.split("|")):
            sides.update(dict.fromkeys(part.split(), (group, side)))
    implied: dict[str, str] = {}
    for line in raw["implies"].strip().split("\n"):
        words, _, other = line.partition("|")
        implied.update(dict.fromkeys(words.split(), other.strip()))
    return openers, frozenset(raw["pronouns"].split()), sides, implied


def leans(question: str) -> bool:
    """True when the question cannot stand alone: an opener («¿y…?»), a pronoun, or a bare prepositional phrase."""
    openers, pronouns, _, _ = _data()
    tokens = _WORD.findall(fold(question))
    if not tokens or len(tokens) > _MAX_WORDS:
        return False
    if any(tuple(tokens[: len(opener)]) == opener for opener in openers):
        return True
    if len(tokens) <= _MAX_BARE_WORDS and tokens[0] in _PREPOSITIONS:
        return True
    return any(token in pronouns for token in tokens) and len(tokens) <= _MAX_WORDS - 1


def complete(question: str, previous: str) -> str:
    """The previous question, less what the new one contrasts with, followed by the new one.

    >>> complete("¿y para enviar?", "¿Qué puerto uso para recibir por IMAP?")
    'Qué puerto uso para por para enviar'
    """
    openers, _, sides, implied = _data()
    new = _WORD.findall(question)
    folded = [fold(word) for word in new]
    for opener in openers:
        if tuple(folded[: len(opener)]) == opener:
            new, folded = new[len(opener) :], folded[len(opener) :]
            break
    said = [implied[word] for word in folded if word in implied] + folded  # what is said outright comes last and wins
    named = {sides[word][0]: sides[word][1] for word in said if word in sides}
    kept = [
        word
        for word in previous.replace("?", " ").replace("¿", " ").split()
        if not _contrasts(fold(word.strip(".,;:!¡\"'()")), named, sides)
    ]
    return " ".join(kept + new)


def _contrasts(word: str, named: Mapping[int, int], sides: Mapping[str, tuple[int, int]]) -> bool:
    group, side = sides.get(word, (-1, -1))
    return group in named and named[group] != side


def resolve_follow_up(turn: Turn) -> Turn:
    """Completes the query from the conversation when the question leans on it."""
    previous = turn.request.state.question
    if not previous or not leans(turn.question):
        return turn
    return replace(turn, query=complete(turn.question, previous), follow_up=True)
