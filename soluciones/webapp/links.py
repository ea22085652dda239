"""Deep links to what a search has found."""

from __future__ import annotations

from soluciones.answer.links import chunk_fragment, guide_url
from soluciones.kb.types import Chunk, Guide


def passage_url(lang: str, chunk: Chunk, guide: Guide | None) -> str:
    """A deep link to a chunk of a guide: its section, and its words; to the section alone when the guide is gone."""
    return guide_url(lang, chunk.guide, chunk.anchor, chunk_fragment(guide, chunk) if guide else "")
