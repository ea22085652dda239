"""Puts the answer together from verbatim blocks, with citations, and names what to read next."""

from __future__ import annotations

from dataclasses import dataclass, replace

from soluciones.answer.links import guide_url, piece_fragment
from soluciones.answer.turn import Passage, Turn
from soluciones.answer.types import AnswerBlock, Citation, RelatedGuide
from soluciones.kb.types import Block

MAX_CHARS = 1_600
"""A section up to this size is shown whole; of a longer one the best block and its neighbours."""
SHORT_TABLE = 8
"""A table of this many rows is shown whole; of a longer one the rows that answer."""
MAX_RELATED = 4
_LEAD_IN = 320
"""A paragraph up to this long before steps or a table is its lead-in."""


@dataclass(frozen=True, slots=True)
class Composed:
    """Blocks and their citations."""

    blocks: tuple[AnswerBlock, ...]
    citations: tuple[Citation, ...]


def compose(turn: Turn) -> Composed:
    """The passages of an answered turn as blocks and citations; nothing for any other status.

    A no-answer cites nothing: a source that does not hold the answer is worse than none.
    """
    if turn.status != "answered":
        return Composed((), ())
    blocks: list[AnswerBlock] = []
    citations: list[Citation] = []
    for number, passage in enumerate(turn.passages):
        citations.append(cite(passage, turn.lang))
        blocks += [AnswerBlock(block.text, block.html, block.kind, number) for block in shown(passage)]
    return Composed(tuple(blocks), tuple(citations))


def shown(passage: Passage) -> list[Block]:
    """Blocks of the section to show, in the guide's order, the answering rows of a table first."""
    blocks = passage.section.blocks
    best = blocks[passage.best]
    rows = [_as_block(best, row) for row in passage.rows]
    if rows and len(best.rows) > SHORT_TABLE:
        return rows + _notes_after(blocks, passage.best)
    whole = list(blocks)
    if sum(len(block.text) for block in blocks) > MAX_CHARS:
        whole = _window(blocks, passage.best)
    return rows + whole


def _as_block(table: Block, row: int) -> Block:
    one = table.rows[row]
    return replace(table, text=one.text, html=one.html, span=one.span, rows=(one,))


def _window(blocks: tuple[Block, ...], best: int) -> list[Block]:
    """The best block, its lead-in before it, and what follows while there is room."""
    first = best
    if best and blocks[best - 1].kind == "prose" and len(blocks[best - 1].text) <= _LEAD_IN:
        first = best - 1
    size = sum(len(block.text) for block in blocks[first : best + 1])
    last = best + 1
    while last < len(blocks) and size + len(blocks[last].text) <= MAX_CHARS:
        size += len(blocks[last].text)
        last += 1
    return list(blocks[first:last])


def _notes_after(blocks: tuple[Block, ...], best: int) -> list[Block]:
    return [block for block in blocks[best + 1 : best + 2] if block.kind == "note"]


def cite(passage: Passage, lang: str) -> Citation:
    """Where the passage stands, with a link that opens it highlighted."""
    piece = passage.best_piece
    anchor = passage.section.anchor
    row = passage.rows[0] if passage.rows else None
    return Citation(
        guide=passage.guide.id,
        title=passage.guide.title,
        section=passage.section.title,
        anchor=anchor,
        url=guide_url(lang, passage.guide.id, anchor, piece_fragment(passage.guide, anchor, passage.best, row)),
        quote=piece.text.split("\n")[0],
    )


def relate(turn: Turn) -> Turn:
    """Related guides: those the answering guide names, or, without an answer, the nearest ones."""
    engine = turn.know.engine
    if turn.status == "answered" and turn.passages:
        wanted = [*(p.guide.id for p in turn.passages[1:]), *turn.passages[0].guide.related]
        skip = {turn.passages[0].guide.id}
    elif turn.status in ("no_answer", "clarify") and turn.result is not None:
        wanted, skip = [guide for guide, _ in turn.result.guides], set()
    else:
        return turn
    found: list[RelatedGuide] = []
    for guide_id in dict.fromkeys(wanted):
        guide = engine.guide(guide_id)
        if guide is not None and guide_id not in skip and guide.audience == "visitor":
            found.append(RelatedGuide(guide.id, guide.title, guide_url(turn.lang, guide.id)))
    return replace(turn, related=tuple(found[:MAX_RELATED]))
