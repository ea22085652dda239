"""Rows of a checklist: sentences of the guides, word for word, each with its place."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from soluciones.answer.tools.base import Tool, ToolContext
from soluciones.answer.tools.results import domain_of
from soluciones.kb.facts import Source


def rows(sources: Iterable[Source]) -> list[dict[str, Any]]:
    """``{"text", "guide", "anchor", "from_guide"}`` of each sentence."""
    return [{"text": s.quote, "guide": s.guide, "anchor": s.anchor, "from_guide": True} for s in sources]


def group(tool: Tool, context: ToolContext, name: str, sources: Iterable[Source], **params: object) -> dict[str, Any]:
    """A titled part of a checklist: ``{"id", "title", "steps"}``; the title is ``<domain>.group.<name>``."""
    title = context.say(f"{domain_of(tool.id)}.group.{name}", **params)
    return {"id": name, "title": title, "steps": rows(sources)}
