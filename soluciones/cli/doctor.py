"""``kb doctor``: is everything in place, and if not, what to do."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator

from rich.console import Console

from soluciones.settings import Settings

Check = Callable[[Settings], str]
"""Returns what was found; raises or returns a text beginning with ``!`` when something is wrong."""


def examine(settings: Settings) -> int:
    """Runs all checks; 1 when one fails."""
    return _run(settings, (("content", _content), ("model", _model), ("index", _index), ("state", _state)))


def examine_model(settings: Settings) -> int:
    """Only the model's files."""
    return _run(settings, (("model", _model),))


def _run(settings: Settings, checks: tuple[tuple[str, Check], ...]) -> int:
    console = Console(highlight=False, soft_wrap=True)
    bad = 0
    for name, line in _lines(settings, checks):
        wrong = line.startswith("!")
        bad += wrong
        mark = "[red]✗[/]" if wrong else "[green]✓[/]"
        console.print(f"{mark} {name:8}", end="")
        console.print(line.removeprefix("! "), markup=False)
    return 1 if bad else 0


def _lines(settings: Settings, checks: tuple[tuple[str, Check], ...]) -> Iterator[tuple[str, str]]:
    for name, check in checks:
        try:
            yield name, check(settings)
        except Exception as error:  # a doctor reports what it meets
            hint = getattr(error, "hint", "")
            yield name, f"! {type(error).__name__}: {error}" + (f" — {hint}" if hint else "")


def _content(settings: Settings) -> str:
    from soluciones.kb.lint import lint

    problems = lint(settings.content)
    errors = [problem for problem in problems if problem.severity == "error"]
    if errors:
        return f"! {len(errors)} errors, first: {errors[0]}"
    return f"{settings.content}: no errors, {len(problems)} warnings"


def _model(settings: Settings) -> str:
    from soluciones.index.embedding import prepared_folder, verify_model

    path = prepared_folder(settings)
    problems = verify_model(path)
    return f"! {'; '.join(problems)} — run `kb model prepare`" if problems else f"{path}: whole"


def _index(settings: Settings) -> str:
    from soluciones.index.store.store import Store

    store = Store(settings.index)
    snapshot = store.snapshot()
    notes = "; ".join(str(problem) for problem in store.problems)
    line = f"generation {snapshot.id}: {len(snapshot.guides)} guides, {len(snapshot.chunks)} chunks"
    return f"! {line}, but: {notes} — run `kb build`" if notes else line


def _state(settings: Settings) -> str:
    settings.state.mkdir(parents=True, exist_ok=True)
    if not os.access(settings.state, os.W_OK):
        return f"! {settings.state} cannot be written"
    return f"{settings.state}: writable"
