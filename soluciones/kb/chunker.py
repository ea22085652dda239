"""From guides to chunks: procedures, tables, code and notes whole, prose merged up to the model's bound."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from hashlib import blake2b
from html import escape

from soluciones.kb.front_matter import question_spans
from soluciones.kb.html_text import html_to_text
from soluciones.kb.lines import SourceLines
from soluciones.kb.passages import Passage, passages
from soluciones.kb.types import Chunk, Guide, Section, TokenCounter

DEFAULT_MAX_TOKENS = 256
"""Half of what multilingual-e5 reads: one vector for a longer passage blurs its parts, and the prompt needs room."""
PATH_JOINER = " > "


def context_text(path: Sequence[str], text: str) -> str:
    """What the embedding model is to read for a chunk: the heading path, then the text."""
    return f"{PATH_JOINER.join(path)}\n{text}"


def chunk_guides(
    guides: Iterable[Guide], count_tokens: TokenCounter, max_tokens: int = DEFAULT_MAX_TOKENS
) -> tuple[Chunk, ...]:
    """The chunks of some guides, in reading order; of each guide first its questions.

    ``max_tokens`` bounds heading path and text of prose; steps, tables, code and notes stay whole whatever their
    length. Every non-blank body line of a guide lies in the span of some chunk.
    """
    return tuple(chunk for guide in guides for chunk in chunk_guide(guide, count_tokens, max_tokens))


def chunk_guide(guide: Guide, count_tokens: TokenCounter, max_tokens: int = DEFAULT_MAX_TOKENS) -> tuple[Chunk, ...]:
    """The chunks of one guide; see ``chunk_guides``."""
    lines = SourceLines(guide.source)
    names = _Names(guide.id)
    found: list[Chunk] = []
    for question, span in zip(guide.questions, question_spans(guide.source), strict=False):
        faq = names.make("", question)
        path = (guide.title,)
        found.append(Chunk(faq, guide.id, guide.lang, "", path, "faq", question, "", span, audience=guide.audience))
    for section, parts in _covering(guide, lines, count_tokens, max_tokens):
        found.extend(
            Chunk(
                id=names.make(section.anchor, part.text),
                guide=guide.id,
                lang=guide.lang,
                anchor=section.anchor,
                path=section.path,
                kind=part.kind,
                text=part.text,
                html=part.html,
                span=lines.span(part.first_line, part.last_line),
                blocks=part.blocks,
                row=part.row,
                audience=guide.audience,
            )
            for part in parts
        )
    return tuple(found)


class _Names:
    """Chunk ids: the text's own hash, so that an edit elsewhere changes none."""

    def __init__(self, guide: str) -> None:
        self._guide = guide
        self._seen: dict[str, int] = {}

    def make(self, anchor: str, text: str) -> str:
        name = f"{self._guide}#{anchor}:{blake2b(text.encode(), digest_size=4).hexdigest()}"
        number = self._seen[name] = self._seen.get(name, 0) + 1
        return name if number == 1 else f"{name}-{number}"


def _covering(
    guide: Guide, lines: SourceLines, count_tokens: TokenCounter, max_tokens: int
) -> Iterator[tuple[Section, list[Passage]]]:
    """The parts of each section, stretched over headings, comments and definitions that no block shows."""

    def within_bound(path: tuple[str, ...], text: str) -> bool:
        return count_tokens(context_text(path, text)) <= max_tokens

    carried: int | None = None
    for position, section in enumerate(guide.sections):
        parts = list(passages(section, partial(within_bound, section.path)))
        if not parts:
            following = guide.sections[position + 1] if position + 1 < len(guide.sections) else None
            if following is not None and (not section.anchor or following.level > section.level):
                carried = carried or section.span.first_line
                continue
            parts = [_heading_part(section)]
        first_line = carried or section.span.first_line
        carried = None
        yield section, _stretched(parts, first_line, section.span.last_line, lines)


def is_empty(sections: Sequence[Section], position: int) -> bool:
    """Whether a section is a heading with nothing under it, not even a deeper heading."""
    section = sections[position]
    deeper = position + 1 < len(sections) and sections[position + 1].level > section.level
    return bool(section.anchor) and not section.blocks and not deeper


def _heading_part(section: Section) -> Passage:
    html = f"<p>{escape(section.title, quote=False)}</p>"
    return Passage("prose", html_to_text(html), html, section.span.first_line, section.span.last_line)


def _stretched(parts: list[Passage], first_line: int, last_line: int, lines: SourceLines) -> list[Passage]:
    done: list[Passage] = []
    covered = first_line - 1
    whole = [position for position, part in enumerate(parts) if part.row is None]
    for position, part in enumerate(parts):
        if part.row is None:
            start = min(part.first_line, covered + 1)
            while start < part.first_line and lines.is_blank(start):
                start += 1
            end = max(part.last_line, last_line) if position == whole[-1] else part.last_line
            # A paragraph cut in two: the second piece keeps the paragraph's own lines.
            part = replace(part, first_line=start if start > covered else part.first_line, last_line=end)
            covered = max(covered, end)
        done.append(part)
    return done
