"""Brings the database to the newest schema, once, whichever worker comes first."""

from __future__ import annotations

import fcntl
from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, text

from soluciones.webapp.state.tables import HEAD

_MIGRATIONS = Path(__file__).parent / "migrations"


def _at_head(connection: Connection) -> bool:
    if not inspect(connection).has_table("alembic_version"):
        return False
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar() == HEAD


def migrate(engine: Engine, lock: Path) -> None:
    """Migrates in one transaction under a file lock; does nothing, and imports no Alembic, at the newest schema.

    Raises:
        OSError: the lock cannot be made.
        sqlalchemy.exc.SQLAlchemyError: the database cannot be read or written.
    """
    with engine.connect() as connection:
        if _at_head(connection):
            return
    with lock.open("a") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        with engine.execution_options(write=True).begin() as connection:
            if _at_head(connection):
                return
            _upgrade(connection)


def _upgrade(connection: Connection) -> None:
    from alembic import command  # half a second to import; wanted only when there is something to do
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
