"""The judgement as a text file to send to somebody who helps: without addresses, without the message."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from soluciones.answer.tools.base import ToolContext
from soluciones.answer.types import Download, Finding

_ADDRESS = re.compile(r"[^\s<>()\[\],;:\"@]{1,64}@(?=[^\s<>()\[\],;:\"@])")


def report(headline: str, data: Mapping[str, Any], findings: Sequence[Finding], context: ToolContext) -> Download:
    """``informe-cabeceras.txt``, UTF-8 with CRLF; the part before each @ is masked."""
    lines = [headline, "", f"{data['verdict']} ({data['reason']})", ""]
    lines += [f"- {row['text']}" for row in data["evidence"]]
    lines += ["", *(f"* {item.text} [{item.code}]" for item in findings if item.code not in _codes(data))]
    for row in data["hops"]:
        mark = "+" if row["trusted"] else "?"
        wait = "" if row["delay_s"] is None else f" ({row['delay_s']:+d} s)"
        lines.append(
            f"{mark} {row['n']}. {row['from']} [{row['ip']}] > {row['by']} {row['protocol']} {row['time']}{wait}"
        )
    for row in data["auth_results"]:
        mark = "+" if row["trusted"] else "?"
        lines.append(f"{mark} {row['server']}: {row['method']}={row['result']} {row['domain']}")
    for row in data["deliveries"]:
        lines.append(f"! {row['recipient']} {row['basic']} {row['status']} {row['diagnostic']}")
    text = _ADDRESS.sub("***@", "\r\n".join(lines)) + "\r\n"
    label = context.say("message_headers.download.report")
    return Download("informe-cabeceras.txt", "text/plain; charset=utf-8", text.encode("utf-8", "replace"), label)


def _codes(data: Mapping[str, Any]) -> set[str]:
    return {row["code"] for row in data["evidence"]}
