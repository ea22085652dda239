"""Lines of a source text and the spans between them."""

from __future__ import annotations

from itertools import accumulate

from soluciones.kb.types import Span


class SourceLines:
    """The lines of ``source`` (separated by newlines), numbered from 1."""

    def __init__(self, source: str) -> None:
        self._lines = source.split("\n")
        self._starts = [0, *accumulate(len(line) + 1 for line in self._lines)]

    def __len__(self) -> int:
        return len(self._lines)

    def text(self, line: int) -> str:
        """Line ``line`` (1-based) without its newline."""
        return self._lines[line - 1]

    def is_blank(self, line: int) -> bool:
        """Whether line ``line`` (1-based) holds nothing but white space."""
        return not self._lines[line - 1].strip()

    def span(self, first_line: int, last_line: int) -> Span:
        """Lines ``first_line`` to ``last_line``, both 1-based and inclusive, without the last line's newline."""
        end = self._starts[last_line - 1] + len(self._lines[last_line - 1])
        return Span(first_line, last_line, self._starts[first_line - 1], end)

    def trimmed(self, first_line: int, last_line: int) -> Span:
        """The same without blank lines at either end; at least one line is kept."""
        while last_line > first_line and self.is_blank(last_line):
            last_line -= 1
        while first_line < last_line and self.is_blank(first_line):
            first_line += 1
        return self.span(first_line, last_line)
