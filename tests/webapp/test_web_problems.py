"""Every error is an RFC 9457 problem, in the visitor's language, and never repeats what was sent."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from web_fake import FakeService
from werkzeug.test import TestResponse

from soluciones.kb.types import LANGUAGES
from soluciones.settings import Settings
from soluciones.webapp.app import create_app

CASES: list[dict[str, Any]] = json.loads((Path(__file__).parent / "cases" / "problems.json").read_text())


def send(client: FlaskClient, case: dict[str, Any], lang: str = "es") -> TestResponse:
    """Sends the request of a case."""
    more: dict[str, Any] = {}
    if "json" in case:
        more["json"] = case["json"]
    elif "body" in case:
        more = {"data": case["body"], "content_type": case.get("type", "application/json")}
    return client.open(case["path"], method=case["method"], headers={"Accept-Language": lang}, **more)


def assert_problem(response: TestResponse, status: int, code: str) -> dict[str, Any]:
    """The response is the problem of that code; returns its body."""
    assert response.status_code == status, response.get_data(as_text=True)
    assert response.mimetype == "application/problem+json"
    body: dict[str, Any] = response.get_json()
    assert body["status"] == status
    assert body["code"] == code
    assert body["type"].endswith(code)
    assert body["title"]
    assert body["detail"]
    assert body["request_id"] == response.headers["X-Request-ID"]
    return body


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["title"])
def test_each_wrong_request_is_told_what_is_wrong(client: FlaskClient, case: dict[str, Any]) -> None:
    """A wrong request gets the problem of its kind, with the fields that are wrong."""
    body = assert_problem(send(client, case), case["status"], case["code"])
    assert [item["field"] for item in body.get("errors", [])] == case.get("fields", [])
    assert all(item["message"] for item in body.get("errors", []))


def test_there_are_enough_wrong_requests() -> None:
    """At least thirty ways of being wrong are tried, each once."""
    assert len({case["title"] for case in CASES}) == len(CASES) >= 30


@pytest.mark.parametrize("lang", LANGUAGES)
def test_problems_speak_the_visitors_language(client: FlaskClient, lang: str) -> None:
    """Each language has its own title and detail for a problem."""
    details = {
        code: send(client, {"method": "GET", "path": "/api/v1/nothing"}, code).get_json()["detail"]
        for code in LANGUAGES
    }
    assert len(set(details.values())) == len(LANGUAGES)
    body = client.post("/api/v1/ask", json={"question": "", "lang": lang}).get_json()
    assert body["code"] == "empty_question"
    asked = client.get(f"/api/v1/search?q=&lang={lang}").get_json()
    assert asked["detail"] == body["detail"]


def test_a_question_may_have_4000_characters_and_not_one_more(client: FlaskClient) -> None:
    """4,000 characters are answered; 4,001 get 413 with the limit."""
    assert client.post("/api/v1/ask", json={"question": "a" * 4_000}).status_code == 200
    for response in (
        client.post("/api/v1/ask", json={"question": "a" * 4_001}),
        client.get("/api/v1/search", query_string={"q": "a" * 4_001}),
        client.get("/api/v1/suggest", query_string={"q": "a" * 4_001}),
    ):
        assert "4000" in assert_problem(response, 413, "question_too_long")["detail"]


def test_bodies_are_capped(client: FlaskClient) -> None:
    """More than 64 KB are refused before they are read as JSON."""
    response = client.post("/api/v1/ask", data=b"{" + b" " * 70_000, content_type="application/json")
    assert_problem(response, 413, "too_large")


@pytest.mark.parametrize("depth", [40, 5_000, 30_000])
def test_deep_nesting_is_refused(client: FlaskClient, depth: int) -> None:
    """JSON that would exhaust a recursive reader is a malformed body, not a crash."""
    body = '{"slots": {"port": ' + "[" * depth + "]" * depth + "}}"
    assert_problem(
        client.post("/api/v1/tools/ports", data=body, content_type="application/json"), 400, "malformed_json"
    )


def test_bytes_that_are_no_text_are_refused(client: FlaskClient) -> None:
    """A body that is not UTF-8 is malformed."""
    assert_problem(
        client.post("/api/v1/ask", data=b'{"question": "\xff\xfe"}', content_type="application/json"),
        400,
        "malformed_json",
    )


def test_lone_surrogates_are_answered(client: FlaskClient, service: FakeService) -> None:
    """A lone surrogate becomes U+FFFD; the question is answered."""
    response = client.post("/api/v1/ask", data=r'{"question": "puerto \ud800 IMAP"}', content_type="application/json")
    assert response.status_code == 200
    assert service.asked[-1].question == "puerto \ufffd IMAP"


def test_nul_and_emoji_reach_the_answer_layer(client: FlaskClient, service: FakeService) -> None:
    """NUL inside a question and a question of emoji are the answer layer's to judge."""
    for question in ("a\x00b", "🙂🙂"):
        assert client.post("/api/v1/ask", json={"question": question}).status_code == 200
        assert service.asked[-1].question == question


def test_problems_never_repeat_what_was_sent(client: FlaskClient) -> None:
    """Neither values nor addresses come back in a problem."""
    secret = "<script>alert(1)</script>ana@ejemplo.com"
    for response in (
        client.post("/api/v1/ask", json={"question": [secret]}),
        client.post("/api/v1/tools/ports", json={"slots": secret}),
        client.get(f"/api/v1/guides/{secret}"),
        client.get("/api/v1/search", query_string={"q": "x", "type": secret}),
    ):
        assert response.status_code in (404, 422)
        assert "alert" not in response.get_data(as_text=True)


def test_a_wrong_method_names_the_right_ones(client: FlaskClient) -> None:
    """405 carries Allow."""
    assert "POST" in client.get("/api/v1/ask").headers["Allow"]


def test_a_crash_is_a_problem_without_details(client: FlaskClient, app: Flask, log_lines: Any) -> None:
    """An unexpected exception gives a 500 problem; its message, which may quote a visitor, is not even logged."""

    def boom(*_args: object, **_more: object) -> None:
        raise RuntimeError("ana@ejemplo.com")

    app.extensions["soluciones"].service.ask = boom
    response = client.post("/api/v1/ask", json={"question": "x"})
    assert_problem(response, 500, "internal")
    assert "ana@" not in response.get_data(as_text=True) + log_lines.getvalue()
    assert '"kind": "RuntimeError"' in log_lines.getvalue()
    assert client.get("/es/chat?q=x").status_code == 500


def test_without_an_index_nothing_crashes(client: FlaskClient, service: FakeService) -> None:
    """Before the first build, readiness and questions say 503; pages are readable error pages."""
    service.generation = ""
    assert_problem(client.get("/readyz"), 503, "no_index")
    response = client.post("/api/v1/ask", json={"question": "x"})
    assert_problem(response, 503, "not_ready")
    assert response.headers["Retry-After"] == "5"
    assert client.get("/livez").status_code == 200
    page = client.get("/es/search?q=x")
    assert page.status_code == 503
    assert page.mimetype == "text/html"


def test_only_trusted_hosts_are_served(tmp_path: Path, service: FakeService) -> None:
    """With `trusted_hosts` set, another Host header gets a problem."""
    app = create_app(Settings(state=tmp_path, trusted_hosts=["ayuda.ejemplo.com"]), service)
    client = app.test_client()
    assert client.get("/livez", headers={"Host": "ayuda.ejemplo.com"}).status_code == 200
    for path in ("/livez", "/es/", "/api/v1/tools", "/favicon.ico"):
        assert_problem(client.get(path, headers={"Host": "evil.example"}), 400, "unknown_host")


def test_pages_answer_errors_as_pages(client: FlaskClient) -> None:
    """People get a page in the language of the address, with a way on."""
    for path, status, lang in (("/nada", 404, "es"), ("/de/nada", 404, "de"), ("/fr/guides/x", 404, "fr")):
        response = client.get(path)
        assert response.status_code == status
        assert f'<html lang="{lang}"' in response.get_data(as_text=True)
        assert 'role="search"' in response.get_data(as_text=True)
    assert client.get("/xx/guides/x").status_code == 404
    assert client.delete("/es/").status_code == 405
    assert client.get("/es/search", query_string={"q": "a" * 4_001}).status_code == 413
    assert client.post("/es/chat", data={"q": "x" * 70_000}).status_code == 413
    assert client.post("/es/chat", data={"q": " "}).status_code == 422
