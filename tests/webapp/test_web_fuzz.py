"""Whatever is sent, the server answers or says what is wrong: never a 5xx."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from web_fake import FakeService

from soluciones.settings import Settings
from soluciones.webapp import logs
from soluciones.webapp.app import create_app

LONE = st.text(st.characters(codec=None, exclude_categories=()), max_size=80)
VALUE = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | LONE,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
FUZZ = settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
BODY_KEYS = st.sampled_from(
    ["question", "lang", "conversation", "page", "products", "slots", "answer", "useful", "note", "contact", "message"]
)


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    """One application for all examples."""
    logs.configure(io.StringIO())
    return create_app(Settings(state=tmp_path_factory.mktemp("state")), FakeService()).test_client()


def ok(response: Any) -> None:
    """The response is no 5xx, explains itself when it is an error, and is text."""
    assert response.status_code < 500, response.get_data(as_text=True)
    if response.status_code >= 400:
        assert response.get_json()["detail"]
    response.get_data(as_text=True).encode("utf-8")


PATHS = st.sampled_from(
    [
        "ask",
        "tools/ports",
        "tools/mail-address",
        "tools/upload-tool",
        "tools/upload-tool/files/x",
        "feedback",
        "handoff",
    ]
)


@given(path=PATHS,
       body=st.dictionaries(BODY_KEYS, VALUE, max_size=6))  # fmt: skip
@FUZZ
def test_any_json_object_is_answered_or_explained(client: FlaskClient, path: str, body: dict[str, Any]) -> None:
    """No JSON object makes an endpoint fail."""
    ok(client.post(f"/api/v1/{path}", data=json.dumps(body), content_type="application/json"))


@given(
    slots=st.dictionaries(st.sampled_from(["vcard", "region", "x"]), VALUE | st.dictionaries(st.just("base64"), VALUE))
)
@FUZZ
def test_any_slots_of_an_upload_are_answered_or_explained(client: FlaskClient, slots: dict[str, Any]) -> None:
    """No value in place of a file makes a tool or one of its files fail."""
    for path in ("upload-tool", "upload-tool/files/contactos.vcf"):
        response = client.post(
            f"/api/v1/tools/{path}", data=json.dumps({"slots": slots}), content_type="application/json"
        )
        assert response.status_code < 500


@given(form=st.dictionaries(st.sampled_from(["_kept", "_lists", "vcard", "region", "email"]), st.text(max_size=80)))
@FUZZ
def test_any_form_is_answered_or_explained(client: FlaskClient, form: dict[str, str]) -> None:
    """No posted form makes a tool's page fail, hidden fields included."""
    sent = {key: value.encode("utf-8", "replace") for key, value in form.items()}
    for tool in ("upload-tool", "client-setup"):
        assert client.post(f"/es/tools/{tool}", data=sent).status_code < 500
        assert client.post(f"/es/tools/{tool}", data=sent, content_type="multipart/form-data").status_code < 500


@given(body=st.binary(max_size=300))
@FUZZ
def test_any_bytes_are_answered_or_explained(client: FlaskClient, body: bytes) -> None:
    """No bytes make ask fail."""
    ok(client.post("/api/v1/ask", data=body, content_type="application/json"))


@given(question=LONE)
@FUZZ
def test_any_question_is_answered_or_explained(client: FlaskClient, question: str) -> None:
    """Any text, lone surrogates and controls included, is answered or refused with 4xx."""
    ok(client.post("/api/v1/ask", data=json.dumps({"question": question}), content_type="application/json"))


@given(query=st.dictionaries(
    st.sampled_from(["q", "lang", "product", "type", "limit", "explain"]), st.text(max_size=60), max_size=6
))  # fmt: skip
@FUZZ
def test_any_search_is_answered_or_explained(client: FlaskClient, query: dict[str, str]) -> None:
    """No query string makes search or suggest fail."""
    query = {key: value.encode("utf-8", "replace").decode() for key, value in query.items()}
    ok(client.get("/api/v1/search", query_string=query))
    ok(client.get("/api/v1/suggest", query_string=query))


@given(raw=st.binary(max_size=60))
@FUZZ
def test_any_raw_query_string_is_answered_or_explained(client: FlaskClient, raw: bytes) -> None:
    """Bytes that are no UTF-8 in the address do no harm, on pages either."""
    query = "q=" + "".join(f"%{byte:02X}" for byte in raw)
    ok(client.get(f"/api/v1/search?{query}"))
    assert client.get(f"/es/search?{query}").status_code < 500
    assert client.get(f"/es/chat?{query}").status_code < 500


@given(tag=st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=80))
@FUZZ
def test_any_language_header_is_borne(client: FlaskClient, tag: str) -> None:
    """Accept-Language and X-Request-ID may hold anything."""
    headers = {"Accept-Language": tag, "X-Request-ID": tag, "Origin": tag, "Sec-Fetch-Site": tag}
    assert client.get("/", headers=headers).status_code == 302
    assert client.post("/es/feedback", data={}, headers=headers).status_code in {403, 422}
