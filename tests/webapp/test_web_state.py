"""What is remembered: masked, bounded, durable; and what happens when it cannot be."""

from __future__ import annotations

import sqlite3
import stat
import threading
from pathlib import Path

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory
from flask.testing import FlaskClient
from sqlalchemy import create_engine, inspect
from web_fake import FakeService

from soluciones.answer.privacy import mask
from soluciones.answer.service import ConversationState
from soluciones.settings import Settings
from soluciones.webapp import secret
from soluciones.webapp.app import create_app
from soluciones.webapp.state import handoffs, migrate, store, tables
from soluciones.webapp.state.store import Opinion, Request, StateFull, StateUnavailable, Store, Turn, new_id


def raw(folder: Path) -> bytes:
    """Every byte that the database keeps on disk."""
    return b"".join(path.read_bytes() for path in folder.glob("state.db*"))


def test_state_comes_back(tmp_path: Path) -> None:
    """A saved state is read back as it was, also by another process's store."""
    state = ConversationState("es", "g", "a", "ports", "¿y 993?", {"client": "ios"}, 3)
    name = new_id()
    Store(tmp_path).save(name, state)
    assert Store(tmp_path).load(name) == state


def test_addresses_and_numbers_are_masked_before_they_are_stored(tmp_path: Path) -> None:
    """No e-mail address or telephone number reaches the disk, except what a hand-off says to its reader."""
    kept = Store(tmp_path)
    personal = "escriba a luisa@ejemplo.com o al +34 612 345 678"
    state = ConversationState(question=personal, slots={"x": [personal]})
    kept.save(new_id(), state)
    kept.add_feedback(Opinion("a1", False, note=personal), state)
    turn = Turn(question=mask(personal))
    kept.add_handoff(Request("pepe@ejemplo.com", "mi clave: zanahoria", turns=(turn,)))
    kept.close()
    data = raw(tmp_path)
    assert b"luisa" not in data
    assert b"612 345" not in data
    assert b"zanahoria" not in data
    assert data.count(b"pepe@ejemplo.com") >= 1


def test_old_conversations_are_forgotten(tmp_path: Path) -> None:
    """After a day an id is unknown, and purging removes the row and its bytes."""
    clock = [1_000_000.0]
    kept = Store(tmp_path, now=lambda: clock[0])
    name = new_id()
    kept.save(name, ConversationState(question="algo-que-olvidar"))
    clock[0] += store.CONVERSATION_TTL + 1
    assert kept.load(name) is None
    kept.purge()
    kept.close()
    with sqlite3.connect(tmp_path / "state.db") as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        assert connection.execute("SELECT count(*) FROM conversation").fetchone() == (0,)
    assert b"algo-que-olvidar" not in raw(tmp_path)


def test_conversations_are_bounded_in_number(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond the bound the oldest go first."""
    monkeypatch.setattr(store, "MAX_CONVERSATIONS", 3)
    clock = [1_000_000.0]
    kept = Store(tmp_path, now=lambda: clock[0])
    names = [new_id() for _ in range(6)]
    for name in names:
        clock[0] += 1
        kept.save(name, ConversationState(turns=1))
    kept.purge()
    assert [kept.load(name) is not None for name in names] == [False] * 3 + [True] * 3


def test_feedback_is_kept_once_an_answer(tmp_path: Path) -> None:
    """A second opinion of the same answer replaces the first."""
    kept = Store(tmp_path)
    kept.add_feedback(Opinion("a1", True), None)
    kept.add_feedback(Opinion("a1", False, "wrong"), ConversationState(question="q", guide="g"))
    with sqlite3.connect(tmp_path / "state.db") as connection:
        rows = connection.execute("SELECT answer, useful, reason, question, guide FROM feedback").fetchall()
    assert rows == [("a1", 0, "wrong", "q", "g")]


def test_full_tables_refuse_and_lose_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """At the cap new rows are refused; old ones stay."""
    monkeypatch.setattr(handoffs, "MAX_ROWS", 1)
    kept = Store(tmp_path)
    kept.add_handoff(Request("a@b.es", "uno"))
    with pytest.raises(StateFull):
        kept.add_handoff(Request("a@b.es", "dos"))
    assert b"uno" in raw(tmp_path)


def test_the_database_is_set_for_durability(tmp_path: Path) -> None:
    """WAL, synchronous FULL and secure_delete hold on every connection."""
    kept = Store(tmp_path)
    assert kept.open()
    with kept._engine().connect() as connection:
        found = [connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in ("journal_mode", "synchronous")]
        assert found == ["wal", 2]
        assert connection.exec_driver_sql("PRAGMA secure_delete").scalar() == 1


def test_many_first_workers_migrate_once(tmp_path: Path) -> None:
    """Stores that open together on an empty folder all end at the newest schema."""
    opened: list[bool] = []
    workers = [threading.Thread(target=lambda: opened.append(Store(tmp_path).open())) for _ in range(6)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert opened == [True] * 6


def test_migrations_lead_to_the_declared_tables(tmp_path: Path) -> None:
    """Alembic's head is the declared one, and the migrated columns are those of the table definitions."""
    config = Config()
    config.set_main_option("script_location", str(Path(migrate.__file__).parent / "migrations"))
    assert ScriptDirectory.from_config(config).get_current_head() == tables.HEAD
    Store(tmp_path).open()
    found = inspect(create_engine(f"sqlite:///{tmp_path / 'state.db'}"))
    for table in tables.metadata.tables.values():
        columns = {(c["name"], str(c["type"]), c["nullable"]) for c in found.get_columns(table.name)}
        assert columns == {(c.name, str(c.type), bool(c.nullable)) for c in table.columns}
        assert {i["name"] for i in found.get_indexes(table.name)} == {i.name for i in table.indexes}


def break_database(folder: Path) -> None:
    """Puts something that is no database where the database belongs."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "state.db").write_bytes(b"this is no database, and never was one " * 100)


def test_a_broken_database_does_not_stop_answers(tmp_path: Path, service: FakeService) -> None:
    """Questions are answered, pages open; feedback and readiness say 503 with a problem."""
    break_database(tmp_path)
    client = create_app(Settings(state=tmp_path), service).test_client()
    assert client.post("/api/v1/ask", json={"question": "q"}).status_code == 200
    assert client.get("/es/chat?q=ports").status_code == 200
    for response in (
        client.get("/readyz"),
        client.post("/api/v1/feedback", json={"answer": "a", "useful": True}),
        client.post("/api/v1/handoff", json={"contact": "a@b.es"}),
    ):
        assert response.status_code == 503
        assert response.get_json()["code"] == "storage"
    assert client.get("/livez").status_code == 200


def test_a_database_that_breaks_later_does_not_stop_answers(client: FlaskClient, tmp_path: Path) -> None:
    """A table that vanishes under way costs the memory, not the answer."""
    with sqlite3.connect(tmp_path / "state" / "state.db") as connection:
        connection.execute("DROP TABLE conversation")
    assert client.post("/api/v1/ask", json={"question": "q", "conversation": "0" * 32}).status_code == 200


def test_a_folder_that_cannot_be_made_is_told_and_survived(tmp_path: Path) -> None:
    """Where the state folder cannot exist, writes raise StateUnavailable and reads find nothing."""
    (tmp_path / "file").write_text("in the way")
    kept = Store(tmp_path / "file" / "state")
    assert not kept.open()
    assert kept.load(new_id()) is None
    kept.save(new_id(), ConversationState())
    with pytest.raises(StateUnavailable):
        kept.add_feedback(Opinion("a", True), None)


def test_feedback_and_handoff_are_acknowledged_when_stored(client: FlaskClient, tmp_path: Path) -> None:
    """201 comes after the row is there, with the masked question it is about."""
    conversation = client.post("/api/v1/ask", json={"question": "puerto de ana@ejemplo.com"}).get_json()["conversation"]
    rated = client.post("/api/v1/feedback", json={"answer": "answer-1", "useful": False, "conversation": conversation})
    called = client.post("/api/v1/handoff", json={"contact": "a@b.es", "message": "x", "conversation": conversation})
    assert (rated.status_code, called.status_code) == (201, 201)
    with sqlite3.connect(tmp_path / "state" / "state.db") as connection:
        (question,) = connection.execute("SELECT question FROM feedback").fetchone()
        assert connection.execute("SELECT id, question FROM handoff").fetchone() == (called.get_json()["id"], question)
    assert question.startswith("puerto ")
    assert "@ejemplo" not in question


def test_the_secret_key_is_private_and_shared(tmp_path: Path) -> None:
    """Workers that start together agree on one key, readable by its owner only; a damaged file is replaced."""
    keys: list[bytes] = []
    workers = [threading.Thread(target=lambda: keys.append(secret.secret_key(tmp_path / "s"))) for _ in range(8)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert len(set(keys)) == 1
    path = tmp_path / "s" / secret.KEY_FILE
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [p.name for p in path.parent.iterdir()] == [secret.KEY_FILE]
    path.write_bytes(b"damaged")
    assert secret.secret_key(tmp_path / "s") == path.read_bytes() != b"damaged"


def test_without_a_folder_the_key_lives_in_memory(tmp_path: Path) -> None:
    """A folder that cannot be written still gives a key."""
    (tmp_path / "file").write_text("in the way")
    assert len(secret.secret_key(tmp_path / "file" / "state")) == 44
