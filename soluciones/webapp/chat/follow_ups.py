"""Which questions to offer after an answer: its guide's that were not asked yet, then those of its neighbours."""

from __future__ import annotations

import re
from collections.abc import Iterable

from soluciones.answer.language import fold
from soluciones.answer.types import Answer
from soluciones.kb.types import Guide

MOST = 4
_FROM_GUIDE = 3
"""So that one is left for a neighbouring guide."""
_MAX_CHARS = 72
"""A chip of two lines on a telephone; longer questions are not offered."""
_SAME = 0.6
"""Share of the words of the shorter question from which two ask the same."""
_STEM = 5
"""Letters by which words are compared: puerto/puertos, enviar/envío."""
_WORD = re.compile(r"[^\W_]+")
_SMALL_WORDS = """
que qual cual como con por para una uno unos unas los las del mis sus puedo hago tengo uso pongo
the how what can with for from and does
das der die wie was mit fur ein eine ist sind kann mein meine
comment quel quelle avec pour dans des les mon mes est peut faire
come cosa quale per delle posso faccio sono
"""
_SMALL = frozenset(_SMALL_WORDS.split())
_MOST_GUIDES = 3


def _words(text: str) -> frozenset[str]:
    return frozenset(w[:_STEM] for w in _WORD.findall(fold(text)) if len(w) > 2 and w not in _SMALL)


def _alike(one: frozenset[str], other: frozenset[str]) -> bool:
    least = min(len(one), len(other))
    return least > 0 and len(one & other) / least >= _SAME


def _askable(text: str) -> bool:
    return "?" in text and len(text) <= _MAX_CHARS


def follow_ups(answer: Answer, asked: str, guides: Iterable[Guide], lang: str) -> tuple[str, ...]:
    """At most ``MOST`` questions, less those that the tools' cards offer themselves; none twice in other words.

    Args:
        answer: what was answered.
        asked: the question.
        guides: the guide of the first citation, then those related to it.
        lang: language of the page; questions in others are not offered.
    """
    if answer.status != "answered":
        return ()
    offered = [str(step["question"]) for tool in answer.tools for step in tool.next if step.get("question")]
    known = [_words(asked), *map(_words, offered)]
    found: list[str] = []
    most = max(MOST - len(offered), 1)
    for number, guide in enumerate(list(guides)[:_MOST_GUIDES]):
        room = min(_FROM_GUIDE if number == 0 else 1, most - len(found))
        for question in _fresh(guide, known, room) if guide.lang == lang else ():
            found.append(question)
            known.append(_words(question))
    return tuple(found)


def _fresh(guide: Guide, known: list[frozenset[str]], room: int) -> list[str]:
    """The first questions of a guide that are like none of the known ones nor like each other."""
    found: list[str] = []
    seen = list(known)
    for question in guide.questions:
        words = _words(question)
        if words and len(found) < room and _askable(question) and not any(_alike(words, one) for one in seen):
            found.append(question)
            seen.append(words)
    return found
