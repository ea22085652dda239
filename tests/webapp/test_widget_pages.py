"""The loader, the frame, the demo and the page for site owners."""

from __future__ import annotations

import gzip
import json
import re
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from lxml import html
from playwright.sync_api import sync_playwright
from web_fake import SITE, FakeService
from web_rules import assert_headers, assert_page
from werkzeug.serving import make_server

from soluciones.i18n import Catalogue
from soluciones.kb.site import Site, Widget
from soluciones.kb.types import LANGUAGES
from soluciones.settings import Settings
from soluciones.webapp.app import create_app
from soluciones.webapp.widget.options import MODES, csp_lines, reference, snippet

ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]


def test_the_loader_is_small_fresh_and_for_everybody(client: FlaskClient) -> None:
    """Both marks are replaced, any page may run it, and it is asked for again after minutes."""
    reply = client.get("/widget.js")
    text = reply.get_data(as_text=True)
    assert reply.mimetype == "text/javascript"
    assert "__VERSION__" not in text
    assert "__TEXTS__" not in text
    assert all(f'"{lang}":[' in text for lang in LANGUAGES)
    packed = client.get("/widget.js", headers={"Accept-Encoding": "gzip"})
    assert gzip.decompress(packed.get_data()) == reply.get_data()
    assert len(packed.get_data()) <= 3 * 1024
    assert "Accept-Encoding" in packed.headers["Vary"]
    assert reply.headers["Access-Control-Allow-Origin"] == "*"
    assert reply.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert "max-age=300" in reply.headers["Cache-Control"]
    again = client.get("/widget.js", headers={"If-None-Match": reply.headers["ETag"]})
    assert again.status_code == 304
    version = re.search(r"/static/([0-9a-f]+)/widget", text)
    assert version is not None
    assert client.get(f"/static/{version[1]}/widget.css").headers["Access-Control-Allow-Origin"] == "*"


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("path", ["demo", "embed"])
def test_pages_for_owners_keep_the_house_rules(client: FlaskClient, path: str, lang: str) -> None:
    """Language, labels, ids, nothing inline, strict headers, in every language."""
    reply = client.get(f"/{lang}/{path}")
    assert reply.status_code == 200
    tree = assert_page(reply.get_data(as_text=True), lang)
    assert_headers(dict(reply.headers))
    assert len(tree.findall(".//h1")) == 1


def test_the_demo_leads_to_every_mode(client: FlaskClient) -> None:
    """Each with what to paste."""
    text = client.get("/es/demo").get_data(as_text=True)
    tree = html.fromstring(text)
    links = tree.xpath("//a/@href")
    assert {f"/demo/host/{mode}?lang=es" for mode in MODES} <= set(links)
    copies = tree.xpath("//@data-copy")
    for mode in MODES:
        assert snippet("http://localhost", "default", mode, "es", "Centro de ayuda") in copies
    assert client.get("/demo").status_code == 302


@pytest.mark.parametrize("mode", [*MODES, "searchbox"])
def test_a_host_page_allows_nothing_but_us(client: FlaskClient, mode: str) -> None:
    """No inline anything, no images, no fonts, no Trusted Types policy; the widget's options travel as attributes."""
    reply = client.get(f"/demo/host/{mode}?lang=de&theme=dark&evil=1&greeting=%22%3E%3Cscript%3E")
    policy = reply.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "trusted-types 'none'" in policy
    assert "unsafe" not in policy
    assert "img-src" not in policy
    assert ("frame-src 'self'" in policy) is (mode == "frame")
    tree = html.fromstring(reply.get_data(as_text=True))
    assert not tree.xpath("//@style | //style | //script[not(@src)]")
    scripts = tree.xpath("//script[@src='/widget.js']")
    assert len(scripts) == (0 if mode == "frame" else 1)
    if scripts:
        assert scripts[0].get("data-mode") == ("search" if mode == "searchbox" else mode)
        assert scripts[0].get("data-theme") == "dark"
        assert scripts[0].get("data-lang") == "de"
        assert scripts[0].get("data-greeting") == '"><script>'
        assert scripts[0].get("data-evil") is None
    else:
        assert tree.xpath("//iframe/@title")


def test_a_host_page_without_widget_or_hostility(client: FlaskClient) -> None:
    """For comparing: the same page bare, and with decent styles."""
    text = client.get("/demo/host/bubble?widget=off&css=plain").get_data(as_text=True)
    assert "widget.js" not in text
    assert "demo-host.css" not in text
    assert client.get("/demo/host/other").status_code == 404


def test_every_option_is_told_in_every_language(client: FlaskClient) -> None:
    """What the file describes stands on the page, and its words exist in all catalogues."""
    known, texts = reference(), Catalogue()
    page = client.get("/en/embed").get_data(as_text=True)
    named = [f"data-{option.name}" for option in known.options] + [f"soluciones:{event.name}" for event in known.events]
    for word in (*named, *(item.name for item in (*known.variables, *known.parts)), *(m.call for m in known.methods)):
        assert word in page, word
    for lang in LANGUAGES:
        words = texts.domain(lang, "widget")
        for group, items in {"option": known.options, "method": known.methods, "event": known.events}.items():
            assert all(f"widget.owner.{group}.{item.name}" in words for item in items)


def test_catalogues_have_the_same_keys_and_places() -> None:
    """Nothing is missing in any language, and placeholders agree."""
    from soluciones.i18n import _domain

    folder = Path(__file__).parents[2] / "soluciones" / "locale"
    spanish = _domain(folder, "es", "widget")
    for lang in LANGUAGES:
        other = _domain(folder, lang, "widget")
        assert other.keys() == spanish.keys(), sorted(other.keys() ^ spanish.keys())
        for key, text in spanish.items():
            assert set(re.findall(r"\{\w+\}", text)) == set(re.findall(r"\{\w+\}", other[key])), key


def test_the_policy_lines_are_two() -> None:
    """Scripts and connections of our origin; the frame needs one of its own."""
    origin = "https://help.example"
    assert csp_lines(origin) == (f"script-src {origin}", f"connect-src {origin}")
    assert csp_lines(origin, "frame") == (f"frame-src {origin}",)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_frame_is_the_chat_without_its_head(client: FlaskClient, lang: str) -> None:
    """The chat's own markup and scripts; links open outside; the list of parents stands in the page."""
    reply = client.get(f"/{lang}/widget/frame?site=default")
    tree = assert_page(reply.get_data(as_text=True), lang)
    assert tree.xpath("//*[@data-chat]")
    assert tree.xpath("//base/@target") == ["_blank"]
    assert not tree.xpath("//base/@href")
    assert json.loads(tree.xpath("//meta[@name='soluciones-parents']/@content")[0]) == ["http://localhost"]
    assert client.get(f"/{lang}/widget/frame?site=other").status_code == 404


@pytest.fixture(scope="module")
def parents(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str, str]]:
    """Our server, a listed page's origin, and an unlisted one: ``127.0.0.1`` and ``localhost`` are two origins."""

    def page(environ: dict[str, str], start: object) -> list[bytes]:
        frame = environ["QUERY_STRING"]
        body = (
            "<!doctype html><title>x</title><script>window.got = [];"
            "addEventListener('message', (event) => got.push([event.origin, event.data]))</script>"
            f"<iframe src='{frame}'></iframe>"
        )
        start("200 OK", [("Content-Type", "text/html")])  # type: ignore[operator]
        return [body.encode()]

    host = make_server("127.0.0.1", 0, page, threaded=True)  # type: ignore[arg-type]
    listed, unlisted = f"http://127.0.0.1:{host.server_port}", f"http://localhost:{host.server_port}"

    class Listed(FakeService):
        def site(self) -> Site:
            return SITE.model_copy(update={"widget": Widget(origins=(listed,))})

    settings = Settings(state=tmp_path_factory.mktemp("state"))
    ours = make_server("127.0.0.1", 0, create_app(settings, Listed()), threaded=True)
    for server in (host, ours):
        threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{ours.server_port}", listed, unlisted
    host.shutdown()
    ours.shutdown()


@pytest.mark.browser
@pytest.mark.breaks_policy  # the unlisted page is meant to be refused
def test_the_frame_speaks_to_listed_pages_only(parents: tuple[str, str, str]) -> None:
    """Chromium shows it to a listed page, which hears "ready" and a height and may only ask for the focus."""
    ours, listed, unlisted = parents
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path="/usr/bin/chromium", args=ARGUMENTS)
        page = browser.new_page()
        page.goto(f"{listed}/?{ours}/es/widget/frame?site=default")
        for kind in ("ready", "size"):
            page.wait_for_function(f"got.some(([, data]) => data.type === '{kind}')")
        got = page.evaluate("got")
        assert {origin for origin, _ in got} == {ours}
        assert all(data["soluciones"] == 1 and data["type"] in {"ready", "size", "close"} for _, data in got)
        inside = page.frames[1]
        assert inside.evaluate("document.activeElement.tagName") == "BODY"
        for message in (
            "'focus'",
            "{type: 'focus'}",
            "{soluciones: 1, type: 'ask', text: 'x'}",
            "null",
            "{soluciones: 2, type: 'focus'}",
        ):
            page.evaluate(f"frames[0].postMessage({message}, '*')")
        assert inside.evaluate("document.activeElement.tagName") == "BODY"
        page.evaluate("frames[0].postMessage({soluciones: 1, type: 'focus'}, '*')")
        inside.wait_for_function("document.activeElement.tagName === 'TEXTAREA'")
        page.frame_locator("iframe").locator("textarea[name=q]").press("Escape")
        page.wait_for_function("got.some(([, data]) => data.type === 'close')")
        page.goto(f"{unlisted}/?{ours}/es/widget/frame?site=default")
        page.wait_for_timeout(500)
        assert page.evaluate("got") == []
        assert not [frame for frame in page.frames[1:] if frame.url.startswith(ours)]
        browser.close()
