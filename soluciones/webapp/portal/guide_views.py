"""The page of a guide."""

from __future__ import annotations

from flask import redirect, render_template
from werkzeug.wrappers import Response as AnyResponse

from soluciones.answer.links import guide_url
from soluciones.webapp import languages
from soluciones.webapp.access import web
from soluciones.webapp.portal.blueprint import LANG, portal
from soluciones.webapp.portal.guide_page import guide_page
from soluciones.webapp.problems import Problem


@portal.get(f"{LANG}/guides/<guide_id>")
def guide(guide_id: str) -> str | AnyResponse:
    """A guide; an alias redirects to the guide's own address."""
    found = web().service.guide(guide_id[:200])
    if found is None or found.audience != "visitor":
        raise Problem(404, "guide_not_found")
    if found.id != guide_id:
        return redirect(guide_url(languages.current(), found.id), 301)
    return render_template("portal/guide.html", page=guide_page(found))
