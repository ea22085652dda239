"""A guide's page as a browser searches it: runs of text that no block boundary interrupts.

A text directive matches inside one such run only (WICG scroll-to-text-fragment; how Chromium finds text: a paragraph, a
list item's own words, a table cell, a line of code, what stands between two ``<br>``).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from html.parser import HTMLParser

from soluciones.kb.safe_html import BLOCK_TAGS
from soluciones.kb.types import Guide

_TOKEN = re.compile(r"[^ \t\n\r\f]+")
"""Words as HTML separates them: a no-break space belongs to its word."""
_BREAKS = BLOCK_TAGS | {"td", "th", "br"}
HEADING = -1
"""``Line.block`` of a heading."""


@dataclass(frozen=True, slots=True)
class Line:
    """One run of text, in the guide's order."""

    raw: str
    """As it stands in the page, white space folded unless it is code."""
    spans: tuple[tuple[int, int], ...]
    """(start, end) in ``raw`` of each word."""
    folded: tuple[str, ...]
    """The words without case and accents, for browsers do not tell those apart when they search."""
    section: int = 0
    block: int = HEADING
    row: int = 0
    """Rows of a table begun so far in the block, the head included; 0 outside of tables."""
    joined: bool = False
    """Nothing but white space stands between it and the line before it on the page."""

    def text(self, first: int, last: int) -> str:
        """Words ``first`` to ``last``, both included, with what stands between them."""
        return self.raw[self.spans[first][0] : self.spans[last][1]]


class _Reader(HTMLParser):
    """Notes the runs of text of one block, with the row each stands in."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.runs: list[tuple[str, int]] = []
        self._text: list[str] = []
        self._row = 0
        self._pre = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _BREAKS:
            self.end_run()
        self._row += tag == "tr"
        self._pre += tag == "pre"

    def handle_endtag(self, tag: str) -> None:
        if tag in _BREAKS:
            self.end_run()
        self._pre -= tag == "pre"

    def handle_data(self, data: str) -> None:
        if not self._pre:
            self._text.append(data)
            return
        for number, part in enumerate(data.split("\n")):
            if number:
                self.end_run()
            self._text.append(part)

    def end_run(self) -> None:
        whole = "".join(self._text)
        self._text = []
        text = whole.strip(" \t\r\f") if self._pre else " ".join(_TOKEN.findall(whole))
        if text:
            self.runs.append((text, self._row))


def fold(word: str) -> str:
    """A word without case and accents."""
    return "".join(c for c in unicodedata.normalize("NFKD", word.casefold()) if not unicodedata.combining(c))


def line(raw: str, section: int = 0, block: int = HEADING, row: int = 0, joined: bool = False) -> Line:
    """One run of text with its words."""
    found = list(_TOKEN.finditer(raw))
    words = tuple(fold(match.group()) for match in found)
    return Line(raw, tuple(match.span() for match in found), words, section, block, row, joined)


def runs(html: str) -> list[tuple[str, int]]:
    """(text, row) of each run of text of safe HTML."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    reader.end_run()
    return reader.runs


class PageText:
    """The lines of a guide's page: what stands above the guide's body first."""

    def __init__(self, guide: Guide) -> None:
        above = [guide.title, *(section.title for section in guide.sections if section.anchor), guide.title]
        self.lines: tuple[Line, ...] = (
            *(line(" ".join(text.split())) for text in (*above, guide.summary)),
            *_body(guide),
        )
        self.offsets: list[list[int]] = []
        """Where each word of each line begins in ``folded``."""
        parts: list[str] = []
        at = 0
        for one in self.lines:
            starts: list[int] = []
            for word in one.folded:
                starts.append(at)
                at += len(word) + 1
            self.offsets.append(starts)
            parts.append(" ".join(one.folded) + "\n")
            at += not one.folded
        self.folded = "".join(parts)

    def of(self, section: int, blocks: tuple[int, ...], row: int | None = None) -> list[int]:
        """Numbers of the lines of some blocks, or of one table row in them (counted with the table's head)."""
        return [
            number
            for number, one in enumerate(self.lines)
            if one.block != HEADING
            and one.section == section
            and one.block in blocks
            and (row is None or one.row == row)
        ]


def _body(guide: Guide) -> Iterator[Line]:
    for number, section in enumerate(guide.sections):
        before = ""  # kind of what stands directly above; notes carry a label, code a button
        if section.anchor:
            yield line(" ".join(section.title.split()), number)
            before = "heading"
        for position, block in enumerate(section.blocks):
            joined = before not in ("", "code") and block.kind != "note"
            for text, row in runs(block.html):
                yield line(text, number, position, row, joined)
                joined = True
            before = block.kind


class _Same:
    """A guide as a key: by identity, for guides live as long as their generation and comparing them is slow."""

    __slots__ = ("guide",)

    def __init__(self, guide: Guide) -> None:
        self.guide = guide

    def __hash__(self) -> int:
        return id(self.guide)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.guide is self.guide


@lru_cache(maxsize=256)
def _page_text(key: _Same) -> PageText:
    return PageText(key.guide)


def page_text(guide: Guide) -> PageText:
    """The text of a guide's page; kept for as long as the guide is."""
    return _page_text(_Same(guide))
