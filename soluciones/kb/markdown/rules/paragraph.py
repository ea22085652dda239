"""A paragraph is prose; one that holds only an image too (its text is the alternative text)."""

from __future__ import annotations

from soluciones.kb.markdown.page import Group, Page
from soluciones.kb.markdown.parser import CONTAINERS
from soluciones.kb.markdown.rules._block import rendered
from soluciones.kb.types import Block


def paragraph(group: Group, page: Page) -> tuple[Block, ...] | None:
    """``paragraph_open`` → prose."""
    if group.type != "paragraph":
        return None
    if group.tokens[1].content.startswith(":::"):
        hint = f"Known boxes: {', '.join(f':::{name}' for name in CONTAINERS)}; each ends with a line `:::`."
        page.problems.warning("unknown_container", page.path, page.line(group.tokens[0]), "`:::` shown as text", hint)
    return rendered(group, page, "prose")
