"""Reads and writes of the state database. A broken database never stops an answer."""

from __future__ import annotations

import json
import re
import secrets
import sqlite3
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, delete, event, func, select
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.exc import SQLAlchemyError

from soluciones.answer.dialogue.pending import from_json
from soluciones.answer.privacy import mask
from soluciones.answer.service import ConversationState
from soluciones.webapp.logs import log
from soluciones.webapp.state import tables
from soluciones.webapp.state.migrate import migrate
from soluciones.webapp.state.sealing import Sealer

DB_FILE = "state.db"
CONVERSATION_TTL = 24 * 3600.0
"""Seconds a conversation is remembered after its last question."""
MAX_CONVERSATIONS = 20_000
"""More than a day's worth; beyond it the oldest are forgotten."""
MAX_ROWS = 200_000
"""Feedback and hand-offs kept; beyond it new ones are refused rather than old ones lost."""
_PURGE_EVERY = 200
"""Saves between two purges: cheap enough not to notice, often enough to stay near the bound."""
_RETRY_SECONDS = 5.0
"""How long a database that would not open is left alone."""
_BUSY_MS = 2_000
_MAX_STATE_CHARS = 16_000
_ID = re.compile(r"[0-9a-f]{32}\Z")
_ERRORS = (SQLAlchemyError, sqlite3.Error)


class StateUnavailable(Exception):
    """The database cannot take a write just now."""


class StateFull(Exception):
    """The table holds as many rows as it may."""


@dataclass(frozen=True, slots=True)
class Opinion:
    """What a visitor thinks of one answer."""

    answer: str
    useful: bool
    reason: str = ""
    note: str = ""
    lang: str = "es"


@dataclass(frozen=True, slots=True)
class Request:
    """A visitor's wish to talk to a person."""

    contact: str
    message: str
    lang: str = "es"


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


def _engine(path: Path) -> Engine:
    engine = create_engine(URL.create("sqlite", database=str(path)), pool_size=8, max_overflow=56)
    event.listen(engine, "connect", _pragmas)
    event.listen(engine, "begin", _begin)
    return engine


def _begin(connection: Connection) -> None:
    # Writers take the lock at once (a lock taken half-way cannot be waited for); readers need no transaction.
    if connection.get_execution_options().get("write"):
        connection.exec_driver_sql("BEGIN IMMEDIATE")


def _state_from(raw: str, sealer: Sealer) -> ConversationState:
    data = json.loads(raw)
    names = {field.name for field in fields(ConversationState)} - {"pending"}
    pending = from_json(sealer.open(data.get("pending")))
    return ConversationState(**{key: value for key, value in data.items() if key in names}, pending=pending)


class Store:
    """The state database of one folder; opened when first needed, and again when it has failed."""

    def __init__(self, folder: Path, now: Callable[[], float] = time.time) -> None:
        self._folder = folder
        self._now = now
        self._sealer = Sealer(folder, now)
        self._lock = threading.Lock()
        self._open: Engine | None = None
        self._retry_at = 0.0
        self._saves = 0

    def open(self) -> bool:
        """Opens and migrates the database; False, and a log line, when that fails."""
        try:
            self._engine()
        except StateUnavailable:
            return False
        return True

    def _engine(self) -> Engine:
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
                engine = _engine(self._folder / DB_FILE)
                migrate(engine, self._folder / "migrate.lock")
            except (OSError, *_ERRORS) as error:
                self._retry_at = time.monotonic() + _RETRY_SECONDS
                log.error("state_unavailable", reason=type(error).__name__)
                raise StateUnavailable from error
            self._open = engine
            return engine

    def _writer(self) -> Engine:
        return self._engine().execution_options(write=True)

    def load(self, conversation: str) -> ConversationState | None:
        """The state of a conversation of the last day; None for an unknown id or a broken database."""
        if not _ID.match(conversation):
            return None
        table = tables.conversation
        wanted = select(table.c.state).where(
            table.c.id == conversation, table.c.updated > self._now() - CONVERSATION_TTL
        )
        try:
            with self._engine().connect() as connection:
                raw = connection.execute(wanted).scalar()
            return _state_from(raw, self._sealer) if raw else None
        except (StateUnavailable, *_ERRORS, ValueError, TypeError, AttributeError) as error:
            log.warning("conversation_unreadable", reason=type(error).__name__)
            return None

    def save(self, conversation: str, state: ConversationState) -> None:
        """Keeps the state of a conversation; a failure is logged and otherwise ignored."""
        plain = asdict(state)
        waiting = plain.pop("pending")
        raw = json.dumps(_masked(plain) | {"pending": self._sealer.seal(waiting)}, ensure_ascii=False)
        if len(raw) > _MAX_STATE_CHARS:
            return
        values = {"id": conversation, "state": raw, "updated": self._now()}
        statement = insert(tables.conversation).values(values)
        statement = statement.on_conflict_do_update(index_elements=["id"], set_=values)
        try:
            with self._writer().begin() as connection:
                connection.execute(statement)
            self._saves += 1
            if self._saves % _PURGE_EVERY == 1:
                self.purge()
        except (StateUnavailable, *_ERRORS) as error:
            log.warning("conversation_unsaved", reason=type(error).__name__)

    def purge(self) -> None:
        """Forgets conversations that are too old or too many."""
        table = tables.conversation
        with self._writer().begin() as connection:
            connection.execute(delete(table).where(table.c.updated <= self._now() - CONVERSATION_TTL))
            newest = select(table.c.updated).order_by(table.c.updated.desc()).offset(MAX_CONVERSATIONS).limit(1)
            limit = connection.execute(newest).scalar()
            if limit is not None:
                connection.execute(delete(table).where(table.c.updated <= limit))

    def add_feedback(self, opinion: Opinion, about: ConversationState | None) -> None:
        """Keeps an opinion durably, with the masked question it is about.

        Raises:
            StateUnavailable: it could not be written.
            StateFull: there are too many already.
        """
        about = about or ConversationState()
        values = {
            "answer": opinion.answer,
            "created": self._now(),
            "useful": int(opinion.useful),
            "reason": opinion.reason,
            "note": mask(opinion.note),
            "question": mask(about.question),
            "guide": about.guide,
            "tool": about.tool,
            "lang": opinion.lang,
        }
        statement = insert(tables.feedback).values(values)
        self._write(statement.on_conflict_do_update(index_elements=["answer"], set_=values), tables.feedback)

    def add_handoff(self, request: Request, about: ConversationState | None) -> str:
        """Keeps a request for a person durably and returns its id.

        Raises:
            StateUnavailable: it could not be written.
            StateFull: there are too many already.
        """
        about = about or ConversationState()
        handoff = new_id()
        values = {
            "id": handoff,
            "created": self._now(),
            "contact": request.contact,
            "message": mask(request.message),
            "question": mask(about.question),
            "guide": about.guide,
            "lang": request.lang,
        }
        self._write(insert(tables.handoff).values(values), tables.handoff)
        return handoff

    def _write(self, statement: Any, table: Any) -> None:
        try:
            with self._writer().begin() as connection:
                if (connection.execute(select(func.count()).select_from(table)).scalar() or 0) >= MAX_ROWS:
                    raise StateFull
                connection.execute(statement)
        except _ERRORS as error:
            log.error("write_failed", table=table.name, reason=type(error).__name__)
            raise StateUnavailable from error

    def writable(self) -> bool:
        """Whether a row can be written and made durable now."""
        values = {"id": 1, "at": self._now()}
        statement = insert(tables.probe).values(values).on_conflict_do_update(index_elements=["id"], set_=values)
        try:
            with self._writer().begin() as connection:
                connection.execute(statement)
        except (StateUnavailable, *_ERRORS):
            return False
        return True

    def close(self) -> None:
        """Closes all connections."""
        with self._lock:
            if self._open is not None:
                self._open.dispose()
                self._open = None


def _masked(value: Any) -> Any:
    if isinstance(value, str):
        return mask(value)
    if isinstance(value, Mapping):
        return {str(key): _masked(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_masked(item) for item in value]
    return value
