"""What is still to be delivered. A row is claimed for a while, so that one process at a time delivers it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, Select, func, insert, select, update

from soluciones.webapp.state import tables

WAITING, DELIVERED, FAILED = "waiting", "delivered", "failed"


@dataclass(frozen=True, slots=True)
class Parcel:
    """One hand-off to be delivered by one channel."""

    id: int
    handoff: str
    channel: str
    attempts: int
    """Tries before this one."""
    created: float


def add(connection: Connection, handoff: str, channels: Sequence[str], now: float) -> None:
    """Puts a hand-off into the outbox, once for each channel."""
    rows = [{"handoff": handoff, "channel": channel, "state": WAITING, "attempts": 0, "created": now, "due": now,
             "lease": 0.0, "holder": "", "last": "", "updated": now} for channel in channels]  # fmt: skip
    if rows:
        connection.execute(insert(tables.outbox).values(rows))


def _ready(channels: Sequence[str], now: float) -> Select[tuple[int, str, str, int, float]]:
    table = tables.outbox
    wanted = select(table.c.id, table.c.handoff, table.c.channel, table.c.attempts, table.c.created)
    wanted = wanted.where(table.c.state == WAITING, table.c.due <= now, table.c.lease <= now)
    return wanted.where(table.c.channel.in_(channels)).order_by(table.c.due).limit(1)


def any_ready(connection: Connection, channels: Sequence[str], now: float) -> bool:
    """Whether there is something to claim; a read, so that idling processes take no lock."""
    return connection.execute(_ready(channels, now)).first() is not None


def claim(connection: Connection, channels: Sequence[str], holder: str, now: float, seconds: float) -> Parcel | None:
    """Takes the row that has waited longest, for ``seconds``; to be called in a write transaction."""
    row = connection.execute(_ready(channels, now)).first()
    if row is None:
        return None
    table = tables.outbox
    taken = {"lease": now + seconds, "holder": holder, "attempts": row.attempts + 1, "updated": now}
    connection.execute(update(table).where(table.c.id == row.id).values(taken))
    return Parcel(row.id, row.handoff, row.channel, row.attempts, row.created)


def finish(
    connection: Connection, parcel: Parcel, holder: str, now: float, *, failure: str = "", due: float | None = None
) -> bool:
    """Notes how a delivery went, unless somebody else has taken the row meanwhile.

    Args:
        connection: in a write transaction.
        parcel: what was claimed.
        holder: who claimed it.
        now: the time.
        failure: code of what went wrong, "" when it was delivered.
        due: when to try again; None gives up.

    Returns:
        Whether the row was still ours.
    """
    state = DELIVERED if not failure else (FAILED if due is None else WAITING)
    values = {"state": state, "lease": 0.0, "holder": "", "last": failure[:64], "updated": now}
    if due is not None:
        values["due"] = due
    table = tables.outbox
    ours = (table.c.id == parcel.id) & (table.c.holder == holder) & (table.c.state == WAITING)
    return connection.execute(update(table).where(ours).values(values)).rowcount == 1


def next_due(connection: Connection, channels: Sequence[str]) -> float | None:
    """When the next row can be claimed; None when none waits."""
    table = tables.outbox
    when = select(func.min(func.max(table.c.due, table.c.lease)))
    found = connection.execute(when.where(table.c.state == WAITING, table.c.channel.in_(channels))).scalar()
    return float(found) if found is not None else None
