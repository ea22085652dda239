"""The widget's calls: answers as nodes, the portal's forms behind them, and what they refuse."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from web_fake import SITE, FakeService

from soluciones.kb.site import Site, Widget
from soluciones.kb.types import LANGUAGES
from soluciones.settings import Settings
from soluciones.webapp.app import create_app
from soluciones.webapp.limits import MAX_JSON_BYTES, MAX_TOOL_BYTES, body_limit
from soluciones.webapp.widget.nodes import text_of

OWN = {"Origin": "http://localhost"}
V1 = "/widget/v1"


def ask(client: FlaskClient, question: str, **more: Any) -> Any:
    """Asks as the widget does."""
    body = {"site": "default", "lang": "es", "question": question, **more}
    return client.post(f"{V1}/ask", json=body, headers=OWN)


def flat(nodes: list[Any]) -> list[Any]:
    """All elements of a tree."""
    found = []
    for node in nodes:
        if isinstance(node, list):
            found += [node, *flat(node[2:])]
    return found


@pytest.mark.parametrize("lang", LANGUAGES)
def test_config_tells_the_words_and_addresses(client: FlaskClient, lang: str) -> None:
    """Everything the widget needs before the first question, in one language."""
    reply = client.get(f"{V1}/config?site=default&lang={lang}", headers=OWN)
    assert reply.json["lang"] == lang
    assert reply.json["dir"] == "ltr"
    assert reply.json["limits"] == {"question": 4000}
    assert reply.json["identity"] == "off"
    assert reply.json["tools"] is True
    assert reply.json["portal_url"] == f"http://localhost/{lang}/"
    assert reply.json["handoff_url"] == f"http://localhost/{lang}/handoff"
    assert all(reply.json["texts"].values())
    assert reply.headers["Cache-Control"] == "no-store"


def test_an_unknown_language_falls_back_to_the_sites(client: FlaskClient) -> None:
    """The widget then speaks what the browser or the site speaks."""
    headers = OWN | {"Accept-Language": "xx"}
    assert client.get(f"{V1}/config?site=default&lang=pt", headers=headers).json["lang"] == "es"


def test_an_answer_is_the_chats_as_nodes(client: FlaskClient, service: FakeService) -> None:
    """Passage, source with an absolute address, feedback form and cards, and the page goes along."""
    page = {"url": "https://shop.example/help/mail?user=ana#x", "title": "Correo"}
    reply = ask(client, "puerto ports", page=page)
    assert reply.json["status"] == "answered"
    elements = flat(reply.json["nodes"])
    assert reply.json["nodes"][0][1]["class"] == "reply reply-answered"
    assert "Use el puerto 993 (IMAPs)." in text_of(reply.json["nodes"])
    links = [e[1]["href"] for e in elements if e[0] == "a" and "href" in e[1]]
    assert links
    assert all(link.startswith("http://localhost/es/") for link in links)
    assert any("data-feedback" in e[1] for e in elements)
    assert any(e[1].get("data-tool") == "ports" for e in elements)
    asked = service.asked[0]
    assert (asked.page, asked.page_title) == ("/help/mail", "Correo")


def test_a_conversation_goes_on(client: FlaskClient, service: FakeService) -> None:
    """With its id; with a made-up one a new one begins."""
    first = ask(client, "uno").json["conversation"]
    assert ask(client, "dos", conversation=first).json["conversation"] == first
    assert service.asked[-1].state.turns == 1
    assert ask(client, "tres", conversation="0" * 32).json["conversation"] != "0" * 32


def test_a_question_sent_twice_is_answered_once(client: FlaskClient, service: FakeService) -> None:
    """The same ``ask`` brings the same answer, without asking again."""
    first = ask(client, "puerto", ask="abcdefgh-1234")
    again = ask(client, "puerto", ask="abcdefgh-1234")
    assert first.json == again.json
    assert len(service.asked) == 1


def test_a_picture_travels_as_a_drawing(client: FlaskClient) -> None:
    """QR codes are nodes, for host pages allow no images of ours; other files stay links."""
    elements = flat(ask(client, "client-setup").json["nodes"])
    assert not [e for e in elements if e[0] == "img"]
    assert [e for e in elements if e[0] == "svg" and e[1].get("class") == "drawing"]
    files = [e[1]["href"] for e in elements if e[0] == "a" and "download" in e[1]]
    assert all(link.startswith("http://localhost/api/v1/tools/client-setup/files/") for link in files)


def test_a_tool_runs_from_its_form(client: FlaskClient) -> None:
    """Fields and files arrive as the portal's form sends them; the card comes back."""
    form = {"site": "default", "lang": "es", "email": "año@ejemplo.com"}
    reply = client.post(f"{V1}/tools/mail-address", data=form, content_type="multipart/form-data", headers=OWN)
    assert reply.json["tool"] == "mail-address"
    assert reply.json["status"] == "bad"
    assert "«año@ejemplo.com» no vale" in text_of(reply.json["nodes"])
    upload = {"site": "default", "vcard": (io.BytesIO(b"FN:Ana\r\n"), "a.vcf"), "region": "CH"}
    reply = client.post(f"{V1}/tools/upload-tool", data=upload, content_type="multipart/form-data", headers=OWN)
    links = [e[1] for e in flat(reply.json["nodes"]) if e[0] == "a" and "download" in e[1]]
    assert links
    assert all(link["href"].startswith("data:text/vcard;base64,") for link in links)


def test_suggestions_and_results_have_absolute_addresses(client: FlaskClient) -> None:
    """The host page is elsewhere."""
    found = client.get(f"{V1}/suggest?site=default&q=pu&lang=en", headers=OWN).json["suggestions"]
    assert found[0]["url"].startswith("http://localhost/en/guides/")
    result = client.get(f"{V1}/search?site=default&q=puerto&lang=fr", headers=OWN).json
    group = result["groups"][0]
    assert group["url"].startswith("http://localhost/fr/guides/")
    assert group["lang"] == "es"
    assert ["puerto", True] in group["passages"][0]["pieces"]
    assert result["more_url"] == "http://localhost/fr/search?q=puerto"
    for path in ("suggest", "search"):
        empty = client.get(f"{V1}/{path}?site=default&q=%20", headers=OWN)
        assert empty.status_code == 200
        assert not empty.json.get("groups") and not empty.json.get("suggestions")


def test_opinions_and_calls_are_the_portals(client: FlaskClient) -> None:
    """The same forms, checks and thanks; a wrong contact is told in the form's own words."""
    body = {"site": "default", "lang": "es", "fields": {"answer": "answer-1", "useful": "1"}}
    reply = client.post(f"{V1}/feedback", json=body, headers=OWN)
    assert reply.status_code in {200, 201}
    assert "Gracias" in text_of(reply.json["nodes"])
    form = client.get(f"{V1}/handoff?site=default&lang=de&why=no_answer", headers=OWN)
    names = {e[1].get("name") for e in flat(form.json["nodes"]) if e[0] in {"input", "textarea"}}
    assert {"contact", "message"} <= names
    good = {"site": "default", "lang": "es", "fields": {"contact": "ana@ejemplo.com", "message": "Hola"}}
    sent = client.post(f"{V1}/handoff", json=good, headers=OWN)
    assert sent.status_code in {200, 201}
    assert "Hemos recibido" in text_of(sent.json["nodes"])
    bad = client.post(f"{V1}/handoff", json=good | {"fields": {"contact": "x"}}, headers=OWN)
    assert bad.status_code in {200, 422}


@pytest.mark.parametrize(
    ("path", "body", "kind", "status"),
    [
        ("ask", b'{"site":"default","question":"x"}', "text/plain", 415),
        ("ask", b"site=default&question=x", "application/x-www-form-urlencoded", 415),
        ("ask", b"", "", 415),
        ("ask", b"{", "application/json", 400),
        ("ask", b"[]", "application/json", 422),
        ("ask", b'{"question":"x"}', "application/json", 404),
        ("ask", b'{"site":"other","question":"x"}', "application/json", 404),
        ("ask", b'{"site":["default"],"question":"x"}', "application/json", 404),
        ("ask", b'{"site":"default"}', "application/json", 422),
        ("ask", b'{"site":"default","question":" "}', "application/json", 422),
        ("ask", b'{"site":"default","question":"x","extra":1}', "application/json", 422),
        ("ask", b'{"site":"default","question":"x","page":{"url":1}}', "application/json", 422),
        ("ask", b'{"site":"default","question":"%s"}' % (b"x" * 5_000), "application/json", 413),
        ("feedback", b'{"site":"default","fields":{"useful":"7"}}', "application/json", 422),
        ("feedback", b'{"site":"default","fields":{"a":{"b":1}}}', "application/json", 422),
        ("feedback", b'{"site":"default","fields":[]}', "application/json", 422),
        ("feedback", b"useful=1", "text/plain", 415),
        ("handoff", b'{"site":"default","fields":{"contact":"%s"}}' % (b"x" * 9_000), "application/json", 422),
        ("tools/ports", b'{"site":"default"}', "application/json", 415),
        ("tools/ports", b"site=default", "application/x-www-form-urlencoded", 415),
        ("nothing", b"{}", "application/json", 404),
    ],
)
def test_what_our_script_never_sends_is_refused(
    client: FlaskClient, path: str, body: bytes, kind: str, status: int
) -> None:
    """Types that need no preflight, other sites, unknown fields, wrong shapes: a problem document, nothing kept."""
    reply = client.post(f"{V1}/{path}", data=body, content_type=kind, headers=OWN)
    assert reply.status_code == status
    assert reply.mimetype == "application/problem+json"
    assert reply.json["title"]
    assert reply.json["detail"]


def test_unknown_tools_sites_and_methods(client: FlaskClient) -> None:
    """404 and 405 as problem documents."""
    form = {"data": {"site": "default"}, "content_type": "multipart/form-data", "headers": OWN}
    assert client.post(f"{V1}/tools/nothing", **form).status_code == 404
    assert client.get(f"{V1}/config", headers=OWN).status_code == 404
    assert client.get(f"{V1}/config?site=x", headers=OWN).json["code"] == "widget_site"
    assert client.get(f"{V1}/ask", headers=OWN).mimetype == "application/problem+json"


def test_preflight_allows_what_the_widget_sends_and_no_more(client: FlaskClient) -> None:
    """Two methods, two headers, no credentials."""
    reply = client.options(f"{V1}/ask", headers=OWN | {"Access-Control-Request-Method": "DELETE"})
    assert reply.status_code == 204
    assert reply.headers["Access-Control-Allow-Methods"] == "GET, POST"
    assert reply.headers["Access-Control-Allow-Headers"] == "authorization, content-type"
    assert int(reply.headers["Access-Control-Max-Age"]) <= 7200
    assert "Access-Control-Allow-Credentials" not in reply.headers


def test_large_bodies_are_for_tools_only() -> None:
    """The gateway takes files in for the widget's tools as it does for the portal's."""
    assert body_limit("/widget/v1/tools/address-csv", "multipart/form-data; boundary=x") == MAX_TOOL_BYTES
    for path in ("/widget/v1/feedback", "/widget/v1/handoff", "/widget/v1/config"):
        assert body_limit(path, "application/json") == MAX_JSON_BYTES


def test_nothing_personal_is_logged(client: FlaskClient, log_lines: io.StringIO) -> None:
    """Neither the question, the page, the origin nor a token."""
    headers = OWN | {"Authorization": "Bearer abc.def.ghi"}
    body = {"site": "default", "question": "secreto", "page": {"url": "https://shop.example/p", "title": "Privado"}}
    client.post(f"{V1}/ask", json=body, headers=headers)
    client.get(f"{V1}/suggest?site=default&q=secreto", headers=headers)
    logged = log_lines.getvalue()
    for word in ("secreto", "shop.example", "Privado", "abc.def", "localhost"):
        assert word not in logged
    assert all(json.loads(line) for line in logged.splitlines())


def test_tools_can_be_kept_out_of_the_widget(tmp_path: Path) -> None:
    """Answers then come without cards, and tools are not there."""

    class Plain(FakeService):
        def site(self) -> Site:
            return SITE.model_copy(update={"widget": Widget(tools=False)})

    client = create_app(Settings(state=tmp_path), Plain()).test_client()
    assert client.get(f"{V1}/config?site=default", headers=OWN).json["tools"] is False
    assert not [e for e in flat(ask(client, "puerto ports").json["nodes"]) if "data-tool" in e[1]]
    form = {"data": {"site": "default"}, "content_type": "multipart/form-data", "headers": OWN}
    assert client.post(f"{V1}/tools/ports", **form).status_code == 404
