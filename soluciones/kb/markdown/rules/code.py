"""A fence or an indented listing is code; the first word behind the fence is its language."""

from __future__ import annotations

from soluciones.kb.markdown.page import Group, Page
from soluciones.kb.markdown.rules._block import rendered
from soluciones.kb.types import Block


def code(group: Group, page: Page) -> tuple[Block, ...] | None:
    """``fence`` or ``code_block`` → code."""
    if group.type not in ("fence", "code_block"):
        return None
    language = group.tokens[0].info.split()[:1]
    return rendered(group, page, "code", label=language[0][:40] if language else "")
