"""Tables that read well on a phone: each cell carries its column's head, so that a row can stand as a card."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from html.parser import HTMLParser

_CARDS_FROM = 3
"""Columns. Two fit next to each other on any phone."""


class _Labeller(HTMLParser):
    """Copies safe HTML, adding ``data-label`` to the cells of the body."""

    def __init__(self, head: Sequence[str]) -> None:
        super().__init__(convert_charrefs=False)
        self.out: list[str] = []
        self._head = head
        self._column = 0
        self._in_head = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        raw = self.get_starttag_text() or ""
        self._in_head = tag == "thead" or (self._in_head and tag != "tbody")
        if tag == "tr":
            self._column = 0
        if tag in ("td", "th"):
            if not self._in_head and self._column < len(self._head):
                raw = f'{raw[:-1]} data-label="{escape(self._head[self._column])}">'
            self._column += 1
        self.out.append(raw)

    def handle_endtag(self, tag: str) -> None:
        self._in_head = self._in_head and tag != "thead"
        self.out.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        self.out.append(data)

    def handle_entityref(self, name: str) -> None:
        self.out.append(f"&{name};")

    def handle_charref(self, name: str) -> None:
        self.out.append(f"&#{name};")


def has_cards(html: str, head: Sequence[str]) -> bool:
    """Whether a table's rows can be shown as cards: enough columns, each with a head, and no cell across several."""
    return len(head) >= _CARDS_FROM and all(head) and "span=" not in html


def labelled(html: str, head: Sequence[str]) -> str:
    """Safe HTML of a table with each body cell's column head in ``data-label``, to be shown by the style sheet."""
    labeller = _Labeller(head)
    labeller.feed(html)
    labeller.close()
    return "".join(labeller.out)
