"""``kb lint``: everything that reading the folder finds, and the questions a careful editor would ask."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from pathlib import Path

from soluciones.kb.checks.base import Check, Linted
from soluciones.kb.checks.headings import headings
from soluciones.kb.checks.hosts import hosts
from soluciones.kb.checks.ports import ports
from soluciones.kb.checks.questions import questions
from soluciones.kb.checks.quotes import quotes
from soluciones.kb.checks.references import references
from soluciones.kb.checks.spf import spf
from soluciones.kb.checks.upkeep import upkeep
from soluciones.kb.content import read_content
from soluciones.kb.facts import Facts
from soluciones.kb.files import Folder
from soluciones.kb.problems import Problems
from soluciones.kb.site import Site
from soluciones.kb.types import ContentError, Problem
from soluciones.kb.yaml_models import load_file

CHECKS: tuple[tuple[str, Check], ...] = (
    ("quotes", quotes),
    ("ports", ports),
    ("hosts", hosts),
    ("spf", spf),
    ("questions", questions),
    ("headings", headings),
    ("references", references),
    ("upkeep", upkeep),
)


def lint(folder: Path, known_tools: Collection[str] | None = None, today: date | None = None) -> tuple[Problem, ...]:
    """Every problem of a content folder, errors first; empty when there is none.

    A folder that cannot be built gives only the reasons for that: the other checks need guides they can read.

    Args:
        folder: the content folder.
        known_tools: ids of the tools there are; None: ``tools:`` is not checked.
        today: the day that review dates are compared with; None: the machine's day.
    """
    try:
        content = read_content(folder, known_tools=known_tools)
    except ContentError as error:
        return error.problems
    problems = Problems()
    files = Folder(folder, problems)
    linted = Linted(
        content=content,
        site=Site.model_validate(content.site) if files.has("site.yml") else None,
        facts=Facts.model_validate(content.facts) if content.facts else None,
        facts_source=load_file(files, "facts.yml"),
        today=today or date.today(),
        problems=problems,
    )
    for problem in content.problems:
        problems.add(problem)
    for _name, check in CHECKS:
        check(linted)
    return problems.all()
