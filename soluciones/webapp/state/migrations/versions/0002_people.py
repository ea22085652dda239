"""Turns of conversations, opinions of guides and tools, hand-offs with transcript, and the outbox."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def _text(name: str, length: int = 0, default: str = "") -> sa.Column[Any]:
    return sa.Column(name, sa.String(length) if length else sa.Text(), nullable=False, server_default=default)


def _number(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Float, nullable=False, server_default="0")


def _turns() -> None:
    op.create_table(
        "turn",
        sa.Column("conversation", sa.String(32), primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True),
        _number("created"),
        _text("kind", 8),
        _text("question"),
        _text("answer", 64),
        _text("status", 16),
        _text("lang", 8),
        _number("confidence"),
        _text("message"),
        _text("guide", 128),
        _text("anchor", 128),
        _text("title"),
        _text("section"),
        _text("tools"),
        _text("page"),
        _text("generation", 64),
        _number("took_ms"),
    )
    op.create_index("turn_created", "turn", ["created"])


def _outbox() -> None:
    op.create_table(
        "outbox",
        sa.Column("id", sa.Integer, primary_key=True),
        _text("handoff", 32),
        _text("channel", 16),
        _text("state", 16),
        sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
        _number("created"),
        _number("due"),
        _number("lease"),
        _text("holder", 32),
        _text("last", 64),
        _number("updated"),
    )
    op.create_index("outbox_handoff", "outbox", ["handoff", "channel"], unique=True)
    op.create_index("outbox_due", "outbox", ["state", "due"])


def upgrade() -> None:
    """Adds them; what was kept stays, with empty values in the new columns."""
    _turns()
    _outbox()
    for column in (_text("kind", 8, "answer"), _number("updated"), _text("anchor", 128), _text("status", 16)):
        op.add_column("feedback", column)
    op.add_column("feedback", _number("confidence"))
    op.execute("UPDATE feedback SET updated = created")
    op.add_column("handoff", sa.Column("sent_as", sa.String(64), nullable=True))
    op.add_column("handoff", sa.Column("reference", sa.String(16), nullable=True))
    for column in (_text("reason", 32), _text("tool", 64), _text("transcript", 0, "[]")):
        op.add_column("handoff", column)
    op.create_index("handoff_sent_as", "handoff", ["sent_as"], unique=True)
    op.create_index("handoff_reference", "handoff", ["reference"], unique=True)
    op.create_index("handoff_created", "handoff", ["created"])


def downgrade() -> None:
    """Drops them again."""
    for name in ("handoff_sent_as", "handoff_reference", "handoff_created"):
        op.drop_index(name, "handoff")
    for name in ("sent_as", "reference", "reason", "tool", "transcript"):
        op.drop_column("handoff", name)
    for name in ("kind", "updated", "anchor", "status", "confidence"):
        op.drop_column("feedback", name)
    op.drop_table("outbox")
    op.drop_table("turn")
