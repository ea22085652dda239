"""Collecting problems while reading on, so that a writer sees them all at once."""

from __future__ import annotations

from soluciones.kb.limits import MAX_PROBLEMS
from soluciones.kb.types import ContentError, Problem


class Problems:
    """Errors and warnings found so far."""

    def __init__(self) -> None:
        self._found: list[Problem] = []

    def error(self, code: str, path: str, line: int, message: str, hint: str) -> None:
        """Something that stops a build. ``line`` is 1-based, 0 for the whole file."""
        self.add(Problem("error", code, path, line, message, hint))

    def warning(self, code: str, path: str, line: int, message: str, hint: str) -> None:
        """Something a writer should look at."""
        self.add(Problem("warning", code, path, line, message, hint))

    def add(self, problem: Problem) -> None:
        """Note a problem, once, up to a number that somebody could still read."""
        if len(self._found) < MAX_PROBLEMS and problem not in self._found[-20:]:
            self._found.append(problem)

    @property
    def has_errors(self) -> bool:
        """Whether the folder must be refused."""
        return any(problem.severity == "error" for problem in self._found)

    def all(self) -> tuple[Problem, ...]:
        """Errors first, then warnings, each by file and line."""
        return tuple(sorted(self._found, key=lambda p: (p.severity != "error", p.path, p.line, p.code)))

    def raise_if_errors(self) -> None:
        """Refuse the folder.

        Raises:
            ContentError: at least one error was found; it carries the warnings too.
        """
        if self.has_errors:
            raise ContentError(self.all())
