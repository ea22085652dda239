"""A thematic break shows nothing in an answer; its line goes with the chunk that follows."""

from __future__ import annotations

from soluciones.kb.markdown.page import Group, Page
from soluciones.kb.types import Block


def hr(group: Group, _page: Page) -> tuple[Block, ...] | None:
    """``hr`` → nothing."""
    return () if group.type == "hr" else None
