"""Heading-aware sections: each heading takes what stands under it, and knows the headings above it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from markdown_it.token import Token

from soluciones.kb.anchors import AnchorBook
from soluciones.kb.html_text import html_to_text
from soluciones.kb.markdown.links import rewrite_links
from soluciones.kb.markdown.page import Group, Page, groups
from soluciones.kb.markdown.rules import blocks_of
from soluciones.kb.markdown.rules.html_block import warn_of_html
from soluciones.kb.types import Block, Section


@dataclass(slots=True)
class _Draft:
    anchor: str
    title: str
    level: int
    path: tuple[str, ...]
    first_line: int
    blocks: list[Block] = field(default_factory=list)


def build_sections(tokens: Sequence[Token], page: Page) -> tuple[Section, ...]:
    """Sections of a guide in reading order. Problems and links are noted on ``page``."""
    rewrite_links(tokens, page)
    _check_inline_html(tokens, page)
    found = groups(tokens)
    titles = [_title(group, page) for group in found if group.type == "heading"]
    anchors = _anchors([group for group in found if group.type == "heading"], titles, page)
    headings = iter(zip(titles, anchors, strict=True))
    drafts = [_Draft("", page.title, 1, (page.title,), page.body_line)]
    above: list[tuple[int, str]] = []
    for group in found:
        if group.type != "heading":
            drafts[-1].blocks.extend(blocks_of(group, page))
            continue
        level = int(group.tokens[0].tag[1:])
        title, anchor = next(headings)
        while above and above[-1][0] >= level:
            above.pop()
        above.append((level, title))
        path = (page.title, *(name for _, name in above))
        if len(path) > 1 and path[1] == page.title:  # an `# h1` that repeats the guide's title
            path = path[1:]
        drafts.append(_Draft(anchor, title, max(2, level), path, page.line(group.tokens[0])))
    return _finished(drafts, page)


def _finished(drafts: Sequence[_Draft], page: Page) -> tuple[Section, ...]:
    ends = [draft.first_line - 1 for draft in drafts[1:]] + [len(page.lines)]
    sections: list[Section] = []
    for draft, last_line in zip(drafts, ends, strict=True):
        if last_line < draft.first_line:
            continue
        span = page.lines.trimmed(draft.first_line, last_line)
        if page.lines.is_blank(span.first_line):  # nothing stands before the first heading
            continue
        sections.append(Section(draft.anchor, draft.title, draft.level, draft.path, tuple(draft.blocks), span))
    return tuple(sections)


def _title(group: Group, page: Page) -> str:
    text = html_to_text(page.render(group.tokens[1:-1])).replace("\n", " ")
    if not text:
        hint = "Write a heading or remove the `#`."
        page.problems.error("empty_heading", page.path, page.line(group.tokens[0]), "a heading without text", hint)
    return text or page.title


def _anchors(headings: Sequence[Group], titles: Sequence[str], page: Page) -> list[str]:
    """An id for each heading; explicit ones are reserved first, so that no automatic one takes their place."""
    book = AnchorBook()
    explicit = [str(group.tokens[0].attrGet("id") or "") for group in headings]
    for group, anchor in zip(headings, explicit, strict=True):
        if anchor and not book.claim(anchor):
            hint = "Give each heading an id of its own."
            line = page.line(group.tokens[0])
            page.problems.error("duplicate_anchor", page.path, line, f"#{anchor} stands twice", hint)
    return [anchor or book.automatic(title) for title, anchor in zip(titles, explicit, strict=True)]


def _check_inline_html(tokens: Sequence[Token], page: Page) -> None:
    for token in tokens:
        for child in token.children or ():
            if child.type == "html_inline":
                warn_of_html(child.content, page.line(token), page)
