"""A tool's JSON Schema as the fields of an HTML form, and the form's values as slots again."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from soluciones.webapp.json_provider import clean_text
from soluciones.webapp.limits import MAX_SLOTS

FieldKind = Literal["text", "long", "number", "choice", "choices", "switch", "list"]
KEPT = "_kept"
"""Hidden field with the slots that are known already, as JSON."""
_LONG = 400
"""From this length on a value gets a text area."""
_INTEGER = re.compile(r"[+-]?\d{1,9}\Z")
_SEPARATORS = re.compile(r"[\s,;]+")


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a form."""

    name: str
    title: str
    hint: str
    kind: FieldKind
    required: bool
    value: str
    """What the field is filled with."""
    chosen: tuple[str, ...] = ()
    """Values of ``choices`` that are ticked."""
    options: tuple[tuple[str, str], ...] = ()
    """(value, label) of a choice."""
    max_length: int = 0
    example: str = ""
    input_mode: str = ""
    autocomplete: str = "off"


def _options(schema: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    if isinstance(schema.get("oneOf"), list):
        return tuple((str(o["const"]), str(o.get("title", o["const"]))) for o in schema["oneOf"] if "const" in o)
    values = schema.get("enum") or ()
    labels = schema.get("x-labels") or {}
    return tuple((str(value), str(labels.get(str(value), value))) for value in values)


def _kind(schema: Mapping[str, Any], options: tuple[tuple[str, str], ...]) -> FieldKind:
    kind = schema.get("type")
    if options:
        return "choices" if kind == "array" else "choice"
    if kind == "boolean":
        return "switch"
    if kind == "array":
        return "list"
    if kind in {"integer", "number"}:
        return "number"
    return "long" if int(schema.get("maxLength") or 0) > _LONG else "text"


def _shown(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, list | tuple):
        return ", ".join(str(item) for item in value)
    if isinstance(value, bool):
        return "1" if value else ""
    return str(value)


def _field(name: str, schema: Mapping[str, Any], required: bool, value: Any) -> Field:
    options = _options(schema.get("items") or {} if schema.get("type") == "array" else schema)
    examples = schema.get("examples") or ()
    known = value if value is not None else schema.get("default")
    mail = schema.get("format") in {"email", "idn-email"} or name == "email"
    return Field(
        name=name,
        title=str(schema.get("title") or name),
        hint=str(schema.get("description") or ""),
        kind=_kind(schema, options),
        required=required,
        value=_shown(known),
        chosen=tuple(str(item) for item in known) if isinstance(known, list | tuple) else (),
        options=options,
        max_length=int(schema.get("maxLength") or 0),
        example=_shown(examples[0]) if examples else "",
        # Never type=email: browsers would refuse the very addresses that visitors want to have checked.
        input_mode="email" if mail else "numeric" if schema.get("type") == "integer" else "",
        autocomplete="email" if mail else "off",
    )


def fields(schema: Mapping[str, Any], slots: Mapping[str, Any]) -> tuple[Field, ...]:
    """The fields of an object schema, filled with the slots that are known."""
    required = set(schema.get("required") or ())
    properties = schema.get("properties") or {}
    only = len(properties) == 1  # the one value of a form is wanted, whatever its schema says
    shown = list(properties.items())[:MAX_SLOTS]
    return tuple(_field(name, s, only or name in required, slots.get(name)) for name, s in shown)


def kept(schema: Mapping[str, Any], slots: Mapping[str, Any]) -> str:
    """The known slots that the form does not ask for, as JSON for the hidden field; "" when there are none."""
    shown = set(schema.get("properties") or {})
    rest = {key: value for key, value in slots.items() if key not in shown}
    return json.dumps(rest, ensure_ascii=False) if rest else ""


def _value(text: str, schema: Mapping[str, Any]) -> Any:
    kind = schema.get("type")
    if kind == "boolean":
        return True
    if kind in {"integer", "number"} and _INTEGER.match(text):
        return int(text)
    if kind == "array":
        parts = [part for part in _SEPARATORS.split(text) if part]
        return [_value(part, schema.get("items") or {}) for part in parts]
    return text  # what does not fit goes to the tool as it is: the tool says what is wrong with it


def slots_from(
    schema: Mapping[str, Any], form: Mapping[str, Sequence[str]], load: Callable[[str], Any]
) -> dict[str, Any]:
    """Slots from the values of a posted form; blank ones are left out.

    Args:
        schema: the tool's object schema.
        form: field → all its values.
        load: reads JSON strictly; raises ValueError.
    """
    slots: dict[str, Any] = {}
    try:
        before = load("".join(form.get(KEPT, ())) or "{}")
    except ValueError:
        before = {}
    if isinstance(before, dict):
        slots.update(list(before.items())[:MAX_SLOTS])
    for name, property_schema in list((schema.get("properties") or {}).items())[:MAX_SLOTS]:
        text = clean_text(" ".join(list(form.get(name, ()))[:MAX_SLOTS])).strip()
        if text:
            slots[name] = _value(text, property_schema)
    return slots
