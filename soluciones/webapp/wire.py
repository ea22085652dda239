"""What the web adds to the plain JSON of the answer layer: addresses of files, of passages and of guides."""

from __future__ import annotations

from typing import Any

from soluciones.answer import wire as plain
from soluciones.answer.links import guide_url
from soluciones.answer.types import Answer, ToolResult
from soluciones.index.types import Hit, SearchResult
from soluciones.kb.types import Guide
from soluciones.webapp.downloads import Tokens
from soluciones.webapp.links import passage_url


def downloads_json(result: ToolResult, lang: str, tokens: Tokens) -> list[dict[str, str]]:
    """The files of a tool's result with their addresses; files whose link would be too long are left out."""
    made = [(item, tokens.url(result, item, lang)) for item in result.downloads]
    return [{"name": d.name, "mime": d.mime, "label": d.label, "url": url} for d, url in made if url]


def tool_json(result: ToolResult, lang: str, tokens: Tokens) -> dict[str, Any]:
    """One tool's result."""
    return plain.tool_json(result) | {"downloads": downloads_json(result, lang, tokens)}


def answer_json(answer: Answer, tokens: Tokens) -> dict[str, Any]:
    """One reply, in the shape of ``POST /api/v1/ask``."""
    tools = [tool_json(result, answer.lang, tokens) for result in answer.tools]
    return plain.answer_json(answer) | {"tools": tools}


def _hit_json(hit: Hit, lang: str, explain: bool) -> dict[str, Any]:
    chunk = hit.chunk
    found: dict[str, Any] = {
        "chunk": chunk.id,
        "guide": chunk.guide,
        "title": chunk.path[0] if chunk.path else chunk.guide,
        "section": chunk.path[-1] if chunk.path else "",
        "path": list(chunk.path),
        "anchor": chunk.anchor,
        "kind": chunk.kind,
        "text": chunk.text,
        "html": chunk.html,
        "lang": chunk.lang,
        "url": passage_url(lang, chunk),
        "score": hit.score,
    }
    if explain:
        found["parts"] = dict(hit.parts)
    return found


def search_json(result: SearchResult, query: str, lang: str, *, explain: bool = False) -> dict[str, Any]:
    """What ``GET /api/v1/search`` answers; ``explain`` adds the parts of each score and the search's signals."""
    found: dict[str, Any] = {
        "q": query,
        "lang": lang,
        "generation": result.generation,
        "suggestion": result.suggestion,
        "hits": [_hit_json(hit, lang, explain) for hit in result.hits],
        "guides": [{"guide": guide, "score": score, "url": guide_url(lang, guide)} for guide, score in result.guides],
    }
    if explain:
        found["signals"] = dict(result.signals)
    return found


def guide_summary_json(guide: Guide, lang: str) -> dict[str, Any]:
    """A guide as one line of a list."""
    return {
        "id": guide.id,
        "title": guide.title,
        "summary": guide.summary,
        "lang": guide.lang,
        "type": guide.type,
        "products": list(guide.products),
        "topics": list(guide.topics),
        "updated": guide.updated.isoformat() if guide.updated else None,
        "url": guide_url(lang, guide.id),
    }


def guide_json(guide: Guide, lang: str) -> dict[str, Any]:
    """A whole guide."""
    return guide_summary_json(guide, lang) | {
        "questions": list(guide.questions),
        "tools": list(guide.tools),
        "related": list(guide.related),
        "aliases": list(guide.aliases),
        "references": list(guide.references),
        "review_by": guide.review_by.isoformat() if guide.review_by else None,
        "sections": [
            {
                "anchor": section.anchor,
                "title": section.title,
                "level": section.level,
                "path": list(section.path),
                "blocks": [{"kind": b.kind, "text": b.text, "html": b.html} for b in section.blocks],
            }
            for section in guide.sections
        ],
    }
