"""Cutting one over-long paragraph or list into pieces that are each well-formed HTML."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from html.parser import HTMLParser

_VOID = frozenset(("br", "hr", "img"))


class _Cutter(HTMLParser):
    """Closes what is open at each cut and opens it again behind it."""

    def __init__(self, cuts: Sequence[int]) -> None:
        super().__init__(convert_charrefs=True)
        self._cuts = list(cuts)
        self._seen = 0
        self._open: list[tuple[str, str]] = []
        self._out: list[str] = []
        self.pieces: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._cut_if_due()
        raw = self.get_starttag_text() or f"<{tag}>"
        self._out.append(raw)
        if tag not in _VOID:
            self._open.append((tag, raw))

    def handle_endtag(self, tag: str) -> None:
        if tag not in _VOID and self._open:
            self._open.pop()
            self._out.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        start = 0
        for position, char in enumerate(data):
            if char.isspace():
                continue
            if self._is_due():
                self._out.append(escape(data[start:position], quote=False))
                self._cut_if_due()
                start = position
            self._seen += 1
        self._out.append(escape(data[start:], quote=False))

    def finish(self) -> tuple[str, ...]:
        self.close()
        self.pieces.append("".join(self._out))
        return tuple(self.pieces)

    def _is_due(self) -> bool:
        return bool(self._cuts) and self._seen >= self._cuts[0]

    def _cut_if_due(self) -> None:
        if not self._is_due():
            return
        self._cuts.pop(0)
        self._out.extend(f"</{tag}>" for tag, _ in reversed(self._open))
        self.pieces.append("".join(self._out))
        self._out = [raw for _, raw in self._open]


def split_html(html: str, cuts: Sequence[int]) -> tuple[str, ...]:
    """Cut sanitised HTML after so many visible characters, tags left balanced: ``len(cuts) + 1`` pieces.

    Args:
        html: safe HTML without tables, code listings and images.
        cuts: rising numbers of characters that are not white space (folding white space does not move a cut).
    """
    cutter = _Cutter(cuts)
    cutter.feed(html)
    return cutter.finish()
