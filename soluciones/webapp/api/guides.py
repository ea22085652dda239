"""GET /api/v1/guides and /api/v1/guides/<id>."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from flask import redirect
from werkzeug.wrappers import Response

from soluciones.webapp import languages
from soluciones.webapp.access import web
from soluciones.webapp.api.blueprint import api, responses
from soluciones.webapp.problems import Problem
from soluciones.webapp.schemas import GuidePath, LangQuery
from soluciones.webapp.schemas_out import GuideOut, GuidesOut
from soluciones.webapp.wire import guide_json, guide_summary_json


@api.get("/guides", summary="List guides", responses=responses(GuidesOut, 422))
def guides(query: LangQuery) -> dict[str, Any]:
    """Every guide that visitors may read."""
    lang = languages.current()
    return {"guides": [guide_summary_json(guide, lang) for guide in web().service.guides()]}


@api.get("/guides/<guide_id>", summary="Read a guide", responses=responses(GuideOut, 404, 422))
def guide(path: GuidePath, query: LangQuery) -> dict[str, Any] | Response:
    """A whole guide; an alias redirects to the guide's own id."""
    found = web().service.guide(path.guide_id)
    if found is None or found.audience != "visitor":
        raise Problem(404, "guide_not_found")
    if found.id != path.guide_id:
        return redirect(f"/api/v1/guides/{quote(found.id, safe='')}?lang={languages.current()}", 308)
    return guide_json(found, languages.current())
