"""What goes together: the blocks of one section as passages that are found and shown as one."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from soluciones.kb.html_split import split_html
from soluciones.kb.html_text import html_to_text, row_text
from soluciones.kb.sentences import sentences, visible_length
from soluciones.kb.types import Block, ChunkKind, Section

Fits = Callable[[str], bool]
"""Whether a text (with its heading path) is within the bound."""
Numbered = tuple[int, Block]
"""A block and its position in the section."""

SHORT_LEAD_IN = 240
"""Characters. One sentence right above a procedure introduces it even without a colon; a paragraph does not."""


@dataclass(frozen=True, slots=True)
class Passage:
    """A chunk to be, without its name."""

    kind: ChunkKind
    text: str
    html: str
    first_line: int
    last_line: int
    blocks: tuple[int, ...] = ()
    row: int | None = None


def passages(section: Section, fits: Fits) -> Iterator[Passage]:
    """Steps, tables, code and notes whole (with the paragraph that introduces them), each table row, prose merged."""
    prose: list[Numbered] = []
    for position, block in enumerate(section.blocks):
        if block.kind == "prose":
            prose.append((position, block))
            continue
        lead = [prose.pop()] if prose and _leads_in(prose[-1][1], block) else []
        yield from _prose(prose, fits)
        prose = []
        yield from _whole([*lead, (position, block)])
    yield from _prose(prose, fits)


def _leads_in(lead: Block, block: Block) -> bool:
    if block.kind == "note" or "\n" in lead.text or not lead.html.startswith("<p"):
        return False
    if lead.text.endswith(":"):
        return True
    return block.kind == "steps" and len(lead.text) <= SHORT_LEAD_IN and len(sentences(lead.text)) == 1


def _whole(blocks: Sequence[Numbered]) -> Iterator[Passage]:
    position, block = blocks[-1]
    yield from _joined(blocks, block.kind)
    for number, row in enumerate(block.rows):
        text = "\n".join(line for line in (row_text(block.head), row.text) if line)
        yield Passage("table", text, row.html, row.span.first_line, row.span.last_line, (position,), number)


def _joined(blocks: Sequence[Numbered], kind: ChunkKind) -> Iterator[Passage]:
    """One passage of some neighbouring blocks; none when they show only images without a text."""
    text = "\n".join(block.text for _, block in blocks if block.text)
    if text:
        html = "\n".join(block.html for _, block in blocks)
        span = (blocks[0][1].span.first_line, blocks[-1][1].span.last_line)
        yield Passage(kind, text, html, *span, tuple(position for position, _ in blocks))


def _prose(blocks: Sequence[Numbered], fits: Fits) -> Iterator[Passage]:
    """Neighbouring prose, as much in one passage as fits; a paragraph ending in ``:`` stays with what follows it."""
    run: list[Numbered] = []
    for unit in _introduced(blocks, fits):
        if run and not fits("\n".join(block.text for _, block in [*run, *unit])):
            yield from _bounded(run, fits)
            run = []
        run = [*run, *unit]
    if run:
        yield from _bounded(run, fits)


def _introduced(blocks: Sequence[Numbered], fits: Fits) -> Iterator[list[Numbered]]:
    position = 0
    while position < len(blocks):
        pair = list(blocks[position : position + 2])
        glued = len(pair) == 2 and pair[0][1].text.endswith(":") and fits("\n".join(block.text for _, block in pair))
        yield pair if glued else pair[:1]
        position += 2 if glued else 1


def _bounded(run: Sequence[Numbered], fits: Fits) -> Iterator[Passage]:
    for passage in _joined(run, "prose"):
        if len(run) > 1 or fits(passage.text) or not _divisible(passage.html):
            yield passage
        else:
            yield from _divided(passage, fits)


def _divisible(html: str) -> bool:
    """Code and tables stay whole, inside a list too; an image's text is not text that can be cut."""
    return not any(tag in html for tag in ("<pre", "<table", "<img"))


def _divided(passage: Passage, fits: Fits) -> Iterator[Passage]:
    """Pieces of one over-long paragraph or list; each keeps the lines of the whole."""
    lengths: list[int] = []
    piece: list[str] = []
    for unit in _units(passage.text, fits):
        if piece and not fits("\n".join([*piece, unit])):
            lengths.append(visible_length("".join(piece)))
            piece = []
        piece.append(unit)
    cuts = [sum(lengths[: count + 1]) for count in range(len(lengths))]
    for html in split_html(passage.html, cuts):
        text = html_to_text(html)
        yield Passage("prose", text, html, passage.first_line, passage.last_line, passage.blocks)


def _fitting(words: Sequence[str], fits: Fits) -> int:
    """How many words from the start fit together; one at least."""

    def too_many(count: int) -> bool:
        return not fits(" ".join(words[:count]))

    return max(1, bisect_right(range(1, len(words)), False, key=too_many))


def _units(text: str, fits: Fits) -> Iterator[str]:
    """Sentences; a sentence that is too long by itself gives runs of words."""
    for line in text.split("\n"):
        for sentence in sentences(line):
            words = sentence.split()
            while words and not fits(" ".join(words)):
                count = _fitting(words, fits)
                yield " ".join(words[:count])
                words = words[count:]
            if words:
                yield " ".join(words)
