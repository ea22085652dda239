"""The words of the knowledge base. Everything downstream imports these; nobody invents a second chunk."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

BlockKind = Literal["prose", "steps", "table", "note", "code"]
ChunkKind = Literal["prose", "steps", "table", "note", "code", "faq"]
GuideType = Literal["tutorial", "how-to", "reference", "explanation"]
Audience = Literal["visitor", "agent"]

LANGUAGES: tuple[str, ...] = ("es", "en", "fr", "de", "it")
"""Languages of the interface and of questions; the first is the reference."""

TokenCounter = Callable[[str], int]
"""Counts the tokens of a text as the embedding model sees them, special tokens included."""


@dataclass(frozen=True, slots=True)
class Span:
    """A place in a guide's file: ``source[start:end]`` is exactly lines ``first_line`` to ``last_line``."""

    first_line: int
    """1-based, counted from the top of the file (front matter included)."""
    last_line: int
    """1-based, inclusive."""
    start: int
    """Offset in characters of the first character."""
    end: int
    """Offset in characters after the last character."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table block."""

    cells: tuple[str, ...]
    """Plain text of each cell, e.g. ``("993", "IMAPs", "recomendado")``."""
    text: str
    """The row as the reader sees it: cells joined by `` | ``."""
    html: str
    """A safe one-row ``<table>`` with the head of the whole table."""
    span: Span


@dataclass(frozen=True, slots=True)
class Block:
    """One block of a section, never split: a paragraph, a list, a procedure, a table, a note, a code listing."""

    kind: BlockKind
    text: str
    """Plain text; equals ``html_to_text(html)``. List items and table rows stand on their own lines."""
    html: str
    """Safe HTML (nh3)."""
    span: Span
    head: tuple[str, ...] = ()
    """Column heads of a table block."""
    rows: tuple[Row, ...] = ()
    """Rows of a table block, without the head."""
    label: str = ""
    """``note`` or ``warning`` for a note block; the language for a code block."""


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and what stands under it, up to the next heading of any level."""

    anchor: str
    """Heading id, unique in the guide; ``""`` for what stands before the first heading."""
    title: str
    """Heading text; the guide's title for the section with an empty anchor."""
    level: int
    """1 for the lead section, 2 for ``##``, 3 for ``###``."""
    path: tuple[str, ...]
    """Heading path from the guide's title down to this heading, e.g. ``("Protocolos y puertos", "Puertos")``."""
    blocks: tuple[Block, ...]
    span: Span
    """Heading line included."""


@dataclass(frozen=True, slots=True)
class Guide:
    """One Markdown file with front matter."""

    id: str
    title: str
    summary: str
    lang: str
    type: GuideType
    path: str
    """File path relative to the content folder, with ``/``, e.g. ``guides/es/spf.md``."""
    source: str
    """The whole file as text, newlines as ``\\n``."""
    sections: tuple[Section, ...]
    products: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()
    tools: tuple[str, ...] = ()
    related: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    audience: Audience = "visitor"
    references: tuple[str, ...] = ()
    """Front matter ``source``: the standards the guide rests on, e.g. ``RFC 7208``."""
    updated: date | None = None
    review_by: date | None = None


@dataclass(frozen=True, slots=True)
class Chunk:
    """The retrievable unit."""

    id: str
    """Stable while its own text stays the same, e.g. ``protocolos-y-puertos#puertos-recomendados:3f2a9c1b``."""
    guide: str
    lang: str
    anchor: str
    path: tuple[str, ...]
    kind: ChunkKind
    text: str
    html: str
    """Empty for ``faq`` chunks, which are never shown as an answer."""
    span: Span
    blocks: tuple[int, ...] = ()
    """Which blocks of its section it holds (indexes into ``Section.blocks``)."""
    row: int | None = None
    """For a single table row: its index in the table block's ``rows``."""
    audience: Audience = "visitor"


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong in the content folder, for people who write guides."""

    severity: Literal["error", "warning"]
    code: str
    """English snake_case, e.g. ``duplicate_id``."""
    path: str
    """File relative to the content folder."""
    line: int
    """1-based; 0 when the whole file is meant."""
    message: str
    hint: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.severity}: {self.message} ({self.code})\n    hint: {self.hint}"


class ContentError(Exception):
    """The content folder cannot be built. Carries every problem found, errors first."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        self.problems = problems
        super().__init__("\n".join(str(problem) for problem in problems))


@dataclass(frozen=True, slots=True)
class Content:
    """A whole content folder, read and checked."""

    guides: tuple[Guide, ...]
    site: Mapping[str, object] = field(default_factory=dict)
    """``site.yml`` as validated plain data; ``kb.site.Site.model_validate`` gives the model."""
    facts: Mapping[str, object] = field(default_factory=dict)
    """``facts.yml`` likewise (``kb.facts.Facts``)."""
    glossary: Mapping[str, object] = field(default_factory=dict)
    """``glossary.yml`` likewise (``kb.glossary.Glossary``)."""
    intents: tuple[Mapping[str, object], ...] = ()
    """``intents/*.yml`` likewise (``kb.intents.Intent``)."""
    problems: tuple[Problem, ...] = ()
    """Warnings; errors are raised as ``ContentError``."""
