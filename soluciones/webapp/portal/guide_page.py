"""A guide as its page shows it."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from soluciones.kb.site import Topic
from soluciones.kb.types import Guide, Section
from soluciones.webapp import languages
from soluciones.webapp.access import web
from soluciones.webapp.cards import tool_titles

_TOC_FROM = 3
"""A shorter page needs no table of contents."""


@dataclass(frozen=True, slots=True)
class BlockView:
    """One block, its HTML known to be safe."""

    kind: str
    label: str
    html: Markup


@dataclass(frozen=True, slots=True)
class SectionView:
    """A heading and its blocks."""

    anchor: str
    title: str
    level: int
    blocks: tuple[BlockView, ...]


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
    tools: tuple[tuple[str, str], ...]
    """(id, title)"""


def _section(section: Section) -> SectionView:
    # Blocks were cleaned by nh3 when the guide was read: kb.safe_html is the only door through which HTML leaves it.
    blocks = tuple(BlockView(b.kind, b.label, Markup(b.html)) for b in section.blocks)  # noqa: S704
    return SectionView(section.anchor, section.title, section.level, blocks)


def guide_page(guide: Guide) -> GuidePage:
    """The page of one guide."""
    service = web().service
    sections = tuple(_section(section) for section in guide.sections)
    headed = tuple(section for section in sections if section.anchor and section.level <= 3)
    topics = {topic.id: topic for topic in service.site().topics}
    related = [service.guide(guide_id) for guide_id in guide.related]
    titles = tool_titles()
    return GuidePage(
        guide=guide,
        lang=guide.lang if guide.lang != languages.current() else "",
        topic=next((topics[topic] for topic in guide.topics if topic in topics), None),
        sections=sections,
        contents=headed if len(headed) >= _TOC_FROM else (),
        related=tuple(item for item in related if item is not None and item.audience == "visitor"),
        tools=tuple((tool, titles[tool]) for tool in guide.tools if tool in titles),
    )
