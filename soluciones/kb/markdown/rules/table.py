"""A table, whole and row by row: each row also stands alone under the table's head."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from markdown_it.token import Token

from soluciones.kb.html_text import CELL_JOINER, html_to_text
from soluciones.kb.markdown.page import Group, Page
from soluciones.kb.markdown.rules._block import rendered
from soluciones.kb.types import Block, Row


def table(group: Group, page: Page) -> tuple[Block, ...] | None:
    """``table_open`` → table with its head and rows."""
    if group.type != "table":
        return None
    tokens = group.tokens
    body = next((i for i, token in enumerate(tokens) if token.type == "tbody_open"), len(tokens) - 1)
    head = _slices(tokens[:body], "tr")
    heads = _cells(head[0], page) if head else ()
    rows = tuple(row for part in _slices(tokens[body:], "tr") if (row := _row(part, tokens[:body], page)) is not None)
    return tuple(replace(block, head=heads, rows=rows) for block in rendered(group, page, "table"))


def _row(tokens: Sequence[Token], head: Sequence[Token], page: Page) -> Row | None:
    cells = _cells(tokens, page)
    if not any(cells):
        return None
    ends = (Token("tbody_close", "tbody", -1), Token("table_close", "table", -1))
    html = page.render((*head, Token("tbody_open", "tbody", 1), *tokens, *ends))
    return Row(cells, CELL_JOINER.join(cells).strip(), html, page.span(tokens[0]))


def _cells(tokens: Sequence[Token], page: Page) -> tuple[str, ...]:
    cells = (part for kind in ("th", "td") for part in _slices(tokens, kind))
    return tuple(html_to_text(page.render(cell[1:-1])).replace("\n", " ") for cell in cells)


def _slices(tokens: Sequence[Token], name: str) -> list[Sequence[Token]]:
    """Each run from ``name_open`` to its ``name_close``; rows and cells do not nest in Markdown."""
    starts = [i for i, token in enumerate(tokens) if token.type == f"{name}_open"]
    ends = [i for i, token in enumerate(tokens) if token.type == f"{name}_close"]
    return [tokens[start : end + 1] for start, end in zip(starts, ends, strict=True)]
