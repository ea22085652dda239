"""The blueprint of the API, how its bodies are read, and how its errors are described."""

from __future__ import annotations

from typing import Any

from flask import request
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag
from pydantic import BaseModel
from werkzeug.exceptions import BadRequest

from soluciones.webapp import languages
from soluciones.webapp.limits import MAX_JSON_BYTES, body_limit
from soluciones.webapp.problems import MIME, Problem
from soluciones.webapp.uploads import MULTIPART

_PROBLEM = {"$ref": "#/components/schemas/ProblemOut"}


def responses(ok: type[BaseModel] | dict[str, Any], *problems: int, created: bool = False) -> dict[Any, Any]:
    """OpenAPI responses: what a success is, and these statuses as problems."""
    texts = {
        404: "Nothing there",
        410: "No longer there",
        413: "Too long",
        415: "Not JSON (tools also take multipart/form-data)",
        422: "Cannot be understood; `errors` lists the fields",
        429: "Too many in an hour; `Retry-After` says when",
        503: "Not ready; try again",
        507: "No room to keep it",
        400: "Not JSON",
    }
    told = {str(s): {"description": texts[s], "content": {MIME: {"schema": _PROBLEM}}} for s in problems}
    return {"201" if created else "200": ok, **told}


api = APIBlueprint("api", __name__, url_prefix="/api/v1", abp_tags=[Tag(name="v1")])


@api.before_request
def read_body() -> None:
    """Reads the JSON body once, so that every way of being wrong has its own problem.

    Raises:
        Problem: 415 not JSON by its type, 400 not JSON by its content, 422 not an object.
    """
    if request.method not in {"POST", "PUT", "PATCH"}:
        return
    if request.mimetype == MULTIPART and body_limit(request.path, MULTIPART) > MAX_JSON_BYTES:
        _speak(request.form.get("lang"))
        return
    if not request.is_json:
        raise Problem(415, "not_json")
    try:
        body = request.get_json()
    except BadRequest:
        raise Problem(400, "malformed_json") from None
    if not isinstance(body, dict):
        raise Problem(422, "not_an_object")
    _speak(body.get("lang"))


def _speak(lang: object) -> None:
    if isinstance(lang, str) and languages.known(lang):
        languages.set_current(languages.known(lang))
