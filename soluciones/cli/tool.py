"""``kb tool ID --json '{…}'``: runs one live tool without a server."""

from __future__ import annotations

import json
from pathlib import Path

from soluciones.answer.answerer import Answerer
from soluciones.answer.net.guard import NetworkHub
from soluciones.answer.tools.files.signing import open_signer
from soluciones.answer.tools.registry import TOOLS
from soluciones.answer.wire import tool_json
from soluciones.cli.errors import fail
from soluciones.index.store.store import Store
from soluciones.settings import Settings

EXIT_USAGE = 2
EXIT_TOOL_ERROR = 1


def run_tool(settings: Settings, tool_id: str, slots_text: str, files: list[str], lang: str, out: Path | None) -> int:
    """Prints the result as JSON; exit code 0 whenever the tool gave a verdict, 1 on ``error``.

    Args:
        settings: where the index is, and whether the network may be used.
        tool_id: the tool.
        slots_text: a JSON object.
        files: ``slot=path`` for slots that take a file.
        lang: language of the texts.
        out: folder for the tool's files.
    """
    if tool_id not in TOOLS:
        return fail(f"no tool «{tool_id}»", f"the tools are: {', '.join(TOOLS)}", EXIT_USAGE)
    try:
        slots = json.loads(slots_text)
    except ValueError as error:
        return fail(f"--json is not JSON: {error}", "give an object such as --json '{\"port\": 993}'", EXIT_USAGE)
    if not isinstance(slots, dict):
        return fail("--json must be a JSON object", "give an object such as --json '{\"port\": 993}'", EXIT_USAGE)
    for item in files:
        slot, _, path = item.partition("=")
        if not path:
            return fail(f"--file «{item}» is not slot=path", "for example --file vcard=contacts.vcf", EXIT_USAGE)
        slots[slot] = Path(path).read_bytes()
    answerer = Answerer(
        Store(settings.index),
        hub_for=lambda site: NetworkHub(settings, site),
        sign=open_signer(settings.profile_certificate, settings.profile_key),
    )
    result = answerer.run_tool(tool_id, slots, lang)
    print(json.dumps(tool_json(result), ensure_ascii=False))
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
        for download in result.downloads:
            (out / download.name).write_bytes(download.content)
    return EXIT_TOOL_ERROR if result.status == "error" else 0
