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
from soluciones.kb.limits import MAX_BLOCK_TOKENS, MAX_BLOCKS, MAX_HTML_TAGS, MAX_PARAGRAPH_CHARS

CONTAINERS: tuple[str, ...] = ("note", "warning", "tip")


class TooMuch(Exception):
    """Markdown over one of the caps. ``line`` is 0-based within the body."""

    def __init__(self, code: str, line: int, message: str, hint: str) -> None:
        super().__init__(message)
        self.code, self.line, self.message, self.hint = code, line, message, hint


@lru_cache(maxsize=1)
def parser() -> MarkdownIt:
    """The configured parser; it holds no state between guides."""
    md = MarkdownIt("commonmark", {"html": True}).enable("table")
    for name in CONTAINERS:
        container_plugin(md, name, render=_render_container)
    md.core.ruler.after("block", "heading_ids", _heading_ids)
    md.core.ruler.after("heading_ids", "cap_blocks", _cap_blocks)
    md.core.ruler.after("inline", "cap_html", _cap_html)
    return md


def _heading_ids(state: StateCore) -> None:
    """Take ``{#id}`` off the end of headings before their inline Markdown is parsed."""
    for position, token in enumerate(state.tokens):
        if token.type == "heading_open":
            inline = state.tokens[position + 1]
            inline.content, anchor = explicit_id(inline.content)
            if anchor:
                token.attrSet("id", anchor)


def _cap_blocks(state: StateCore) -> None:
    """Refuse before the expensive part begins."""
    blocks = sum(token.level == 0 and token.nesting >= 0 for token in state.tokens)
    if len(state.tokens) > MAX_BLOCK_TOKENS or blocks > MAX_BLOCKS:
        raise TooMuch("guide_too_complex", 0, f"{blocks} blocks, {len(state.tokens)} tokens", "Split it into several.")
    for token in state.tokens:
        if token.type == "inline" and len(token.content) > MAX_PARAGRAPH_CHARS:
            message = f"a paragraph of {len(token.content)} characters"
            raise TooMuch("paragraph_too_long", _line(token), message, "Break it up with blank lines.")


def _cap_html(state: StateCore) -> None:
    for token in state.tokens:
        tags = token.content.count("<") if token.type == "html_block" else 0
        tags += sum(child.type == "html_inline" for child in token.children or ())
        if tags > MAX_HTML_TAGS:
            message = f"{tags} HTML tags in one block"
            raise TooMuch("too_much_html", _line(token), message, "Write it in Markdown.")


def _line(token: Token) -> int:
    return token.map[0] if token.map else 0


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
