"""Headings: something under each, no level left out, none as large as the title."""

from __future__ import annotations

from soluciones.kb.checks.base import Linted
from soluciones.kb.chunker import is_empty
from soluciones.kb.types import Guide


def headings(linted: Linted) -> None:
    """Report empty sections, jumps such as ``##`` to ``####``, and ``#`` headings in the body."""
    for guide in linted.content.guides:
        _check(guide, linted)


def _check(guide: Guide, linted: Linted) -> None:
    level = 1
    for position, section in enumerate(guide.sections):
        if not section.anchor:
            continue
        line = section.span.first_line
        if is_empty(guide.sections, position):
            message = f"nothing stands under “{section.title}”"
            linted.problems.error(
                "empty_section", guide.path, line, message, "Write the section or remove its heading."
            )
        if section.level > level + 1:
            message = f"heading level jumps from {level} to {section.level}"
            hint = f"Use {'#' * (level + 1)}."
            linted.problems.warning("heading_jump", guide.path, line, message, hint)
        if _is_h1(guide, section.span.start):
            hint = "The title stands in the front matter; begin with ##."
            linted.problems.warning("h1_in_body", guide.path, line, "a heading of the title's level", hint)
        level = section.level


def _is_h1(guide: Guide, start: int) -> bool:
    line = guide.source[start:].partition("\n")[0].lstrip()
    return line.startswith("#") and not line.startswith("##")
