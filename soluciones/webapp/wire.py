"""What the web adds to the plain JSON of the answer layer: addresses of files, of passages and of guides."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from soluciones.answer import wire as plain
from soluciones.answer.links import guide_url
from soluciones.answer.types import Answer, ToolResult
from soluciones.index.types import Hit, SearchResult
from soluciones.kb.types import Guide
from soluciones.webapp import toolbox
from soluciones.webapp.access import web
from soluciones.webapp.downloads import Tokens, file_links
from soluciones.webapp.links import passage_url
from soluciones.webapp.uploads import holds_uploads, without_contents, without_uploads


def tool_json(result: ToolResult, lang: str, tokens: Tokens) -> dict[str, Any]:
    """One tool's result; nothing of it repeats a visitor's file."""
    schema = toolbox.schema_of(result.tool)
    links = file_links(result, lang, tokens, private=holds_uploads(schema, result.slots))
    files = [
        {"name": one.file.name, "mime": one.file.mime, "label": one.file.label, "url": one.url, "method": one.method}
        for one in links
    ]
    steps = [dict(step) | {"slots": next_slots(step)} if "slots" in step else dict(step) for step in result.next]
    return plain.tool_json(result) | {"downloads": files, "form": without_contents(result.form), "next": steps}


def next_slots(step: Mapping[str, Any]) -> dict[str, Any]:
    """The slots that a next step may carry: all but visitors' files."""
    return without_uploads(toolbox.schema_of(str(step.get("tool") or "")), step.get("slots") or {})


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
        "url": passage_url(lang, chunk, web().service.guide(chunk.guide)),
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
