"""One builder at a time."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from soluciones.index.store.errors import BuilderBusy


@contextmanager
def builder_lock(folder: Path) -> Iterator[None]:
    """Holds the folder's build lock; the kernel lets go of it however the process ends.

    Raises:
        BuilderBusy: another process, or another thread of this one, is building.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "build.lock").open("a+", encoding="ascii") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            handle.seek(0)
            owner = handle.read(20).strip() or "unknown"
            raise BuilderBusy(
                f"another build is writing to {folder} (process {owner}). "
                "Wait until it has finished and run the build again; if it hangs, end that process first."
            ) from None
        handle.seek(0)
        handle.truncate()
        handle.write(f"{os.getpid()}\n")
        handle.flush()
        yield
