"""A guide as its page shows it."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from soluciones.kb.site import Topic
from soluciones.kb.types import Block, Guide, Section
from soluciones.webapp import languages
from soluciones.webapp.access import web
from soluciones.webapp.portal.inline_tools import InlineTool, inline_tools
from soluciones.webapp.portal.shelves import neighbours
from soluciones.webapp.portal.tables import has_cards, labelled

_TOC_FROM = 3
"""A shorter page needs no table of contents."""


@dataclass(frozen=True, slots=True)
class BlockView:
    """One block, its HTML known to be safe."""

    kind: str
    label: str
    html: Markup
    cards: bool = False
    """A table whose rows stand as cards where it is narrow."""


@dataclass(frozen=True, slots=True)
class SectionView:
    """A heading and its blocks."""

    anchor: str
    title: str
    level: int
    blocks: tuple[BlockView, ...]
    tools: tuple[InlineTool, ...] = ()
    """Tools that do what the section explains."""


@dataclass(frozen=True, slots=True)
class GuidePage:
    """Everything on the page."""

    guide: Guide
    lang: str
    """The guide's language where it is not the page's; "" where it is."""
    topic: Topic | None
    sections: tuple[SectionView, ...]
    contents: tuple[SectionView, ...]
    """Sections of the table of contents."""
    related: tuple[Guide, ...]
    tools: tuple[InlineTool, ...]
    """Tools that no section speaks of in particular: at the end of the guide."""
    tool_links: tuple[tuple[str, str], ...]
    """(id, title) of all its tools"""
    previous: Guide | None
    next: Guide | None
    """Its neighbours in the topic."""


def _block(block: Block) -> BlockView:
    # Blocks were cleaned by nh3 when the guide was read: kb.safe_html is the only door through which HTML leaves it.
    cards = block.kind == "table" and has_cards(block.html, block.head)
    html = labelled(block.html, block.head) if cards else block.html
    return BlockView(block.kind, block.label, Markup(html), cards)  # noqa: S704


def _section(section: Section, tools: list[InlineTool]) -> SectionView:
    blocks = tuple(_block(block) for block in section.blocks)
    return SectionView(section.anchor, section.title, section.level, blocks, tuple(tools))


def guide_page(guide: Guide) -> GuidePage:
    """The page of one guide."""
    service = web().service
    placed = inline_tools(guide)
    sections = tuple(
        _section(section, placed.get(section.anchor, []) if section.anchor else []) for section in guide.sections
    )
    headed = tuple(section for section in sections if section.anchor and section.level <= 3)
    topics = {topic.id: topic for topic in service.site().topics}
    topic = next((topics[topic] for topic in guide.topics if topic in topics), None)
    related = [service.guide(guide_id) for guide_id in guide.related]
    previous, following = neighbours(guide, topic)
    return GuidePage(
        guide=guide,
        lang=guide.lang if guide.lang != languages.current() else "",
        topic=topic,
        sections=sections,
        contents=headed if len(headed) >= _TOC_FROM else (),
        related=tuple(item for item in related if item is not None and item.audience == "visitor"),
        tools=tuple(placed.get("", ())),
        tool_links=tuple((tool.id, tool.title) for group in placed.values() for tool in group),
        previous=previous,
        next=following,
    )
