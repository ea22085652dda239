"""Calls for a person: kept once, however often the form is sent, with their rows in the outbox."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, func, insert, select

from soluciones.answer.privacy import mask_secrets
from soluciones.webapp.state import outbox, tables, turns
from soluciones.webapp.state.database import StateFull, new_id

MAX_ROWS = 200_000
"""Kept; beyond it new ones are refused rather than old ones lost."""
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: nothing in it is mistaken for something else on the telephone."""


@dataclass(frozen=True, slots=True)
class Request:
    """A visitor's wish to talk to a person."""

    contact: str
    message: str
    lang: str = "es"
    key: str = ""
    """Random text that came with the form: sending the same form again is the same request."""
    reason: str = ""
    turns: tuple[turns.Turn, ...] = ()
    """What the visitor sends along; () where they keep it back."""

    @property
    def sent_as(self) -> str:
        """Digest of key and content, so that an edited form is a request of its own; "" without a key."""
        if not self.key:
            return ""
        parts = (self.key, self.contact, self.message, "1" if self.turns else "0")
        return hashlib.sha256("\0".join(parts).encode("utf-8", "replace")).hexdigest()


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the visitor gets for it."""

    id: str
    reference: str
    """Short, to be said on the telephone, e.g. ``7K3M-9QXD``."""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Handoff:
    """A stored request, as it is delivered."""

    id: str
    reference: str
    created: float
    contact: str
    message: str
    lang: str
    reason: str
    turns: tuple[turns.Turn, ...]


def reference_of(handoff: str) -> str:
    """The first 40 bits of an id, in two groups of four."""
    number = int(handoff[:10], 16)
    text = "".join(_ALPHABET[(number >> shift) & 31] for shift in range(35, -1, -5))
    return f"{text[:4]}-{text[4:]}"


def find(connection: Connection, sent_as: str) -> Receipt | None:
    """What was given for the form with that digest."""
    table = tables.handoff
    if not sent_as:
        return None
    row = connection.execute(select(table).where(table.c.sent_as == sent_as)).first()
    return Receipt(row.id, row.reference or "", row.reason) if row is not None else None


def _fresh(connection: Connection, reason: str) -> Receipt:
    """An id whose reference nobody has yet: 40 bits meet each other once in a great while."""
    table = tables.handoff
    while True:
        handoff = new_id()
        reference = reference_of(handoff)
        if connection.execute(select(table.c.id).where(table.c.reference == reference)).first() is None:
            return Receipt(handoff, reference, reason)


def add(connection: Connection, request: Request, channels: Sequence[str], now: float) -> Receipt:
    """Keeps a request and what is to be delivered of it; a repeated one gets the first one's receipt.

    Raises:
        StateFull: there are too many already.
    """
    table = tables.handoff
    before = find(connection, request.sent_as)
    if before is not None:
        return before
    if (connection.execute(select(func.count()).select_from(table)).scalar() or 0) >= MAX_ROWS:
        raise StateFull
    receipt = _fresh(connection, request.reason)
    last = request.turns[-1] if request.turns else turns.Turn()
    values = {
        "id": receipt.id,
        "reference": receipt.reference,
        "created": now,
        "contact": request.contact,
        "message": mask_secrets(request.message),
        "question": last.question,
        "guide": last.guide,
        "tool": last.tools[0].id if last.tools else "",
        "lang": request.lang,
        "sent_as": request.sent_as or None,
        "reason": request.reason,
        "transcript": turns.as_json(request.turns),
    }
    connection.execute(insert(table).values(values))
    outbox.add(connection, receipt.id, channels, now)
    return receipt


def load(connection: Connection, handoff: str) -> Handoff | None:
    """The request with that id."""
    row = connection.execute(select(tables.handoff).where(tables.handoff.c.id == handoff)).first()
    if row is None:
        return None
    return Handoff(
        row.id,
        row.reference or reference_of(row.id),
        row.created,
        row.contact,
        row.message,
        row.lang,
        row.reason,
        turns.from_json(row.transcript),
    )
