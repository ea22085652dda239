"""``changes.xml``: what changed when, as RSS 2.0. An entry is one guide as of one date."""

from __future__ import annotations

from datetime import UTC, date, datetime, time

from markupsafe import escape

from soluciones.answer.links import guide_url
from soluciones.kb.types import Guide
from soluciones.webapp import languages
from soluciones.webapp.access import web
from soluciones.webapp.machines.addresses import need_origin
from soluciones.webapp.machines.sitemap import visitor_guides
from soluciones.webapp.machines.texts import xml_text
from soluciones.webapp.pages import localised

MAX_ITEMS = 50
"""Readers ask often and keep what they have seen."""
MIME = "application/rss+xml"
_TTL_MINUTES = 60


def _dated(guides: tuple[Guide, ...]) -> list[tuple[date, Guide]]:
    dated = [(guide.updated, guide) for guide in guides if guide.updated]
    return sorted(dated, key=lambda item: (-item[0].toordinal(), item[1].title))[:MAX_ITEMS]


def changes() -> str:
    """The feed in the language of the request; guides without a date are not in it.

    Raises:
        Problem: 404 without a public address.
    """
    from feedgenerator import Rss201rev2Feed  # takes an XML writer along: not before somebody reads the feed

    base, lang, site = need_origin(), languages.current(), web().service.site()
    topics = {topic.id: topic for topic in site.topics}
    feed = Rss201rev2Feed(
        title=xml_text(languages.say_any("machines.feed.title", site=site.name)),
        link=f"{base}/{lang}/",
        description=xml_text(languages.say_any("machines.feed.description", site=site.name)),
        language=lang,
        feed_url=f"{base}/{lang}/changes.xml",
        ttl=_TTL_MINUTES,
    )
    for day, guide in _dated(visitor_guides()):
        feed.add_item(
            title=xml_text(guide.title),
            link=base + guide_url(lang, guide.id),
            description=xml_text(str(escape(guide.summary))),  # readers take a description for HTML
            pubdate=datetime.combine(day, time(), UTC),
            unique_id=f"urn:soluciones:guide:{guide.id}:{day.isoformat()}",
            unique_id_is_permalink=False,
            categories=[xml_text(localised(topics[topic].title)) for topic in guide.topics if topic in topics],
        )
    written: str = feed.writeString("utf-8")
    return written + "\n"
