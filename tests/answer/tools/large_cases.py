"""Slots too long to write out in case files: ``{repeat: [text, times]}`` stands for the text that often."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def expand(slots: Mapping[str, Any]) -> dict[str, Any]:
    """The slots with every ``repeat`` carried out; ``{n}`` in the text is the number of the repetition."""
    return {name: _expanded(value) for name, value in slots.items()}


def _expanded(value: Any) -> Any:
    if not isinstance(value, Mapping) or "repeat" not in value:
        return value
    text, times = value["repeat"]
    return "".join(text.replace("{n}", str(number)) for number in range(times)) if "{n}" in text else text * times
