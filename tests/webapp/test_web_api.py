"""The API's contracts: shapes, languages, redirects, conversations, files."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from web_fake import PROFILE, FakeService

from soluciones.answer.service import ConversationState
from soluciones.webapp import schemas_out as out
from soluciones.webapp.downloads import TTL_SECONDS, Ticket, Tokens


def test_ask_answers_in_the_shape_of_the_contract(client: FlaskClient) -> None:
    """An answer with every kind of tool fits the published model."""
    response = client.post("/api/v1/ask", json={"question": "ports mail-address client-setup other-tool", "lang": "fr"})
    answer = out.AnswerOut.model_validate(response.get_json())
    assert answer.lang == "fr"
    assert [tool.id for tool in answer.tools] == ["mail-address", "ports", "client-setup", "other-tool"]
    assert answer.citations[answer.answer[0].citation].url.startswith("/fr/guides/protocolos-y-puertos#puertos:~:text=")
    assert response.headers["Cache-Control"] == "no-store"


def test_ask_hands_on_what_it_was_given(client: FlaskClient, service: FakeService) -> None:
    """Language, page and products reach the answer layer; a page's query string, which may be personal, does not."""
    page = {"url": "https://x.example/es/guides/crear-direccion?email=ana@ejemplo.com#y", "title": "Título"}
    client.post("/api/v1/ask", json={"question": "q", "lang": "de-CH", "page": page, "products": ["a"]})
    asked = service.asked[-1]
    assert (asked.lang, asked.page, asked.page_title) == ("de", "/es/guides/crear-direccion", "Título")
    assert asked.products == ("a",)


def test_unknown_language_falls_back(client: FlaskClient, service: FakeService) -> None:
    """A language that is not spoken here is no error: the question's own language decides."""
    assert client.post("/api/v1/ask", json={"question": "q", "lang": "tlh"}).status_code == 200
    assert service.asked[-1].lang == ""
    assert client.get("/api/v1/search?q=x&lang=tlh", headers={"Accept-Language": "it"}).get_json()["lang"] == "it"


def test_a_conversation_goes_on_only_under_its_own_id(client: FlaskClient, service: FakeService) -> None:
    """The id of an answer brings its state back; unknown, foreign and malformed ids start anew."""
    first = client.post("/api/v1/ask", json={"question": "uno"}).get_json()["conversation"]
    assert re.fullmatch(r"[0-9a-f]{32}", first)
    again = client.post("/api/v1/ask", json={"question": "dos", "conversation": first}).get_json()
    assert again["conversation"] == first
    assert service.asked[-1].state.turns == 1
    for foreign in ("0" * 32, "'; DROP TABLE conversation", "x" * 64, ""):
        fresh = client.post("/api/v1/ask", json={"question": "tres", "conversation": foreign}).get_json()
        assert fresh["conversation"] not in (first, foreign)
        assert service.asked[-1].state == ConversationState()


def test_search_fits_its_model_and_explains_on_request(client: FlaskClient) -> None:
    """Hits come with deep links; parts and signals only when asked for, and the parts sum to the score."""
    found = client.get("/api/v1/search?q=puerto&lang=en").get_json()
    hits = out.SearchOut.model_validate(found).hits
    assert (
        hits[0].url
        == "/en/guides/protocolos-y-puertos#puertos:~:text=recomendados-,Use%20el%20puerto%20993%20%28IMAPs%29."
    )
    assert "parts" not in found["hits"][0]
    explained = out.SearchOut.model_validate(client.get("/api/v1/search?q=puerto&explain=1").get_json())
    assert explained.signals
    assert all(hit.parts and abs(sum(hit.parts.values()) - hit.score) < 1e-9 for hit in explained.hits)
    assert len(client.get("/api/v1/search?q=puerto&limit=1").get_json()["hits"]) == 1


def test_suggest_completes_and_stays_silent_on_blanks(client: FlaskClient) -> None:
    """Suggestions fit their model; a blank beginning has none."""
    found = out.SuggestOut.model_validate(client.get("/api/v1/suggest?q=pue").get_json())
    assert found.suggestions[0].url == "/es/guides/protocolos-y-puertos"
    assert client.get("/api/v1/suggest?q=%20").get_json() == {"suggestions": []}


def test_guides_are_listed_and_read(client: FlaskClient) -> None:
    """The list and a whole guide fit their models."""
    listed = out.GuidesOut.model_validate(client.get("/api/v1/guides?lang=en").get_json()).guides
    assert [guide.url for guide in listed] == ["/en/guides/protocolos-y-puertos", "/en/guides/crear-direccion"]
    guide = out.GuideOut.model_validate(client.get("/api/v1/guides/protocolos-y-puertos").get_json())
    assert [section.anchor for section in guide.sections] == ["", "puertos", "php", "pasos"]
    assert guide.updated == "2026-11-23"


def test_an_alias_redirects_to_the_guides_own_address(client: FlaskClient) -> None:
    """Old ids answer with a permanent redirect, in the API and on the pages."""
    assert client.get("/api/v1/guides/puertos-de-correo").status_code == 308
    followed = client.get("/api/v1/guides/puertos-de-correo?lang=en", follow_redirects=True).get_json()
    assert followed["id"] == "protocolos-y-puertos"
    page = client.get("/en/guides/puertos-de-correo")
    assert (page.status_code, page.location) == (301, "/en/guides/protocolos-y-puertos")


def test_tools_are_listed_and_run(client: FlaskClient) -> None:
    """Tools show their schema; a run fits its model."""
    assert len(out.ToolsOut.model_validate(client.get("/api/v1/tools").get_json()).tools) == 5
    ran = client.post("/api/v1/tools/mail-address", json={"slots": {"email": "ñ@ejemplo.com"}, "lang": "es"})
    tool = out.ToolOut.model_validate(ran.get_json())
    assert tool.status == "bad"
    assert tool.findings[0].fix == out.PlaceOut(guide="crear-direccion", anchor="crear")


def test_a_file_is_made_again_from_its_link(client: FlaskClient) -> None:
    """The link is free of personal data and gives the bytes with the right name and type, never kept, never sniffed."""
    ran = client.post("/api/v1/tools/client-setup", json={"slots": {"email": "ana@ejemplo.com"}}).get_json()
    link = ran["downloads"][0]
    assert "ana" not in link["url"]
    response = client.get(link["url"])
    assert response.data == PROFILE.content
    assert response.mimetype == PROFILE.mime
    assert response.headers["Content-Disposition"] == f"attachment; filename={PROFILE.name}"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Cache-Control"] == "no-store"
    assert "sandbox" in response.headers["Content-Security-Policy"]


def test_a_link_opens_nothing_but_its_own_file(client: FlaskClient, app: Flask) -> None:
    """Another tool, another name, a changed token: 404; an old token: 410."""
    ran = client.post("/api/v1/tools/client-setup", json={"slots": {}}).get_json()
    url = ran["downloads"][0]["url"]
    token = url.split("/")[-2]
    for wrong in (
        url.replace("client-setup", "ports"),
        url.replace(PROFILE.name, "other.txt"),
        url.replace(token, token[:-2]),
        url.replace(token, token[:20] + ("A" if token[20] != "A" else "B") + token[21:]),
        url.replace(token, "é" * 10),
        url.replace(token, "A" * 7_000),
    ):
        assert client.get(wrong).get_json()["code"] == "file_not_found", wrong
    settings = app.extensions["soluciones"].settings
    old = Tokens(settings.state, now=lambda: 1_000.0).make(Ticket("client-setup", {}, "es", PROFILE.name))
    response = client.get(url.replace(token, old))
    assert (response.status_code, response.get_json()["code"]) == (410, "file_expired")
    assert TTL_SECONDS == 24 * 3600


def test_too_many_slots_for_a_link_leave_the_file_out(client: FlaskClient) -> None:
    """A file whose link would not fit into a URL is not offered."""
    noise = "".join(chr(33 + (i * 7919) % 90) for i in range(20_000))
    ran = client.post("/api/v1/tools/client-setup", json={"slots": {"email": noise}})
    assert ran.status_code == 200
    assert all(len(item["url"]) < 7_000 for item in ran.get_json()["downloads"])


def test_request_ids_are_kept_or_made(client: FlaskClient) -> None:
    """A well-formed id comes back; anything else is replaced."""
    assert client.get("/livez", headers={"X-Request-ID": "abc-12345"}).headers["X-Request-ID"] == "abc-12345"
    for bad in ("x", "a" * 65, "a b c d e f", "<script>x</script>"):
        assert client.get("/livez", headers={"X-Request-ID": bad}).headers["X-Request-ID"] != bad


def test_logs_are_json_and_say_nothing_personal(client: FlaskClient, log_lines: Any) -> None:
    """Each request is one JSON line with route, status and id, without question, address or query string."""
    client.post("/api/v1/ask", json={"question": "soy ana@ejemplo.com"}, headers={"X-Request-ID": "id-1234567"})
    client.get("/es/search?q=ana%40ejemplo.com")
    lines = [json.loads(line) for line in log_lines.getvalue().splitlines()]
    assert [line["route"] for line in lines] == ["/api/v1/ask", "/<any(es,en,fr,de,it):lang>/search"]
    assert lines[0]["request_id"] == "id-1234567"
    assert lines[0]["status"] == 200
    assert "ana" not in log_lines.getvalue()


@pytest.fixture
def document(client: FlaskClient) -> dict[str, Any]:
    """The OpenAPI document."""
    found: dict[str, Any] = client.get("/openapi/openapi.json").get_json()
    return found


def test_the_openapi_document_lists_every_route(app: Flask, document: dict[str, Any]) -> None:
    """Every route of the API is in the OpenAPI 3.1 document with its methods, and nothing else."""
    assert document["openapi"].startswith("3.1")
    rules = {
        (re.sub(r"<(\w+)>", r"{\1}", rule.rule), method.lower())
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/api/v1/")
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert rules == {(path, method) for path, item in document["paths"].items() for method in item}


def test_the_openapi_document_has_no_dangling_reference(document: dict[str, Any]) -> None:
    """Every $ref leads to a component, and errors are described as problems."""
    text = json.dumps(document)
    for name in set(re.findall(r'"#/components/schemas/([^"]+)"', text)):
        assert name in document["components"]["schemas"]
    for path, item in document["paths"].items():
        for operation in item.values():
            assert operation["summary"], path
            for status, answer in operation["responses"].items():
                if status >= "400":
                    assert "application/problem+json" in answer["content"], (path, status)
