"""A bullet list is prose: its items stand on their own lines."""

from __future__ import annotations

from soluciones.kb.markdown.page import Group, Page
from soluciones.kb.markdown.rules._block import rendered
from soluciones.kb.types import Block


def bullet_list(group: Group, page: Page) -> tuple[Block, ...] | None:
    """``bullet_list_open`` → prose."""
    return rendered(group, page, "prose") if group.type == "bullet_list" else None
