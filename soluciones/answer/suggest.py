"""What the search box offers while one types: guides' questions and titles that hold every typed word."""

from __future__ import annotations

from collections.abc import Iterator

from soluciones.answer.links import guide_url
from soluciones.answer.service import Suggestion
from soluciones.answer.steps.small_talk import words
from soluciones.index.store.snapshot import Snapshot
from soluciones.kb.types import Guide

_MAX_PER_GUIDE = 3
"""No guide fills the list alone."""


def suggest(snapshot: Snapshot, text: str, lang: str, limit: int) -> tuple[Suggestion, ...]:
    """At most ``limit`` suggestions: titles first, then questions; every typed word begins a word of each."""
    typed = words(text)
    if not typed:
        return ()
    found: list[tuple[int, int, Suggestion]] = []
    for guide in snapshot.guides.values():
        if guide.audience != "visitor":
            continue
        matches = [s for s in _candidates(guide, lang) if _matches(typed, words(s.text))][:_MAX_PER_GUIDE]
        found += [(s.kind != "guide", len(s.text), s) for s in matches]
    return tuple(s for _, _, s in sorted(found, key=lambda item: item[:2])[:limit])


def _candidates(guide: Guide, lang: str) -> Iterator[Suggestion]:
    url = guide_url(lang, guide.id)
    yield Suggestion(guide.title, guide.id, guide.title, url, "guide")
    for question in guide.questions:
        yield Suggestion(question, guide.id, guide.title, url, "question")


def _matches(typed: list[str], have: list[str]) -> bool:
    return all(any(word.startswith(token) for word in have) for token in typed)
