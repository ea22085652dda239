"""One guide while it is being read: what the rules may ask for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from markdown_it.token import Token

from soluciones.kb.lines import SourceLines
from soluciones.kb.markdown.parser import parser
from soluciones.kb.problems import Problems
from soluciones.kb.safe_html import sanitise
from soluciones.kb.types import Block, Span

Resolve = Callable[[str], tuple[str, str] | None]
"""Guide id, alias or file stem → (id, language) of the guide, or None."""


@dataclass(frozen=True, slots=True)
class Link:
    """A link to a guide, to be checked once all guides are read."""

    line: int
    target: str
    """Guide id."""
    anchor: str


@dataclass(slots=True)
class Page:
    """The guide at hand."""

    id: str
    title: str
    lang: str
    path: str
    lines: SourceLines
    body_line: int
    """First line of the body in the file, 1-based."""
    resolve: Resolve
    problems: Problems
    links: list[Link] = field(default_factory=list)

    def render(self, tokens: Sequence[Token]) -> str:
        """Safe HTML of some tokens, without white space at the ends."""
        md = parser()
        return sanitise(md.renderer.render(tokens, md.options, {})).strip()

    def line(self, token: Token) -> int:
        """First line of a block token in the file, 1-based."""
        return self.body_line + (token.map[0] if token.map else 0)

    def span(self, token: Token) -> Span:
        """The lines of a block token in the file, without blank ones at the end."""
        first, end = token.map if token.map else (0, 1)
        last_line = min(max(self.body_line + end - 1, self.body_line + first), len(self.lines))
        return self.lines.trimmed(self.body_line + first, last_line)


@dataclass(frozen=True, slots=True)
class Group:
    """A top-level block: its opening token, what is inside, its closing token."""

    tokens: tuple[Token, ...]

    @property
    def type(self) -> str:
        """markdown-it's name without ``_open``, e.g. ``ordered_list``, ``fence``, ``container_note``."""
        return self.tokens[0].type.removesuffix("_open")


Rule = Callable[[Group, Page], tuple[Block, ...] | None]
"""None: not mine. An empty tuple: mine, and there is nothing to show."""


def groups(tokens: Sequence[Token]) -> list[Group]:
    """Cut a token stream into its top-level blocks."""
    found: list[Group] = []
    start = depth = 0
    for position, token in enumerate(tokens):
        depth += token.nesting
        if depth == 0:
            found.append(Group(tuple(tokens[start : position + 1])))
            start = position + 1
    return found
