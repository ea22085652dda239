"""A coded remark on a record, without its text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from soluciones.answer.types import ToolStatus


@dataclass(frozen=True, slots=True)
class RecordProblem:
    """One thing to say about a record."""

    code: str
    """Key of the catalogue text ``<tool>.finding.<code>`` and of the tool's ``findings``."""
    status: ToolStatus
    params: Mapping[str, object] = field(default_factory=dict)
    """What fills the text's placeholders."""
