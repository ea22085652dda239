"""Deep links to what a search has found."""

from __future__ import annotations

import re
from urllib.parse import quote

from soluciones.answer.links import guide_url
from soluciones.kb.types import Chunk

_FRAGMENT_WORDS = 8
"""Enough words to be unique on a page; a longer quotation is more likely to cross a tag and miss."""


def text_fragment(text: str) -> str:
    """The words of a text directive for the beginning of a passage; "" when there is nothing to point at.

    Only the first line is used and only its first words: a directive must match inside one block of the page. The dash
    has a meaning in directives and is percent-encoded (WICG scroll-to-text-fragment).
    """
    line = next((part for part in text.splitlines() if part.strip()), "")
    words = re.split(r"\s+", line.strip())[:_FRAGMENT_WORDS]
    return quote(" ".join(words), safe="").replace("-", "%2D")


def passage_url(lang: str, chunk: Chunk) -> str:
    """A deep link to a chunk: its section, and its first words where they stand in one block."""
    if chunk.kind in {"table", "faq", "code"}:
        return guide_url(lang, chunk.guide, chunk.anchor)  # cells are separate blocks, faq texts are not on the page
    return guide_url(lang, chunk.guide, chunk.anchor, text_fragment(chunk.text))
