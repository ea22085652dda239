"""Has anything changed since the last build? Answered by looking at files' sizes and times, without reading them.

``kb serve`` asks this first, so that a second start neither reads guides nor opens the model. When in doubt it builds.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

from soluciones.settings import Settings

_CODE = Path(__file__).parents[1]
_BUILDING_PARTS = ("kb", "index")
"""Packages whose code decides what a build makes."""
_STAMP = "built-from"


def is_fresh(settings: Settings) -> bool:
    """True when the last build was made of exactly these files and is the one that serves."""
    try:
        current = (settings.index / "CURRENT").read_text("utf-8")
        return (settings.index / _STAMP).read_text("utf-8") == _stamp(settings, current)
    except OSError:
        return False


def note(settings: Settings, before: str) -> None:
    """Remembers that the index serves what ``seen`` told before the build began; a lost note only costs a check."""
    try:
        current = (settings.index / "CURRENT").read_text("utf-8")
        (settings.index / _STAMP).write_text(f"{before}\n{current}", "utf-8")
    except OSError:
        return


def seen(settings: Settings) -> str:
    """One hash over name, size and time of every file that a build depends on, and the model's name."""
    digest = hashlib.sha256(settings.model.encode())
    for path in _files(settings):
        stat = path.stat()
        digest.update(f"{path}\0{stat.st_size}\0{stat.st_mtime_ns}\n".encode("utf-8", "surrogateescape"))
    return digest.hexdigest()


def _stamp(settings: Settings, current: str) -> str:
    return f"{seen(settings)}\n{current}"


def _files(settings: Settings) -> Iterator[Path]:
    for root in (settings.content, *(_CODE / part for part in _BUILDING_PARTS)):
        for folder, subfolders, names in os.walk(root):
            subfolders.sort()
            yield from (Path(folder) / name for name in sorted(names) if not name.endswith(".pyc"))
    yield from sorted(settings.models.glob("*/manifest.json"))
