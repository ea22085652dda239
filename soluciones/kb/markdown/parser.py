"""The Markdown we read: CommonMark, tables, note containers, heading ids."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from html import escape
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token
from mdit_py_plugins.container import container_plugin

from soluciones.kb.anchors import explicit_id
from soluciones.kb.limits import MAX_PARAGRAPH_CHARS

CONTAINERS: tuple[str, ...] = ("note", "warning", "tip")


class ParagraphTooLong(Exception):
    """One run of inline Markdown is over the cap. ``line`` is 0-based within the body."""

    def __init__(self, line: int, length: int) -> None:
        super().__init__(f"a paragraph of {length} characters")
        self.line, self.length = line, length


@lru_cache(maxsize=1)
def parser() -> MarkdownIt:
    """The configured parser; it holds no state between guides."""
    md = MarkdownIt("commonmark", {"html": True}).enable("table")
    for name in CONTAINERS:
        container_plugin(md, name, render=_render_container)
    md.core.ruler.after("block", "heading_ids", _heading_ids)
    md.core.ruler.after("heading_ids", "inline_cap", _inline_cap)
    return md


def _heading_ids(state: StateCore) -> None:
    """Take ``{#id}`` off the end of headings before their inline Markdown is parsed."""
    for position, token in enumerate(state.tokens):
        if token.type == "heading_open":
            inline = state.tokens[position + 1]
            inline.content, anchor = explicit_id(inline.content)
            if anchor:
                token.attrSet("id", anchor)


def _inline_cap(state: StateCore) -> None:
    for token in state.tokens:
        if token.type == "inline" and len(token.content) > MAX_PARAGRAPH_CHARS:
            raise ParagraphTooLong(token.map[0] if token.map else 0, len(token.content))


def container_title(token: Token) -> str:
    """What stands behind the name: ``::: warning Antes de empezar`` → ``Antes de empezar``."""
    return token.info.strip().partition(" ")[2].strip()


def _render_container(_self: Any, tokens: Sequence[Token], position: int, _options: Any, _env: Any) -> str:
    token = tokens[position]
    if token.nesting < 0:
        return "</aside>\n"
    name = token.type.removeprefix("container_").removesuffix("_open")
    title = container_title(token)
    heading = f"<p><strong>{escape(title)}</strong></p>\n" if title else ""
    return f'<aside class="note note-{name}">\n{heading}'
