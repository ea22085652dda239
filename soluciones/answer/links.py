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
    """The text directive for a block or row: its longest cell or its first line, shortened to its first words.

    The dash is escaped too: in a directive ``-`` beside a comma marks a prefix or suffix.
    """
    line = max(piece.cells, key=len) if isinstance(piece, Row) else _first_line(piece)
    words = _SPACE.sub(" ", line).strip().split(" ")
    return quote(" ".join(words[:_MAX_WORDS]), safe="").replace("-", "%2D")


def _first_line(block: Block) -> str:
    if block.rows:
        return max(block.rows[0].cells, key=len)
    lines = [line for line in block.text.split("\n") if line.strip()]
    return lines[0] if lines else ""
