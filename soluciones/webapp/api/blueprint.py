"""The blueprint of the API, how its bodies are read, and how its errors are described."""

from __future__ import annotations

from typing import Any

from flask import request
from flask_openapi3 import APIBlueprint, Tag
from werkzeug.exceptions import BadRequest

from soluciones.webapp import languages
from soluciones.webapp.problems import MIME, Problem

_PROBLEM = {"$ref": "#/components/schemas/ProblemOut"}


def problem_doc(*statuses: int) -> dict[str, Any]:
    """OpenAPI responses of these statuses, each a problem."""
    texts = {
        404: "Nothing there",
        410: "No longer there",
        413: "Too long",
        415: "Not JSON",
        422: "Cannot be understood; `errors` lists the fields",
        503: "Not ready; try again",
        507: "No room to keep it",
        400: "Not JSON",
    }
    return {str(s): {"description": texts[s], "content": {MIME: {"schema": _PROBLEM}}} for s in statuses}


api = APIBlueprint("api", __name__, url_prefix="/api/v1", abp_tags=[Tag(name="v1")])


@api.before_request
def read_body() -> None:
    """Reads the JSON body once, so that every way of being wrong has its own problem.

    Raises:
        Problem: 415 not JSON by its type, 400 not JSON by its content, 422 not an object.
    """
    if request.method not in {"POST", "PUT", "PATCH"}:
        return
    if not request.is_json:
        raise Problem(415, "not_json")
    try:
        body = request.get_json()
    except BadRequest:
        raise Problem(400, "malformed_json") from None
    if not isinstance(body, dict):
        raise Problem(422, "not_an_object")
    lang = body.get("lang")
    if isinstance(lang, str) and languages.known(lang):
        languages.set_current(languages.known(lang))
