"""Reads slot values that may be anything at all: every tool's first step."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

_NUL = "\x00"
MAX_UPLOAD_BYTES = 5 * 1024 * 1024
"""No list of addresses, contacts or headers that a person keeps is larger; it bounds the memory of one request."""


class SlotRefused(ValueError):
    """A slot's value cannot be used.

    Attributes:
        slot: name of the slot.
        reason: ``wrong_type``, ``too_long`` or ``not_text``: keys of the texts ``tool.refused.*``.
        limit: the limit that was passed, 0 for none.
    """

    def __init__(self, slot: str, reason: str, limit: int = 0) -> None:
        self.slot = slot
        self.reason = reason
        self.limit = limit
        super().__init__(f"{slot}: {reason}")


def read_text(slots: Mapping[str, Any], name: str, limit: int, *, nul: bool = False) -> str | None:
    """The text of a slot; None when it is absent, null or empty.

    Args:
        slots: the slots as they came.
        name: slot to read.
        limit: longest text in characters.
        nul: NUL characters are let through (where the characters themselves are judged).

    Raises:
        SlotRefused: no text, longer than ``limit``, or not encodable.
    """
    value = slots.get(name)
    if value is None or value == "":
        return None
    if not isinstance(value, str):
        raise SlotRefused(name, "wrong_type")
    if len(value) > limit:
        raise SlotRefused(name, "too_long", limit)
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:
        raise SlotRefused(name, "not_text") from None
    if _NUL in value and not nul:
        raise SlotRefused(name, "not_text")
    return value


def read_upload(slots: Mapping[str, Any], name: str, limit: int = MAX_UPLOAD_BYTES) -> bytes | str | None:
    """The content of a file slot: ``bytes`` of an upload, ``str`` of pasted text; None when absent or empty.

    From JSON an upload comes as ``{"base64": "…"}``.

    Raises:
        SlotRefused: neither of these, larger than ``limit`` bytes, or not encodable.
    """
    value = slots.get(name)
    if isinstance(value, Mapping):
        value = _decoded(value, name, limit)
    if value is None or value in ("", b""):
        return None
    if isinstance(value, bytes):
        if len(value) > limit:
            raise SlotRefused(name, "too_long", limit)
        return value
    if not isinstance(value, str):
        raise SlotRefused(name, "wrong_type")
    try:
        size = len(value.encode("utf-8"))
    except UnicodeEncodeError:
        raise SlotRefused(name, "not_text") from None
    if size > limit:
        raise SlotRefused(name, "too_long", limit)
    return value


def _decoded(value: Mapping[str, Any], name: str, limit: int) -> bytes:
    text = value.get("base64")
    if not isinstance(text, str):
        raise SlotRefused(name, "wrong_type")
    if len(text) > limit * 4 // 3 + 4:
        raise SlotRefused(name, "too_long", limit)
    try:
        return base64.b64decode(text, validate=True)
    except ValueError:
        raise SlotRefused(name, "wrong_type") from None


def read_list(slots: Mapping[str, Any], name: str, limit: int) -> tuple[Any, ...]:
    """The members of a list slot; one value alone counts as a list of one.

    Raises:
        SlotRefused: more than ``limit`` members, or an object.
    """
    value = slots.get(name)
    if value is None or value == "":
        return ()
    if isinstance(value, Mapping):
        raise SlotRefused(name, "wrong_type")
    members = tuple(value) if isinstance(value, (list, tuple)) else (value,)
    if len(members) > limit:
        raise SlotRefused(name, "too_long", limit)
    return members
