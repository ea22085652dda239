"""Kills builds at random moments; run by ``test_store_crashes`` as one warm process that forks.

Usage: ``kill_builds.py INDEX CONTENT_A CONTENT_B ROUNDS SEED``. After each kill the served edition is checked; prints
one JSON object with what happened.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import time
import traceback
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[3]))

from soluciones.index.builder import build
from soluciones.index.store.store import Store
from soluciones.index.types import Query
from soluciones.kb.content import read_content
from soluciones.kb.types import Content
from tests.fake_embedder import FakeEmbedder

QUESTION = "¿Qué puerto uso para IMAP?"


def build_in_child(index: Path, content: Content) -> int:
    """Starts a build in a forked process; returns its id."""
    pid = os.fork()
    if pid == 0:
        try:
            build(content, FakeEmbedder(), Store(index), force=True)
        except BaseException:
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    return pid


def served(index: Path, editions: dict[str, Content]) -> str:
    """Name of the edition that a new reader is served, whole; fails if it is neither."""
    store = Store(index, FakeEmbedder)
    snapshot = store.snapshot()
    assert not store.problems, store.problems
    assert snapshot.engine.search(Query(QUESTION)).hits[0].chunk.guide == "puertos"
    return next(name for name, content in editions.items() if tuple(snapshot.guides.values()) == content.guides)


def main(index: Path, folders: dict[str, Path], rounds: int, seed: int) -> dict[str, int]:
    """Runs the rounds; returns counts."""
    dice = random.Random(seed)
    editions = {name: read_content(folder) for name, folder in folders.items()}
    build(editions["a"], FakeEmbedder(), Store(index))
    started = time.monotonic()
    assert os.waitpid(build_in_child(index, editions["b"]), 0)[1] == 0
    usual = time.monotonic() - started
    result = {"killed": 0, "old": 0, "new": 0}
    for _ in range(rounds):
        before = served(index, editions)
        other = "a" if before == "b" else "b"
        pid = build_in_child(index, editions[other])
        time.sleep(dice.uniform(0, 1.2 * usual))
        os.kill(pid, signal.SIGKILL)
        status = os.waitpid(pid, 0)[1]
        assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0
        result["killed"] += os.WIFSIGNALED(status)
        result["new" if served(index, editions) == other else "old"] += 1
    build(editions["a"], FakeEmbedder(), Store(index), force=True)
    assert sorted(path.name for path in index.iterdir()) == ["CURRENT", "build.lock", "generations"]
    return result


if __name__ == "__main__":
    print(
        json.dumps(main(Path(sys.argv[1]), {"a": Path(sys.argv[2]), "b": Path(sys.argv[3])}, *map(int, sys.argv[4:])))
    )
