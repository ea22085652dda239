"""From safe HTML to the text a reader sees. Deterministic: a chunk's text is defined as this of its HTML."""

from __future__ import annotations

from collections.abc import Sequence
from html.parser import HTMLParser

from soluciones.kb.safe_html import BLOCK_TAGS

CELL_JOINER = " | "


class _Reader(HTMLParser):
    """Writes one line for each paragraph, list item, table row and line of code."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.lines: list[str] = []
        self.rows: list[tuple[str, ...]] = []
        self._line: list[str] = []
        self._cells: list[str] = []
        self._cell_depth = 0
        self._in_pre = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "img":
            self._line.append(dict(attrs).get("alt") or "")
        elif tag == "br":
            self._break()
        elif tag in ("td", "th"):
            if self._cell_depth == 0:
                self._line = []
            self._cell_depth += 1
        elif tag in BLOCK_TAGS:
            self._break()
            if tag == "tr" and not self._cell_depth:
                self._cells = []
            elif tag == "pre" and not self._cell_depth:
                self._in_pre = True

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th"):
            self._cell_depth = max(0, self._cell_depth - 1)
            if self._cell_depth == 0:
                self._cells.append(_fold(self._line))
                self._line = []
        elif tag == "pre" and self._in_pre:
            self._in_pre = False
            self._end_pre()
        elif tag == "tr" and not self._cell_depth:
            self._end_row()
        elif tag in BLOCK_TAGS:
            self._break()

    def handle_data(self, data: str) -> None:
        self._line.append(data)

    def finish(self) -> str:
        self.close()
        self._break()
        return "\n".join(self.lines)

    def _break(self) -> None:
        if self._cell_depth:
            self._line.append(" ")
        elif self._in_pre:
            self._line.append("\n")
        else:
            text = _fold(self._line)
            self._line = []
            if text:
                self.lines.append(text)

    def _end_pre(self) -> None:
        text = "".join(self._line).strip("\n")
        self._line = []
        if text.strip():
            self.lines.append(text)

    def _end_row(self) -> None:
        self._line = []
        self.rows.append(tuple(self._cells))
        if any(self._cells):
            self.lines.append(row_text(self._cells))
        self._cells = []


def _fold(parts: list[str]) -> str:
    return " ".join("".join(parts).split())


def row_text(cells: Sequence[str]) -> str:
    """A table row as one line, e.g. ``993 | IMAPs | recomendado``."""
    return CELL_JOINER.join(cells).strip()


def html_cells(html: str) -> list[tuple[str, ...]]:
    """The text of each cell of each table row, rows without a text included."""
    reader = _Reader()
    reader.feed(html)
    reader.finish()
    return reader.rows


def html_to_text(html: str) -> str:
    """Plain text of HTML that ``sanitise`` has made.

    List items, paragraphs and table rows stand on lines of their own, cells are joined by `` | ``, white space is
    folded except in ``<pre>``, an image is its alternative text, and blank lines are dropped outside ``<pre>``.
    """
    reader = _Reader()
    reader.feed(html)
    return reader.finish()
