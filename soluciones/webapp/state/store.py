"""Reads and writes of the state database. A broken database never stops an answer."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, delete, select
from sqlalchemy.dialects.sqlite import insert

from soluciones.answer.dialogue.pending import from_json
from soluciones.answer.privacy import mask
from soluciones.answer.service import ConversationState
from soluciones.webapp.logs import log
from soluciones.webapp.state import handoffs, opinions, tables, turns
from soluciones.webapp.state.database import ERRORS, Database, StateFull, StateUnavailable, new_id
from soluciones.webapp.state.handoffs import Receipt, Request
from soluciones.webapp.state.opinions import Opinion
from soluciones.webapp.state.sealing import Sealer
from soluciones.webapp.state.turns import Turn

CONVERSATION_TTL = 24 * 3600.0
"""Seconds a conversation is remembered after its last question."""
MAX_CONVERSATIONS = 20_000
"""More than a day's worth; beyond it the oldest are forgotten."""
_PURGE_EVERY = 200
"""Saves between two purges: cheap enough not to notice, often enough to stay near the bound."""
_MAX_STATE_CHARS = 16_000
_ID = re.compile(r"[0-9a-f]{32}\Z")
_BROKEN = (StateUnavailable, StateFull, *ERRORS, ValueError, TypeError, AttributeError, KeyError)
"""What reading a database that somebody has damaged may raise."""

T = TypeVar("T")

__all__ = ["Opinion", "Receipt", "Request", "StateFull", "StateUnavailable", "Store", "Turn", "new_id"]


def _state_from(raw: str, sealer: Sealer) -> ConversationState:
    data = json.loads(raw)
    names = {field.name for field in fields(ConversationState)} - {"pending"}
    pending = from_json(sealer.open(data.get("pending")))
    return ConversationState(**{key: value for key, value in data.items() if key in names}, pending=pending)


class Store:
    """The state database of one folder; opened when first needed, and again when it has failed."""

    def __init__(self, folder: Path, now: Callable[[], float] = time.time) -> None:
        self._now = now
        self._sealer = Sealer(folder, now)
        self.database = Database(folder)
        self._saves = 0

    def open(self) -> bool:
        """Opens and migrates the database; False, and a log line, when that fails."""
        try:
            self._engine()
        except StateUnavailable:
            return False
        return True

    def _engine(self) -> Engine:
        return self.database.engine()

    # Conversations

    def load(self, conversation: str) -> ConversationState | None:
        """The state of a conversation of the last day; None for an unknown id or a broken database."""
        if not _ID.match(conversation):
            return None
        try:
            with self.database.read() as connection:
                raw = connection.execute(self._live(conversation)).scalar()
            return _state_from(raw, self._sealer) if raw else None
        except _BROKEN as error:
            log.warning("conversation_unreadable", reason=type(error).__name__)
            return None

    def _live(self, conversation: str) -> Any:
        table = tables.conversation
        return select(table.c.state).where(table.c.id == conversation, table.c.updated > self._now() - CONVERSATION_TTL)

    def save(self, conversation: str, state: ConversationState, turn: Turn | None = None) -> None:
        """Keeps the state of a conversation and its newest turn in one commit; a failure is only logged."""
        plain = asdict(state)
        waiting = plain.pop("pending")
        raw = json.dumps(_masked(plain) | {"pending": self._sealer.seal(waiting)}, ensure_ascii=False)
        values = {"id": conversation, "state": raw, "updated": self._now()}
        changed = values
        if len(raw) > _MAX_STATE_CHARS:  # too much to remember: what was remembered before stays
            values, changed = values | {"state": "{}"}, {"updated": values["updated"]}
        statement = insert(tables.conversation).values(values)
        statement = statement.on_conflict_do_update(index_elements=["id"], set_=changed)
        try:
            with self.database.write("conversation") as connection:
                connection.execute(statement)
                if turn is not None:
                    turns.add(connection, conversation, turn, self._now())
            self._saves += 1
            if self._saves % _PURGE_EVERY == 1:
                self.purge()
        except (StateUnavailable, StateFull) as error:
            log.warning("conversation_unsaved", reason=type(error).__name__)

    def turns(self, conversation: str, upto: int | None = None) -> tuple[Turn, ...]:
        """The turns of a conversation of the last day, up to number ``upto``; () when there are none to be had."""
        if not _ID.match(conversation):
            return ()

        def read(connection: Connection) -> tuple[Turn, ...]:
            if connection.execute(self._live(conversation)).first() is None:
                return ()
            return turns.of_conversation(connection, conversation, upto)

        return self._read(read) or ()

    def turn(self, conversation: str, answer: str) -> Turn | None:
        """The turn of one answer, while its conversation is remembered."""
        if not _ID.match(conversation):
            return None
        return self._read(lambda connection: turns.of_answer(connection, conversation, answer))

    def purge(self) -> None:
        """Forgets conversations that are too old or too many, and their turns."""
        table = tables.conversation
        with self.database.write("conversation") as connection:
            connection.execute(delete(table).where(table.c.updated <= self._now() - CONVERSATION_TTL))
            newest = select(table.c.updated).order_by(table.c.updated.desc()).offset(MAX_CONVERSATIONS).limit(1)
            limit = connection.execute(newest).scalar()
            if limit is not None:
                connection.execute(delete(table).where(table.c.updated <= limit))
            turns.purge(connection)

    # Opinions and calls for a person

    def add_feedback(self, opinion: Opinion, about: ConversationState | None, conversation: str = "") -> Opinion:
        """Keeps an opinion durably, with the masked question it is about; returns it as it stands now.

        Raises:
            StateUnavailable: it could not be written.
            StateFull: there are too many already, or the disk is full.
        """
        with self.database.write("feedback") as connection:
            return opinions.add(connection, opinion, conversation, about, self._now())

    def opinion(self, answer: str) -> Opinion | None:
        """The opinion with that id; None when there is none or it cannot be read."""
        return self._read(lambda connection: opinions.find(connection, answer))

    def handoff_known(self, request: Request) -> bool:
        """Whether that very form has been kept before."""
        return self._read(lambda connection: handoffs.find(connection, request.sent_as)) is not None

    def add_handoff(self, request: Request, channels: Sequence[str] = ()) -> Receipt:
        """Keeps a request for a person durably, once, with what is to be delivered of it.

        Raises:
            StateUnavailable: it could not be written.
            StateFull: there are too many already, or the disk is full.
        """
        with self.database.write("handoff") as connection:
            return handoffs.add(connection, request, channels, self._now())

    def _read(self, read: Callable[[Connection], T]) -> T | None:
        """What ``read`` finds; None, and a log line, when the database is broken."""
        try:
            with self.database.read() as connection:
                return read(connection)
        except _BROKEN as error:
            log.warning("state_unreadable", reason=type(error).__name__)
            return None

    def writable(self) -> bool:
        """Whether a row can be written and made durable now."""
        values = {"id": 1, "at": self._now()}
        statement = insert(tables.probe).values(values).on_conflict_do_update(index_elements=["id"], set_=values)
        try:
            with self.database.write("probe") as connection:
                connection.execute(statement)
        except (StateUnavailable, StateFull):
            return False
        return True

    def close(self) -> None:
        """Closes all connections."""
        self.database.close()


def _masked(value: Any) -> Any:
    if isinstance(value, str):
        return mask(value)
    if isinstance(value, Mapping):
        return {str(key): _masked(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_masked(item) for item in value]
    return value
