"""What a tool is still waiting for may hold what a visitor typed: it is encrypted at rest and forgotten soon."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from soluciones.webapp.secret import secret_key

TTL_SECONDS = 3600
"""Nobody goes on with a half-answered question the next day, and what was typed should not outlive it."""


class Sealer:
    """Seals and opens small JSON values with the key of one state folder."""

    def __init__(self, folder: Path, now: Callable[[], float]) -> None:
        self._folder = folder
        self._now = now

    def seal(self, value: Any) -> str:
        """An opaque text; "" for nothing."""
        if not value:
            return ""
        from cryptography.fernet import Fernet  # only dialogues need it: keep it out of the start

        raw = json.dumps(value, ensure_ascii=False).encode("utf-8", "replace")
        return Fernet(secret_key(self._folder)).encrypt_at_time(raw, int(self._now())).decode("ascii")

    def open(self, sealed: Any) -> Any:
        """What was sealed; None when it is too old, damaged, or sealed with another key."""
        if not sealed or not isinstance(sealed, str):
            return None
        from cryptography.fernet import Fernet, InvalidToken

        try:
            raw = Fernet(secret_key(self._folder)).decrypt_at_time(
                sealed.encode("ascii"), TTL_SECONDS, int(self._now())
            )
            return json.loads(raw)
        except (InvalidToken, ValueError):
            return None
