"""Writing so that a power cut leaves the old or the new, never a mixture."""

from __future__ import annotations

import os
from pathlib import Path


def write_synced(path: Path, data: bytes) -> None:
    """Writes a new file and waits until the disk has it."""
    with path.open("wb") as handle:
        handle.write(data)
        handle.flush()
        os.fsync(handle.fileno())


def sync_folder(path: Path) -> None:
    """Waits until the disk has a folder's list of names."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def aside_name(path: Path) -> Path:
    """Where the next content of a small file is written before it takes its place."""
    return path.with_name(path.name + ".new")


def replace_synced(path: Path, data: bytes) -> None:
    """Replaces a small file in one step: readers see the old content or the new."""
    aside = aside_name(path)
    try:
        write_synced(aside, data)
        aside.replace(path)
    finally:
        aside.unlink(missing_ok=True)
    sync_folder(path.parent)
