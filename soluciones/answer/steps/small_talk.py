"""Greetings, thanks, «¿qué sabes hacer?» and «quiero hablar con una persona», before anything is searched."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from importlib import resources

import yaml

from soluciones.answer.language import fold
from soluciones.answer.service import MAX_QUESTION_CHARS
from soluciones.answer.turn import SmallTalk, Turn
from soluciones.answer.types import Choice

_WORD = re.compile(r"[^\W_]+")
_MAX_WORDS = 14
"""A wish for a person is short; a long complaint that mentions one is a question first."""
_MAX_PERSON_GAP = 5
"""Words between «hablar» and «persona», in either order («mit einem Menschen sprechen»)."""
_GREETINGS_BEFORE_QUESTION = 3


@cache
def _data() -> tuple[Mapping[str, SmallTalk], Mapping[str, frozenset[str]], tuple[str, ...]]:
    raw = yaml.safe_load(resources.files("soluciones.answer").joinpath("data/small_talk.yml").read_text("utf-8"))
    kinds: tuple[SmallTalk, ...] = ("greeting", "thanks", "bye", "help")
    whole = {" ".join(words(line)): kind for kind in kinds for line in raw[kind].split("\n")}
    sets = {key: frozenset(raw[key].split()) for key in ("polite", "person_words", "person_verbs")}
    return whole, sets, tuple(" ".join(words(line)) for line in raw["person_phrases"].split("\n"))


def words(text: str) -> list[str]:
    """Folded words of a text, punctuation dropped."""
    return _WORD.findall(fold(text[:MAX_QUESTION_CHARS]))


def wants_person(tokens: list[str]) -> bool:
    """A verb of contact near a word for a person, or a set phrase, in a short text."""
    if len(tokens) > _MAX_WORDS:
        return False
    _, sets, phrases = _data()
    line = f" {' '.join(tokens)} "
    if any(f" {phrase} " in line for phrase in phrases):
        return True
    verbs = [i for i, token in enumerate(tokens) if token in sets["person_verbs"]]
    people = [i for i, token in enumerate(tokens) if token in sets["person_words"]]
    return any(abs(person - verb) <= _MAX_PERSON_GAP for verb in verbs for person in people)


def classify(text: str) -> SmallTalk:
    """What kind of small talk the whole text is; "" when it is a question."""
    whole, sets, _ = _data()
    tokens = [token for token in words(text) if token not in sets["polite"]]
    kind = whole.get(" ".join(tokens), "")
    return kind or ("person" if wants_person(tokens) else "")


def without_greeting(text: str) -> str:
    """«Hola, ¿qué puerto uso?» → «¿qué puerto uso?»: greetings only blur the search."""
    whole, _, _ = _data()
    matches = list(_WORD.finditer(text))[: _GREETINGS_BEFORE_QUESTION + 1]
    for count in range(min(_GREETINGS_BEFORE_QUESTION, len(matches) - 1), 0, -1):
        head = " ".join(fold(match.group()) for match in matches[:count])
        if whole.get(head) == "greeting":
            return text[matches[count - 1].end() :].lstrip(" ,.;:!¡\n-–—") or text
    return text


def recognise_small_talk(turn: Turn) -> Turn:
    """Answers small talk at once; otherwise drops a leading greeting from what is searched."""
    kind = classify(turn.question)
    if not kind:
        rest = without_greeting(turn.question)
        return replace(turn, question=rest, query=rest)
    say = turn.texts.text
    if kind == "person":
        return replace(turn, small_talk=kind, status="handoff", message=say(turn.lang, "answer.person"))
    offers: tuple[Choice, ...] = ()
    if kind in ("greeting", "help"):
        offers = tuple(Choice(question, question) for question in suggestions(turn))
    return replace(turn, small_talk=kind, status="chat", message=say(turn.lang, f"answer.{kind}"), choices=offers)


def suggestions(turn: Turn, limit: int = 4) -> tuple[str, ...]:
    """The site's suggested questions in the visitor's language."""
    site = turn.know.site
    return site.suggestions.get(turn.lang, site.suggestions.get(site.default_language, ()))[:limit]
