"""Tables of the state database. Times are seconds since 1970, UTC."""

from __future__ import annotations

from sqlalchemy import Column, Float, Index, Integer, MetaData, String, Table, Text

HEAD = "0001"
"""Newest migration; a test holds it equal to Alembic's own head."""

metadata = MetaData()

conversation = Table(
    "conversation",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("state", Text, nullable=False),
    Column("updated", Float, nullable=False),
    Index("conversation_updated", "updated"),
)
"""``state`` is ``ConversationState`` as JSON."""

feedback = Table(
    "feedback",
    metadata,
    Column("answer", String(64), primary_key=True),
    Column("created", Float, nullable=False),
    Column("useful", Integer, nullable=False),
    Column("reason", String(32), nullable=False),
    Column("note", Text, nullable=False),
    Column("question", Text, nullable=False),
    Column("guide", String(128), nullable=False),
    Column("tool", String(64), nullable=False),
    Column("lang", String(8), nullable=False),
)
"""One opinion an answer; a second one replaces the first. Texts are masked."""

handoff = Table(
    "handoff",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("created", Float, nullable=False),
    Column("contact", String(254), nullable=False),
    Column("message", Text, nullable=False),
    Column("question", Text, nullable=False),
    Column("guide", String(128), nullable=False),
    Column("lang", String(8), nullable=False),
)
"""A visitor who wants a person. Only ``contact`` is personal, and it is there to be used."""

probe = Table(
    "probe",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", Float, nullable=False),
)
"""One row, written to learn whether the database can be written."""
