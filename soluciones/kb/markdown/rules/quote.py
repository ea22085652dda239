"""A block quote is prose."""

from __future__ import annotations

from soluciones.kb.markdown.page import Group, Page
from soluciones.kb.markdown.rules._block import rendered
from soluciones.kb.types import Block


def quote(group: Group, page: Page) -> tuple[Block, ...] | None:
    """``blockquote_open`` → prose."""
    return rendered(group, page, "prose") if group.type == "blockquote" else None
