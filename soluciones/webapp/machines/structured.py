"""JSON-LD in the words of schema.org: only what the page shows too."""

from __future__ import annotations

from typing import Any

from soluciones.answer.links import guide_url
from soluciones.kb.site import Topic
from soluciones.kb.types import Guide
from soluciones.webapp import languages
from soluciones.webapp.machines.addresses import absolute, topic_path, twin_path
from soluciones.webapp.pages import localised, site

Node = dict[str, Any]
Crumb = tuple[str, str]
"""Title and path."""
_HEADLINE = 110
"""Characters of a headline that search engines show."""


def graph(*nodes: Node | None) -> Node:
    """The whole block."""
    return {"@context": "https://schema.org", "@graph": [node for node in nodes if node]}


def _home() -> str:
    return absolute(f"/{languages.current()}/")


def _organisation() -> Node | None:
    name = site().organisation
    return {"@type": "Organization", "name": name} if name else None


def _of_site(node: Node) -> Node:
    """The node with the site it is part of and who publishes it."""
    node["isPartOf"] = {"@type": "WebSite", "name": site().name, "url": _home()}
    if publisher := _organisation():
        node["publisher"] = publisher
    return node


def website() -> Node:
    """The site and its search."""
    search = absolute(f"/{languages.current()}/search") + "?q={search_term_string}"
    node: Node = {
        "@type": "WebSite",
        "name": site().name,
        "url": _home(),
        "description": localised(site().tagline),
        "inLanguage": languages.current(),
        "potentialAction": {
            "@type": "SearchAction",
            "target": {"@type": "EntryPoint", "urlTemplate": search},
            "query-input": "required name=search_term_string",
        },
    }
    if publisher := _organisation():
        node["publisher"] = publisher
    return node


def article(guide: Guide, topic: Topic | None) -> Node:
    """A guide."""
    url = absolute(guide_url(languages.current(), guide.id))
    node: Node = {
        "@type": "TechArticle",
        "headline": guide.title[:_HEADLINE],
        "description": guide.summary,
        "inLanguage": guide.lang,
        "url": url,
        "mainEntityOfPage": url,
        "encoding": {
            "@type": "MediaObject",
            "encodingFormat": "text/markdown",
            "contentUrl": absolute(twin_path(languages.current(), guide.id)),
        },
    }
    if guide.updated:
        node["dateModified"] = guide.updated.isoformat()
    if topic:
        node["articleSection"] = localised(topic.title)
    if guide.references:
        node["citation"] = list(guide.references)
    if author := _organisation():
        node["author"] = author
    return _of_site(node)


def page(kind: str, title: str, description: str, path: str) -> Node:
    """A page that is neither the home page nor a guide: ``CollectionPage`` or ``WebPage``."""
    node = {"@type": kind, "name": title, "url": absolute(path), "inLanguage": languages.current()}
    if description:
        node["description"] = description
    return _of_site(node)


def crumbs(*trail: Crumb) -> Node:
    """The way from the home page to this one, which is the last crumb."""
    items = [(languages.say("nav.home"), f"/{languages.current()}/"), *trail]
    listed = [
        {"@type": "ListItem", "position": place, "name": title, "item": absolute(path)}
        for place, (title, path) in enumerate(items, 1)
    ]
    return {"@type": "BreadcrumbList", "itemListElement": listed}


def guide_crumbs(guide: Guide, topic: Topic | None) -> Node:
    """The crumbs of a guide, through its first topic."""
    lang = languages.current()
    shelf = [(localised(topic.title), topic_path(lang, topic.id))] if topic else []
    return crumbs(*shelf, (guide.title, guide_url(lang, guide.id)))
