"""What most rules do: render, read the text back, keep the place."""

from __future__ import annotations

from soluciones.kb.html_text import html_to_text
from soluciones.kb.markdown.page import Group, Page
from soluciones.kb.types import Block, BlockKind


def rendered(group: Group, page: Page, kind: BlockKind, label: str = "") -> tuple[Block, ...]:
    """One block of the whole group; none when a reader would see neither text nor image."""
    html = page.render(group.tokens)
    text = html_to_text(html)
    if not text and "<img" not in html:
        return ()
    return (Block(kind, text, html, page.span(group.tokens[0]), label=label),)
