"""A ``:::note``, ``:::warning`` or ``:::tip`` container is a note."""

from __future__ import annotations

from dataclasses import replace

from soluciones.kb.markdown.page import Group, Page
from soluciones.kb.markdown.parser import CONTAINERS
from soluciones.kb.markdown.rules._block import rendered
from soluciones.kb.types import Block


def note(group: Group, page: Page) -> tuple[Block, ...] | None:
    """``container_note_open`` and its sisters → note, labelled with the container's name."""
    name = group.type.removeprefix("container_")
    if group.type == name or name not in CONTAINERS:
        return None
    first_line = page.line(group.tokens[0])
    # The plugin's map ends before the closing line, and does not say whether there was one.
    last_line = page.body_line + (group.tokens[0].map or [0, 1])[1]
    closed = last_line <= len(page.lines) and set(page.lines.text(last_line).strip()) == {":"}
    if not closed:
        hint = "Close the box with a line `:::`."
        page.problems.warning("unclosed_container", page.path, first_line, f"`:::{name}` is not closed", hint)
    blocks = rendered(group, page, "note", label=name)
    return tuple(replace(block, span=page.lines.span(first_line, last_line)) for block in blocks) if closed else blocks
