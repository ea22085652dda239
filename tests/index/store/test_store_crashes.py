"""Builds that are killed, and swaps under load."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from soluciones.index.builder import build
from soluciones.index.store.store import CHECK_SECONDS, Store
from soluciones.index.types import Query
from tests.fake_embedder import FakeEmbedder
from tests.index.support import small_content

KILLS = 50
SWAPS = 20
READERS = 4
PATIENCE = 30
"""Seconds to wait for a reader to notice a new generation on a busy machine."""


@pytest.mark.slow
def test_a_killed_build_never_harms_what_is_served(tmp_path: Path) -> None:
    """Fifty builds killed with SIGKILL at random moments leave the old or the new edition, always whole."""
    small_content(tmp_path / "a", "versionuno")
    small_content(tmp_path / "b", "versiondos")
    arguments = [str(tmp_path / "index"), str(tmp_path / "a"), str(tmp_path / "b"), str(KILLS), "7"]
    script = str(Path(__file__).with_name("kill_builds.py"))
    done = subprocess.run([sys.executable, script, *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout)
    assert result["old"] + result["new"] == KILLS
    assert result["killed"] >= KILLS // 4, f"hardly any build was hit: {result}"


class Reader(threading.Thread):
    """Asks again and again and checks that each answer comes from one edition."""

    def __init__(self, store: Store, stop: threading.Event) -> None:
        super().__init__(daemon=True)
        self.store, self.stop = store, stop
        self.editions: set[str] = set()
        self.asked = 0
        self.error: BaseException | None = None

    def run(self) -> None:
        try:
            while not self.stop.is_set():
                self.ask()
                time.sleep(0.002)  # lets the builder in this process have its turn
        except BaseException as error:
            self.error = error

    def ask(self) -> None:
        """One question: its hits, their guides and the snapshot must all be of one edition."""
        snapshot = self.store.snapshot()
        result = snapshot.engine.search(Query("servidor contraseña registro código campo", limit=50))
        assert result.generation == snapshot.id
        assert len({hit.chunk.guide for hit in result.hits}) >= 4
        sources = {snapshot.guides[guide].source for guide, _ in result.guides}
        sources |= {guide.source for name, _ in result.guides if (guide := snapshot.engine.guide(name))}
        marks = {word for text in sources | {hit.chunk.text for hit in result.hits} for word in marks_in(text)}
        assert len(marks) == 1, marks
        self.editions |= marks
        self.asked += 1


def marks_in(text: str) -> set[str]:
    """Edition marks in a text."""
    return {word.strip(".,") for word in text.split() if word.startswith("edicion")}


@pytest.mark.slow
def test_swaps_under_load_give_no_failed_and_no_mixed_answer(tmp_path: Path) -> None:
    """While twenty generations are swapped in, readers of one store get whole answers of one edition each."""
    names = [f"edicion{chr(97 + number)}" for number in range(SWAPS + 1)]
    editions = [small_content(tmp_path / name, name) for name in names]
    embedder = FakeEmbedder()
    store = Store(tmp_path / "index", lambda: embedder)
    build(editions[0], FakeEmbedder(), store)
    stop = threading.Event()
    readers = [Reader(store, stop) for _ in range(READERS)]
    for reader in readers:
        reader.start()
    for content in editions[1:]:
        report = build(content, FakeEmbedder(), Store(tmp_path / "index"))
        deadline = time.monotonic() + PATIENCE
        while store.snapshot().id != report.generation and time.monotonic() < deadline:
            time.sleep(CHECK_SECONDS / 4)
    stop.set()
    for reader in readers:
        reader.join()
    assert [reader.error for reader in readers] == [None] * READERS
    assert set().union(*(reader.editions for reader in readers)) == set(names)
    assert all(reader.asked > SWAPS for reader in readers)
    assert store.problems == ()


def test_a_server_takes_a_new_generation_by_itself(tmp_path: Path) -> None:
    """A running store goes over to a new generation without being told, and keeps to it while nothing changes."""
    store = Store(tmp_path / "index")
    first = build(small_content(tmp_path / "a", "versionuno"), FakeEmbedder(), store)
    held = store.snapshot()
    assert held.id == first.generation
    second = build(small_content(tmp_path / "b", "versiondos"), FakeEmbedder(), Store(tmp_path / "index"))
    deadline = time.monotonic() + PATIENCE
    while store.snapshot().id != second.generation and time.monotonic() < deadline:
        time.sleep(0.01)
    assert store.snapshot().id == second.generation
    assert store.snapshot() is store.refresh()
    assert "versionuno" in held.guides["puertos"].source


def test_a_server_keeps_its_generation_when_the_new_one_is_damaged(tmp_path: Path) -> None:
    """A new generation that fails its checksums is not taken; the reason is kept; the next good one is taken."""
    store = Store(tmp_path / "index")
    first = build(small_content(tmp_path / "a", "versionuno"), FakeEmbedder(), store)
    store.snapshot()
    content = small_content(tmp_path / "b", "versiondos")
    second = build(content, FakeEmbedder(), Store(tmp_path / "index"))
    (store.layout.generations / second.generation / "guides.json").write_text("[]", encoding="utf-8")
    assert store.refresh().id == first.generation
    assert any("guides.json" in problem for problem in store.problems)
    third = build(content, FakeEmbedder(), Store(tmp_path / "index"))
    assert store.refresh().id == third.generation
    assert store.problems == ()
