"""Generations on disk: whole, reused, pruned, and never served damaged."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from soluciones.index.builder import BuildEvent, build
from soluciones.index.store.errors import BuilderBusy, DamagedGeneration, NoGeneration, StoreError
from soluciones.index.store.generation import read_generation
from soluciones.index.store.layout import KEEP_GENERATIONS, Layout
from soluciones.index.store.lock import builder_lock
from soluciones.index.store.manifest import FileEntry, Manifest, dump_manifest, parse_manifest
from soluciones.index.store.store import Store
from soluciones.index.types import Query
from soluciones.kb.types import Content
from tests.fake_embedder import FakeEmbedder
from tests.index.support import built, guide_text, read_guides, small_content, small_guides

MANIFEST = Manifest(
    id="000001-0123abcd",
    created=datetime(2026, 11, 23, 9, 0, tzinfo=UTC),
    content_hash="0123abcd" * 8,
    model="fake-1",
    counts={"guides": 1},
    files={"guides.json": FileEntry("ab" * 32, 12)},
)


@pytest.fixture
def first(tmp_path: Path) -> Content:
    """The first edition."""
    return small_content(tmp_path / "content", "versionuno")


@pytest.fixture
def second(tmp_path: Path) -> Content:
    """Another edition."""
    return small_content(tmp_path / "content-2", "versiondos")


def edition(store: Store) -> str:
    """Which edition a freshly opened store serves, all guides agreeing."""
    snapshot = Store(store.layout.root).snapshot()
    editions = {
        word for guide in snapshot.guides.values() for word in ("versionuno", "versiondos") if word in guide.source
    }
    assert len(editions) == 1
    return editions.pop()


def files_of(folder: Path) -> list[Path]:
    """All files below a folder, sorted."""
    return sorted(path for path in folder.rglob("*") if path.is_file())


def test_a_build_can_be_read_back_as_it_was(tmp_path: Path, first: Content) -> None:
    """Guides, chunks and site data come out of the store equal to what went in."""
    store, report = built(tmp_path / "index", first)
    snapshot = store.snapshot()
    assert tuple(snapshot.guides.values()) == first.guides
    assert snapshot.content.site == first.site
    assert snapshot.content.glossary == first.glossary
    assert snapshot.id == report.generation == snapshot.engine.generation
    assert snapshot.counts["chunks"] == len(snapshot.chunks) == report.chunks
    assert snapshot.aliases == {"ports-viejo": "puertos"}
    assert store.problems == ()


def test_the_same_content_is_not_built_twice(tmp_path: Path, first: Content) -> None:
    """A second build changes nothing and encodes nothing; a forced one makes a generation of reused vectors."""
    store, report = built(tmp_path / "index", first)
    embedder = FakeEmbedder()
    again = build(first, embedder, store)
    assert again.unchanged
    assert again.generation == report.generation
    forced = build(first, embedder, store, force=True)
    assert not forced.unchanged
    assert (forced.encoded, forced.reused) == (0, report.encoded)
    assert embedder.encoded == []


def test_only_changed_texts_are_encoded(tmp_path: Path) -> None:
    """Changing one paragraph encodes that passage alone; all other vectors stay bit by bit."""
    guides = small_guides()
    store, _ = built(tmp_path / "index", read_guides(tmp_path / "c", guides))
    old = read_generation(store.layout, store.layout.current_id()).records
    guides["copias"] = guides["copias"].replace("a todos.", "a todo el mundo.")
    embedder = FakeEmbedder()
    report = build(read_guides(tmp_path / "c", guides), embedder, store)
    assert report.encoded == len(embedder.encoded) == 1
    assert "a todo el mundo" in embedder.encoded[0]
    new = read_generation(store.layout, report.generation).records
    known = dict(zip(old.passage_texts, old.passages, strict=True))
    shared = [text for text in new.passage_texts if text in known]
    assert len(shared) == len(new.passage_texts) - 1
    fresh = dict(zip(new.passage_texts, new.passages, strict=True))
    assert all(np.array_equal(fresh[text], known[text]) for text in shared)


def test_vectors_of_another_model_are_not_reused(tmp_path: Path, first: Content) -> None:
    """A new fingerprint means that every text is encoded again."""
    store, report = built(tmp_path / "index", first)
    again = build(first, FakeEmbedder("fake-2"), store)
    assert (again.encoded, again.reused) == (report.encoded, 0)


def test_a_question_is_not_compared_with_vectors_of_another_model(tmp_path: Path, first: Content) -> None:
    """A server with another model than the index's searches by keywords alone and says why."""
    built(tmp_path / "index", first)
    store = Store(tmp_path / "index", lambda: FakeEmbedder("fake-2"))
    found = store.snapshot().engine.search(Query("puerto"))
    assert found.hits and found.vector is None
    assert "fake-2" in store.problems[0]


def test_progress_runs_to_its_end(tmp_path: Path, first: Content) -> None:
    """Each stage is told in order and none goes beyond its total."""
    events: list[BuildEvent] = []
    build(first, FakeEmbedder(), Store(tmp_path / "index"), events.append)
    stages = list(dict.fromkeys(event.stage for event in events))
    assert stages == ["chunk", "encode", "keyword", "write", "done"]
    assert all(event.done <= event.total for event in events)
    for stage in stages:
        last = [event for event in events if event.stage == stage][-1]
        assert last.done == last.total


def test_the_newest_generations_are_kept(tmp_path: Path, first: Content) -> None:
    """Of many builds the newest three stay, and the folder holds nothing else."""
    store = Store(tmp_path / "index")
    made = [build(first, FakeEmbedder(), store, force=True).generation for _ in range(KEEP_GENERATIONS + 3)]
    assert store.layout.ids() == made[::-1][:KEEP_GENERATIONS]
    assert {path.name for path in (tmp_path / "index").iterdir()} == {"CURRENT", "generations", "build.lock"}


def test_what_dead_builders_left_is_swept(tmp_path: Path, first: Content) -> None:
    """Rubbish of a killed build is gone after the next one, even after one that changes nothing."""
    store, _ = built(tmp_path / "index", first)
    rubbish = store.layout.aside / "000009-00000000" / "guides.json"
    rubbish.parent.mkdir(parents=True)
    rubbish.write_text("half", encoding="utf-8")
    (tmp_path / "index" / "CURRENT.new").write_text("half", encoding="utf-8")
    assert build(first, FakeEmbedder(), store).unchanged
    assert {path.name for path in (tmp_path / "index").iterdir()} == {"CURRENT", "generations", "build.lock"}


def test_a_snapshot_outlives_its_folder(tmp_path: Path, first: Content) -> None:
    """A request that holds a snapshot goes on with it after every file of it has been deleted."""
    store, _ = built(tmp_path / "index", first)
    snapshot = store.snapshot()
    shutil.rmtree(tmp_path / "index")
    found = snapshot.engine.search(Query("¿Qué puerto uso para IMAP?"))
    assert found.hits[0].chunk.guide == "puertos"
    assert store.snapshot() is snapshot


def flip(path: Path) -> None:
    """Inverts one bit of one byte."""
    data = bytearray(path.read_bytes())
    data[random.Random(path.name).randrange(len(data))] ^= 1 << 3
    path.write_bytes(data)


def truncate(path: Path) -> None:
    """Cuts a file in half."""
    os.truncate(path, path.stat().st_size // 2)


def lengthen(path: Path) -> None:
    """Adds a byte."""
    path.write_bytes(path.read_bytes() + b" ")


@pytest.mark.parametrize("damage", [flip, truncate, lengthen, Path.unlink])
def test_every_damaged_file_is_noticed(
    tmp_path: Path, first: Content, second: Content, damage: Callable[[Path], None]
) -> None:
    """Whichever file is flipped, cut, lengthened or deleted, the previous generation serves and the reason is kept."""
    store, old = built(tmp_path / "index", first)
    _, new = built(tmp_path / "index", second)
    folder = store.layout.generations / new.generation
    spare = tmp_path / "spare"
    shutil.copytree(folder, spare)
    names = [path.relative_to(folder) for path in files_of(folder)]
    assert len(names) > 10
    for name in names:
        damage(folder / name)
        reader = Store(tmp_path / "index")
        assert reader.snapshot().id == old.generation, f"{damage.__name__} {name} went unnoticed"
        assert new.generation in reader.problems[0]
        shutil.rmtree(folder)
        shutil.copytree(spare, folder)
    assert edition(store) == "versiondos"


@pytest.mark.parametrize("content", [None, b"", b"rubbish\n", b"\xff\xfe", b"../../etc/passwd\n", b"000099-0123abcd\n"])
def test_a_damaged_pointer_does_not_stop_serving(tmp_path: Path, first: Content, content: bytes | None) -> None:
    """Without a good CURRENT the newest whole generation serves, and the next build writes CURRENT again."""
    store, report = built(tmp_path / "index", first)
    if content is None:
        store.layout.current.unlink()
    else:
        store.layout.current.write_bytes(content)
    reader = Store(tmp_path / "index")
    assert reader.snapshot().id == report.generation
    assert reader.problems
    rebuilt = build(first, FakeEmbedder(), reader)
    assert not rebuilt.unchanged
    assert Store(tmp_path / "index").snapshot().id == rebuilt.generation
    assert rebuilt.reused and not rebuilt.encoded


def test_a_damaged_current_generation_is_built_again(tmp_path: Path, first: Content) -> None:
    """The same content over a damaged generation is no "nothing changed"."""
    store, report = built(tmp_path / "index", first)
    flip(store.layout.generations / report.generation / "vectors.npy")
    with pytest.raises(NoGeneration, match=r"vectors\.npy"):
        Store(tmp_path / "index").snapshot()
    again = build(first, FakeEmbedder(), store)
    assert not again.unchanged
    assert Store(tmp_path / "index").snapshot().id == again.generation


def test_no_generation_says_what_to_do(tmp_path: Path) -> None:
    """An empty or missing folder is an error that names the command."""
    with pytest.raises(NoGeneration, match="kb build"):
        Store(tmp_path / "nowhere").snapshot()
    assert not (tmp_path / "nowhere").exists()


def test_an_empty_help_centre_builds_and_finds_nothing(tmp_path: Path, first: Content) -> None:
    """No guides at all is a generation like any other."""
    store, _ = built(tmp_path / "index", replace(first, guides=()))
    assert store.snapshot().engine.search(Query("puerto")).hits == ()


def test_one_builder_at_a_time(tmp_path: Path, first: Content) -> None:
    """A second builder is refused at once with the process to wait for, and changes nothing."""
    store, report = built(tmp_path / "index", first)
    with builder_lock(store.layout.root), pytest.raises(BuilderBusy, match=rf"process {os.getpid()}"):
        build(first, FakeEmbedder(), store, force=True)
    assert store.layout.ids() == [report.generation]
    assert build(first, FakeEmbedder(), store, force=True).generation != report.generation


FULL_DISK = """
import resource, signal, sys
sys.path.insert(0, sys.argv[4])
from pathlib import Path
from soluciones.index.builder import build
from soluciones.index.store.errors import StoreError
from soluciones.index.store.store import Store
from tests.fake_embedder import FakeEmbedder
from tests.index.support import small_content
content = small_content(Path(sys.argv[2]), "versiondos")
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[3]), resource.RLIM_INFINITY))
try:
    build(content, FakeEmbedder(), Store(Path(sys.argv[1])))
except StoreError as error:
    assert "cannot be written" in str(error), error
    sys.exit(7)
"""


@pytest.mark.parametrize("limit", [100, 3_000])
def test_a_full_disk_leaves_the_old_generation(tmp_path: Path, first: Content, limit: int) -> None:
    """When the system refuses to write any further the build fails cleanly: old content, no rubbish."""
    store, report = built(tmp_path / "index", first)
    root = str(Path(__file__).parents[3])
    arguments = [str(tmp_path / "index"), str(tmp_path / "c2"), str(limit), root]
    done = subprocess.run([sys.executable, "-c", FULL_DISK, *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 7, done.stderr
    assert store.layout.ids() == [report.generation]
    assert {path.name for path in (tmp_path / "index").iterdir()} == {"CURRENT", "generations", "build.lock"}
    assert edition(store) == "versionuno"


def test_an_error_while_building_leaves_the_old_generation(tmp_path: Path, first: Content, second: Content) -> None:
    """Whatever goes wrong half-way passes through, and what served goes on serving."""
    store, report = built(tmp_path / "index", first)

    def stop(event: BuildEvent) -> None:
        if event.stage == "write" and event.done == 5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        build(second, FakeEmbedder(), store, stop)
    assert store.layout.ids() == [report.generation]
    assert not store.layout.aside.exists()
    assert edition(store) == "versionuno"


def test_a_folder_that_cannot_be_written_is_a_clear_error(tmp_path: Path, first: Content) -> None:
    """A file in the place of the index folder is refused by name."""
    (tmp_path / "index").write_text("not a folder", encoding="utf-8")
    with pytest.raises(StoreError, match="index"):
        build(first, FakeEmbedder(), Store(tmp_path / "index"))


def test_manifests_come_back() -> None:
    """What was written is what is read."""
    assert parse_manifest(dump_manifest(MANIFEST)) == MANIFEST


@given(st.integers(0, len(dump_manifest(MANIFEST)) - 1), st.integers(1, 255))
@settings(max_examples=500, deadline=None)
def test_no_changed_manifest_is_believed(place: int, change: int) -> None:
    """Any other byte at any place is noticed."""
    data = bytearray(dump_manifest(MANIFEST))
    data[place] ^= change
    with pytest.raises(DamagedGeneration):
        parse_manifest(bytes(data))


@given(st.binary(max_size=200) | st.text(max_size=50).map(lambda text: text.encode("utf-8", "replace")))
@settings(max_examples=200, deadline=None)
def test_rubbish_is_no_manifest(data: bytes) -> None:
    """Any bytes are refused with the one error that readers expect."""
    with pytest.raises(DamagedGeneration):
        parse_manifest(data)


def test_a_generation_of_another_version_is_refused() -> None:
    """A manifest of another schema is not read."""
    with pytest.raises(DamagedGeneration, match="another version"):
        parse_manifest(dump_manifest(replace(MANIFEST, schema=99)))


def test_ids_sort_by_number(tmp_path: Path) -> None:
    """Ids beyond a million come after the others, and strange folders are no generations."""
    layout = Layout(tmp_path)
    for name in ("999999-aaaaaaaa", "1000000-aaaaaaaa", "000002-ffffffff", "tmp", "000003", "x-aaaaaaaa"):
        (layout.generations / name).mkdir(parents=True)
    assert layout.ids() == ["1000000-aaaaaaaa", "999999-aaaaaaaa", "000002-ffffffff"]
    assert layout.next_id("b" * 64) == "1000001-bbbbbbbb"


def test_a_changed_guide_is_found_by_its_new_words(tmp_path: Path) -> None:
    """After a build the new words find the guide and the old ones do not."""
    guides = {"a": guide_text("a", "Uno", "Habla de manzanas."), "b": guide_text("b", "Dos", "Habla de peras.")}
    store, _ = built(tmp_path / "index", read_guides(tmp_path / "c", guides))
    guides["a"] = guide_text("a", "Uno", "Habla de cerezas.")
    build(read_guides(tmp_path / "c", guides), FakeEmbedder(), store)
    engine = Store(tmp_path / "index").snapshot().engine
    assert {hit.chunk.guide for hit in engine.search(Query("cerezas")).hits} == {"a"}
    assert engine.search(Query("manzanas")).hits == ()
