"""What a conversation still owes a tool: plain data, bounded, kept with the conversation."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from soluciones.answer.types import ToolResult

MAX_DEPTH = 2
"""A tool may be opened while another waits; a third would only confuse."""
MAX_FAILURES = 2
"""After so many replies that do not fit, asking again is nagging: explain, and offer the form or a person."""
MAX_DIGRESSIONS = 2
"""Whoever asks a second other thing has moved on; reminding again would be nagging."""
MAX_SLOT_CHARS = 4_000
"""Values kept between two messages; pasted messages and files are never kept."""


@dataclass(frozen=True, slots=True)
class Pending:
    """One tool that waits for one slot."""

    tool: str
    asks: str
    """The slot it waits for."""
    slots: Mapping[str, Any] = field(default_factory=dict)
    """What it has so far."""
    failures: int = 0
    """Replies in a row that did not fit."""
    digressions: int = 0
    """Other questions that were answered in between."""


Stack = tuple[Pending, ...]
"""The tools that wait, the one to go on with last."""


def opened(stack: Stack, result: ToolResult) -> Stack:
    """The stack after a tool has run outside the dialogue or in it: waiting for its slot, or done."""
    rest = tuple(item for item in stack if item.tool != result.tool)
    before = next((item for item in stack if item.tool == result.tool), None)
    if not result.asks:
        return rest
    same = before is not None and before.asks == result.asks
    failures = before.failures + 1 if before is not None and same else 0
    return (*rest, Pending(result.tool, result.asks, small(result.slots), failures))[-MAX_DEPTH:]


def failed(stack: Stack) -> Stack:
    """The stack after a reply that could not be read."""
    return (*stack[:-1], replace(stack[-1], failures=stack[-1].failures + 1)) if stack else ()


def digressed(stack: Stack) -> Stack:
    """The stack after another question was answered in between."""
    if not stack:
        return ()
    last = replace(stack[-1], digressions=stack[-1].digressions + 1)
    return stack[:-1] if last.digressions >= MAX_DIGRESSIONS else (*stack[:-1], last)


def small(slots: Mapping[str, Any]) -> dict[str, Any]:
    """The slots that may be kept: plain JSON, small, no files."""
    kept: dict[str, Any] = {}
    room = MAX_SLOT_CHARS
    for name, value in slots.items():
        try:
            size = len(json.dumps(value, ensure_ascii=False))
        except (TypeError, ValueError):
            continue
        if size <= room and not isinstance(value, Mapping):
            kept[name] = value
            room -= size
    return kept


def from_json(raw: Any) -> Stack:
    """The inverse of ``dataclasses.asdict`` for each member; anything that does not fit is dropped."""
    if not isinstance(raw, list):
        return ()
    found = []
    for item in raw[-MAX_DEPTH:]:
        if isinstance(item, dict) and isinstance(item.get("tool"), str) and isinstance(item.get("asks"), str):
            slots = item.get("slots")
            counts = [item.get(name) for name in ("failures", "digressions")]
            failures, digressions = (count if isinstance(count, int) else 0 for count in counts)
            kept = slots if isinstance(slots, dict) else {}
            found.append(Pending(item["tool"], item["asks"], kept, failures, digressions))
    return tuple(found)
