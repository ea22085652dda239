"""Opinions: a thumb, then perhaps why; one each, which can be changed."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from lxml import html
from web_rules import assert_page, assert_piece

from soluciones.kb.types import LANGUAGES
from soluciones.webapp.limits import MAX_NOTE_CHARS
from soluciones.webapp.people import doing
from soluciones.webapp.people.floods import Floods, share
from soluciones.webapp.state.opinions import REASONS

FRAGMENT = {"Soluciones-Fragment": "1"}
CASES = json.loads((Path(__file__).parent / "cases" / "feedback.json").read_text("utf-8"))


def stored(folder: Path) -> list[dict[str, Any]]:
    """All opinions kept."""
    with sqlite3.connect(folder / "state" / "state.db") as connection:
        connection.row_factory = sqlite3.Row
        return [dict(row) for row in connection.execute("SELECT * FROM feedback ORDER BY created")]


def asked(client: FlaskClient, question: str) -> dict[str, Any]:
    """The API's answer to a question."""
    found: dict[str, Any] = client.post("/api/v1/ask", json={"question": question, "lang": "es"}).get_json()
    return found


def fields(text: str) -> dict[str, str]:
    """Name → value of a form as a browser would send it untouched."""
    tree = html.fromstring(text)
    form = tree if tree.tag == "form" else tree.find(".//form[@data-feedback]")
    return dict(form.form_values())


def test_a_thumb_down_offers_reasons_and_a_note(client: FlaskClient, tmp_path: Path) -> None:
    """The fragment is a form for the same opinion; sent with reason and note it changes that one row."""
    answer = asked(client, "puerto")
    data = {"answer": answer["id"], "conversation": answer["conversation"], "useful": "0"}
    reply = client.post("/es/feedback", data=data, headers=FRAGMENT)
    assert reply.status_code == 201
    tree = html.fromstring(reply.get_data(as_text=True))
    assert_piece(tree)
    assert tree.find(".//details").get("open") is not None
    reasons = tree.xpath("//input[@name='reason']/@value")
    assert reasons == ["wrong", "off_topic", "unclear", "outdated", "other"]
    second = fields(reply.get_data(as_text=True)) | {"reason": "outdated", "note": "de ana@ejemplo.com\r\nya no"}
    done = client.post("/es/feedback", data=second, headers=FRAGMENT)
    assert "Gracias" in done.get_data(as_text=True)
    (row,) = stored(tmp_path)
    assert (row["useful"], row["reason"], row["note"]) == (0, "outdated", "de …@…\nya no")
    assert (row["status"], row["guide"], row["anchor"]) == ("answered", "protocolos-y-puertos", "puertos")


def test_an_opinion_can_be_changed_and_is_never_doubled(client: FlaskClient, tmp_path: Path) -> None:
    """Same thumb again: nothing changes. The other thumb: the reason goes. Always one row."""
    data = {"answer": "a1", "useful": "0"}
    for _ in range(3):
        client.post("/es/feedback", data=data)
    client.post("/es/feedback", data=data | {"reason": "wrong", "note": "n", "step": "2"})
    client.post("/es/feedback", data=data)
    assert [(row["reason"], row["note"]) for row in stored(tmp_path)] == [("wrong", "n")]
    client.post("/es/feedback", data={"answer": "a1", "useful": "1", "reason": "wrong", "step": "2"})
    assert [(row["useful"], row["reason"], row["note"]) for row in stored(tmp_path)] == [(1, "", "")]


def test_no_answers_and_tools_have_reasons_of_their_own(client: FlaskClient, tmp_path: Path) -> None:
    """What was not said cannot be wrong; a tool's result can."""
    for question, first in (("no_answer", "off_topic"), ("ports", "wrong_result")):
        answer = asked(client, question)
        data = {"answer": "answer-1", "conversation": answer["conversation"], "useful": "0"}
        text = client.post("/es/feedback", data=data).get_data(as_text=True)
        assert html.fromstring(text).xpath("//input[@name='reason']/@value")[0] == first
    data = {"kind": "tool", "tool": "ports", "answer": "t" * 32, "useful": "0", "reason": "wrong_result", "step": "2"}
    assert client.post("/es/feedback", data=data).status_code == 201
    assert stored(tmp_path)[-1]["tool"] == "ports"


def test_a_guide_is_rated_without_a_conversation(client: FlaskClient, tmp_path: Path) -> None:
    """The macro's form stands on its own, and its opinion names the guide."""
    with client.application.test_request_context("/es/"):
        macro = client.application.jinja_env.get_template("parts/feedback.html").make_module(
            {"lang": "es", "tt": client.application.jinja_env.globals["tt"]}
        )
        form = macro.guide_feedback("crear-direccion")  # type: ignore[attr-defined]
    tree = html.fromstring(form)
    assert_piece(tree)
    data = dict(tree.form_values()) | {"useful": "1"}
    assert len(data["answer"]) == 32
    page = client.post("/es/feedback", data=data)
    assert page.status_code == 201
    assert "/es/guides/crear-direccion" in assert_page(page.get_data(as_text=True), "es").xpath("//main//a/@href")
    assert [(row["kind"], row["guide"], row["useful"]) for row in stored(tmp_path)] == [("guide", "crear-direccion", 1)]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_without_javascript_it_is_pages_in_every_language(client: FlaskClient, lang: str) -> None:
    """Thumb, reason and thanks are whole pages that keep the house rules."""
    for data in ({"useful": "0"}, {"useful": "1"}, {"useful": "0", "step": "2", "reason": "other", "note": "<b>x</b>"}):
        page = client.post(f"/{lang}/feedback", data={"answer": "a1", **data})
        assert page.status_code == 201
        tree = assert_page(page.get_data(as_text=True), lang)
        assert not tree.xpath("//main//b")


def test_a_note_too_long_is_told_at_its_field_and_kept(client: FlaskClient, tmp_path: Path) -> None:
    """Nothing typed is lost; line ends count once, as browsers count them."""
    long = "a" * (MAX_NOTE_CHARS + 1)
    data = {"answer": "a1", "useful": "0", "step": "2", "reason": "wrong", "note": long}
    page = client.post("/es/feedback", data=data)
    assert page.status_code == 422
    tree = assert_page(page.get_data(as_text=True), "es")
    note = tree.find(".//textarea[@name='note']")
    assert note.text.strip() == long
    assert note.get("aria-invalid") == "true"
    assert tree.xpath("//input[@name='reason'][@checked]/@value") == ["wrong"]
    assert client.post("/es/feedback", data=data, headers=FRAGMENT).status_code == 200
    assert stored(tmp_path) == []
    lines = "a\r\n" * (MAX_NOTE_CHARS // 2)
    assert client.post("/es/feedback", data=data | {"note": lines}).status_code == 201


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["title"])
def test_what_is_no_opinion_is_refused(client: FlaskClient, tmp_path: Path, case: dict[str, Any]) -> None:
    """Pages and API refuse the same, and nothing is kept."""
    path = "/api/v1/feedback" if "json" in case else "/es/feedback"
    sent = {"json": case["json"]} if "json" in case else {"data": case["form"]}
    assert client.post(path, **sent).status_code == case["status"]
    assert stored(tmp_path) == []


@pytest.mark.parametrize("reason", [reason for reason in REASONS if reason])
def test_the_api_takes_every_reason(client: FlaskClient, tmp_path: Path, reason: str) -> None:
    """Each reason is kept; a bare thumb sent again leaves it alone."""
    body = {"answer": "a1", "useful": False}
    assert client.post("/api/v1/feedback", json=body | {"reason": reason, "note": "n"}).status_code == 201
    assert client.post("/api/v1/feedback", json=body).status_code == 201
    assert [(row["reason"], row["note"]) for row in stored(tmp_path)] == [(reason, "n")]


def test_a_flood_of_opinions_is_stopped(client: FlaskClient) -> None:
    """Beyond the cap 429 says when to come again; others are not concerned."""
    client.application.extensions[doing.FLOODS]["feedback"] = Floods(2)
    one = {"REMOTE_ADDR": "8.8.8.8"}
    codes = [client.post("/es/feedback", data={"answer": f"a{n}", "useful": "1"}, environ_base=one).status_code
             for n in range(3)]  # fmt: skip
    assert codes == [201, 201, 429]
    last = client.post("/api/v1/feedback", json={"answer": "a", "useful": True}, environ_base=one)
    assert (last.status_code, last.get_json()["code"]) == (429, "too_many")
    assert int(last.headers["Retry-After"]) > 3000
    other = {"REMOTE_ADDR": "8.8.4.4"}
    assert client.post("/es/feedback", data={"answer": "a9", "useful": "1"}, environ_base=other).status_code == 201


def test_the_cap_forgets_after_an_hour_and_stays_small() -> None:
    """Room comes back as time passes; 0 is no cap; an inner address stands for many visitors."""
    clock = [0.0]
    floods = Floods(1, clock=lambda: clock[0])
    assert floods.take("a") == 0.0
    assert floods.take("a") == 3600.0
    clock[0] = 3600.0
    assert floods.take("a") == 0.0
    assert Floods(0).take("a") == Floods(0).take("a") == 0.0
    assert [share(text) for text in ("8.8.8.8", "127.0.0.1", "10.0.0.1", "", "x")] == [1, 25, 25, 25, 25]
    for number in range(10_000):
        floods.take(str(number))
    assert len(floods._seen) <= 4_096
