"""The chat page and its fragments: without a script, with one, and with bad input."""

from __future__ import annotations

import json

import pytest
from flask import Flask
from flask.testing import FlaskClient
from lxml import html
from web_fake import FakeService
from web_rules import assert_page, assert_piece

from soluciones.answer.slots.blocks import MAX_PASTE_CHARS
from soluciones.answer.types import Answer
from soluciones.i18n import Catalogue
from soluciones.kb.types import LANGUAGES

FRAGMENT = {"Soluciones-Fragment": "1"}
HEADERS = "Received: from a by b; Mon, 23 Nov 2026 10:00:00 +0000\nFrom: a@ejemplo.com\nSubject: x\nMessage-ID: <1@b>\n"


def turn(client: FlaskClient, **form: str) -> html.HtmlElement:
    """The fragment that answers a question."""
    response = client.post("/es/chat", data=form, headers=FRAGMENT)
    assert response.status_code == 200, response.text
    tree = html.fromstring(f"<div>{response.text}</div>")
    assert_piece(tree)
    return tree


def test_the_page_has_one_field_a_log_and_the_way_to_a_person(client: FlaskClient) -> None:
    """Field, polite log, an empty status line, keys told, and «hablar con una persona» with its reason."""
    tree = assert_page(client.get("/es/chat").text, "es")
    assert len(tree.xpath("//textarea")) == 1
    (log,) = tree.xpath("//*[@role='log']")
    assert log.get("aria-live") == "polite"
    (state,) = tree.xpath("//*[@data-state]")
    assert state.get("role") == "status"
    assert not state.text
    (person,) = tree.xpath("//main//a[@data-handoff]")
    assert person.get("href") == "/es/handoff?why=customer_request"
    assert "Intro envía" in tree.get_element_by_id("composer-note").text_content()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_script_gets_its_texts_in_the_pages_language(client: FlaskClient, lang: str) -> None:
    """One attribute holds all of them, none missing or left in Spanish."""
    texts = json.loads(html.fromstring(client.get(f"/{lang}/chat").text).xpath("//@data-texts")[0])
    spanish = Catalogue().domain("es", "chat")
    assert set(texts) == {key.removeprefix("chat.ui.") for key in spanish if key.startswith("chat.ui.")}
    assert all(texts.values())
    if lang != "es":
        assert texts["offline"] != spanish["chat.ui.offline"]


def test_storage_can_be_switched_off(client: FlaskClient) -> None:
    """Only the one word does it."""
    for query, storage in (("", "device"), ("?storage=off", "off"), ("?storage=<b>", "device")):
        assert html.fromstring(client.get(f"/es/chat{query}").text).xpath("//@data-storage") == [storage]


def test_the_same_question_sent_again_is_asked_once(client: FlaskClient, service: FakeService) -> None:
    """The same id brings the same answer; another id, or another question with the id, is asked."""
    one = client.post("/es/chat", data={"q": "puerto", "ask": "id-12345678"}, headers=FRAGMENT).text
    two = client.post("/es/chat", data={"q": "puerto", "ask": "id-12345678"}, headers=FRAGMENT).text
    assert one == two
    assert len(service.asked) == 1
    client.post("/es/chat", data={"q": "otra", "ask": "id-12345678"}, headers=FRAGMENT)
    client.post("/es/chat", data={"q": "puerto", "ask": "id-87654321"}, headers=FRAGMENT)
    client.post("/es/chat", data={"q": "puerto", "ask": "no"}, headers=FRAGMENT)
    client.post("/es/chat", data={"q": "puerto", "ask": "no"}, headers=FRAGMENT)
    assert len(service.asked) == 5


def test_an_answer_offers_to_go_on(client: FlaskClient) -> None:
    """Follow-ups are buttons of a form that carries the conversation: they work without a script too."""
    tree = turn(client, q="puerto")
    (form,) = tree.xpath("//form[contains(@class, 'follow-ups')]")
    assert form.get("action") == "/es/chat"
    assert [b.get("value") for b in form.xpath(".//button")] == ["¿Cómo creo una dirección?"]
    (conversation,) = form.xpath("./input[@name='conversation']/@value")
    assert conversation == tree.xpath("//@data-conversation")[0]


def test_not_knowing_is_said_with_ways_on(client: FlaskClient) -> None:
    """The nearest guides with what they are about, the same words in the search, a person with the reason."""
    tree = turn(client, q="no_answer & <b>")
    text = tree.text_content()
    assert "Resumen de Crear una dirección." in text
    assert tree.xpath("//a[contains(@href, '/es/search?q=no_answer%20%26%20%3Cb%3E')]")
    (person,) = tree.xpath("//a[@data-handoff]/@href")
    assert person.endswith("&why=no_answer")
    assert "0.9" not in text
    assert "confi" not in text.lower()


def test_two_readings_are_a_named_group_of_buttons(client: FlaskClient) -> None:
    """The choices are labelled by the question that they answer."""
    tree = turn(client, q="clarify")
    (group,) = tree.xpath("//form[@class='choose']//ul")
    assert tree.get_element_by_id(group.get("aria-labelledby")).text_content() == "Mensaje <b>"
    assert group.xpath(".//button/@data-ask") == ["¿Qué puerto IMAP?"]


@pytest.mark.parametrize(
    ("question", "why"), [("handoff", "customer_request"), ("handoff other-tool", "stuck"), ("no_answer", "no_answer")]
)
def test_the_way_to_a_person_says_why(client: FlaskClient, question: str, why: str) -> None:
    """Each link tells what led to it."""
    links = turn(client, q=question).xpath("//a[@data-handoff]/@href")
    assert links
    assert all(f"why={why}" in link for link in links)


def test_a_tools_form_takes_the_conversation_along(client: FlaskClient) -> None:
    """Each form of a card in a conversation names it, and so does the card that replaces it."""
    tree = turn(client, q="mail-address")
    conversation = tree.xpath("//@data-conversation")[0]
    assert tree.xpath("//form[@data-tool-form]/input[@name='_conversation']/@value") == [conversation]
    again = html.fromstring(client.post("/es/tools/ports", data={"_conversation": conversation}, headers=FRAGMENT).text)
    assert set(again.xpath("//input[@name='_conversation']/@value")) == {conversation}
    alone = html.fromstring(client.post("/es/tools/ports", headers=FRAGMENT).text)
    assert not alone.xpath("//input[@name='_conversation']")


def test_a_form_tells_the_conversation_what_it_found(client: FlaskClient, app: Flask) -> None:
    """The state knows the tool afterwards; an unknown or malformed conversation changes nothing."""
    conversation = turn(client, q="ports").xpath("//@data-conversation")[0]
    store = app.extensions["soluciones"].store
    before = store.load(conversation)
    client.post("/es/tools/ports", data={"_conversation": conversation}, headers=FRAGMENT)
    after = store.load(conversation)
    assert (before.tool, after.tool) == ("", "ports")
    assert after.question == before.question
    for bad in ("0" * 32, "x" * 500, "'; drop table turn; --"):
        assert client.post("/es/tools/ports", data={"_conversation": bad}, headers=FRAGMENT).status_code == 200


def test_a_pasted_block_fits_and_a_long_question_does_not(client: FlaskClient) -> None:
    """The server takes headers up to their limit, folds them up on the page, and refuses as many plain words."""
    pasted = f"¿es vuestro?\n{HEADERS}" + "X-Line: ñ\n" * 4_000
    assert len(pasted) < MAX_PASTE_CHARS
    response = client.post("/es/chat", data={"q": pasted}, headers=FRAGMENT, content_type="multipart/form-data")
    assert response.status_code == 200
    tree = html.fromstring(response.text)
    assert len(tree.xpath("//*[@data-asked]")[0].text_content()) <= 201
    assert len(tree.xpath("//details[@data-pasted]//pre")[0].text_content()) > 30_000
    long = client.post("/es/chat", data={"q": "palabra " * 1_000}, headers=FRAGMENT, content_type="multipart/form-data")
    assert long.status_code == 413
    huge = client.post("/es/chat", data={"q": HEADERS * 4_000}, headers=FRAGMENT, content_type="multipart/form-data")
    assert huge.status_code == 413


def test_an_answer_object_never_shows_its_confidence(client: FlaskClient) -> None:
    """Nothing on the page is a number of ours about how sure we are."""
    assert "confidence" in Answer.__dataclass_fields__
    assert "confidence" not in client.post("/es/chat", data={"q": "puerto"}).text
