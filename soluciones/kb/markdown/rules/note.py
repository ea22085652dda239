"""A ``:::note``, ``:::warning`` or ``:::tip`` container is a note."""

from __future__ import annotations

from soluciones.kb.markdown.page import Group, Page
from soluciones.kb.markdown.parser import CONTAINERS
from soluciones.kb.markdown.rules._block import rendered
from soluciones.kb.types import Block


def note(group: Group, page: Page) -> tuple[Block, ...] | None:
    """``container_note_open`` and its sisters → note, labelled with the container's name."""
    name = group.type.removeprefix("container_")
    if group.type == name or name not in CONTAINERS:
        return None
    if set(group.tokens[-1].markup) != {":"}:
        hint = "Close the box with a line `:::`."
        line = page.line(group.tokens[0])
        page.problems.warning("unclosed_container", page.path, line, f"`:::{name}` is not closed", hint)
    return rendered(group, page, "note", label=name)
