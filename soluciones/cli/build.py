"""``kb build``: content → chunks → vectors and keyword index → a new generation, with progress."""

from __future__ import annotations

import time

from rich.console import Console

from soluciones.answer.tools.registry import TOOLS
from soluciones.index.builder import BuildEvent, build
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
    embedder = open_embedder(settings)
    report = build(content, embedder, Store(settings.index), lambda e: _show(console, e), force=force)
    took = time.perf_counter() - start
    console.print(f"[bold]build[/]  {report} ({took:.1f} s)")


def _show(console: Console, event: BuildEvent) -> None:
    console.print(f"[bold]build[/]  {event}")
