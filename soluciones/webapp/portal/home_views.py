"""The home page, and the page of each topic."""

from __future__ import annotations

from flask import redirect, render_template
from werkzeug.wrappers import Response as AnyResponse

from soluciones.kb.types import Guide
from soluciones.webapp import languages
from soluciones.webapp.access import web
from soluciones.webapp.pages import asset
from soluciones.webapp.portal.blueprint import LANG, by_language, portal
from soluciones.webapp.portal.shelves import featured, newest, tools, topic_guides
from soluciones.webapp.problems import Problem

_GUIDES_ON_CARD = 3
"""Guides listed on a topic's card; the rest are a click away."""
_TOOLS_ON_HOME = 6
"""The tools that most people need stand first; the rest are a click away."""
_NEWEST = 5
_POPULAR = 4


@portal.app_template_global("popular_guides")
def popular_guides() -> list[Guide]:
    """The guides that a page of an error offers; none while there is no index."""
    return featured()[:_POPULAR] if web().service.generation else []


@portal.get("/")
def root() -> AnyResponse:
    """The home page in the visitor's language."""
    return by_language("/")


@portal.get(f"{LANG}/")
def home() -> str:
    """Search box, topics, useful guides, what is new, tools, the way to the chat."""
    site = web().service.site()
    return render_template(
        "portal/home.html",
        topics=[(topic, topic_guides(topic.id)) for topic in site.topics],
        shown=_GUIDES_ON_CARD,
        featured=featured(),
        newest=newest(_NEWEST),
        suggestions=site.suggestions.get(languages.current(), ()),
        tools=tools(),
        shown_tools=_TOOLS_ON_HOME,
    )


@portal.get(f"{LANG}/topics/<topic_id>")
def topic(topic_id: str) -> str:
    """All guides of one topic, and the tools that they use."""
    found = next((item for item in web().service.site().topics if item.id == topic_id), None)
    if found is None:
        raise Problem(404, "not_found")
    guides = topic_guides(topic_id)
    used = {tool for guide in guides for tool in guide.tools}
    fitting = [item for item in tools() if item.id in used]
    return render_template("portal/topic.html", topic=found, guides=guides, tools=fitting)


@portal.get("/favicon.ico")
def favicon() -> AnyResponse:
    """The icon, for browsers that do not read the page's head."""
    return redirect(asset("icon.svg"), 302)
