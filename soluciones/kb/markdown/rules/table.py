"""A table, whole and row by row: each row also stands alone under the table's head."""

from __future__ import annotations

from dataclasses import replace

from soluciones.kb.html_text import html_cells, row_text
from soluciones.kb.markdown.page import Group, Page
from soluciones.kb.markdown.rules._block import rendered
from soluciones.kb.types import Block, Row

_BODY = "<tbody>"
_ROW, _ROW_END = "<tr>", "</tr>"
_HEAD_END = "</thead>"
_END = "</tbody>\n</table>"


def table(group: Group, page: Page) -> tuple[Block, ...] | None:
    """``table_open`` → table with its head and rows."""
    if group.type != "table":
        return None
    made: list[Block] = []
    for block in rendered(group, page, "table"):
        head, rows = _head_and_rows(block.html, group, page)
        made.append(replace(block, head=head, rows=rows))
    return tuple(made)


def _head_and_rows(html: str, group: Group, page: Page) -> tuple[tuple[str, ...], tuple[Row, ...]]:
    """Head and rows cut out of the table's own safe HTML; none when raw HTML has put other rows between ours."""
    opened = [token for token in group.tokens if token.type == "tr_open"]
    cells = html_cells(html)
    head_html, _, body = html.partition(_HEAD_END)
    rows_html = [part.partition(_ROW_END)[0] for part in body.split(_ROW)[1:]]
    if len(cells) != len(opened) or len(rows_html) != len(opened) - 1 or html.count("<table") != 1:
        return (), ()
    shell = f"{head_html}{_HEAD_END}\n{_BODY}\n{_ROW}"
    rows = (
        Row(row, row_text(row), f"{shell}{row_html}{_ROW_END}\n{_END}", page.span(token))
        for row, row_html, token in zip(cells[1:], rows_html, opened[1:], strict=True)
        if any(row)
    )
    return cells[0], tuple(rows)
