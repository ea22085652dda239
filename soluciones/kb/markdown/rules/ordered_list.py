"""An ordered list is a procedure: nested lists, code and notes in its steps belong to it."""

from __future__ import annotations

from soluciones.kb.markdown.page import Group, Page
from soluciones.kb.markdown.rules._block import rendered
from soluciones.kb.types import Block


def ordered_list(group: Group, page: Page) -> tuple[Block, ...] | None:
    """``ordered_list_open`` → steps."""
    return rendered(group, page, "steps") if group.type == "ordered_list" else None
