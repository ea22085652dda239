"""What is remembered of a conversation: every turn, masked, bounded, and forgotten in time."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from flask.testing import FlaskClient
from sqlalchemy import create_engine
from web_fake import FakeService

from soluciones.answer.service import ConversationState
from soluciones.answer.types import ToolResult
from soluciones.settings import Settings
from soluciones.webapp.app import create_app
from soluciones.webapp.state import migrate, store, turns
from soluciones.webapp.state.store import Store, Turn, new_id
from soluciones.webapp.state.turns import ToolSaid, as_json, from_json, sendable, turn_of_tool

STATE = ConversationState("es")
FIRST_ROWS = (
    "INSERT INTO conversation VALUES ('c', '{}', 1)",
    "INSERT INTO feedback VALUES ('a1', 7, 0, 'wrong', 'nota', 'q', 'g', '', 'es')",
    "INSERT INTO handoff VALUES ('h1', 8, 'a@b.es', 'hola', 'q', 'g', 'es')",
)


def rows(folder: Path, query: str) -> list[tuple[object, ...]]:
    """What a query finds in the database of a folder."""
    with sqlite3.connect(folder / "state.db") as connection:
        return connection.execute(query).fetchall()


def first_schema(folder: Path) -> None:
    """A database as version 0001 left it, with a row in each table."""
    config = Config()
    config.set_main_option("script_location", str(Path(migrate.__file__).parent / "migrations"))
    engine = create_engine(f"sqlite:///{folder / 'state.db'}")
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        for statement in FIRST_ROWS:
            connection.exec_driver_sql(statement)
    engine.dispose()


def test_the_first_schema_is_migrated_and_every_row_kept(tmp_path: Path) -> None:
    """Rows of 0001 are there afterwards, with empty values in the new columns; both tables take new rows."""
    first_schema(tmp_path)
    kept = Store(tmp_path)
    assert kept.open()
    assert rows(tmp_path, "SELECT answer, note, kind, updated, status FROM feedback") == [
        ("a1", "nota", "answer", 7, "")
    ]
    told = rows(tmp_path, "SELECT id, contact, message, reference, sent_as, reason, transcript FROM handoff")
    assert told == [("h1", "a@b.es", "hola", None, None, "", "[]")]
    kept.add_handoff(store.Request("a@b.es", "dos"))
    kept.add_feedback(store.Opinion("a1", True), None)
    assert len(rows(tmp_path, "SELECT id FROM handoff")) == 2
    assert rows(tmp_path, "SELECT useful, created FROM feedback") == [(1, 7)]


def test_a_question_is_remembered_with_what_came_of_it(client: FlaskClient, tmp_path: Path) -> None:
    """Question (masked), status, citation, tools and their headlines: in order, in one conversation."""
    first = client.post("/api/v1/ask", json={"question": "ports para ana@ejemplo.com", "lang": "es"}).get_json()
    client.post("/api/v1/ask", json={"question": "no_answer", "conversation": first["conversation"]})
    one, two = Store(tmp_path / "state").turns(first["conversation"])
    assert (one.number, one.question, one.status) == (1, "ports para …@…", "answered")
    assert (one.guide, one.anchor, one.section) == ("protocolos-y-puertos", "puertos", "Puertos recomendados")
    assert one.tools == (ToolSaid("ports", "ok", "Use el 993"),)
    assert (one.answer, one.lang, one.confidence, one.generation) == ("answer-1", "es", 0.9, "000001-fake")
    assert (two.number, two.status, two.kind) == (2, "no_answer", "ask")


def test_one_question_costs_one_commit(tmp_path: Path) -> None:
    """State and turn are written in the same transaction."""
    kept = Store(tmp_path)
    kept.open()
    begun: list[str] = []
    with kept.database.engine().connect() as connection:
        raw = connection.connection.driver_connection
        assert raw is not None
        raw.set_trace_callback(lambda text: begun.append(text) if text.startswith("COMMIT") else None)
    name = new_id()
    kept.save(name, STATE)  # the first save purges too
    begun.clear()
    kept.save(name, STATE, Turn(question="q"))
    assert begun == ["COMMIT"]


def test_turns_go_with_their_conversation(tmp_path: Path) -> None:
    """After a day neither is known, and purging removes the words from the disk."""
    clock = [1_000_000.0]
    kept = Store(tmp_path, now=lambda: clock[0])
    name = new_id()
    kept.save(name, STATE, Turn(question="algo-que-olvidar"))
    assert len(kept.turns(name)) == 1
    clock[0] += store.CONVERSATION_TTL + 1
    assert kept.turns(name) == ()
    kept.purge()
    kept.close()
    with sqlite3.connect(tmp_path / "state.db") as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    assert b"algo-que-olvidar" not in b"".join(path.read_bytes() for path in tmp_path.glob("state.db*"))


def test_turns_are_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond the bounds, of one conversation and of all, the oldest go first; numbers are not used again."""
    monkeypatch.setattr(turns, "MAX_TURNS", 3)
    clock = [1_000_000.0]
    kept = Store(tmp_path, now=lambda: clock[0])
    name, other = new_id(), new_id()
    for number in range(5):
        clock[0] += 1
        kept.save(name, STATE, Turn(question=str(number)))
    assert [(turn.number, turn.question) for turn in kept.turns(name)] == [(3, "2"), (4, "3"), (5, "4")]
    clock[0] += 1
    kept.save(other, STATE, Turn(question="z"))
    monkeypatch.setattr(turns, "MAX_ROWS", 2)
    kept.purge()
    assert [turn.question for turn in (*kept.turns(name), *kept.turns(other))] == ["4", "z"]


def test_a_tools_form_leaves_no_typed_value(tmp_path: Path) -> None:
    """A tool's turn holds its status and masked headline, not its slots."""
    turn = turn_of_tool(ToolResult("mail-address", "bad", "«ana@ejemplo.com» no vale", slots={"email": "x@y.es"}), "es")
    assert turn.tools == (ToolSaid("mail-address", "bad", "…@… no vale"),)
    assert "x@y.es" not in as_json((turn,))


def test_a_state_too_large_keeps_the_turn_and_the_state_before(tmp_path: Path) -> None:
    """The conversation goes on with what was remembered before."""
    kept = Store(tmp_path)
    name = new_id()
    kept.save(name, replace(STATE, question="antes"), Turn(question="1"))
    kept.save(name, replace(STATE, question="x" * 20_000), Turn(question="2"))
    state = kept.load(name)
    assert state is not None
    assert state.question == "antes"
    assert len(kept.turns(name)) == 2


def test_a_broken_turn_table_does_not_stop_answers(client: FlaskClient, tmp_path: Path) -> None:
    """Without the table questions are answered, and the form for a person opens and sends."""
    with sqlite3.connect(tmp_path / "state" / "state.db") as connection:
        connection.execute("DROP TABLE turn")
    asked = client.post("/api/v1/ask", json={"question": "q"})
    assert asked.status_code == 200
    conversation = asked.get_json()["conversation"]
    assert client.get(f"/es/handoff?conversation={conversation}").status_code == 200
    assert client.post("/es/handoff", data={"contact": "a@b.es", "conversation": conversation}).status_code == 201


def test_what_is_sent_is_bounded_and_comes_back(tmp_path: Path) -> None:
    """The last turns that fit, and the JSON gives the same turns again."""
    many = [Turn(number, question="ñ" * 4_000, tools=(ToolSaid("t", "ok", "h"),)) for number in range(1, 100)]
    sent = sendable(many)
    assert sent[-1].number == 99
    assert len(as_json(sent)) <= 60_000
    assert from_json(as_json(sent)) == sent
    assert len(sendable([Turn(number) for number in range(1, 100)])) == 50
    assert sendable([Turn(1, question="x" * 70_000)]) == ()


def test_another_schema_version_of_the_service_is_no_matter(tmp_path: Path) -> None:
    """The app on a migrated folder answers at once."""
    first_schema(tmp_path)
    client = create_app(Settings(state=tmp_path), FakeService()).test_client()
    assert client.get("/readyz").status_code == 200
