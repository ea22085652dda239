"""Tables of the state database. Times are seconds since 1970, UTC."""

from __future__ import annotations

from sqlalchemy import Column, Float, Index, Integer, MetaData, String, Table, Text

HEAD = "0002"
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

turn = Table(
    "turn",
    metadata,
    Column("conversation", String(32), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("created", Float, nullable=False),
    Column("kind", String(8), nullable=False),
    Column("question", Text, nullable=False),
    Column("answer", String(64), nullable=False),
    Column("status", String(16), nullable=False),
    Column("lang", String(8), nullable=False),
    Column("confidence", Float, nullable=False),
    Column("message", Text, nullable=False),
    Column("guide", String(128), nullable=False),
    Column("anchor", String(128), nullable=False),
    Column("title", Text, nullable=False),
    Column("section", Text, nullable=False),
    Column("tools", Text, nullable=False),
    Column("page", Text, nullable=False),
    Column("generation", String(64), nullable=False),
    Column("took_ms", Float, nullable=False),
    Index("turn_created", "created"),
)
"""What was asked and answered, in order; forgotten with its conversation. Texts are masked.

``kind`` is ``ask`` or ``tool`` (a tool's form sent within the conversation: no question, no answer id). ``guide`` to
``section`` are the first citation's; ``tools`` is a JSON list of ``{"id", "status", "headline"}``.
"""

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
    Column("kind", String(8), nullable=False),
    Column("updated", Float, nullable=False),
    Column("anchor", String(128), nullable=False),
    Column("status", String(16), nullable=False),
    Column("confidence", Float, nullable=False),
)
"""One opinion per ``answer``; a second one replaces the first. Texts are masked.

``answer`` is the answer's id, or for a guide or a tool (``kind``) the random id that the form came with. ``status`` and
``confidence`` are those of the answer it is about, "" and 0 where that is forgotten.
"""

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
    Column("sent_as", String(64), nullable=True),
    Column("reference", String(16), nullable=True),
    Column("reason", String(32), nullable=False),
    Column("tool", String(64), nullable=False),
    Column("transcript", Text, nullable=False),
    Index("handoff_sent_as", "sent_as", unique=True),
    Index("handoff_reference", "reference", unique=True),
    Index("handoff_created", "created"),
)
"""A visitor who wants a person. ``contact`` and ``message`` are what they wrote to be read by that person.

``sent_as`` is a digest of the form's key and content: the same form sent twice is one request, an edited one is
another. ``transcript`` is a JSON list of turns (masked), "[]" where the visitor kept it back.
"""

outbox = Table(
    "outbox",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("handoff", String(32), nullable=False),
    Column("channel", String(16), nullable=False),
    Column("state", String(16), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("created", Float, nullable=False),
    Column("due", Float, nullable=False),
    Column("lease", Float, nullable=False),
    Column("holder", String(32), nullable=False),
    Column("last", String(64), nullable=False),
    Column("updated", Float, nullable=False),
    Index("outbox_handoff", "handoff", "channel", unique=True),
    Index("outbox_due", "state", "due"),
)
"""What is still to be delivered, one row a hand-off and channel (``webhook``, ``email``).

``state`` is ``waiting``, ``delivered`` or ``failed``; ``holder`` is the process at work on it until ``lease``; ``last``
is the code of the last failure.
"""

probe = Table(
    "probe",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", Float, nullable=False),
)
"""One row, written to learn whether the database can be written."""
