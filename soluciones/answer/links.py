"""Deep links: ``#anchor:~:text=…`` opens a guide at the passage, highlighted (WICG scroll-to-text-fragment).

Where the browser does not know text fragments it falls back to the heading.
"""

from __future__ import annotations

import re
from urllib.parse import quote

from soluciones.kb.types import Block, Row

_MAX_WORDS = 8
"""A fragment this long is unique in practice and survives small edits."""
_SPACE = re.compile(r"\s+")


def guide_url(lang: str, guide: str, anchor: str = "", fragment: str = "") -> str:
    """Path of a guide in the interface language ``lang``, optionally at a heading and a text."""
    url = f"/{lang}/guides/{quote(guide)}"
    if anchor or fragment:
        url += f"#{quote(anchor)}"
    if fragment:
        url += f":~:text={fragment}"
    return url


def fragment(piece: Block | Row) -> str:
    """The text directive for a block or row: its longest cell, or the first line of its text."""
    if isinstance(piece, Row):
        return text_fragment(max(piece.cells, key=len))
    return text_fragment(max(piece.rows[0].cells, key=len) if piece.rows else piece.text)


def text_fragment(text: str) -> str:
    """The words of a text directive for the beginning of a text; "" when there is nothing to point at.

    Only the first line is used, and only its first words: a directive must match inside one block of the page. The dash
    is escaped too: beside a comma it would mark a prefix or suffix.
    """
    line = next((part for part in text.splitlines() if part.strip()), "")
    words = _SPACE.split(line.strip())
    return quote(" ".join(words[:_MAX_WORDS]), safe="").replace("-", "%2D")
