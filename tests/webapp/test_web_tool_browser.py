"""Uploads and cards in a real browser: with the script, without it, and what the browser keeps."""

from __future__ import annotations

import io
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright
from tool_bench import CASES, ToolService
from web_fake import FakeService
from werkzeug.serving import make_server

from soluciones.settings import Settings
from soluciones.webapp import logs
from soluciones.webapp.app import create_app

pytestmark = pytest.mark.browser

ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
CONTACTS = CASES / "contacts.vcf"


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server with the real tools."""
    yield from _serve(tmp_path_factory.mktemp("state"), ToolService(tmp_path_factory.mktemp("bench")))


@pytest.fixture(scope="module")
def fake(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server with the fake service, which has a chat."""
    yield from _serve(tmp_path_factory.mktemp("state"), FakeService())


def _serve(state: Path, service: object) -> Iterator[str]:
    logs.configure(io.StringIO())
    server = make_server("127.0.0.1", 0, create_app(Settings(state=state), service), threaded=True)  # type: ignore[arg-type]
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium, headless."""
    with sync_playwright() as play:
        chromium = play.chromium.launch(executable_path="/usr/bin/chromium", args=ARGUMENTS)
        yield chromium
        chromium.close()


@pytest.fixture(params=[True, False], ids=["script", "no-script"])
def context(browser: Browser, request: pytest.FixtureRequest) -> Iterator[BrowserContext]:
    """A fresh visitor, with JavaScript and without."""
    made = browser.new_context(java_script_enabled=request.param, viewport={"width": 1000, "height": 900})
    yield made
    made.close()


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """A tab; any error or policy violation fails the test."""
    tab = context.new_page()
    errors: list[str] = []
    tab.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    tab.on("pageerror", lambda error: errors.append(str(error)))
    yield tab
    assert not errors


def saved(page: Page, name: str) -> bytes:
    """Clicks a file of the result and returns what was saved."""
    with page.expect_download() as started:
        page.locator(f"a[download='{name}']").click()
    assert started.value.suggested_filename == name
    return Path(started.value.path()).read_bytes()


def test_a_contact_file_is_compared_and_the_merged_one_saved(page: Page, base: str) -> None:
    """Choosing a file, sending it and saving the result works with the script and without."""
    page.goto(f"{base}/es/tools/contacts-dedupe")
    page.locator("input[type=file]").set_input_files(CONTACTS)
    page.get_by_role("button", name="Ver el resultado").click()
    expect(page.locator("#result .counts")).to_be_visible()
    merged = saved(page, "contactos-fusionados.vcf")
    assert merged.count(b"BEGIN:VCARD") == 3
    assert b"luis@ejemplo.com" in merged


def test_the_chosen_file_stays_while_the_visitor_decides(browser: Browser, base: str) -> None:
    """The script sends the file again with the choice, without a new page, and moves the focus to the result."""
    page = browser.new_page()
    page.goto(f"{base}/es/tools/contacts-dedupe")
    page.locator("input[type=file]").set_input_files(CONTACTS)
    page.get_by_role("button", name="Ver el resultado").click()
    choices = page.locator("select[name=merge]")
    expect(choices).to_have_count(2)
    expect(page.locator("#result")).to_be_focused()
    choices.nth(0).select_option("")
    page.get_by_role("button", name="Unir según mi elección").click()
    expect(choices.nth(0)).to_have_value("")
    expect(page.locator("#result .counts")).to_contain_text("4")
    page.close()


def test_a_file_that_is_too_large_is_told_before_it_travels(browser: Browser, base: str) -> None:
    """The browser says so itself and sends nothing."""
    page = browser.new_page()
    page.goto(f"{base}/es/tools/address-csv")
    field = page.locator("input[type=file]")
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.method))
    field.set_input_files({"name": "a.csv", "mimeType": "text/csv", "buffer": b"x" * (5 * 1024 * 1024 + 1)})
    page.get_by_role("button", name="Ver el resultado").click()
    assert "5 MB" in str(field.evaluate("field => field.validationMessage"))
    assert "POST" not in sent
    page.close()


def test_large_files_of_a_result_are_saved_whole(browser: Browser, fake: str) -> None:
    """Four megabytes inside the page are saved byte by byte, where the browser itself would give up at two."""
    page = browser.new_page()
    content = bytes(range(256)) * (4 * 1024 * 4)
    page.goto(f"{fake}/es/tools/upload-tool")
    page.locator("input[type=file]").set_input_files({"name": "a", "mimeType": "text/vcard", "buffer": content})
    page.locator("input[type=radio][value=CH]").check()
    page.get_by_role("button", name="Ver el resultado").click()
    expect(page.locator("#result .files")).to_be_visible(timeout=20_000)
    assert saved(page, "contactos.vcf") == content
    page.close()


def test_the_chat_remembers_nothing_of_a_file(browser: Browser, fake: str) -> None:
    """A file given in the chat leaves its verdict in the browser's memory, and nothing else of it."""
    page = browser.new_page()
    page.goto(f"{fake}/es/chat")
    page.locator("textarea[name=q]").fill("upload-tool")
    page.keyboard.press("Enter")
    card = page.locator("[data-tool=upload-tool]")
    card.locator("input[type=file]").set_input_files(
        {"name": "Ana Secreta.vcf", "mimeType": "text/vcard", "buffer": b"FN:Ana Secreta\r\n"}
    )
    card.locator("input[type=radio][value=CH]").check()
    card.get_by_role("button", name="Ver el resultado").click()
    expect(card).to_contain_text("1 líneas")
    kept = str(page.evaluate("JSON.stringify(localStorage)"))
    assert "1 líneas" in kept
    assert "Secreta" not in kept
    assert "base64" not in kept
    page.reload()
    expect(page.locator("[data-tool=upload-tool]")).to_contain_text("1 líneas")
    page.close()
