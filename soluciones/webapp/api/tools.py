"""GET /api/v1/tools, POST /api/v1/tools/<id> and the files that tools offer."""

from __future__ import annotations

import io
from typing import Any

from flask import Response, send_file

from soluciones.webapp import actions, languages
from soluciones.webapp.access import web
from soluciones.webapp.api.blueprint import api, responses
from soluciones.webapp.downloads import TokenError, TokenExpired
from soluciones.webapp.problems import Problem
from soluciones.webapp.schemas import FilePath, LangQuery, ToolBody, ToolPath
from soluciones.webapp.schemas_out import ToolOut, ToolsOut
from soluciones.webapp.wire import tool_json


@api.get("/tools", summary="List tools", responses=responses(ToolsOut, 422))
def tools(query: LangQuery) -> dict[str, Any]:
    """Every tool with the JSON Schema of its slots."""
    return {"tools": [dict(form) for form in web().service.tool_forms(languages.current())]}


@api.post("/tools/<tool_id>", summary="Run a tool", responses=responses(ToolOut, 400, 404, 415, 422, 503))
def run_tool(path: ToolPath, body: ToolBody) -> dict[str, Any]:
    """Runs one tool; a value that is missing is asked for by `form`, a wrong one is told by `findings`."""
    lang = languages.current()
    return tool_json(actions.run_tool(path.tool_id, body.slots, lang), lang, web().tokens)


@api.get(
    "/tools/<tool_id>/files/<token>/<name>",
    summary="Download a tool's file",
    responses=responses({"description": "The file", "content": {"application/octet-stream": {}}}, 404, 410, 422, 503),
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
    result = actions.run_tool(ticket.tool, ticket.slots, ticket.lang)
    found = next((item for item in result.downloads if item.name == ticket.name), None)
    if found is None:
        raise Problem(404, "file_not_found")
    response = send_file(
        io.BytesIO(found.content), mimetype=found.mime, as_attachment=True, download_name=found.name, max_age=0
    )
    response.headers["Cache-Control"] = "no-store"
    return response
