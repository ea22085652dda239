"""The list of tools, and the page of each."""

from __future__ import annotations

from typing import Any

from flask import render_template, request

from soluciones.webapp import actions, languages, toolbox
from soluciones.webapp.access import web
from soluciones.webapp.card_models import form_schema
from soluciones.webapp.cards import tool_card
from soluciones.webapp.forms import CONVERSATION, fields
from soluciones.webapp.pages import FRAGMENT, PLACE, is_fragment
from soluciones.webapp.portal.blueprint import LANG, portal
from soluciones.webapp.portal.shelves import tools_by_topic
from soluciones.webapp.uploads import upload_slots


def _tool_page(form: toolbox.Form, slots: dict[str, Any] | None, conversation: str = "") -> str:
    """The page of a tool, or the piece of it that is asked for; with ``slots`` None the tool is not run."""
    lang = languages.current()
    result = None if slots is None else actions.run_tool(form["id"], slots, lang, conversation)
    card = tool_card(result, conversation) if result is not None else None
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
    return render_template("portal/tools.html", shelves=tools_by_topic())


@portal.get(f"{LANG}/tools/<tool_id>")
def tool_page(tool_id: str) -> str:
    """A tool: what it says without knowing anything, and its form. Nothing goes out before somebody asks for it."""
    form = toolbox.form_of(tool_id)
    return _tool_page(form, None if form["mode"] == "network" else {})


@portal.post(f"{LANG}/tools/<tool_id>")
def tool_run(tool_id: str) -> str:
    """A tool's result: a page, or a fragment for the chat."""
    form = toolbox.form_of(tool_id)
    return _tool_page(form, toolbox.posted_slots(form["schema"]), request.form.get(CONVERSATION, "")[:64])
