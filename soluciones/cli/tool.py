"""``kb tool ID --json '{…}'``: runs one live tool without a server."""

from __future__ import annotations

import json
from pathlib import Path

from soluciones.answer.answerer import Answerer
from soluciones.answer.tools.registry import TOOLS
from soluciones.answer.wire import tool_json
from soluciones.cli.errors import fail
from soluciones.index.store.store import Store
from soluciones.settings import Settings

EXIT_USAGE = 2
EXIT_TOOL_ERROR = 1


def run_tool(settings: Settings, tool_id: str, slots_text: str, lang: str, out: Path | None) -> int:
    """Prints the result as JSON; exit code 0 whenever the tool gave a verdict, 1 on ``error``."""
    if tool_id not in TOOLS:
        return fail(f"no tool «{tool_id}»", f"the tools are: {', '.join(TOOLS)}", EXIT_USAGE)
    try:
        slots = json.loads(slots_text)
    except ValueError as error:
        return fail(f"--json is not JSON: {error}", "give an object such as --json '{\"port\": 993}'", EXIT_USAGE)
    if not isinstance(slots, dict):
        return fail("--json must be a JSON object", "give an object such as --json '{\"port\": 993}'", EXIT_USAGE)
    result = Answerer(Store(settings.index)).run_tool(tool_id, slots, lang)
    print(json.dumps(tool_json(result), ensure_ascii=False))
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
        for download in result.downloads:
            (out / download.name).write_bytes(download.content)
    return EXIT_TOOL_ERROR if result.status == "error" else 0
