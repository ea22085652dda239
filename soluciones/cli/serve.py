"""``kb serve``: from a bare checkout to a running help centre, saying each step."""

from __future__ import annotations

from rich.console import Console

from soluciones.cli.build import build_index
from soluciones.settings import Settings


def serve(settings: Settings, *, build_first: bool) -> None:
    """Prepares, builds and serves until told to stop."""
    from soluciones.webapp.serve import serve as run

    console = Console(stderr=True, highlight=False)
    if build_first:
        build_index(settings, force=False, keep_serving=True)
    run(settings, lambda line: console.print(f"[bold]serve[/]  {line}"))
