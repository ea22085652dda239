"""Reading JSON Lines with errors that name the line."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any


class BadLine(ValueError):
    """A line that is not a JSON object."""


def read_jsonl(path: Path) -> Iterator[dict[str, Any]]:
    """The objects of a JSON Lines file, blank lines skipped.

    Raises:
        BadLine: with file and line.
    """
    with path.open(encoding="utf-8") as handle:
        for number, line in enumerate(handle, start=1):
            if not line.strip():
                continue
            try:
                value = json.loads(line)
            except ValueError as error:
                raise BadLine(f"{path}:{number}: not JSON: {error}") from error
            if not isinstance(value, dict):
                raise BadLine(f"{path}:{number}: expected a JSON object")
            yield value
