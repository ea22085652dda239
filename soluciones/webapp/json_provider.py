"""JSON as the API reads and writes it: strict, bounded, and never able to raise on output."""

from __future__ import annotations

import json
from typing import Any

from flask.json.provider import DefaultJSONProvider

from soluciones.webapp.limits import MAX_JSON_DEPTH


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


def _finite(text: str) -> float:
    value = float(text)
    if value in (float("inf"), float("-inf")):
        raise ValueError("number out of range")
    return value


def clean_text(text: str) -> str:
    """The text with lone surrogates replaced by U+FFFD, so that it can be encoded again."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def _clean(value: Any, depth: int = 0) -> Any:
    if depth > MAX_JSON_DEPTH:
        raise ValueError("nested too deeply")
    if isinstance(value, str):
        return clean_text(value)
    if isinstance(value, list):
        return [_clean(item, depth + 1) for item in value]
    if isinstance(value, dict):
        return {clean_text(key): _clean(item, depth + 1) for key, item in value.items()}
    return value


class StrictJSON(DefaultJSONProvider):
    """Flask's JSON with hostile input in mind."""

    ensure_ascii = False
    sort_keys = False
    compact = True

    def loads(self, s: str | bytes, **kwargs: Any) -> Any:
        """Reads JSON.

        Raises:
            ValueError: not JSON, NaN or infinite numbers, or nested deeper than ``MAX_JSON_DEPTH``.
        """
        try:
            value = json.loads(s, parse_constant=_no_constant, parse_float=_finite, **kwargs)
            return _clean(value)
        except RecursionError as error:
            raise ValueError("nested too deeply") from error
