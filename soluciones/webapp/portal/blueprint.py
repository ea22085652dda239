"""What the portal's pages hang on: their blueprint, and the language at the front of their addresses."""

from __future__ import annotations

from flask import Blueprint, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from soluciones.webapp import languages
from soluciones.webapp.access import web
from soluciones.webapp.pages import offered, pull_lang, same_origin_only

LANG = "/<any(es,en,fr,de,it):lang>"

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
