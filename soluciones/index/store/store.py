"""The index folder as a server sees it: always one whole generation, the newest that is sound."""

from __future__ import annotations

import threading
import time
from pathlib import Path

from soluciones.index.store.errors import DamagedGeneration, NoGeneration
from soluciones.index.store.generation import read_generation
from soluciones.index.store.layout import Layout
from soluciones.index.store.snapshot import OpenEmbedder, Snapshot, open_snapshot

CHECK_SECONDS = 0.2
"""How often ``CURRENT`` is looked at: a new generation is taken this soon, at one ``stat`` for many requests."""
MAX_PROBLEMS = 20
"""Problems remembered."""

_Mark = tuple[int, int, int] | None
"""Inode, size and time of ``CURRENT``; None when it is missing."""


class Store:
    """Serves snapshots of one index folder. Thread-safe; cheap to make: nothing is read before the first snapshot."""

    def __init__(self, path: Path, embedder: OpenEmbedder | None = None) -> None:
        """``embedder`` encodes questions whose vector the caller does not bring; without it keywords serve alone."""
        self.layout = Layout(path)
        self._embedder = embedder
        self._snapshot: Snapshot | None = None
        self._mark: _Mark = None
        self._checked = -CHECK_SECONDS
        self._loading = threading.Lock()
        self._background: threading.Thread | None = None
        self._problems: tuple[str, ...] = ()

    @property
    def problems(self) -> tuple[str, ...]:
        """Why the newest generation does not serve, oldest first; empty when all is well."""
        return self._problems

    def snapshot(self) -> Snapshot:
        """The serving generation. The first call loads it; later ones never wait for the disk.

        Raises:
            NoGeneration: there is not one whole generation.
        """
        current = self._snapshot
        if current is None:
            return self._first()
        now = time.monotonic()
        if now - self._checked >= CHECK_SECONDS:
            self._checked = now
            if self._look() != self._mark:
                self._start_loading()
        return current

    def refresh(self) -> Snapshot:
        """Like ``snapshot`` but waits for the newest generation to be loaded.

        Raises:
            NoGeneration: there is not one whole generation.
        """
        if self._snapshot is None:
            return self._first()
        with self._loading:
            self._load()
        return self.snapshot()

    def _first(self) -> Snapshot:
        with self._loading:
            if self._snapshot is None:
                self._load()
            if self._snapshot is None:
                reasons = "".join(f"\n  {problem}" for problem in self._problems)
                raise NoGeneration(f"there is no usable index in {self.layout.root}; run `kb build`{reasons}")
            return self._snapshot

    def _start_loading(self) -> None:
        # Without blocking: one loader is enough, and requests go on with the generation they have.
        if self._loading.acquire(blocking=False):
            try:
                self._background = threading.Thread(target=self._load_and_release, name="index-load", daemon=True)
                self._background.start()
            except BaseException:
                self._loading.release()
                raise

    def _load_and_release(self) -> None:
        try:
            self._load()
        finally:
            self._loading.release()

    def _load(self) -> None:
        """Takes the newest sound generation: the current one, else the one in memory, else the newest before it."""
        mark = self._look()
        if mark == self._mark and self._snapshot is not None:
            return
        self._problems = ()
        wanted = self.layout.current_id()
        if not wanted and (self._snapshot is not None or self.layout.ids()):
            self._note(f"{self.layout.current} is missing or damaged; run `kb build` to write it again")
        if self._snapshot is None or self._snapshot.id != wanted:
            loaded = self._open(wanted) if wanted else None
            if loaded is None and self._snapshot is None:
                loaded = self._newest_but(wanted)
            if loaded is not None:
                self._snapshot = loaded
            elif self._snapshot is not None:
                self._note(f"generation {self._snapshot.id} goes on serving")
        self._mark = mark

    def _newest_but(self, failed: str) -> Snapshot | None:
        for generation in self.layout.ids():
            found = self._open(generation) if generation != failed else None
            if found is not None:
                self._note(f"generation {found.id} serves instead")
                return found
        return None

    def _open(self, generation: str) -> Snapshot | None:
        try:
            return open_snapshot(read_generation(self.layout, generation), self._embedder, self._note)
        except DamagedGeneration as error:
            self._note(str(error))
        except Exception as error:  # whole on disk but not readable by this version: as good as damaged
            self._note(f"generation {generation} cannot be opened: {error!r}")
        return None

    def _note(self, problem: str) -> None:
        self._problems = (*self._problems, problem)[-MAX_PROBLEMS:]

    def _look(self) -> _Mark:
        try:
            found = self.layout.current.stat()
        except OSError:
            return None
        return found.st_ino, found.st_size, found.st_mtime_ns
