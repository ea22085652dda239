"""Files that visitors give to tools: taken in memory, capped, given back, and found nowhere afterwards."""

from __future__ import annotations

import base64
import io
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote_to_bytes

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import html
from web_fake import UPLOAD, FakeService
from werkzeug.test import TestResponse

from soluciones.kb.types import LANGUAGES
from soluciones.settings import Settings
from soluciones.webapp import logs
from soluciones.webapp.app import create_app
from soluciones.webapp.forms import buttons, kept, slots_from, with_uploads
from soluciones.webapp.limits import MAX_ASK_BYTES, MAX_JSON_BYTES, MAX_TOOL_BYTES, MAX_UPLOAD_BYTES, body_limit
from soluciones.webapp.uploads import upload_slots

CARD = b"BEGIN:VCARD\r\nFN:Ana Secreta\r\nEND:VCARD\r\n"
SECRET = "Ana Secreta"
API = "/api/v1/tools/upload-tool"
PAGE = "/es/tools/upload-tool"


def post(client: FlaskClient, path: str, content: bytes | None, **fields: Any) -> TestResponse:
    """Posts a multipart form with a file of that content."""
    data: dict[str, Any] = dict(fields)
    if content is not None:
        data["vcard"] = (io.BytesIO(content), fields.pop("filename", "contactos.vcf"))
        data.pop("filename", None)
    return client.post(path, data=data, content_type="multipart/form-data")


def offered(response: TestResponse) -> dict[str, bytes]:
    """The files that a page offers inside itself, by name."""
    tree = html.fromstring(response.get_data(as_text=True))
    links = tree.xpath("//a[@download][starts-with(@href, 'data:')]")
    return {link.get("download"): base64.b64decode(link.get("href").partition(";base64,")[2]) for link in links}


def test_an_uploaded_file_reaches_the_tool_as_its_bytes(client: FlaskClient) -> None:
    """Whatever is in the file arrives unchanged, and comes back in the files of the result."""
    content = bytes(range(256)) * 8
    for path in (PAGE, API):
        response = post(client, path, content, region="CH")
        assert response.status_code == 200
    page = post(client, PAGE, content, region="CH")
    assert offered(page) == dict.fromkeys(("contactos.vcf", "copia ñ.vcf", "copia-2.vcf"), content)


def test_pasted_text_serves_as_well_as_a_file(client: FlaskClient) -> None:
    """One slot, two ways: without a file the pasted text counts, with one the file."""
    pasted = client.post(PAGE, data={"vcard": "FN:Pegada", "region": "CH"}, content_type="multipart/form-data")
    assert offered(pasted)["contactos.vcf"] == b"FN:Pegada"
    plain = client.post(PAGE, data={"vcard": "FN:Pegada", "region": "CH"})
    assert offered(plain)["contactos.vcf"] == b"FN:Pegada"
    both = {"vcard": ["FN:Pegada", (io.BytesIO(CARD), "a.vcf")], "region": "CH"}
    assert offered(client.post(PAGE, data=both, content_type="multipart/form-data"))["contactos.vcf"] == CARD
    empty = {"vcard": ["FN:Pegada", (io.BytesIO(b""), "")], "region": "CH"}
    assert offered(client.post(PAGE, data=empty, content_type="multipart/form-data"))["contactos.vcf"] == b"FN:Pegada"


def test_the_api_takes_text_base64_and_forms(client: FlaskClient) -> None:
    """The three ways of giving a file by the API run the tool alike."""
    encoded = base64.b64encode(CARD).decode()
    answers = [
        client.post(API, json={"slots": {"vcard": CARD.decode(), "region": "CH"}}),
        client.post(API, json={"slots": {"vcard": {"base64": encoded}, "region": "CH"}, "lang": "es"}),
        post(client, API, CARD, region="CH", lang="es"),
    ]
    assert [answer.get_json()["headline"] for answer in answers] == ["3 líneas"] * 3
    for answer in answers:
        for file in answer.get_json()["downloads"]:
            assert file["method"] == "GET"
            assert file["url"] == f"data:text/vcard;base64,{encoded}"


def test_the_forms_language_is_heard(client: FlaskClient) -> None:
    """A multipart form may name its language like a JSON body does."""
    response = client.post(
        API, data={"lang": "de", "other": (io.BytesIO(b"x"), "x")}, content_type="multipart/form-data"
    )
    assert response.headers["Content-Language"] == "de"
    assert response.get_json()["errors"][0]["field"] == "other"


def test_a_file_made_from_an_upload_can_be_fetched_by_posting_it_again(client: FlaskClient) -> None:
    """The slots and a file's name give that one file, with an RFC 6266 header; an unknown name is 404."""
    for name, header in (
        ("contactos.vcf", "filename=contactos.vcf"),
        ("copia ñ.vcf", "filename*=UTF-8''copia%20%C3%B1.vcf"),
    ):
        response = post(client, f"{API}/files/{name}", CARD, region="CH")
        assert (response.status_code, response.data) == (200, CARD)
        assert header in response.headers["Content-Disposition"]
        assert response.headers["Content-Disposition"].startswith("attachment;")
        assert response.headers["Cache-Control"] == "no-store"
        assert "sandbox" in response.headers["Content-Security-Policy"]
    again = client.post(f"{API}/files/contactos.vcf", json={"slots": {"vcard": "FN:x", "region": "CH"}})
    assert again.data == b"FN:x"
    assert post(client, f"{API}/files/otro.vcf", CARD, region="CH").get_json()["code"] == "file_not_found"
    assert post(client, "/api/v1/tools/nada/files/x.vcf", CARD).get_json()["code"] == "tool_not_found"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_file_that_is_too_large_is_refused_in_the_visitors_language(client: FlaskClient, lang: str) -> None:
    """One byte more than a file may have: 413 with the limit, however it is sent."""
    over = b"x" * (MAX_UPLOAD_BYTES + 1)
    headers = {"Accept-Language": lang}
    form = {"vcard": (io.BytesIO(over), "a.vcf")}
    for response in (
        client.post(API, data=form, content_type="multipart/form-data", headers=headers),
        client.post(API, json={"slots": {"vcard": over.decode()}}, headers=headers),
        client.post(API, json={"slots": {"vcard": {"base64": base64.b64encode(over).decode()}}}, headers=headers),
        client.post(API, data=b"x" * (MAX_TOOL_BYTES + 1), content_type="application/json", headers=headers),
    ):
        body = response.get_json()
        assert (response.status_code, body["code"]) == (413, "file_too_large")
        assert "5 M" in body["detail"]
        assert response.headers["Content-Language"] == lang
    page = post(client, f"/{lang}/tools/upload-tool", over)
    assert page.status_code == 413
    assert "5 M" in page.get_data(as_text=True)
    pasted = client.post(PAGE, data={"vcard": over.decode()}, content_type="multipart/form-data")
    assert pasted.status_code == 413


def test_a_file_of_just_the_limit_is_taken(client: FlaskClient) -> None:
    """5 MB exactly pass by every way."""
    full = b"x" * MAX_UPLOAD_BYTES
    assert post(client, API, full, region="CH").status_code == 200
    assert post(client, PAGE, full, region="CH").status_code == 200
    encoded = {"base64": base64.b64encode(full).decode()}
    assert client.post(API, json={"slots": {"vcard": encoded, "region": "CH"}}).status_code == 200
    assert client.post(API, json={"slots": {"vcard": full.decode(), "region": "CH"}}).status_code == 200


def test_files_too_large_for_a_page_are_named_there_and_posted_for_by_the_api(client: FlaskClient) -> None:
    """Three files of 3 MB exceed the 8 MB of a page: the third is told, and has a route of its own."""
    content = b"x" * (3 * 1024 * 1024)
    page = post(client, PAGE, content, region="CH")
    assert set(offered(page)) == {"contactos.vcf", "copia ñ.vcf"}
    assert "copia-2.vcf" in html.fromstring(page.get_data(as_text=True)).xpath("string(//div[@class='files'])")
    files = post(client, API, content, region="CH").get_json()["downloads"]
    assert [file["method"] for file in files] == ["GET", "GET", "POST"]
    fetched = post(client, files[2]["url"], content, region="CH")
    assert (fetched.status_code, len(fetched.data)) == (200, len(content))


def test_the_limits_are_wider_only_where_files_go() -> None:
    """Only bodies that can hold a file or a pasted block, on routes that take one, may be larger than 64 KB."""
    wide = ("/api/v1/tools/spf", "/es/tools/spf", "/de/tools/spf/", "/api/v1/tools/spf/files/a.txt")
    for path in wide:
        assert body_limit(path, "multipart/form-data; boundary=x") == MAX_TOOL_BYTES
        assert body_limit(path, "application/json; charset=utf-8") == MAX_TOOL_BYTES
        assert body_limit(path, "application/x-www-form-urlencoded") == MAX_JSON_BYTES
    for path in ("/api/v1/ask", "/widget/v1/ask", "/es/chat"):
        assert body_limit(path, "application/json") == body_limit(path, "multipart/form-data") == MAX_ASK_BYTES
        assert body_limit(path, "application/x-www-form-urlencoded") == MAX_JSON_BYTES
    narrow = (
        "/api/v1/tools",
        "/es/feedback",
        "/api/v1/tools/a/b/c",
        "/x/api/v1/tools/spf",
        "",
    )
    for path in narrow:
        assert body_limit(path, "multipart/form-data") == MAX_JSON_BYTES


def test_other_routes_stay_small(client: FlaskClient) -> None:
    """A large body is refused everywhere else, and where it is no form with files."""
    large = b"x" * (MAX_JSON_BYTES + 1)
    assert client.post("/api/v1/ask", data=large, content_type="application/json").get_json()["code"] == "too_large"
    assert client.post("/es/chat", data={"q": large}, content_type="multipart/form-data").status_code == 413
    assert client.post(PAGE, data={"vcard": large}).status_code == 413


@pytest.mark.parametrize(
    "body",
    [
        b'{"slots": {"vcard": [' + b"[]," * 200_000 + b"[]]}}",
        b'{"slots": {"vcard": [' + b'"",' * 200_000 + b'""]}}',
        b'{"slots": {' + b'"a":1,' * 100_000 + b'"b":1}}',
        b'{"slots": "' + b'\\"' * 500_000,
        b"{" + b" " * 100_000 + b"}",
    ],
    ids=["lists", "texts", "keys", "open", "blanks"],
)
def test_a_large_body_must_be_large_texts(client: FlaskClient, body: bytes) -> None:
    """Megabytes of tiny values, which would cost thirty times their size, are refused before they are read."""
    response = client.post(API, data=body, content_type="application/json")
    assert response.get_json()["code"] in {"too_large", "malformed_json"}
    assert response.status_code < 500


def test_the_api_says_which_slots_take_files(client: FlaskClient) -> None:
    """The list annotates them, and the OpenAPI document describes all three ways of sending."""
    listed = {tool["id"]: tool for tool in client.get("/api/v1/tools").get_json()["tools"]}
    vcard = listed["upload-tool"]["schema"]["properties"]["vcard"]
    assert (vcard["x-upload"], vcard["x-mime"]) == ([".vcf"], ["text/vcard"])
    paths = client.get("/openapi/openapi.json").get_json()["paths"]
    for path in ("/api/v1/tools/{tool_id}", "/api/v1/tools/{tool_id}/files/{name}"):
        operation = paths[path]["post"]
        assert set(operation["requestBody"]["content"]) == {"application/json", "multipart/form-data"}
        assert "base64" in operation["requestBody"]["description"]
        assert "413" in operation["responses"]


def test_the_form_offers_a_file_and_a_place_to_paste(client: FlaskClient) -> None:
    """The field proposes the right files, is a multipart form, and both inputs have labels and the hint."""
    tree = html.fromstring(client.get(PAGE).get_data(as_text=True))
    (form,) = tree.xpath("//form[@enctype='multipart/form-data']")
    (file,) = form.xpath(".//input[@type='file']")
    (text,) = form.xpath(".//textarea")
    assert file.get("name") == text.get("name") == "vcard"
    assert file.get("accept") == ".vcf,text/vcard"
    assert file.get("data-max-bytes") == str(MAX_UPLOAD_BYTES)
    assert not form.xpath(".//*[@name='vcard'][@required]")
    labels = set(form.xpath(".//label/@for"))
    assert {file.get("id"), text.get("id")} <= labels
    assert form.get("action").endswith("/es/tools/upload-tool#result")
    assert tree.xpath("//*[@id='result'][@tabindex='-1']")


def test_what_was_uploaded_is_asked_for_again_when_more_is_needed(client: FlaskClient) -> None:
    """A form that asks for the next value also has the file field: hidden fields hold no file. Pasted text stays."""
    page = html.fromstring(post(client, PAGE, CARD).get_data(as_text=True))
    assert page.xpath("//input[@type='file'][@name='vcard']")
    assert page.xpath("//input[@type='radio'][@name='region']")
    assert SECRET not in html.tostring(page).decode()
    pasted = client.post(PAGE, data={"vcard": CARD.decode()}, content_type="multipart/form-data")
    tree = html.fromstring(pasted.get_data(as_text=True))
    assert SECRET in tree.xpath("string(//textarea[@name='vcard'])")
    assert not tree.xpath("//input[@name='_kept']")


def test_uploads_travel_in_no_hidden_field_and_no_link(client: FlaskClient) -> None:
    """Neither the file nor its text is in `_kept`, in a next step, or in the address of a file."""
    for response in (
        post(client, PAGE, CARD, region="CH"),
        client.post(PAGE, data={"vcard": CARD.decode(), "region": "CH"}, content_type="multipart/form-data"),
    ):
        tree = html.fromstring(response.get_data(as_text=True))
        kept_values = tree.xpath("//input[@type='hidden']/@value")
        assert kept_values == ['{"region": "CH"}']
        assert not [url for url in tree.xpath("//a/@href") if "/files/" in url]
        assert tree.xpath("//section[@data-private]")
    found = client.post(API, json={"slots": {"vcard": {"base64": base64.b64encode(CARD).decode()}, "region": "CH"}})
    body = found.get_json()
    assert body["next"] == [{"label": "Otra vez", "tool": "upload-tool", "slots": {"region": "CH"}}]
    assert SECRET not in json.dumps(body["form"])


def test_a_hidden_field_cannot_smuggle_a_file(client: FlaskClient) -> None:
    """`_kept` gives no file slot, whoever wrote it."""
    schema: dict[str, Any] = UPLOAD
    slots = slots_from(schema, {"_kept": ['{"vcard": "x", "region": "CH"}']}, json.loads)
    assert slots == {"region": "CH"}


def test_nothing_of_an_upload_is_kept(app: Flask, client: FlaskClient, log_lines: io.StringIO, tmp_path: Path) -> None:
    """After uploads by every way neither the logs nor any file of the state folder know the content or its name."""
    post(client, PAGE, CARD, region="CH", filename="Ana Secreta.vcf")
    post(client, API, CARD, region="CH", filename="Ana Secreta.vcf")
    post(client, f"{API}/files/contactos.vcf", CARD, region="CH")
    client.post(API, json={"slots": {"vcard": CARD.decode()}})
    post(client, PAGE, CARD * 200_000)
    assert SECRET not in log_lines.getvalue()
    for path in tmp_path.rglob("*"):
        if path.is_file():
            assert SECRET.encode() not in path.read_bytes(), path


def test_large_files_stay_off_the_disk(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """No temporary file is opened for an upload of any size."""

    def refuse(*_args: Any, **_more: Any) -> Any:
        raise AssertionError("a temporary file was opened")

    for name in ("TemporaryFile", "SpooledTemporaryFile", "NamedTemporaryFile", "mkstemp"):
        monkeypatch.setattr(f"tempfile.{name}", refuse)
        monkeypatch.setattr(f"werkzeug.formparser.{name}", refuse, raising=False)
    assert post(client, API, b"x" * (MAX_UPLOAD_BYTES - 1), region="CH").status_code == 200


@pytest.mark.parametrize(
    "name",
    ["../../etc/passwd", "..\\..\\x.vcf", "/abs/x.vcf", "a\x00b.vcf", "ñ.vcf", "", "x" * 5_000, '"><script>.vcf'],
)
def test_the_name_of_a_file_does_not_matter(client: FlaskClient, name: str) -> None:
    """Names with paths, NUL, markup or none at all do no harm and come back nowhere."""
    response = client.post(
        PAGE, data={"vcard": (io.BytesIO(CARD), name, "text/vcard"), "region": "CH"}, content_type="multipart/form-data"
    )
    assert response.status_code == 200
    text = response.get_data(as_text=True)
    assert "passwd" not in text
    assert "<script>." not in text


def test_file_names_in_addresses_open_nothing(client: FlaskClient) -> None:
    """The name in the address only picks among the tool's own files."""
    for name in ("..%2F..%2Fetc%2Fpasswd", "%2e%2e", "contactos.vcf%00.txt", "x" * 200, "%F0%9F"):
        response = post(client, f"{API}/files/{name}", CARD, region="CH")
        assert response.status_code in {404, 422}
    assert post(client, f"{API}/files/../upload-tool", CARD).status_code in {404, 405}


def test_wrong_kinds_of_value_are_the_tools_to_judge(client: FlaskClient) -> None:
    """NUL bytes, pictures, unknown types and empty files reach the tool or are absent; nothing fails."""
    for content in (b"\x00\x00", b"\x89PNG\r\n\x1a\n" + bytes(100), b"", b"\xff\xfe"):
        assert post(client, PAGE, content, region="CH").status_code == 200
    for value in ({"base64": 5}, {"x": 1}, [], 5, None, True):
        assert client.post(API, json={"slots": {"region": "CH", "email": value}}).status_code == 200


def test_one_question_with_few_answers_is_a_row_of_buttons(client: FlaskClient) -> None:
    """When a tool asks for one choice only, each answer is a button that submits it, and the rest travels hidden."""
    asked = {
        "type": "object",
        "properties": {"who": {"type": "string", "oneOf": [{"const": "me", "title": "Para mí"}]}},
    }
    assert buttons(asked, "who", ("Sí", "No")) == (("me", "Para mí"),)
    switch = {"type": "object", "properties": {"quota": {"type": "boolean"}}}
    assert buttons(switch, "quota", ("Sí", "No")) == (("1", "Sí"), ("0", "No"))
    assert slots_from(switch, {"quota": ["0"]}, json.loads) == {"quota": False}
    many = {"properties": {"who": {"enum": list("abcdefg")}}}
    assert buttons(many, "who", ("", "")) == ()
    assert buttons({"properties": {"who": {"enum": ["a"]}, "b": {}}}, "who", ("", "")) == ()
    assert buttons({"properties": {"who": {"type": "string"}}}, "who", ("", "")) == ()
    assert buttons({"properties": {"who": {"type": "array", "items": {"enum": ["a"]}}}}, "who", ("", "")) == ()
    page = html.fromstring(client.post(PAGE, data={"region": "CH"}).get_data(as_text=True))
    assert page.xpath("//input[@name='_kept']/@value") == ['{"region": "CH"}'] or page.xpath(
        "//input[@value='CH'][@checked]"
    )


def test_forms_carry_over_what_they_may() -> None:
    """File slots come back as fields, all else that is not asked for as the hidden field."""
    whole: dict[str, Any] = UPLOAD
    asked = {"type": "object", "properties": {"region": whole["properties"]["region"]}}
    slots = {"vcard": b"x", "other": 1}
    assert upload_slots(whole) == ("vcard",)
    assert list(with_uploads(asked, whole, slots)["properties"]) == ["region", "vcard"]
    assert with_uploads(asked, whole, {"other": 1}) is asked
    assert kept(asked, whole, slots) == '{"other": 1}'
    assert kept(asked, whole, {"vcard": "text"}) == ""


@pytest.fixture(scope="module")
def fuzzed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    """One application for all examples."""
    logs.configure(io.StringIO())
    yield create_app(Settings(state=tmp_path_factory.mktemp("state")), FakeService()).test_client()


@given(body=st.binary(max_size=600), boundary=st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=20))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_multipart_body_is_answered_or_explained(fuzzed: FlaskClient, body: bytes, boundary: str) -> None:
    """Damaged forms never make a tool route fail."""
    kind = f"multipart/form-data; boundary={boundary}"
    for path in (API, PAGE, f"{API}/files/x"):
        for whole in (body, b"--" + boundary.encode() + b"\r\n" + body):
            assert fuzzed.post(path, data=whole, content_type=kind).status_code < 500


@given(content=st.binary(max_size=2_000), region=st.sampled_from(["CH", "ES", "x\x00"]))
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_content_comes_back_as_it_was(fuzzed: FlaskClient, content: bytes, region: str) -> None:
    """The file of a result holds the very bytes that were uploaded."""
    response = post(fuzzed, API, content, region=region)
    assert response.status_code == 200
    for file in response.get_json()["downloads"]:
        head, _, data = file["url"].partition(",")
        assert re.fullmatch(r"data:text/vcard;base64", head)
        assert base64.b64decode(unquote_to_bytes(data)) == content
