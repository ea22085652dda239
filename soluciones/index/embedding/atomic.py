"""Make a folder aside, force it to the disk, and put it into its place in one step."""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

_TEMPORARY = ".tmp-"


@contextlib.contextmanager
def locked(parent: Path) -> Iterator[None]:
    """Hold the lock of ``parent`` (made if needed) against other processes; remove what killed ones left."""
    parent.mkdir(parents=True, exist_ok=True)
    with (parent / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        for leftover in parent.glob(f"{_TEMPORARY}*"):
            shutil.rmtree(leftover, ignore_errors=True)
        yield


@contextlib.contextmanager
def scratch(parent: Path) -> Iterator[Path]:
    """Give a new folder beside the final one; whatever is left of it afterwards is removed."""
    folder = Path(tempfile.mkdtemp(prefix=_TEMPORARY, dir=parent))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def publish(folder: Path, target: Path) -> None:
    """Force every file of ``folder`` to the disk and rename it to ``target``, replacing what stands there.

    A damaged folder that stands in the way is renamed first: a kill between the two renames leaves no folder, which
    is seen and repaired, never a mixed one.
    """
    for path in [*folder.rglob("*"), folder]:
        # Some libraries write 0600; the server may run as another user than the builder.
        path.chmod(0o755 if path.is_dir() else 0o644)
        _fsync(path)
    with scratch(target.parent) as aside:
        if target.exists():
            target.rename(aside / "damaged")
        folder.rename(target)
        _fsync(target.parent)


def _fsync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
