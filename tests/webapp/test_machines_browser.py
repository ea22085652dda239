"""JSON-LD and hostile heads under our policy, judged by Chromium."""

from __future__ import annotations

import io
import json
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from machines_bench import HOSTILE, Bench, hostile
from playwright.sync_api import Browser, Page, sync_playwright
from werkzeug.serving import make_server

from soluciones.settings import Settings
from soluciones.webapp import logs
from soluciones.webapp.app import create_app

pytestmark = pytest.mark.browser

ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
WATCH = """
window.seen = [];
document.addEventListener("securitypolicyviolation", (event) => window.seen.push(event.violatedDirective));
window.alert = (text) => window.seen.push(`alert ${text}`);
"""


def serve(folder: Path, service: Bench) -> Iterator[str]:
    """A server with that service; its address."""
    logs.configure(io.StringIO())
    server = make_server("127.0.0.1", 0, create_app(Settings(state=folder), service), threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A usual site."""
    yield from serve(tmp_path_factory.mktemp("plain"), Bench())


@pytest.fixture(scope="module")
def evil(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A site whose every word is hostile."""
    yield from serve(tmp_path_factory.mktemp("evil"), hostile())


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium, headless."""
    with sync_playwright() as play:
        chromium = play.chromium.launch(executable_path="/usr/bin/chromium", args=ARGUMENTS)
        yield chromium
        chromium.close()


@pytest.fixture
def tab(browser: Browser) -> Iterator[Page]:
    """A tab that notes violations of the policy, dialogs and errors; any of them fails the test."""
    made = browser.new_page()
    errors: list[str] = []
    made.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    made.on("pageerror", lambda error: errors.append(str(error)))
    made.on("dialog", lambda dialog: errors.append(dialog.message))
    made.add_init_script(WATCH)
    yield made
    made.close()
    assert not errors


def block(tab: Page) -> dict[str, object]:
    """The page's JSON-LD as the browser's parser sees it."""
    assert tab.evaluate("window.seen") == []
    found: dict[str, object] = json.loads(tab.locator("script[type='application/ld+json']").text_content() or "")
    return found


@pytest.mark.parametrize("path", ["/es/", "/de/guides/crear-direccion", "/fr/tools", "/it/topics/configuracion"])
def test_structured_data_breaks_no_policy(tab: Page, plain: str, path: str) -> None:
    """JSON-LD stands in the page under ``script-src 'self'`` and Trusted Types, and the browser reports nothing."""
    tab.goto(plain + path, wait_until="load")
    assert block(tab)["@context"] == "https://schema.org"


def test_hostile_words_run_nowhere(tab: Page, evil: str) -> None:
    """No title leaves its place: no dialog, no violation, one block of data, no image out of nowhere."""
    for path in ("/es/", "/es/topics/mal", *(f"/es/guides/mal-{number}" for number in range(len(HOSTILE)))):
        tab.goto(evil + path, wait_until="load")
        assert block(tab)["@graph"]
        assert tab.locator("script:not([src])").count() == 1
        assert tab.locator("img, head *:not(meta, link, title, script)").count() == 0


@pytest.mark.parametrize("path", ["/sitemap.xml", "/es/changes.xml", "/llms.txt", "/robots.txt"])
def test_files_are_inert_when_opened(browser: Browser, evil: str, path: str) -> None:
    """Opened as documents, the files show their text and run nothing."""
    tab = browser.new_page()
    dialogs: list[str] = []
    tab.on("dialog", lambda dialog: dialogs.append(dialog.message))
    response = tab.goto(evil + path, wait_until="load")
    assert response is not None
    assert response.status == 200
    assert "parsererror" not in tab.content()
    assert tab.locator("evil").count() == 0
    assert not dialogs
    tab.close()
