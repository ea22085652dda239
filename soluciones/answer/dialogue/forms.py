"""What a conversation remembers of a form that was filled in instead of an answer in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from soluciones.answer.dialogue.pending import opened
from soluciones.answer.service import ConversationState
from soluciones.answer.types import ToolResult

REMEMBERED_SLOTS = frozenset(
    {"port", "proto", "direction", "problem", "client", "os", "protocol", "language", "action", "registrar", "region"}
)
"""What a follow-up may lean on: short, and not personal (tests hold it against the tools' ``pii`` flags)."""


def remembered(slots: Mapping[str, Any]) -> dict[str, Any]:
    """The slots that a conversation keeps."""
    return {name: value for name, value in slots.items() if name in REMEMBERED_SLOTS}


def after_form(state: ConversationState, result: ToolResult, lang: str) -> ConversationState:
    """The state after a tool's form: the tool waits no longer, or for its next value, and «¿y…?» is about it.

    The last question stays: it is what led to the form.
    """
    if result.status in ("refused", "error"):  # the form still stands there, the dialogue is where it was
        return replace(state, lang=lang)
    return replace(
        state,
        lang=lang,
        tool=result.tool,
        slots={**(state.slots if state.tool == result.tool else {}), **remembered(result.slots)},
        pending=opened(state.pending, result),
    )
