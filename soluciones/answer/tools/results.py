"""Pieces that every tool's result is made of: quoted facts, findings, forms, refusals."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from soluciones.answer.tools.base import Slots, SlotSpec, Tool, ToolContext
from soluciones.answer.tools.values import SlotRefused
from soluciones.answer.types import Fact, Finding, Place, ToolResult, ToolStatus
from soluciones.i18n import MissingText
from soluciones.kb.facts import Source

BAD_INPUT = "bad_input"
"""Finding of every refused call: the value is not of the kind the slot takes."""

_SEVERITY: tuple[ToolStatus, ...] = ("refused", "error", "bad", "unknown", "warn", "need_input", "ok")


def domain_of(tool_id: str) -> str:
    """Catalogue domain of a tool: ``mail-address`` → ``mail_address``."""
    return tool_id.replace("-", "_")


def facts_from(sources: Iterable[Source]) -> tuple[Fact, ...]:
    """Quotes with their places, each once, in order."""
    return tuple(Fact(s.quote, s.guide, s.anchor) for s in dict.fromkeys(sources))


def worst(statuses: Iterable[ToolStatus]) -> ToolStatus:
    """The gravest of several statuses; ``ok`` for none."""
    return min(statuses, key=_SEVERITY.index, default="ok")


def finding(tool: Tool, context: ToolContext, code: str, status: ToolStatus, **params: object) -> Finding:
    """A finding with its text ``<domain>.finding.<code>`` and the place that the tool's catalogue gives.

    Raises:
        KeyError: the code stands in no catalogue (a programming error, caught by tests).
    """
    place = tool.findings[code]
    text = context.say(f"{domain_of(tool.id)}.finding.{code}", **params)
    return Finding(code, status, text, Place(*place) if place else None)


def refused(tool: Tool, context: ToolContext, error: SlotRefused) -> ToolResult:
    """The answer to a slot that cannot be read: it names the slot, never repeats the value."""
    title = slot_title(tool, context, error.slot)
    text = context.say(f"tool.refused.{error.reason}", slot=title, limit=error.limit)
    place = tool.findings[BAD_INPUT]
    problem = Finding(BAD_INPUT, "refused", text, Place(*place) if place else None)
    return ToolResult(tool.id, "refused", text, findings=(problem,), form=form(tool, context))


def ask(
    tool: Tool,
    context: ToolContext,
    slot: str,
    slots: Slots,
    only: Sequence[str] = (),
    choices: Mapping[str, Mapping[str, str]] | None = None,
) -> ToolResult:
    """Asks for one slot: the question ``<domain>.ask.<slot>``, and a form with it (and with ``only``, when given)."""
    taken = {spec.name: slots[spec.name] for spec in tool.slots if spec.name in slots}  # nothing else is ever echoed
    wanted = form(tool, context, only or (slot,), taken, choices)
    wanted = {**wanted, "required": [slot]}
    question = context.say(f"{domain_of(tool.id)}.ask.{slot}")
    return ToolResult(tool.id, "need_input", question, form=wanted, slots=taken, asks=slot)


def form(
    tool: Tool,
    context: ToolContext,
    only: Sequence[str] = (),
    filled: Mapping[str, Any] | None = None,
    choices: Mapping[str, Mapping[str, str]] | None = None,
) -> Mapping[str, Any]:
    """JSON Schema (draft 2020-12) of a tool's slots with titles in the visitor's language.

    Args:
        tool: whose slots.
        context: language and texts.
        only: names of the slots wanted, all when empty.
        filled: values already known, given as ``default``.
        choices: slot → {value: label}, for slots whose values come from ``facts.yml``.
    """
    wanted = [spec for spec in tool.slots if not only or spec.name in only]
    properties = {spec.name: _property(tool, context, spec, filled or {}, choices or {}) for spec in wanted}
    return {
        "type": "object",
        "title": context.say(f"{domain_of(tool.id)}.title"),
        "properties": properties,
        "required": [spec.name for spec in wanted if spec.required],
        "additionalProperties": False,
    }


def slot_title(tool: Tool, context: ToolContext, slot: str) -> str:
    """A slot's title: the tool's own ``<domain>.slot.<slot>``, else the common ``tool.slot.<slot>``."""
    return _own_or_common(tool, context, f"slot.{slot}")


def choice_title(tool: Tool, context: ToolContext, slot: str, value: str) -> str:
    """A value's title: ``<domain>.choice.<slot>.<value>``, else ``tool.choice.<slot>.<value>``."""
    return _own_or_common(tool, context, f"choice.{slot}.{value}")


def _own_or_common(tool: Tool, context: ToolContext, key: str) -> str:
    try:
        return context.say(f"{domain_of(tool.id)}.{key}")
    except MissingText:
        return context.say(f"tool.{key}")


def _hint(tool: Tool, context: ToolContext, slot: str) -> dict[str, str]:
    try:
        return {"description": context.say(f"{domain_of(tool.id)}.hint.{slot}")}
    except MissingText:
        return {}


def _property(
    tool: Tool,
    context: ToolContext,
    spec: SlotSpec,
    filled: Mapping[str, Any],
    choices: Mapping[str, Mapping[str, str]],
) -> dict[str, Any]:
    schema = {"title": slot_title(tool, context, spec.name), **_hint(tool, context, spec.name), **spec.schema}
    values = schema.get("enum") or schema.get("items", {}).get("enum")
    labels = choices.get(spec.name)
    if labels is None and values:
        labels = {str(v): choice_title(tool, context, spec.name, str(v)) for v in values}
    if labels:
        options = [{"const": value, "title": label} for value, label in labels.items()]
        if schema.get("type") == "array":
            schema["items"] = {"oneOf": options}
        else:
            schema.pop("enum", None)
            schema["oneOf"] = options
    if spec.name in filled:
        schema["default"] = filled[spec.name]
    return schema
