"""One of the five lights of ``dns-check``: what was found at one place of the zone, and what is to be said of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from soluciones.answer.mailauth.problem import RecordProblem
from soluciones.answer.tools.results import worst
from soluciones.answer.types import ToolStatus

LightId = Literal["mx", "spf", "dkim", "dmarc", "ns"]


@dataclass(frozen=True, slots=True)
class Entry:
    """A record to type into the panel of whoever runs the zone."""

    host: str
    """Below the domain; ``@`` is the domain itself."""
    rdtype: str
    value: str
    from_guide: bool
    """Whether the value is the tenant's own, said by a guide."""


@dataclass(frozen=True, slots=True)
class Light:
    """See the module."""

    id: LightId
    host: str
    """The name that was asked for."""
    rdtype: str
    problems: tuple[RecordProblem, ...]
    """Gravest first; codes are those of the tool's catalogue."""
    records: tuple[str, ...] = ()
    ttl: int = 0
    entries: tuple[Entry, ...] = ()

    @property
    def status(self) -> ToolStatus:
        """The gravest of its problems."""
        return worst(problem.status for problem in self.problems)


_ORDER: tuple[ToolStatus, ...] = ("refused", "error", "bad", "unknown", "warn", "need_input", "ok")


def by_gravity(problems: list[RecordProblem]) -> tuple[RecordProblem, ...]:
    """Gravest first, otherwise in the order in which they were found."""
    return tuple(sorted(problems, key=lambda problem: _ORDER.index(problem.status)))
