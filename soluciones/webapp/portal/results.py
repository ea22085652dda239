"""Search results as the pages show them: guides in order, each with its best passages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from soluciones.answer.links import guide_url
from soluciones.index.types import Hit, SearchResult
from soluciones.kb.types import Guide
from soluciones.webapp.access import web
from soluciones.webapp.highlight import SNIPPET, Piece, snippet
from soluciones.webapp.links import passage_url

POOL = 60
"""Passages taken from the engine: the best of every guide that could be worth showing."""
_PER_GUIDE = 3
"""Passages of one guide; more would push the next guide off the screen."""
_WORTH = 0.45
"""Of the best passage's score. Scores are relative to one question; below this nothing on the tuning set was right."""


@dataclass(frozen=True, slots=True)
class PassageResult:
    """A passage found."""

    section: str
    url: str
    kind: str
    pieces: list[Piece]


@dataclass(frozen=True, slots=True)
class GuideResult:
    """A guide found, with its passages."""

    guide: Guide
    title: str
    url: str
    lang: str
    """The guide's language where it is not the page's; "" where it is."""
    passages: list[PassageResult]


def worth_showing(found: SearchResult) -> list[Hit]:
    """The hits that may help: those near the best one. Questions of front matter are not on the page."""
    hits = [hit for hit in found.hits if hit.chunk.kind != "faq"]
    return [hit for hit in hits if hit.score >= hits[0].score * _WORTH]


def guides_found(hits: Sequence[Hit]) -> list[Guide]:
    """The guides of some hits, best first."""
    found = (web().service.guide(guide) for guide in dict.fromkeys(hit.chunk.guide for hit in hits))
    return [guide for guide in found if guide is not None]


def results(
    hits: Sequence[Hit], guides: Sequence[Guide], query: str, lang: str, size: int = SNIPPET
) -> list[GuideResult]:
    """The hits of some guides, in the order of the guides; each section of a guide once."""
    groups = {
        guide.id: GuideResult(
            guide, guide.title, guide_url(lang, guide.id), guide.lang if guide.lang != lang else "", []
        )
        for guide in guides
    }
    seen: set[tuple[str, str]] = set()
    for hit in hits:
        chunk = hit.chunk
        group = groups.get(chunk.guide)
        if group is None or len(group.passages) >= _PER_GUIDE or (chunk.guide, chunk.anchor) in seen:
            continue
        seen.add((chunk.guide, chunk.anchor))
        section = chunk.path[-1] if len(chunk.path) > 1 else ""
        url = passage_url(lang, chunk, group.guide)
        group.passages.append(PassageResult(section, url, chunk.kind, snippet(chunk.text, query, size)))
    return list(groups.values())
