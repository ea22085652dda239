"""Raw HTML is cleaned like everything else; what nh3 takes away is reported. Comments show nothing."""

from __future__ import annotations

import re

from soluciones.kb.markdown.page import Group, Page
from soluciones.kb.markdown.rules._block import rendered
from soluciones.kb.safe_html import ALLOWED_TAGS
from soluciones.kb.types import Block

_TAG = re.compile(r"</?([A-Za-z][A-Za-z0-9-]{0,40})")


def html_block(group: Group, page: Page) -> tuple[Block, ...] | None:
    """``html_block`` → prose."""
    if group.type != "html_block":
        return None
    warn_of_html(group.tokens[0].content, page.line(group.tokens[0]), page)
    return rendered(group, page, "prose")


def warn_of_html(html: str, line: int, page: Page) -> None:
    """Name the tags that visitors will not see."""
    if html.startswith("<!--"):
        return
    refused = sorted({name.lower() for name in _TAG.findall(html)} - ALLOWED_TAGS)
    if refused:
        names = ", ".join(f"<{name}>" for name in refused[:5])
        page.problems.warning("html_removed", page.path, line, f"HTML removed: {names}", "Write it in Markdown.")
