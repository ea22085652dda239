"""Pages of the portal."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from soluciones.answer.links import guide_url
from soluciones.kb.types import Guide
from soluciones.webapp import actions, languages, toolbox
from soluciones.webapp.access import web
from soluciones.webapp.card_models import form_schema
from soluciones.webapp.cards import tool_card, tool_titles
from soluciones.webapp.forms import fields
from soluciones.webapp.json_provider import clean_text
from soluciones.webapp.pages import FRAGMENT, PLACE, asset, is_fragment, offered, pull_lang, same_origin_only
from soluciones.webapp.portal.guide_page import guide_page
from soluciones.webapp.portal.results import results
from soluciones.webapp.problems import Problem
from soluciones.webapp.uploads import upload_slots

LANG = "/<any(es,en,fr,de,it):lang>"
_GUIDES_ON_CARD = 4
"""Guides listed on a topic's card; the rest are a click away."""

_TOOLS_ON_HOME = 6
"""The tools that most people need stand first; the rest are a click away."""

portal = Blueprint("portal", __name__)
portal.url_value_preprocessor(pull_lang)
portal.before_request(same_origin_only)


def by_language(path: str) -> AnyResponse:
    """To ``/<lang><path>`` in the language that the browser asks for."""
    site = web().service.site()
    lang = languages.accepted(tuple(offered()), languages.known(site.default_language) or languages.DEFAULT)
    query = request.query_string.decode("ascii", "replace")
    response = redirect(f"/{lang}{path}" + (f"?{query}" if query else ""), 302)
    response.headers["Vary"] = "Accept-Language"
    return response


def _topic_guides(topic: str) -> list[Guide]:
    return [guide for guide in web().service.guides() if topic in guide.topics]


@portal.get("/")
def root() -> AnyResponse:
    """The home page in the visitor's language."""
    return by_language("/")


@portal.get(f"{LANG}/")
def home() -> str:
    """Search box, topics, featured guides, tools, the way to the chat."""
    site = web().service.site()
    guides = {guide.id: guide for guide in web().service.guides()}
    return render_template(
        "portal/home.html",
        topics=[(topic, _topic_guides(topic.id)) for topic in site.topics],
        shown=_GUIDES_ON_CARD,
        featured=[guides[guide_id] for guide_id in site.featured if guide_id in guides],
        suggestions=site.suggestions.get(languages.current(), ()),
        tools=tool_titles(),
        shown_tools=_TOOLS_ON_HOME,
    )


@portal.get(f"{LANG}/topics/<topic_id>")
def topic(topic_id: str) -> str:
    """All guides of one topic."""
    found = next((item for item in web().service.site().topics if item.id == topic_id), None)
    if found is None:
        raise Problem(404, "not_found")
    return render_template("portal/topic.html", topic=found, guides=_topic_guides(topic_id))


@portal.get(f"{LANG}/search")
def search() -> str:
    """Passages found, by guide; without a question, an empty search page."""
    text = clean_text(request.args.get("q", ""))
    blank = not text.strip()
    result = None if blank else actions.search(text, languages.current(), limit=24)
    return render_template(
        "portal/search.html",
        query=text,
        groups=results(result, text, languages.current()) if result else (),
        suggestion=result.suggestion if result else "",
        suggestions=web().service.site().suggestions.get(languages.current(), ()),
        asked=not blank,
    )


@portal.get(f"{LANG}/guides/<guide_id>")
def guide(guide_id: str) -> str | AnyResponse:
    """A guide; an alias redirects to the guide's own address."""
    found = web().service.guide(guide_id[:200])
    if found is None or found.audience != "visitor":
        raise Problem(404, "guide_not_found")
    if found.id != guide_id:
        return redirect(guide_url(languages.current(), found.id), 301)
    return render_template("portal/guide.html", page=guide_page(found))


def _tool_page(form: toolbox.Form, slots: dict[str, Any] | None) -> str:
    """The page of a tool, or the piece of it that is asked for; with ``slots`` None the tool is not run."""
    result = None if slots is None else actions.run_tool(form["id"], slots, languages.current())
    card = tool_card(result) if result is not None else None
    again = fields(form_schema(form["id"], form["schema"]), slots or {})
    place = {"form": form, "fields": again, "card": card}
    if is_fragment():
        whole = request.headers[FRAGMENT] == PLACE
        return render_template(f"parts/{'tool_place' if whole else 'tool_fragment'}.html", **place)
    return render_template(
        "portal/tool.html",
        uploads=upload_slots(form["schema"]),
        summary=toolbox.summary(form["id"]),
        guides=[guide for guide in web().service.guides() if guide.id in form["guides"]],
        **place,
    )


@portal.get(f"{LANG}/tools")
def tools_page() -> str:
    """All tools."""
    listed = [(tool_id, title, toolbox.summary(tool_id)) for tool_id, title in toolbox.titles().items()]
    return render_template("portal/tools.html", tools=listed)


@portal.get(f"{LANG}/tools/<tool_id>")
def tool_page(tool_id: str) -> str:
    """A tool: what it says without knowing anything, and its form. Nothing goes out before somebody asks for it."""
    form = toolbox.form_of(tool_id)
    return _tool_page(form, None if form["mode"] == "network" else {})


@portal.post(f"{LANG}/tools/<tool_id>")
def tool_run(tool_id: str) -> str:
    """A tool's result: a page, or a fragment for the chat."""
    form = toolbox.form_of(tool_id)
    return _tool_page(form, toolbox.posted_slots(form["schema"]))


@portal.get("/favicon.ico")
def favicon() -> AnyResponse:
    """The icon, for browsers that do not read the page's head."""
    return redirect(asset("icon.svg"), 302)
