"""``kb lint``: what is wrong with the guides, with file, line and what to do."""

from __future__ import annotations

import json
from dataclasses import asdict

from rich.console import Console

from soluciones.answer.tools.registry import TOOLS
from soluciones.kb.lint import lint
from soluciones.settings import Settings


def lint_content(settings: Settings, as_json: bool) -> int:
    """Prints every problem; 1 when one of them is an error."""
    problems = lint(settings.content, known_tools=frozenset(TOOLS))
    errors = sum(problem.severity == "error" for problem in problems)
    if as_json:
        print(json.dumps([asdict(problem) for problem in problems], ensure_ascii=False))
        return 1 if errors else 0
    console = Console(highlight=False, soft_wrap=True)
    for problem in problems:
        console.print(str(problem), markup=False)
    console.print(f"{errors} errors, {len(problems) - errors} warnings")
    return 1 if errors else 0
