"""Deep links to what a search has found."""

from __future__ import annotations

from soluciones.answer.links import guide_url, text_fragment
from soluciones.kb.types import Chunk


def passage_url(lang: str, chunk: Chunk) -> str:
    """A deep link to a chunk: its section, and its first words where they stand in one block."""
    if chunk.kind in {"table", "faq", "code"}:
        return guide_url(lang, chunk.guide, chunk.anchor)  # cells are separate blocks, faq texts are not on the page
    return guide_url(lang, chunk.guide, chunk.anchor, text_fragment(chunk.text))
