"""Search results as the page shows them: guides in order, each with its best passages."""

from __future__ import annotations

from dataclasses import dataclass

from soluciones.answer.links import guide_url
from soluciones.index.types import SearchResult
from soluciones.webapp.access import web
from soluciones.webapp.highlight import Piece, snippet
from soluciones.webapp.links import passage_url

_PER_GUIDE = 3
"""Passages of one guide; more would push the next guide off the screen."""
_GUIDES = 8


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

    title: str
    url: str
    lang: str
    passages: list[PassageResult]


def results(found: SearchResult, query: str, lang: str) -> list[GuideResult]:
    """The hits by guide, in the order of the guides' best hits; each section of a guide once."""
    groups: dict[str, GuideResult] = {}
    seen: set[tuple[str, str]] = set()
    for hit in found.hits:
        chunk = hit.chunk
        if chunk.kind == "faq" or (chunk.guide, chunk.anchor) in seen:
            continue  # questions of front matter are not on the page
        if chunk.guide not in groups:
            guide = web().service.guide(chunk.guide)
            if guide is None or len(groups) >= _GUIDES:
                continue
            language = guide.lang if guide.lang != lang else ""
            groups[chunk.guide] = GuideResult(guide.title, guide_url(lang, guide.id), language, [])
        passages = groups[chunk.guide].passages
        if len(passages) < _PER_GUIDE:
            seen.add((chunk.guide, chunk.anchor))
            section = chunk.path[-1] if len(chunk.path) > 1 else ""
            pieces = snippet(chunk.text, query)
            passages.append(PassageResult(section, passage_url(lang, chunk), chunk.kind, pieces))
    return list(groups.values())
