"""What the head of a page says to machines, worked out from the address of the page alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from flask import request, url_for

from soluciones.kb.site import Topic
from soluciones.kb.types import Guide
from soluciones.webapp import languages, toolbox
from soluciones.webapp.access import web
from soluciones.webapp.machines import structured
from soluciones.webapp.machines.addresses import absolute, origin, tool_path, topic_path, twin_path
from soluciones.webapp.machines.languages_of import LOCALES, default_language, public_languages
from soluciones.webapp.pages import localised, site

_NOT_WITH_QUERY = {"portal.search", "chat.page"}
"""What somebody has asked is nobody else's page."""
_NOT_PUBLIC = {"people", "styleguide"}
"""Blueprints whose pages are forms, thanks and samples."""


@dataclass(frozen=True, slots=True)
class About:
    """What a page is about."""

    title: str
    description: str
    data: dict[str, Any] = field(default_factory=dict)
    """JSON-LD; empty for none."""
    kind: str = "website"
    """Open Graph type."""
    modified: str = ""
    markdown: str = ""
    """Path of the Markdown twin; "" for none."""


@dataclass(frozen=True, slots=True)
class Head:
    """Everything the template writes. Addresses are absolute where the site's own is known, else relative."""

    indexed: bool = False
    canonical: str = ""
    alternates: tuple[tuple[str, str], ...] = ()
    """(hreflang, address), this page included."""
    about: About | None = None
    locale: str = ""
    other_locales: tuple[str, ...] = ()
    feed: str = ""
    search: str = ""
    llms: str = ""


def _topic_of(guide: Guide) -> Topic | None:
    topics = {topic.id: topic for topic in site().topics}
    return next((topics[topic] for topic in guide.topics if topic in topics), None)


def _home(_values: dict[str, Any]) -> About:
    data = structured.graph(structured.website())
    return About(site().name, localised(site().tagline), data)


def _guide(values: dict[str, Any]) -> About | None:
    guide = web().service.guide(str(values["guide_id"]))
    if guide is None or guide.audience != "visitor":
        return None
    topic = _topic_of(guide)
    data = structured.graph(structured.article(guide, topic), structured.guide_crumbs(guide, topic))
    modified = guide.updated.isoformat() if guide.updated else ""
    twin = twin_path(languages.current(), guide.id)
    return About(guide.title, guide.summary, data, "article", modified, twin)


def _topic(values: dict[str, Any]) -> About | None:
    topic = next((one for one in site().topics if one.id == values["topic_id"]), None)
    if topic is None:
        return None
    title, summary = localised(topic.title), localised(topic.summary)
    path = topic_path(languages.current(), topic.id)
    page = structured.page("CollectionPage", title, summary, path)
    return About(title, summary, structured.graph(page, structured.crumbs((title, path))))


def _tools(_values: dict[str, Any]) -> About:
    title, lead, path = languages.say("tools.title"), languages.say("tools.lead"), f"/{languages.current()}/tools"
    page = structured.page("CollectionPage", title, lead, path)
    return About(title, lead, structured.graph(page, structured.crumbs((title, path))))


def _tool(values: dict[str, Any]) -> About | None:
    tool = str(values["tool_id"])
    title = toolbox.titles().get(tool, "")
    if not title:
        return None
    lang, summary = languages.current(), toolbox.summary(tool)
    path = tool_path(lang, tool)
    trail = structured.crumbs((languages.say("nav.tools"), f"/{lang}/tools"), (title, path))
    return About(title, summary, structured.graph(structured.page("WebPage", title, summary, path), trail))


_ABOUT: dict[str, Callable[[dict[str, Any]], About | None]] = {
    "portal.home": _home,
    "portal.guide": _guide,
    "portal.topic": _topic,
    "portal.tools_page": _tools,
    "portal.tool_page": _tool,
}


def head(*, error: bool = False, hidden: bool = False) -> Head:
    """The head of the page of this request.

    Args:
        error: the page says that something went wrong; it has no address of its own.
        hidden: the page is not for the public (a page of samples, a thank-you).
    """
    if error or not web().service.generation or request.method not in {"GET", "HEAD"} or request.url_rule is None:
        return Head()
    lang, values = languages.current(), dict(request.view_args or {})
    known = Head(llms=f"/{lang}/llms.txt")
    if origin():
        known = replace(known, feed=f"/{lang}/changes.xml", search=f"/{lang}/opensearch.xml")
    asked = request.endpoint in _NOT_WITH_QUERY and bool(request.query_string)
    if hidden or asked or request.blueprint in _NOT_PUBLIC or not _offered(lang):
        return known
    make = _ABOUT.get(request.endpoint or "")
    about = make(values) if make else None
    return replace(
        known,
        indexed=True,
        canonical=absolute(_path(lang, values)),
        alternates=_alternates(values),
        about=about or About(site().name, localised(site().tagline)),
        locale=LOCALES[lang],
        other_locales=tuple(LOCALES[other] for other in public_languages() if other != lang),
    )


def _speaks() -> bool:
    """Whether the page has a language in its address."""
    return request.url_rule is not None and "lang" in request.url_rule.arguments


def _offered(lang: str) -> bool:
    return not _speaks() or lang in public_languages()


def _path(lang: str, values: dict[str, Any]) -> str:
    """The page's own path, built anew: without the query and in the one spelling that links use."""
    more = {"lang": lang} if _speaks() else {}
    return url_for(request.endpoint or "", **(values | more))


def _alternates(values: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    if not _speaks():
        return ()
    pages = tuple((lang, absolute(_path(lang, values))) for lang in public_languages())
    return (*pages, ("x-default", absolute(_path(default_language(), values))))
