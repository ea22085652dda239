"""What a check may look at, and how it names a place."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from soluciones.kb.facts import Facts
from soluciones.kb.front_matter import split_head
from soluciones.kb.problems import Problems
from soluciones.kb.site import Site
from soluciones.kb.types import Block, Content, Guide, Section, Span
from soluciones.kb.yaml_text import Loaded


@dataclass(frozen=True, slots=True)
class Linted:
    """A content folder that could be read."""

    content: Content
    site: Site | None
    """None when the folder has no ``site.yml``."""
    facts: Facts | None
    """None when the folder has no ``facts.yml``."""
    facts_source: Loaded | None
    today: date
    problems: Problems

    def guide(self, name: str) -> Guide | None:
        """The guide of that id or alias."""
        return next((guide for guide in self.content.guides if name == guide.id or name in guide.aliases), None)

    def tenant_guides(self) -> Iterator[Guide]:
        """Guides about the tenant's own service; those with a ``source`` speak of everybody's mail."""
        return (guide for guide in self.content.guides if not guide.references)


Check = Callable[[Linted], None]


def head_line(guide: Guide, *path: str | int) -> int:
    """The line of a front matter value in the guide's file."""
    return _head(guide.source).line(path)


@lru_cache(maxsize=4)
def _head(source: str) -> Loaded:
    return split_head(source)[0]


def blocks(guide: Guide) -> Iterator[tuple[Section, Block]]:
    """Every block of a guide with its section."""
    for section in guide.sections:
        for block in section.blocks:
            yield section, block


def line_of(guide: Guide, span: Span, needle: str) -> int:
    """The first line of a span that shows ``needle``; its first line when markup stands between."""
    position = guide.source.find(needle, span.start, span.end)
    return guide.source.count("\n", 0, position) + 1 if position >= 0 else span.first_line


def fold_space(text: str) -> str:
    """Runs of white space as one space."""
    return " ".join(text.split())


def fold_words(text: str) -> str:
    """Letters and digits only, lower case, without accents: two questions that differ in nothing else are the same."""
    plain = "".join(char for char in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(char))
    return " ".join("".join(char if char.isalnum() else " " for char in plain).split())
