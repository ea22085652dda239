"""``kb build``: content → chunks → vectors and keyword index → a new generation, with progress."""

from __future__ import annotations

import time

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TimeRemainingColumn

from soluciones.answer.tools.registry import TOOLS
from soluciones.cli.freshness import note, seen
from soluciones.index.builder import BuildEvent, BuildReport, build
from soluciones.index.embedding import open_embedder, prepare_model
from soluciones.index.store.store import Store
from soluciones.kb.content import read_content
from soluciones.kb.types import ContentError
from soluciones.settings import Settings


def prepare(settings: Settings) -> None:
    """Prepares the embedding model unless it is there."""
    console = Console(stderr=True, highlight=False)
    path = prepare_model(settings, lambda line: console.print(f"[bold]model[/]  {line}"))
    console.print(f"[bold]model[/]  ready in {path}")


def build_index(settings: Settings, *, force: bool, keep_serving: bool = False) -> None:
    """Builds a generation; with ``keep_serving`` bad content does not stop a start that has an older generation."""
    console = Console(stderr=True, highlight=False)
    prepare(settings)
    start = time.perf_counter()
    before = seen(settings)
    try:
        content = read_content(settings.content, known_tools=frozenset(TOOLS))
    except ContentError as error:
        if not keep_serving or not Store(settings.index).layout.current_id():
            raise
        console.print(str(error), markup=False)
        console.print("[bold red]build[/]  the content has errors; the last whole index goes on serving")
        return
    for problem in content.problems:
        console.print(str(problem), markup=False)
    with _progress(console) as bar:
        report = build(content, open_embedder(settings), Store(settings.index), _Shown(bar), force=force)
    note(settings, before)
    console.print(f"[bold]build[/]  {_sentence(report)} ({time.perf_counter() - start:.1f} s)")


_STAGES = {"chunk": "cutting guides", "encode": "encoding texts", "keyword": "indexing words", "write": "writing files"}


def _progress(console: Console) -> Progress:
    """A bar on a terminal, nothing in a log."""
    columns = ("[bold]build[/]  {task.description}", BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    return Progress(*columns, console=console, transient=True, disable=not console.is_terminal)


class _Shown:
    """Turns build events into one bar a stage."""

    def __init__(self, bar: Progress) -> None:
        self._bar = bar
        self._tasks: dict[str, TaskID] = {}

    def __call__(self, event: BuildEvent) -> None:
        if event.stage not in _STAGES:
            return
        if event.stage not in self._tasks:
            self._tasks[event.stage] = self._bar.add_task(_STAGES[event.stage])
        self._bar.update(self._tasks[event.stage], completed=event.done, total=event.total)


def _sentence(report: BuildReport) -> str:
    size = f"{report.guides} guides, {report.chunks} chunks"
    if report.unchanged:
        return f"nothing has changed: generation {report.generation} ({size}) goes on serving"
    return f"generation {report.generation}: {size}; {report.encoded} texts encoded, {report.reused} reused"
