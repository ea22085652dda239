"""Answers as plain JSON data, in the shape of the API contract (DESIGN.md). The CLI and the API print the same."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from soluciones.answer.types import Answer, Download, Finding, ToolResult
from soluciones.index.types import Hit, SearchResult

DownloadUrl = Callable[[ToolResult, Download], str]
"""Makes the address of a download; the CLI has none."""


def no_url(_result: ToolResult, _download: Download) -> str:
    """For callers that serve no files."""
    return ""


def answer_json(answer: Answer, url: DownloadUrl = no_url) -> dict[str, Any]:
    """``POST /api/v1/ask``."""
    return {
        "id": answer.id,
        "conversation": answer.conversation,
        "lang": answer.lang,
        "status": answer.status,
        "confidence": answer.confidence,
        "message": answer.message,
        "answer": [asdict(block) for block in answer.answer],
        "citations": [asdict(citation) for citation in answer.citations],
        "tools": [tool_json(tool, url) for tool in answer.tools],
        "choices": [asdict(choice) for choice in answer.choices],
        "related": [asdict(guide) for guide in answer.related],
        "suggestion": answer.suggestion,
        "generation": answer.generation,
        "took_ms": dict(answer.took_ms),
    }


def tool_json(result: ToolResult, url: DownloadUrl = no_url) -> dict[str, Any]:
    """One entry of ``tools``."""
    return {
        "id": result.tool,
        "status": result.status,
        "headline": result.headline,
        "facts": [asdict(fact) for fact in result.facts],
        "data": dict(result.data),
        "findings": [_finding(finding) for finding in result.findings],
        "downloads": [
            {"name": d.name, "mime": d.mime, "label": d.label, "url": url(result, d)} for d in result.downloads
        ],
        "form": result.form,
        "next": [dict(step) for step in result.next],
        "asks": result.asks,
    }


def _finding(finding: Finding) -> dict[str, Any]:
    fix = None if finding.fix is None else {"guide": finding.fix.guide, "anchor": finding.fix.anchor}
    return {"code": finding.code, "status": finding.status, "text": finding.text, "fix": fix}


def search_json(result: SearchResult, explain: bool = False) -> dict[str, Any]:
    """``GET /api/v1/search``."""
    return {
        "hits": [_hit(hit, explain) for hit in result.hits if hit.chunk.kind != "faq"],
        "guides": [{"guide": guide, "score": round(score, 6)} for guide, score in result.guides],
        "suggestion": result.suggestion,
        "generation": result.generation,
    }


def _hit(hit: Hit, explain: bool) -> dict[str, Any]:
    chunk = hit.chunk
    out: dict[str, Any] = {
        "chunk": chunk.id,
        "guide": chunk.guide,
        "anchor": chunk.anchor,
        "path": list(chunk.path),
        "kind": chunk.kind,
        "text": chunk.text,
        "score": round(hit.score, 6),
    }
    return out | {"parts": dict(hit.parts)} if explain else out
