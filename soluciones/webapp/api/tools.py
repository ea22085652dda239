"""GET /api/v1/tools, POST /api/v1/tools/<id> and the files that tools offer."""

from __future__ import annotations

import io
from typing import Any

from flask import Response, request, send_file
from pydantic import ValidationError

from soluciones.answer.types import Download, ToolResult
from soluciones.webapp import actions, languages, toolbox
from soluciones.webapp.access import web
from soluciones.webapp.api.blueprint import api, responses
from soluciones.webapp.downloads import TokenError, TokenExpired
from soluciones.webapp.limits import MAX_SLOTS, MAX_UPLOAD_BYTES
from soluciones.webapp.problems import FieldError, Problem, invalid
from soluciones.webapp.schemas import FilePath, LangQuery, MadeFilePath, ToolBody, ToolPath
from soluciones.webapp.schemas_out import ToolOut, ToolsOut
from soluciones.webapp.uploads import MULTIPART, check_sizes, upload_slots
from soluciones.webapp.wire import tool_json

_FILE = {"description": "The file", "content": {"application/octet-stream": {}}}
_FORM_SCHEMA = {
    "type": "object",
    "description": "Each slot is a field of its own; slots with `x-upload` take a file.",
    "properties": {"lang": {"type": "string", "maxLength": 35}},
    "additionalProperties": {"oneOf": [{"type": "string"}, {"type": "string", "format": "binary"}]},
    "maxProperties": MAX_SLOTS,
}
_BODY = {
    "requestBody": {
        "required": True,
        "description": (
            'The slots. One with `x-upload` in its schema takes pasted text, `{"base64": "…"}`, or a file of a '
            f"multipart form; each at most {MAX_UPLOAD_BYTES} bytes, else 413. Files are not kept."
        ),
        "content": {
            "application/json": {
                "schema": ToolBody.model_json_schema(),
                "examples": {
                    "text": {"value": {"slots": {"email": "año@ejemplo.com"}, "lang": "es"}},
                    "file": {"value": {"slots": {"vcard": {"base64": "QkVHSU46VkNBUkQ…"}}}},
                },
            },
            MULTIPART: {"schema": _FORM_SCHEMA},
        },
    }
}


@api.get("/tools", summary="List tools", responses=responses(ToolsOut, 422, 503))
def tools(query: LangQuery) -> dict[str, Any]:
    """Every tool with the JSON Schema of its slots; `x-upload` and `x-mime` say which files a slot takes."""
    return {"tools": [dict(form) for form in toolbox.forms().values()]}


def _slots(schema: dict[str, Any]) -> dict[str, Any]:
    if request.mimetype == MULTIPART:
        known = upload_slots(schema)
        odd = [name for name in request.files if name not in known]
        if odd:
            message = languages.say("field.no_file")
            raise Problem(422, "invalid", [FieldError(name[:40], message) for name in odd[:MAX_SLOTS]])
        return toolbox.posted_slots(schema)
    try:
        slots = ToolBody.model_validate(request.get_json()).slots
    except ValidationError as error:
        raise invalid(error) from None
    check_sizes(schema, slots)
    return slots


def _run(tool_id: str) -> ToolResult:
    form = toolbox.form_of(tool_id)
    return actions.run_tool(tool_id, _slots(form["schema"]), languages.current())


@api.post(
    "/tools/<tool_id>",
    summary="Run a tool",
    responses=responses(ToolOut, 400, 404, 413, 415, 422, 503),
    openapi_extensions=_BODY,
)
def run_tool(path: ToolPath) -> dict[str, Any]:
    """Runs one tool; a value that is missing is asked for by `form`, a wrong one is told by `findings`."""
    return tool_json(_run(path.tool_id), languages.current(), web().tokens)


def _sent(result: ToolResult, name: str) -> Response:
    """One file of a result, as an attachment (RFC 6266) that nobody keeps.

    Raises:
        Problem: 404 when the result has no such file.
    """
    found: Download | None = next((item for item in result.downloads if item.name == name), None)
    if found is None:
        raise Problem(404, "file_not_found")
    response = send_file(io.BytesIO(found.content), as_attachment=True, download_name=found.name, max_age=0)
    response.headers["Content-Type"] = found.mime
    response.headers["Cache-Control"] = "no-store"
    return response


@api.post(
    "/tools/<tool_id>/files/<name>",
    summary="Run a tool and download one of its files",
    responses=responses(_FILE, 400, 404, 413, 415, 422, 503),
    openapi_extensions=_BODY,
)
def made_file(path: MadeFilePath) -> Response:
    """For files that are made from an upload: send the same slots once more."""
    return _sent(_run(path.tool_id), path.name)


@api.get(
    "/tools/<tool_id>/files/<token>/<name>",
    summary="Download a tool's file",
    responses=responses(_FILE, 404, 410, 422, 503),
)
def tool_file(path: FilePath) -> Response:
    """Makes the file again from its token; nothing is kept on the server."""
    try:
        ticket = web().tokens.read(path.token)
    except TokenExpired:
        raise Problem(410, "file_expired") from None
    except TokenError:
        raise Problem(404, "file_not_found") from None
    if (ticket.tool, ticket.name) != (path.tool_id, path.name):
        raise Problem(404, "file_not_found")
    return _sent(actions.run_tool(ticket.tool, ticket.slots, ticket.lang), ticket.name)
