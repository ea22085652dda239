"""``kb serve``: from a bare checkout to a running help centre, saying each step."""

from __future__ import annotations

import gc
import subprocess
import sys

from soluciones.cli.freshness import is_fresh
from soluciones.settings import Settings


def serve(settings: Settings, *, build_first: bool) -> None:
    """Prepares, builds and serves until told to stop."""
    from soluciones.webapp.serve import serve as run

    if build_first:
        _build(settings)
    gc.disable()  # imports make a lot that stays; the server process turns the collector on when it has started
    run(settings, say)


def say(line: str) -> None:
    """One line to the person who started us."""
    print(f"serve  {line}", file=sys.stderr, flush=True)


def _build(settings: Settings) -> None:
    """Builds in a process of its own: what encodes starts threads, and the server forks."""
    if is_fresh(settings):
        say("nothing has changed since the last build")
        return
    words = ["build", "--content", str(settings.content), "--index", str(settings.index), "--keep-serving"]
    done = subprocess.run([sys.executable, "-m", "soluciones.cli.main", *words], check=False)  # noqa: S603 - ourselves
    if done.returncode:
        raise SystemExit(done.returncode)
