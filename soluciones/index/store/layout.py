"""Where things lie in an index folder, and what is thrown away."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from soluciones.index.store.files import aside_name

KEEP_GENERATIONS = 3
"""The serving one and two to fall back on."""
_ID = re.compile(r"\d{6,12}-[0-9a-f]{8}")


class Layout:
    """Paths of one index folder: ``CURRENT``, ``generations/<id>/``, ``tmp/``, ``build.lock``."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.current = root / "CURRENT"
        self.generations = root / "generations"
        self.aside = root / "tmp"

    def current_id(self) -> str:
        """What ``CURRENT`` names; "" when it is missing or no id."""
        try:
            text = self.current.read_bytes()[:64].decode("ascii").removesuffix("\n")
        except (OSError, UnicodeDecodeError):
            return ""
        return text if _ID.fullmatch(text) else ""

    def ids(self) -> list[str]:
        """Ids of all generation folders, newest first, whole or not."""
        try:
            names = [path.name for path in self.generations.iterdir()]
        except OSError:
            return []
        return sorted((name for name in names if _ID.fullmatch(name)), key=_number, reverse=True)

    def next_id(self, content_hash: str) -> str:
        """Id after all others, e.g. ``000012-3f2a9c1b``: a running number, then the content."""
        last = max((_number(name) for name in (*self.ids(), self.current_id()) if name), default=0)
        return f"{last + 1:06d}-{content_hash[:8]}"

    def prune(self) -> tuple[str, ...]:
        """Deletes all but the newest generations and the current one; returns what went. Holder of the lock only."""
        kept = set(self.ids()[:KEEP_GENERATIONS]) | {self.current_id()}
        gone = tuple(name for name in self.ids() if name not in kept)
        for name in gone:
            shutil.rmtree(self.generations / name, ignore_errors=True)
        return gone

    def sweep(self) -> None:
        """Deletes what dead builders left. Holder of the lock only: nobody else writes there."""
        shutil.rmtree(self.aside, ignore_errors=True)
        aside_name(self.current).unlink(missing_ok=True)


def _number(name: str) -> int:
    return int(name.partition("-")[0])
