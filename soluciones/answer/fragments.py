"""Text directives ``text=[prefix-,]start[,end][,-suffix]`` that highlight a whole passage of a guide's page.

A browser takes the first match on the page, so each directive is tried against the page's text: as few words as point
to the right place, and the words before or after where that is not enough.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote

from soluciones.answer.page_text import PageText

_EXACT_WORDS = 10
"""A passage of up to this many words in one line is named whole."""
_LONG_EXACT_WORDS = 40
"""So is one of up to this many when its ends alone do not lead to it."""
_MIN_WORDS = 3
_MAX_WORDS = 14
"""Words of each end of a range."""
_MAX_CONTEXT = 10
_TELLING = 6
"""Letters and digits; fewer may stand in a form or a menu as well."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """A passage: from a word of one line to a word of the same or a later line, both included."""

    first_line: int
    first_word: int
    last_line: int
    last_word: int


@dataclass(frozen=True, slots=True)
class _Term:
    """Neighbouring words of one line."""

    line: int
    first: int
    last: int


def escape(text: str) -> str:
    """Words as they may stand in a directive, where commas, ampersands and dashes have a meaning."""
    return quote(text, safe="").replace("-", "%2D")


class Finder:
    """Finds terms on a page as a browser does: in order, at word boundaries, whatever their case and accents."""

    def __init__(self, page: PageText) -> None:
        self.page = page

    def words(self, term: _Term) -> str:
        """A term as it is compared."""
        return " ".join(self.page.lines[term.line].folded[term.first : term.last + 1])

    def at(self, term: _Term) -> int:
        """Where a term stands."""
        return self.page.offsets[term.line][term.first]

    def end(self, term: _Term) -> int:
        """Where it ends."""
        return self.at(term) + len(self.words(term))

    def first(self, term: _Term, after: int = 0, before: _Term | None = None, behind: _Term | None = None) -> int:
        """The first place of a term's words from ``after`` on, between the words of its context; -1 for none."""
        text, wanted = self.page.folded, self.words(term)
        place = text.find(wanted, after)
        while place >= 0:
            end = place + len(wanted)
            if self._apart(place, end) and self._context(place, end, before, behind):
                return place
            place = text.find(wanted, place + 1)
        return -1

    def _apart(self, start: int, end: int) -> bool:
        text = self.page.folded
        left = start > 0 and text[start - 1].isalnum() and text[start].isalnum()
        right = end < len(text) and text[end].isalnum() and text[end - 1].isalnum()
        return not left and not right

    def _context(self, start: int, end: int, before: _Term | None, behind: _Term | None) -> bool:
        text = self.page.folded
        if before is not None and not text[:start].rstrip().endswith(self.words(before)):
            return False
        return behind is None or text[end:].lstrip().startswith(self.words(behind))


def directive(page: PageText, stretch: Stretch) -> str:
    """The directive for a passage, without ``text=``; "" when no words lead to it alone."""
    finder = Finder(page)
    words = stretch.last_word - stretch.first_word + 1 if stretch.first_line == stretch.last_line else 0
    whole = _Term(stretch.first_line, stretch.first_word, stretch.last_word)
    found = _exact(finder, whole) if 0 < words <= _EXACT_WORDS else ""
    found = found or _range(finder, stretch)
    return found or (_exact(finder, whole) if _EXACT_WORDS < words <= _LONG_EXACT_WORDS else "")


def _weak(finder: Finder, term: _Term) -> bool:
    """Whether words are so few that what stands around the guide on its page may hold them too."""
    return sum(map(str.isalnum, finder.words(term))) < _TELLING


def _exact(finder: Finder, term: _Term) -> str:
    contexts = list(_contexts(finder.page, term))
    if _weak(finder, term):
        contexts = [*contexts[_MIN_WORDS:], *contexts[:_MIN_WORDS]]
    for before, behind in contexts:
        if finder.first(term, 0, before, behind) == finder.at(term):
            return _written(finder.page, before, [term], behind)
    return ""


def _range(finder: Finder, stretch: Stretch) -> str:
    start, before = _start(finder, stretch)
    if start is None:
        return ""
    end, behind = _end(finder, stretch, start)
    if end is None:
        return ""
    return _written(finder.page, before, [start, end], behind)


def _start(finder: Finder, stretch: Stretch) -> tuple[_Term | None, _Term | None]:
    """The words the passage begins with, and those before it where they are needed."""
    alone = [term for term in _heads(finder.page, stretch) if finder.first(term) == finder.at(term)]
    told = next((term for term in alone if not _weak(finder, term)), None)
    if told is not None:
        return told, None
    for term in _heads(finder.page, stretch):
        for before in list(_before(finder.page, term))[min(len(alone), 1) :]:
            if finder.first(term, 0, before) == finder.at(term):
                return term, before
    return (alone[0] if alone else None), None


def _end(finder: Finder, stretch: Stretch, start: _Term) -> tuple[_Term | None, _Term | None]:
    """The words the passage ends with, and those behind it where they are needed."""
    after = finder.end(start)
    for term in _tails(finder.page, stretch, start):
        if finder.first(term, after) == finder.at(term):
            return term, None
    for term in _tails(finder.page, stretch, start):
        for behind in _behind(finder.page, term):
            if finder.first(term, after, None, behind) == finder.at(term):
                return term, behind
    return None, None


def _heads(page: PageText, stretch: Stretch) -> Iterator[_Term]:
    """Ever more words from the passage's beginning, leaving some for its end."""
    one_line = stretch.first_line == stretch.last_line
    last = stretch.last_word if one_line else len(page.lines[stretch.first_line].folded) - 1
    room = (last - stretch.first_word) // 2 if one_line else last - stretch.first_word
    for count in _counts(room + 1):
        yield _Term(stretch.first_line, stretch.first_word, stretch.first_word + count - 1)


def _tails(page: PageText, stretch: Stretch, start: _Term) -> Iterator[_Term]:
    """Ever more words from the passage's end, not into those of its beginning."""
    lowest = start.last + 1 if stretch.last_line == start.line else 0
    for count in _counts(stretch.last_word - lowest + 1):
        yield _Term(stretch.last_line, stretch.last_word - count + 1, stretch.last_word)


def _counts(available: int) -> range:
    return range(max(1, min(_MIN_WORDS, available)), min(available, _MAX_WORDS) + 1)


def _contexts(page: PageText, term: _Term) -> Iterator[tuple[_Term | None, _Term | None]]:
    yield None, None
    yield from ((before, None) for before in _before(page, term))
    yield from ((None, behind) for behind in _behind(page, term))
    for before in _before(page, term):
        yield from ((before, behind) for behind in _behind(page, term))


def _before(page: PageText, term: _Term) -> Iterator[_Term]:
    """Ever more words before a term: of its own line, or of the line before it."""
    number, end = term.line, term.first - 1
    if end < 0:
        if not page.lines[number].joined:
            return
        number, end = number - 1, len(page.lines[number - 1].folded) - 1
    for count in range(1, min(end + 1, _MAX_CONTEXT) + 1):
        yield _Term(number, end - count + 1, end)


def _behind(page: PageText, term: _Term) -> Iterator[_Term]:
    """Ever more words behind a term, likewise."""
    number, start = term.line, term.last + 1
    if start >= len(page.lines[number].folded):
        number, start = number + 1, 0
        if number >= len(page.lines) or not page.lines[number].joined:
            return
    for count in range(1, min(len(page.lines[number].folded) - start, _MAX_CONTEXT) + 1):
        yield _Term(number, start, start + count - 1)


def _written(page: PageText, before: _Term | None, terms: list[_Term], behind: _Term | None) -> str:
    def text(term: _Term) -> str:
        return escape(page.lines[term.line].text(term.first, term.last))

    parts = [text(before) + "-"] if before else []
    parts += [text(term) for term in terms]
    parts += ["-" + text(behind)] if behind else []
    return ",".join(parts)
