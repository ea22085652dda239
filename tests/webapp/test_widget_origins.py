"""Which pages may use the widget: the table, for CORS and for framing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from web_fake import SITE, FakeService

from soluciones.kb.origins import BadOrigin, matches, parse_rule, parse_sent
from soluciones.kb.site import Site, Widget
from soluciones.settings import Settings
from soluciones.webapp.app import create_app

TABLE = json.loads((Path(__file__).parent / "cases" / "origins.json").read_text("utf-8"))
ROWS = TABLE["rows"]
CONFIG = "/widget/v1/config?site=default"


class ListedService(FakeService):
    """A help centre whose widget some sites may use."""

    def site(self) -> Site:
        return SITE.model_copy(update={"widget": Widget(origins=tuple(TABLE["allowed_list"]))})


@pytest.fixture(scope="module")
def listed(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """The application with an allow-list."""
    return create_app(Settings(state=tmp_path_factory.mktemp("state")), ListedService())


@pytest.mark.parametrize(("why", "origin", "allowed"), ROWS, ids=[row[0] for row in ROWS])
def test_origin_is_judged_as_the_table_says(listed: Flask, why: str, origin: str, allowed: bool) -> None:
    """GET, POST and preflight agree: an allowed origin is echoed, any other is answered 403 and may read nothing."""
    client = listed.test_client()
    headers = {"Origin": origin.encode("utf-8").decode("latin-1")}  # header bytes as WSGI gives them
    body = {"site": "default", "question": "puerto"}
    for reply in (
        client.get(CONFIG, headers=headers),
        client.post("/widget/v1/ask", json=body, headers=headers),
        client.options("/widget/v1/ask", headers=headers),
    ):
        assert (reply.status_code < 300) is allowed, why
        assert reply.headers.get("Access-Control-Allow-Origin") == (origin if allowed else None)
        assert "Origin" in reply.headers["Vary"]
        assert "Access-Control-Allow-Credentials" not in reply.headers
        assert "Set-Cookie" not in reply.headers
        assert reply.headers["Cross-Origin-Resource-Policy"] == ("cross-origin" if allowed else "same-origin")
        if not allowed:
            assert reply.status_code == 403
            assert reply.json["code"] == "widget_origin"


@pytest.mark.parametrize("entry", TABLE["refused_entries"])
def test_what_is_no_origin_cannot_be_listed(entry: str) -> None:
    """Wildcards that cover too much, addresses with more than an origin, and other nonsense stop the build."""
    with pytest.raises(ValidationError):
        Widget(origins=(entry,))


@pytest.mark.parametrize(("written", "kept"), TABLE["written_entries"].items())
def test_entries_are_kept_as_browsers_spell_them(written: str, kept: str) -> None:
    """People may write capitals, default ports and letters of their own."""
    assert Widget(origins=(written,)).origins == (kept,)


def test_nobody_is_listed_by_default(client: FlaskClient) -> None:
    """Without settings only our own pages are let in."""
    assert client.get(CONFIG, headers={"Origin": "https://shop.example"}).status_code == 403
    assert client.get(CONFIG, headers={"Origin": "http://localhost"}).status_code == 200


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 403),
        ({"Sec-Fetch-Site": "same-origin"}, 200),
        ({"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "cors"}, 200),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Sec-Fetch-Site": "none", "Sec-Fetch-Mode": "navigate"}, 403),
        ({"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "no-cors"}, 403),
        ({"Origin": "https://shop.example", "Sec-Fetch-Mode": "navigate"}, 403),
        ({"Origin": "https://shop.example", "Sec-Fetch-Mode": "cors", "Sec-Fetch-Site": "cross-site"}, 200),
    ],
)
def test_a_missing_origin_is_taken_from_our_own_pages_only(listed: Flask, headers: dict[str, str], status: int) -> None:
    """Browsers leave it out of same-origin GETs; scripts, images and address bars of others are refused."""
    assert listed.test_client().get(CONFIG, headers=headers).status_code == status


def test_a_post_without_origin_is_refused(listed: Flask) -> None:
    """Every browser sends it with a POST."""
    reply = listed.test_client().post(
        "/widget/v1/ask", json={"site": "default", "question": "x"}, headers={"Sec-Fetch-Site": "same-origin"}
    )
    assert reply.status_code == 403


def test_the_frame_names_the_same_list(listed: Flask, client: FlaskClient) -> None:
    """``frame-ancestors`` holds our own pages and every entry, in CSP's own spelling; X-Frame-Options is gone."""
    reply = listed.test_client().get("/es/widget/frame?site=default")
    policy = reply.headers["Content-Security-Policy"]
    assert (
        "frame-ancestors 'self' https://shop.example https://*.example.com http://localhost:3000 "
        "https://xn--tienda-and-z9a5i.example https://admin.example:8443;" in policy
    )
    assert "X-Frame-Options" not in reply.headers
    alone = client.get("/es/widget/frame?site=default")
    assert "frame-ancestors 'self';" in alone.headers["Content-Security-Policy"]


def test_other_pages_stay_unframed(listed: Flask) -> None:
    """The allow-list opens the frame and nothing else."""
    for path in ("/es/chat", "/es/", "/es/embed", "/es/demo"):
        reply = listed.test_client().get(path)
        assert "frame-ancestors 'none'" in reply.headers["Content-Security-Policy"]
        assert reply.headers["X-Frame-Options"] == "DENY"


@pytest.mark.parametrize("lang", ["es", "en", "fr", "de", "it"])
def test_a_refusal_tells_the_owner_what_to_add(listed: Flask, lang: str) -> None:
    """In the visitor's language, with the origin to be added."""
    reply = listed.test_client().get(f"{CONFIG}&lang={lang}", headers={"Origin": "https://other.example"})
    assert "https://other.example" in reply.json["detail"]
    assert "site.yml" in reply.json["detail"]
    assert reply.headers["Content-Language"] == lang


def test_a_refusal_repeats_nothing_strange(listed: Flask) -> None:
    """What is no origin is not quoted back."""
    reply = listed.test_client().get(CONFIG, headers={"Origin": 'https://x"<script>é'.encode().decode("latin-1")})
    assert "script" not in reply.get_data(as_text=True)


def test_own_address_counts_as_own(tmp_path: Path) -> None:
    """Behind a proxy the public address in ``site.yml`` is ours too, and its look-alikes are not."""

    class Public(FakeService):
        def site(self) -> Site:
            return SITE.model_copy(update={"base_url": "https://help.example"})

    client = create_app(Settings(state=tmp_path), Public()).test_client()
    assert client.get(CONFIG, headers={"Origin": "https://help.example"}).status_code == 200
    for other in ("http://help.example", "https://help.example.net", "https://help.example:8443"):
        assert client.get(CONFIG, headers={"Origin": other}).status_code == 403


@given(st.text(max_size=80))
def test_any_text_is_an_origin_or_is_refused(text: str) -> None:
    """Parsing never raises anything else, and what it accepts is spelt one way only."""
    try:
        rule = parse_rule(text)
    except BadOrigin:
        assert parse_sent(text) is None
        return
    assert parse_rule(str(rule)) == rule
    sent = parse_sent(str(rule))
    assert (sent is None) == rule.wildcard


@given(st.from_regex(r"\A[a-z0-9.-]{1,30}\Z"), st.from_regex(r"\A[a-z]{1,8}(\.[a-z]{1,8}){1,2}\Z"))
def test_a_wildcard_covers_whole_labels_below_it(front: str, name: str) -> None:
    """Whatever stands in front, only ``<labels>.<name>`` is covered."""
    rule = parse_rule(f"https://*.{name}")
    sent = parse_sent(f"https://{front}{name}")
    if sent is not None and matches(rule, sent):
        assert sent.host.endswith(f".{name}")
