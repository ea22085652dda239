"""A coded remark on a record, without its text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
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


def in_order(problems: Iterable[RecordProblem]) -> tuple[RecordProblem, ...]:
    """Gravest first, each once."""
    unique = {(p.code, tuple(sorted((k, str(v)) for k, v in p.params.items()))): p for p in problems}
    grave = {"bad": 0, "unknown": 1, "warn": 2, "ok": 3}
    return tuple(sorted(unique.values(), key=lambda problem: grave.get(problem.status, 0)))


def shown(text: str, limit: int = 60) -> str:
    """A piece of a record for a sentence: cut, and without characters that cannot be seen."""
    clean = "".join(char if char.isprintable() else "�" for char in text[: limit + 1])
    return clean if len(text) <= limit else f"{clean[:limit]}…"
