"""Guides and tools as visitors come across them: by topic, the most useful ones, the newest ones."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date

from soluciones.kb.site import Topic
from soluciones.kb.types import Guide
from soluciones.webapp import toolbox
from soluciones.webapp.access import web


@dataclass(frozen=True, slots=True)
class ToolLink:
    """A tool as lists name it."""

    id: str
    title: str
    summary: str


def topic_guides(topic: str) -> list[Guide]:
    """The guides of a topic, in the site's order."""
    return [guide for guide in web().service.guides() if topic in guide.topics]


def featured() -> list[Guide]:
    """The guides that the site puts first."""
    guides = {guide.id: guide for guide in web().service.guides()}
    return [guides[guide_id] for guide_id in web().service.site().featured if guide_id in guides]


def newest(limit: int) -> list[Guide]:
    """The guides changed last; of those of one day the site's less prominent ones first, for they are news."""
    dated = [guide for guide in web().service.guides() if guide.updated]
    return sorted(reversed(dated), key=lambda guide: guide.updated or date.min, reverse=True)[:limit]


def neighbours(guide: Guide, topic: Topic | None) -> tuple[Guide | None, Guide | None]:
    """The guides before and after one in its topic."""
    shelf = topic_guides(topic.id) if topic else []
    ids = [item.id for item in shelf]
    if guide.id not in ids:
        return None, None
    place = ids.index(guide.id)
    return (shelf[place - 1] if place else None), (shelf[place + 1] if place + 1 < len(shelf) else None)


def tools() -> list[ToolLink]:
    """All tools, in the order in which they are listed."""
    return [ToolLink(tool_id, title, toolbox.summary(tool_id)) for tool_id, title in toolbox.titles().items()]


def tools_by_topic() -> list[tuple[Topic | None, list[ToolLink]]]:
    """The tools under the topic whose guides name them most; under no topic those that no guide names."""
    site = web().service.site()
    named = Counter((tool, topic) for guide in web().service.guides() for tool in guide.tools for topic in guide.topics)
    shelf: dict[str, list[ToolLink]] = {}
    for tool in tools():
        best = max(site.topics, key=lambda topic: named[tool.id, topic.id], default=None)
        home = best.id if best is not None and named[tool.id, best.id] else ""
        shelf.setdefault(home, []).append(tool)
    found: list[tuple[Topic | None, list[ToolLink]]] = [
        (topic, shelf[topic.id]) for topic in site.topics if topic.id in shelf
    ]
    return found + ([(None, shelf[""])] if "" in shelf else [])
