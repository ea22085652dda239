"""A tool's JSON Schema as the fields of an HTML form, and the form's values as slots again."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from soluciones.webapp.json_provider import clean_text
from soluciones.webapp.limits import MAX_JSON_BYTES, MAX_SLOTS, MAX_UPLOAD_BYTES, MAX_VALUES
from soluciones.webapp.uploads import upload_slots, without_uploads

FieldKind = Literal["text", "long", "number", "choice", "radios", "choices", "switch", "list", "file"]
KEPT = "_kept"
"""Hidden field with the slots that are known already, as JSON."""
CONVERSATION = "_conversation"
"""Hidden field with the conversation that a tool's form stands in."""
LISTS = "_lists"
"""Hidden field with the names of lists that are empty, and not unknown, when nothing is chosen."""
_LONG = 1_000
"""Beyond this length a value gets a text area; addresses and domains, pasted with what surrounds them, do not."""
_VERY_LONG = 4_000
"""From this length on the text area is a large one."""
_FEW = 4
"""Up to this many choices stand side by side; more go into a list that opens."""
MOST_BUTTONS = 6
"""Up to this many choices are a button each, where the choice is all that is asked."""
_MAX_ECHO = 64 * 1024
"""Pasted text that is shown again in its field; longer text is pasted again."""
_INTEGER = re.compile(r"[+-]?\d{1,9}\Z")
_BLANKS = re.compile(r"[\s,;]+")
_COMMAS = re.compile(r"[\r\n,;]+")
_LINES = re.compile(r"[\r\n]+")
_LONG_MEMBER = 320
"""Members that may be longer, such as DNS records, hold commas and semicolons: they stand on lines of their own."""


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
    accept: str = ""
    """File names and types that a file field proposes."""
    max_bytes: int = 0
    rows: int = 1
    """Lines of a text field."""

    @property
    def roomy(self) -> bool:
        """Whether its value may be too large for an ordinary form (each byte can take three there)."""
        return self.kind == "file" or self.max_length * 3 > MAX_JSON_BYTES


def _options(schema: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    if isinstance(schema.get("oneOf"), list):
        return tuple((str(o["const"]), str(o.get("title", o["const"]))) for o in schema["oneOf"] if "const" in o)
    values = schema.get("enum") or ()
    labels = schema.get("x-labels") or {}
    return tuple((str(value), str(labels.get(str(value), value))) for value in values)


def _kind(schema: Mapping[str, Any], options: tuple[tuple[str, str], ...]) -> FieldKind:
    kind = schema.get("type")
    if "x-upload" in schema:
        return "file"
    if options:
        if kind == "array":
            return "choices"
        return "radios" if len(options) <= _FEW else "choice"
    if kind == "boolean":
        return "switch"
    if kind == "array":
        return "list"
    if kind in {"integer", "number"}:
        return "number"
    if schema.get("x-one-line"):  # a domain may be pasted as a long URL, and is one line all the same
        return "text"
    return "long" if int(schema.get("maxLength") or 0) > _LONG else "text"


def _shown(value: Any) -> str:
    if value is None or isinstance(value, bytes | Mapping):
        return ""
    if isinstance(value, list | tuple):
        texts = [str(item) for item in value if not isinstance(item, bytes | Mapping)]
        return ("\n" if any(len(text) > _FEW * 10 or ";" in text for text in texts) else ", ").join(texts)
    if isinstance(value, bool):
        return "1" if value else ""
    return str(value)


def _rows(schema: Mapping[str, Any], kind: FieldKind) -> int:
    if kind == "long":
        return 3 if int(schema.get("maxLength") or 0) < _VERY_LONG else 6
    if kind != "list":
        return 1
    long = _separator(schema.get("items") or {}) is _LINES
    return 3 if long or int(schema.get("maxItems") or 0) > _FEW * 4 else 1


def _accept(schema: Mapping[str, Any]) -> str:
    named = [*(schema.get("x-upload") or ()), *_many(schema.get("x-mime"))]
    return ",".join(str(item) for item in named)


def _many(value: Any) -> Sequence[Any]:
    return [value] if isinstance(value, str) else value or ()


def _field(name: str, schema: Mapping[str, Any], required: bool, value: Any) -> Field:
    options = _options(schema.get("items") or {} if schema.get("type") == "array" else schema)
    examples = schema.get("examples") or ()
    known = value if value is not None else schema.get("default")
    kind = _kind(schema, options)
    text = _shown(known)
    mail = schema.get("format") in {"email", "idn-email"} or name == "email"
    return Field(
        name=name,
        title=str(schema.get("title") or name),
        hint=str(schema.get("description") or ""),
        kind=kind,
        required=required,
        value="" if kind == "file" and len(text) > _MAX_ECHO else text,
        chosen=tuple(str(item) for item in known) if isinstance(known, list | tuple) else (),
        options=options,
        max_length=int(schema.get("maxLength") or 0),
        example=_shown(examples[0]) if examples else "",
        # Never type=email: browsers would refuse the very addresses that visitors want to have checked.
        input_mode="email" if mail else "numeric" if schema.get("type") == "integer" else "",
        autocomplete="email" if mail else "off",
        accept=_accept(schema),
        max_bytes=MAX_UPLOAD_BYTES if kind == "file" else 0,
        rows=_rows(schema, kind),
    )


def fields(schema: Mapping[str, Any], slots: Mapping[str, Any]) -> tuple[Field, ...]:
    """The fields of an object schema, filled with the slots that are known."""
    required = set(schema.get("required") or ())
    properties = schema.get("properties") or {}
    only = len(properties) == 1  # the one value of a form is wanted, whatever its schema says
    shown = list(properties.items())[:MAX_SLOTS]
    return tuple(_field(name, s, only or name in required, slots.get(name)) for name, s in shown)


def buttons(schema: Mapping[str, Any], asks: str, yes_no: tuple[str, str]) -> tuple[tuple[str, str], ...]:
    """(value, label) of the buttons that answer the one question of a form; () where a form is better.

    Args:
        schema: the form's object schema.
        asks: the slot that the question is about.
        yes_no: what the two answers to a question of yes or no are called.
    """
    properties: Mapping[str, Any] = schema.get("properties") or {}
    if list(properties) != [asks]:
        return ()
    one = properties[asks]
    if one.get("type") == "boolean":
        return ("1", yes_no[0]), ("0", yes_no[1])
    options = () if one.get("type") == "array" else _options(one)
    return options if len(options) <= MOST_BUTTONS else ()


def with_uploads(form: Mapping[str, Any], whole: Mapping[str, Any], slots: Mapping[str, Any]) -> Mapping[str, Any]:
    """The form with the file slots that have been given, for they cannot travel hidden: they are given again.

    Args:
        form: the object schema that the tool wants filled in.
        whole: the object schema of all slots of the tool.
        slots: what the tool ran with.
    """
    properties = form.get("properties") or {}
    again = {n: whole["properties"][n] for n in upload_slots(whole) if n in slots and n not in properties}
    return {**form, "properties": {**properties, **again}} if again else form


def kept(schema: Mapping[str, Any], whole: Mapping[str, Any], slots: Mapping[str, Any]) -> str:
    """The known slots that the form does not ask for, as JSON for the hidden field; "" when there are none.

    Files are never among them.

    Args:
        schema: the form's object schema.
        whole: the object schema of all slots of the tool.
        slots: what the tool ran with.
    """
    shown = set(schema.get("properties") or {})
    rest = {key: value for key, value in without_uploads(whole, slots).items() if key not in shown}
    return json.dumps(rest, ensure_ascii=False) if rest else ""


def _separator(items: Mapping[str, Any]) -> re.Pattern[str]:
    """What stands between the members of a list that was typed."""
    if items.get("type") in {"integer", "number"}:
        return _BLANKS
    return _LINES if int(items.get("maxLength") or 0) > _LONG_MEMBER else _COMMAS


def _value(text: str, schema: Mapping[str, Any]) -> Any:
    kind = schema.get("type")
    if kind == "boolean":
        return text != "0"
    if kind in {"integer", "number"} and _INTEGER.match(text):
        return int(text)
    return text  # what does not fit goes to the tool as it is: the tool says what is wrong with it


def _members(values: Sequence[str], schema: Mapping[str, Any]) -> list[Any]:
    items = schema.get("items") or {}
    separator = _separator(items)
    parts = (part.strip() for value in values for part in separator.split(value))
    return [_value(part, items) for part in parts if part]


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
        slots.update(without_uploads(schema, dict(list(before.items())[:MAX_SLOTS])))
    for name, property_schema in list((schema.get("properties") or {}).items())[:MAX_SLOTS]:
        if name in form.get(LISTS, ()):
            slots[name] = []
        values = [clean_text(value) for value in list(form.get(name, ()))[:MAX_VALUES]]
        text = " ".join(values).strip()
        if text:
            listed = property_schema.get("type") == "array"
            slots[name] = _members(values, property_schema) if listed else _value(text, property_schema)
    return slots
