"""The tools' forms, and the values that a request gives to one of them."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from typing import Any

from flask import current_app, g, request

from soluciones.i18n import MissingText
from soluciones.webapp import actions, languages
from soluciones.webapp.access import web
from soluciones.webapp.forms import slots_from
from soluciones.webapp.problems import Problem
from soluciones.webapp.uploads import posted_files

Form = Mapping[str, Any]
"""``{"id", "title", "mode", "guides", "schema"}`` of a tool, in the visitor's language."""


def forms() -> dict[str, Form]:
    """Tool id → its form, in the order in which tools are listed. Loads every tool.

    Raises:
        Problem: 503 when there is no index yet.
    """
    actions.ready()
    return {str(form["id"]): form for form in web().service.tool_forms(languages.current())}


def titles() -> Mapping[str, str]:
    """Tool id → its title, in the order in which tools are listed. Loads none of them."""
    actions.ready()
    return web().service.tool_titles(languages.current())


def _form(tool_id: str) -> Form | None:
    actions.ready()
    lang = languages.current()
    made: dict[tuple[str, str], Form | None] = g.setdefault("tool_forms", {})  # asked for several times in a request
    if (tool_id, lang) not in made:
        made[tool_id, lang] = web().service.tool_form(tool_id, lang)
    return made[tool_id, lang]


def form_of(tool_id: str) -> Form:
    """One tool's form.

    Raises:
        Problem: 404 when there is no such tool.
    """
    form = _form(tool_id)
    if form is None:
        raise Problem(404, "tool_not_found")
    return form


def schema_of(tool_id: str) -> Mapping[str, Any]:
    """The object schema of a tool's slots; an empty one for a tool that is not there."""
    form = _form(tool_id)
    schema: Mapping[str, Any] = form["schema"] if form is not None else {}
    return schema


def summary(tool_id: str) -> str:
    """What a tool is for, in one line; "" when nobody has said it."""
    domain = tool_id.replace("-", "_")
    with contextlib.suppress(MissingText):
        return languages.texts.text(languages.current(), f"{domain}.summary")
    with contextlib.suppress(MissingText):
        return languages.say(f"summary.{domain}")
    return ""


def posted_slots(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Slots from the posted form of this request; a file stands for the text of its field.

    Raises:
        Problem: 413 when a file is too large.
    """
    typed = slots_from(schema, request.form.to_dict(flat=False), current_app.json.loads)
    return typed | posted_files(schema)
