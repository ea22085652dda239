"""The server's secret key: made once, readable by its owner only, the same for all workers."""

from __future__ import annotations

import base64
import contextlib
import os
import secrets
import tempfile
from pathlib import Path

KEY_FILE = "secret.key"


def _valid(key: bytes) -> bool:
    try:
        return len(base64.urlsafe_b64decode(key)) == 32
    except ValueError:
        return False


def secret_key(folder: Path) -> bytes:
    """The Fernet key of ``folder``, made on first use.

    The file appears whole or not at all (written aside, then linked into place), so workers that start together agree
    on one key. When the folder cannot be written the key lives in memory only: links then last until the restart.
    """
    path = folder / KEY_FILE
    with contextlib.suppress(OSError):
        found = path.read_bytes().strip()
        if _valid(found):
            return found
    key = base64.urlsafe_b64encode(secrets.token_bytes(32))
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle, name = tempfile.mkstemp(prefix=".secret-", dir=folder)  # mkstemp creates with mode 0600
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(key)
                file.flush()
                os.fsync(file.fileno())
            _place(Path(name), path)
        finally:
            with contextlib.suppress(FileNotFoundError):
                Path(name).unlink()
        kept = path.read_bytes().strip()
        return kept if _valid(kept) else key
    except OSError:
        return key


def _place(new: Path, path: Path) -> None:
    """Links ``new`` to ``path`` unless a valid key is already there; a damaged one is replaced."""
    try:
        os.link(new, path)
    except FileExistsError:
        if not _valid(path.read_bytes().strip()):
            new.replace(path)
