"""The SQLite file of one state folder: opened and migrated when first needed, and again when it has failed."""

from __future__ import annotations

import secrets
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.exc import SQLAlchemyError

from soluciones.webapp.logs import log
from soluciones.webapp.state.migrate import migrate

DB_FILE = "state.db"
_RETRY_SECONDS = 5.0
"""How long a database that would not open is left alone."""
_BUSY_MS = 2_000
ERRORS = (SQLAlchemyError, sqlite3.Error)


class StateUnavailable(Exception):
    """The database cannot take a write just now."""


class StateFull(Exception):
    """The table holds as many rows as it may, or the disk is full."""


def new_id() -> str:
    """128 random bits in hexadecimal."""
    return secrets.token_hex(16)


def _pragmas(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves, or DDL would run outside the transaction
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout={_BUSY_MS}")
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute("PRAGMA secure_delete=ON")
    cursor.close()


def _begin(connection: Connection) -> None:
    # Writers take the lock at once (a lock taken half-way cannot be waited for); readers need no transaction.
    if connection.get_execution_options().get("write"):
        connection.exec_driver_sql("BEGIN IMMEDIATE")


def _make_engine(path: Path) -> Engine:
    engine = create_engine(URL.create("sqlite", database=str(path)), pool_size=8, max_overflow=56)
    event.listen(engine, "connect", _pragmas)
    event.listen(engine, "begin", _begin)
    return engine


def is_full(error: BaseException) -> bool:
    """Whether SQLite says that there is no room left: the disk, a quota, or ``max_page_count``."""
    cause = getattr(error, "orig", error)
    return getattr(cause, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL


class Database:
    """Connections to the state database of ``folder``."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._open: Engine | None = None
        self._retry_at = 0.0

    def engine(self) -> Engine:
        """The engine, opened and at the newest schema.

        Raises:
            StateUnavailable: it cannot be opened or migrated, now or a moment ago.
        """
        found = self._open
        if found is not None:
            return found
        with self._lock:
            found = self._open  # another thread may have been quicker
            if found is not None:
                return found
            if time.monotonic() < self._retry_at:
                raise StateUnavailable
            try:
                self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
                engine = _make_engine(self._folder / DB_FILE)
                migrate(engine, self._folder / "migrate.lock")
            except (OSError, *ERRORS) as error:
                self._retry_at = time.monotonic() + _RETRY_SECONDS
                log.error("state_unavailable", reason=type(error).__name__)
                raise StateUnavailable from error
            self._open = engine
            return engine

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection to read from.

        Raises:
            StateUnavailable: the database cannot be read.
        """
        try:
            with self.engine().connect() as connection:
                yield connection
        except ERRORS as error:
            raise StateUnavailable from error

    @contextmanager
    def write(self, what: str) -> Iterator[Connection]:
        """One durable transaction; when the block ends, it is on disk.

        Args:
            what: the table's name, for the log.

        Raises:
            StateUnavailable: it could not be written.
            StateFull: the disk is full.
        """
        try:
            with self.engine().execution_options(write=True).begin() as connection:
                yield connection
        except ERRORS as error:
            log.error("write_failed", table=what, reason=type(error).__name__)
            raise (StateFull if is_full(error) else StateUnavailable) from error

    def close(self) -> None:
        """Closes all connections; the next use opens them again."""
        with self._lock:
            if self._open is not None:
                self._open.dispose()
                self._open = None
