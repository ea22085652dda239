"""Calling for a person: what is sent, why, once, and never lost."""

from __future__ import annotations

import io
import json
import re
import sqlite3
import threading
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import html
from web_fake import FakeService
from web_rules import assert_page, assert_piece

from soluciones.i18n import Catalogue
from soluciones.kb.types import LANGUAGES
from soluciones.settings import Settings
from soluciones.webapp import logs, state
from soluciones.webapp.app import create_app
from soluciones.webapp.limits import MAX_CONTACT_CHARS, MAX_MESSAGE_CHARS
from soluciones.webapp.people import doing
from soluciones.webapp.people.contact import mail_in, reachable
from soluciones.webapp.people.floods import Floods
from soluciones.webapp.people.reasons import WHYS, why
from soluciones.webapp.state.handoffs import reference_of
from soluciones.webapp.state.turns import ToolSaid, Turn

WEBAPP = Path(state.__file__).parents[1]
FUZZ = settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
FRAGMENT = {"Soluciones-Fragment": "1"}
CASES = json.loads((Path(__file__).parent / "cases" / "handoff_reasons.json").read_text("utf-8"))
CONTACTS = json.loads((Path(__file__).parent / "cases" / "contacts.json").read_text("utf-8"))


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    """One application for all examples, without caps."""
    folder = tmp_path_factory.mktemp("state")
    logs.configure(io.StringIO())
    app = create_app(Settings(state=folder, handoffs_per_hour=0), FakeService())
    app.extensions[doing.FLOODS]["feedback"] = Floods(0)
    return app.test_client()


def stored(folder: Path) -> list[dict[str, Any]]:
    """All requests kept."""
    with sqlite3.connect(folder / "state" / "state.db") as connection:
        connection.row_factory = sqlite3.Row
        return [dict(row) for row in connection.execute("SELECT * FROM handoff ORDER BY created")]


def talk(client: FlaskClient, *questions: str) -> str:
    """A conversation's id, after some questions."""
    conversation = ""
    for question in questions:
        body = {"question": question, "conversation": conversation, "lang": "es"}
        conversation = client.post("/api/v1/ask", json=body).get_json()["conversation"]
    return conversation


def form_of(client: FlaskClient, conversation: str = "", lang: str = "es") -> dict[str, str]:
    """The form as a browser would send it untouched."""
    page = client.get(f"/{lang}/handoff", query_string={"conversation": conversation})
    return dict(html.fromstring(page.get_data(as_text=True)).find(".//form[@data-handoff-form]").form_values())


def test_the_form_shows_what_is_sent_and_sends_that(client: FlaskClient, tmp_path: Path) -> None:
    """The transcript is shown masked, a ticked box sends it, and what is kept is what was shown."""
    conversation = talk(client, "puerto para ana@ejemplo.com", "ports")
    page = client.get(f"/es/handoff?conversation={conversation}")
    tree = assert_page(page.get_data(as_text=True), "es")
    shown = tree.find(".//ol[@class='transcript']").text_content()
    assert "puerto para …@…" in shown
    assert "Protocolos y puertos › Puertos recomendados" in shown
    assert "Use el 993" in shown
    assert tree.find(".//input[@name='contact']").get("value") == ""
    form = form_of(client, conversation)
    assert form["send_along"] == "1"
    talk_more = {"question": "no_answer", "conversation": conversation}
    client.post("/api/v1/ask", json=talk_more)  # in another tab, after the form was shown
    client.post("/es/handoff", data=form | {"contact": "ana@ejemplo.com", "message": "Mi cuenta info@ejemplo.com"})
    (row,) = stored(tmp_path)
    assert [turn["question"] for turn in json.loads(row["transcript"])] == ["puerto para …@…", "ports"]
    assert row["message"] == "Mi cuenta info@ejemplo.com"
    assert (row["reason"], row["tool"], row["lang"]) == ("customer_request", "ports", "es")


def test_the_conversation_can_be_kept_back(client: FlaskClient, tmp_path: Path) -> None:
    """With the box unticked not one question is kept, only the code of the reason."""
    form = form_of(client, talk(client, "no_answer secreto"))
    del form["send_along"]
    assert client.post("/es/handoff", data=form | {"contact": "a@b.es"}).status_code == 201
    (row,) = stored(tmp_path)
    assert (row["transcript"], row["question"], row["guide"], row["reason"]) == ("[]", "", "", "no_answer")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_thanks_come_with_a_reference(client: FlaskClient, tmp_path: Path, lang: str) -> None:
    """The number on the page, in the fragment and of the API is the stored one."""
    form = form_of(client, talk(client, "puerto"), lang) | {"contact": "+34 600 111 222"}
    page = client.post(f"/{lang}/handoff", data=form)
    assert page.status_code == 201
    assert_page(page.get_data(as_text=True), lang)
    (row,) = stored(tmp_path)
    assert row["reference"] == reference_of(row["id"])
    assert row["reference"] in page.get_data(as_text=True)
    again = client.post(f"/{lang}/handoff", data=form, headers=FRAGMENT)
    assert_piece(html.fromstring(again.get_data(as_text=True)))
    assert row["reference"] in again.get_data(as_text=True)
    body = {"contact": "+34 600 111 222", "lang": lang}
    told = client.post("/api/v1/handoff", json=body).get_json()
    assert told["reference"] == reference_of(told["id"]) != row["reference"]


def test_a_double_click_is_one_request_and_an_edited_form_another(client: FlaskClient, tmp_path: Path) -> None:
    """The key joins what is the same; it never swallows what was changed after going back."""
    form = form_of(client) | {"contact": "a@b.es", "message": "uno"}
    pages = [client.post("/es/handoff", data=form).get_data(as_text=True) for _ in range(3)]
    assert pages[0] == pages[1] == pages[2]
    assert len(stored(tmp_path)) == 1
    client.post("/es/handoff", data=form | {"message": "dos"})
    assert [row["message"] for row in stored(tmp_path)] == ["uno", "dos"]
    key = {"contact": "a@b.es", "key": "0" * 32}
    first, second = (client.post("/api/v1/handoff", json=key).get_json() for _ in range(2))
    assert first == second


def test_posts_at_the_same_moment_are_one_request(app: Flask, tmp_path: Path) -> None:
    """Twelve threads with one form: twelve thanks, one row."""
    form = form_of(app.test_client()) | {"contact": "a@b.es"}
    start = threading.Barrier(12)
    codes: list[int] = []

    def post() -> None:
        start.wait()
        codes.append(app.test_client().post("/es/handoff", data=form).status_code)

    threads = [threading.Thread(target=post) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert codes == [201] * 12
    assert len(stored(tmp_path)) == 1


@pytest.mark.parametrize("lang", LANGUAGES)
def test_errors_stand_at_their_fields_and_everything_typed_stays(
    client: FlaskClient, tmp_path: Path, lang: str
) -> None:
    """Each wrong field is told in the visitor's language, as a page and as a fragment; nothing is kept."""
    typed = {"contact": "nadie <i>", "message": "a & <b>\n" + "x" * MAX_MESSAGE_CHARS}
    form = form_of(client, talk(client, "puerto"), lang)
    del form["send_along"]
    page = client.post(f"/{lang}/handoff", data=form | typed)
    piece = client.post(f"/{lang}/handoff", data=form | typed, headers=FRAGMENT)
    assert (page.status_code, piece.status_code) == (422, 200)
    tree = assert_page(page.get_data(as_text=True), lang)
    assert_piece(html.fromstring(piece.get_data(as_text=True)))
    again = dict(tree.find(".//form[@data-handoff-form]").form_values())
    assert again["contact"] == typed["contact"]
    assert again["message"].removeprefix("\n").removeprefix("\r\n") == typed["message"]
    assert again["key"] == form["key"]
    assert "send_along" not in again
    wrong = {node.get("name"): node.get("aria-describedby") for node in tree.xpath("//*[@aria-invalid='true']")}
    assert set(wrong) == {"contact", "message"}
    for name in wrong:
        assert len(tree.find(f".//*[@id='{name}-error']").text_content().strip()) > 20
    assert stored(tmp_path) == []


def test_missing_and_endless_contacts_are_told_apart(client: FlaskClient) -> None:
    """Nothing, and too much: each has a text of its own."""
    texts = set()
    for contact in ("", "  ", "a@" + "b." * MAX_CONTACT_CHARS + "es"):
        page = client.post("/en/handoff", data={"contact": contact})
        assert page.status_code == 422
        texts.add(html.fromstring(page.get_data(as_text=True)).find(".//*[@id='contact-error']").text_content())
    assert len(texts) == 2


def test_a_program_that_fills_every_field_is_stopped_and_a_person_can_go_on(
    client: FlaskClient, tmp_path: Path
) -> None:
    """The hidden field, filled in, is shown with a word of explanation: whose browser filled it loses nothing."""
    hidden = html.fromstring(client.get("/es/handoff").get_data(as_text=True)).find(".//input[@name='website']")
    assert hidden.get("tabindex") == "-1"
    assert hidden.getparent().get("aria-hidden") == "true"
    data = {"contact": "a@b.es", "message": "m", "website": "https://spam.example"}
    page = client.post("/es/handoff", data=data)
    assert page.status_code == 422
    shown = html.fromstring(page.get_data(as_text=True)).find(".//input[@name='website']")
    assert shown.getparent().get("aria-hidden") is None
    assert stored(tmp_path) == []
    assert client.post("/es/handoff", data=data | {"website": ""}).status_code == 201


def test_a_flood_is_stopped_and_the_draft_kept(client: FlaskClient, tmp_path: Path) -> None:
    """Beyond the cap the form comes back with 429; sending a kept form again does not count."""
    client.application.extensions[doing.FLOODS]["handoff"] = Floods(2)
    one = {"REMOTE_ADDR": "8.8.8.8"}
    form = form_of(client) | {"contact": "a@b.es"}
    for message in ("1", "1", "1", "2"):
        assert client.post("/es/handoff", data=form | {"message": message}, environ_base=one).status_code == 201
    page = client.post("/es/handoff", data=form | {"message": "tres"}, environ_base=one)
    assert page.status_code == 429
    assert int(page.headers["Retry-After"]) > 0
    assert "tres" in assert_page(page.get_data(as_text=True), "es").find(".//textarea[@name='message']").text
    piece = client.post("/es/handoff", data=form | {"message": "tres"}, environ_base=one, headers=FRAGMENT)
    assert piece.status_code == 429
    assert "<form" not in piece.get_data(as_text=True)
    assert len(stored(tmp_path)) == 2


def fill(app: Flask) -> None:
    """Leaves SQLite no page to grow by: what it says then is what it says on a full disk."""
    engine = app.extensions["soluciones"].store.database.engine()
    with engine.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
    engine.dispose()
    from sqlalchemy import event

    event.listen(engine, "connect", lambda raw, _: raw.execute(f"PRAGMA max_page_count={pages}"))


def test_a_full_disk_is_told_and_nothing_is_lost(app: Flask, tmp_path: Path) -> None:
    """507, with the draft on the page; questions are still answered, and nothing is thanked for that is not kept."""
    client = app.test_client()
    fill(app)
    codes = []
    for number in range(40):
        data = {"contact": "a@b.es", "message": f"{number} " + "x" * 3_900}
        page = client.post("/es/handoff", data=data)
        codes.append(page.status_code)
    assert codes[-1] == 507
    assert codes.count(201) == len(stored(tmp_path))
    assert "39 xxx" in page.get_data(as_text=True)
    told = client.post("/api/v1/handoff", json={"contact": "a@b.es", "message": "x" * 3_900})
    assert (told.status_code, told.get_json()["code"]) == (507, "storage_full")
    assert client.post("/api/v1/ask", json={"question": "x" * 3_900}).status_code == 200


def test_a_broken_database_gives_the_draft_back(tmp_path: Path, service: FakeService) -> None:
    """503 and everything typed; the form itself opens."""
    tmp_path.joinpath("state.db").write_bytes(b"no database " * 300)
    client = create_app(Settings(state=tmp_path), service).test_client()
    assert client.get("/es/handoff?conversation=" + "0" * 32).status_code == 200
    page = client.post("/es/handoff", data={"contact": "a@b.es", "message": "sigue aquí"})
    assert page.status_code == 503
    assert "sigue aquí" in assert_page(page.get_data(as_text=True), "es").text_content()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["title"])
def test_the_reason_is_read_from_the_last_turns(case: dict[str, Any]) -> None:
    """A code for each way of getting there."""
    turns = [
        Turn(**{**turn, "answer": turn.get("answer", f"a{number}"),
                "tools": tuple(ToolSaid("t", status, "") for status in turn.get("tools", ()))})
        for number, turn in enumerate(case["turns"])
    ]  # fmt: skip
    disliked = set(case.get("disliked", ()))
    found = why(turns, disliked.__contains__, case.get("pressed", ""))
    assert found == case["why"]
    assert found in WHYS


def test_a_thumb_down_is_the_reason(client: FlaskClient, tmp_path: Path) -> None:
    """Whoever disliked the last answer calls for that."""
    conversation = talk(client, "puerto")
    client.post("/es/feedback", data={"answer": "answer-1", "conversation": conversation, "useful": "0"})
    told = client.post("/api/v1/handoff", json={"contact": "a@b.es", "conversation": conversation}).get_json()
    assert told["reason"] == "bad_answer" == stored(tmp_path)[0]["reason"]


@pytest.mark.parametrize("case", CONTACTS, ids=lambda case: case["contact"][:30] or "nothing")
def test_contacts(case: dict[str, str]) -> None:
    """Whoever can be reached is let through; the mail address in it is found."""
    assert reachable(case["contact"]) == case["reachable"]
    if "mail" in case:
        assert mail_in(case["contact"]) == case["mail"]


@pytest.mark.parametrize("attack", ["@" * 100_000, "a" * 100_000, "a." * 50_000, ("a@" + "b." * 20) * 2_000])
def test_a_hostile_contact_costs_nothing(attack: str, client: FlaskClient) -> None:
    """Endless texts are cut before they are looked at."""
    page = client.post("/es/handoff", data={"contact": attack[:60_000]})
    assert page.status_code == 422


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_text_stands_in_every_language(lang: str) -> None:
    """Same keys, same placeholders, nothing empty; and no key is left over in Spanish."""
    texts = Catalogue()
    spanish, own = texts.domain("es", "people"), texts.domain(lang, "people")
    raw = (Path(texts._folder) / lang / "people.po").read_text("utf-8")
    assert re.findall(r'^msgid "(.+)"$', raw, re.M) == list(spanish)
    for key, text in spanish.items():
        assert set(re.findall(r"{\w+}", own[key])) == set(re.findall(r"{\w+}", text)), key


def test_every_text_is_used() -> None:
    """No key of people.po is left over."""
    used = "".join(path.read_text("utf-8") for kind in ("*.py", "*.html") for path in WEBAPP.rglob(kind))
    begun = ("people.reason.", "people.said.", "people.why.")
    for key in Catalogue().domain("es", "people"):
        assert key in used or key.removeprefix("people.") in used or key.startswith(begun), key


@pytest.mark.parametrize("field", ["contact", "message", "conversation", "key", "upto", "pressed", "website", "why"])
@given(value=st.text(max_size=300))
@FUZZ
def test_any_text_in_any_field_is_answered(shared: FlaskClient, field: str, value: str) -> None:
    """Whatever is sent, the form comes back or thanks do: never a 5xx, never markup of the visitor's."""
    mark = f"{value}<i class=evil>"
    for page in (
        shared.post("/es/handoff", data={"contact": "x", field: mark}),
        shared.post("/es/feedback", data={"answer": "a", "useful": "0", "note": mark, field: mark}),
        shared.get("/es/handoff", query_string={field: mark}),
    ):
        assert page.status_code < 500
        assert not html.fromstring(page.get_data(as_text=True)).find_class("evil")


def test_no_contact_reaches_the_log(client: FlaskClient, log_lines: Any) -> None:
    """Neither contact nor message nor question is logged."""
    conversation = talk(client, "canario-pregunta")
    data = {"contact": "canario@ejemplo.com", "message": "canario-mensaje", "conversation": conversation}
    client.post("/es/handoff", data=data)
    client.post("/es/handoff", data=data | {"contact": "canario-malo"})
    assert "canario" not in log_lines.getvalue()
    assert conversation not in log_lines.getvalue()
