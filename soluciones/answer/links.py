"""Deep links: ``#anchor:~:text=…`` opens a guide at the passage, the whole of it highlighted.

Where the browser does not know text fragments, the guide page's script reads the same words.
"""

from __future__ import annotations

from urllib.parse import quote

from soluciones.answer.fragments import Stretch, directive
from soluciones.answer.page_text import PageText, fold, page_text, runs
from soluciones.kb.types import Chunk, Guide


def guide_url(lang: str, guide: str, anchor: str = "", fragment: str = "") -> str:
    """Path of a guide in the interface language ``lang``, optionally at a heading and a text.

    Args:
        lang: language of the page around the guide.
        guide: its id.
        anchor: a heading's id.
        fragment: an escaped text directive, as ``piece_fragment`` and ``chunk_fragment`` make it.
    """
    url = f"/{lang}/guides/{quote(guide)}"
    if anchor or fragment:
        url += f"#{quote(anchor)}"
    if fragment:
        url += f":~:text={fragment}"
    return url


def piece_fragment(guide: Guide, anchor: str, block: int, row: int | None = None) -> str:
    """The text directive for a block of a section, or for one row of a table; "" when no words lead to it.

    Args:
        guide: the guide.
        anchor: the section's.
        block: index into the section's blocks.
        row: index into the block's rows.
    """
    page = page_text(guide)
    section = _section(guide, anchor)
    return _lines_fragment(page, page.of(section, (block,), _page_row(guide, section, block, row)))


def chunk_fragment(guide: Guide, chunk: Chunk) -> str:
    """The text directive for a chunk; "" for one that is not on the page, or that no words lead to."""
    page = page_text(guide)
    section = _section(guide, chunk.anchor)
    if section < 0 or chunk.kind == "faq":
        return ""
    blocks = chunk.blocks or tuple(range(len(guide.sections[section].blocks)))
    if chunk.row is not None:
        return _lines_fragment(page, page.of(section, blocks, _page_row(guide, section, blocks[0], chunk.row)))
    lines = page.of(section, blocks)
    found = _within(page, lines, chunk.html)
    return (directive(page, found) if found else "") or (_lines_fragment(page, lines) if chunk.blocks else "")


def _section(guide: Guide, anchor: str) -> int:
    return next((number for number, one in enumerate(guide.sections) if one.anchor == anchor), -1)


def _page_row(guide: Guide, section: int, block: int, row: int | None) -> int | None:
    """The row as the page counts it: from 1, the table's head included."""
    return None if row is None else row + 1 + bool(guide.sections[section].blocks[block].head)


def _lines_fragment(page: PageText, lines: list[int]) -> str:
    """A directive for whole lines; for fewer of them where the last or the first cannot be told from others."""
    last_words = {number: len(page.lines[number].folded) - 1 for number in lines}
    for first in lines:
        for last in reversed(lines[lines.index(first) :]):
            found = directive(page, Stretch(first, 0, last, last_words[last]))
            if found:
                return found
    return ""


def _within(page: PageText, lines: list[int], html: str) -> Stretch | None:
    """Where a piece of some lines' text stands: long paragraphs are cut into several chunks."""
    wanted = [fold(word) for text, _ in runs(html) for word in text.split(" ") if word]
    have = [(number, word) for number in lines for word in range(len(page.lines[number].folded))]
    words = [page.lines[number].folded[word] for number, word in have]
    for start in range(len(words) - len(wanted) + 1):
        if wanted and words[start : start + len(wanted)] == wanted:
            return Stretch(*have[start], *have[start + len(wanted) - 1])
    return None
