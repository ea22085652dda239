"""``llms.txt`` (llmstxt.org v2): the site as a language model reads it, with links to the Markdown twins."""

from __future__ import annotations

from collections.abc import Iterable

from soluciones.kb.types import Guide
from soluciones.webapp import languages, toolbox
from soluciones.webapp.access import web
from soluciones.webapp.machines.addresses import absolute, origin, tool_path, twin_path
from soluciones.webapp.machines.languages_of import public_languages
from soluciones.webapp.machines.sitemap import visitor_guides
from soluciones.webapp.machines.texts import markdown_line
from soluciones.webapp.machines.twin import twin
from soluciones.webapp.pages import localised

MAX_FULL_BYTES = 1024 * 1024
"""Larger than most models read at once; the guides left out are linked."""


def _words(key: str, **params: object) -> str:
    return languages.say_any(f"machines.llms.{key}", **params)


def _link(title: str, path: str, notes: str = "") -> str:
    after = f": {markdown_line(notes)}" if notes.strip() else ""
    return f"- [{markdown_line(title)}]({absolute(path)}){after}"


def _guide_link(guide: Guide) -> str:
    return _link(guide.title, twin_path(languages.current(), guide.id), guide.summary)


def _section(title: str, links: Iterable[str]) -> str:
    listed = "\n".join(links)
    return f"\n## {markdown_line(title)}\n\n{listed}\n" if listed else ""


def _head() -> str:
    site = web().service.site()
    named = f"{site.name} · {site.organisation}" if site.organisation else site.name
    tagline = localised(site.tagline)
    summary = f"> {markdown_line(tagline)}\n\n" if tagline.strip() else ""
    return f"# {markdown_line(named)}\n\n{summary}{_words('intro')}\n"


def _by_topic() -> Iterable[tuple[str, list[Guide]]]:
    """Each guide once, under the first of its topics in the site's order."""
    left = {guide.id: guide for guide in visitor_guides()}
    for topic in web().service.site().topics:
        under = [guide for guide in left.values() if topic.id in guide.topics]
        for guide in under:
            del left[guide.id]
        yield localised(topic.title), under
    yield _words("other"), list(left.values())


def _more() -> Iterable[str]:
    lang = languages.current()
    yield _link(_words("full"), f"/{lang}/llms-full.txt", _words("full_notes"))
    if origin():
        yield _link(_words("changes"), f"/{lang}/changes.xml", "RSS")
    yield _link(_words("api"), "/openapi/openapi.json", "OpenAPI")
    for other in public_languages():
        if other != lang:
            yield _link(languages.NAMES[other], f"/{other}/llms.txt")


def index() -> str:
    """``llms.txt`` in the language of the request."""
    lang = languages.current()
    parts = [_head(), *(_section(title, map(_guide_link, guides)) for title, guides in _by_topic())]
    tools = (_link(title, tool_path(lang, tool), toolbox.summary(tool)) for tool, title in toolbox.titles().items())
    parts.append(_section(_words("tools"), tools))
    # "Optional" is the specification's own word for links that can be left out.
    parts.append(_section("Optional", _more()))
    return "".join(parts)


def full() -> str:
    """All guides in one file, as many as fit into ``MAX_FULL_BYTES``; links to the others."""
    parts, room, left = [_head()], MAX_FULL_BYTES, []
    for guide in visitor_guides():
        text = "\n" + twin(guide)
        size = len(text.encode("utf-8", "replace"))
        if size <= room:
            parts.append(text)
            room -= size
        else:
            left.append(guide)
    return "".join(parts) + _section(_words("left_out"), map(_guide_link, left))
