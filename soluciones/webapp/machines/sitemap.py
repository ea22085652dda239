"""``sitemap.xml`` (sitemaps.org 0.9): every page of the portal in every language, each with its other languages."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from xml.etree.ElementTree import Element, SubElement, tostring

from soluciones.answer.links import guide_url
from soluciones.kb.types import Guide
from soluciones.webapp.access import web
from soluciones.webapp.machines.addresses import need_origin, tool_path, topic_path
from soluciones.webapp.machines.languages_of import default_language, public_languages

MAX_URLS = 10_000
"""Addresses in one file. The protocol allows 50,000 and 50 MB; with six alternates each, this is some 10 MB."""
_SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"
_XHTML = "http://www.w3.org/1999/xhtml"


@dataclass(frozen=True, slots=True)
class Entry:
    """A page in all its languages."""

    path: Callable[[str], str]
    """Its path in a language."""
    changed: date | None


def visitor_guides() -> tuple[Guide, ...]:
    """Guides that everybody may read."""
    return tuple(guide for guide in web().service.guides() if guide.audience == "visitor")


def _newest(guides: Iterable[Guide]) -> date | None:
    return max((guide.updated for guide in guides if guide.updated), default=None)


def _topic(topic: str, changed: date | None) -> Entry:
    return Entry(lambda lang: topic_path(lang, topic), changed)


def _guide(guide: Guide) -> Entry:
    return Entry(lambda lang: guide_url(lang, guide.id), guide.updated)


def _tool(tool: str) -> Entry:
    return Entry(lambda lang: tool_path(lang, tool), None)


def entries() -> Iterator[Entry]:
    """Home, topics with guides, guides, tools."""
    guides = visitor_guides()
    yield Entry(lambda lang: f"/{lang}/", _newest(guides))
    for topic in web().service.site().topics:
        under = [guide for guide in guides if topic.id in guide.topics]
        if under:
            yield _topic(topic.id, _newest(under))
    yield from map(_guide, guides)
    tools = tuple(web().service.tool_titles(default_language()))
    if tools:
        yield Entry(lambda lang: f"/{lang}/tools", None)
    yield from map(_tool, tools)


def _document(root: Element) -> str:
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(root, encoding="unicode") + "\n"


def _url(root: Element, entry: Entry, lang: str, base: str, languages: tuple[str, ...]) -> None:
    url = SubElement(root, "url")
    SubElement(url, "loc").text = base + entry.path(lang)
    if entry.changed:
        SubElement(url, "lastmod").text = entry.changed.isoformat()
    for other in (*languages, "x-default"):
        href = base + entry.path(other if other in languages else default_language())
        SubElement(url, "xhtml:link", rel="alternate", hreflang=other, href=href)


def urlset(languages: tuple[str, ...] = ()) -> str:
    """The pages in some languages, all offered ones by default; alternates are always all of them."""
    base, offered = need_origin(), public_languages()
    root = Element("urlset", {"xmlns": _SITEMAP, "xmlns:xhtml": _XHTML})
    for entry in entries():
        for lang in languages or offered:
            _url(root, entry, lang, base, offered)
    return _document(root)


def whole() -> str:
    """One file for a site of usual size; an index of one file a language for a very large one."""
    offered = public_languages()
    if sum(1 for _ in entries()) * len(offered) <= MAX_URLS:
        return urlset()
    root = Element("sitemapindex", {"xmlns": _SITEMAP})
    for lang in offered:
        SubElement(SubElement(root, "sitemap"), "loc").text = f"{need_origin()}/{lang}/sitemap.xml"
    return _document(root)
