"""The call for a person and the opinion in a real browser: as pages, and as fragments within the chat."""

from __future__ import annotations

import io
import re
import threading
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright
from web_fake import FakeService
from werkzeug.serving import make_server

from soluciones.settings import Settings
from soluciones.webapp import logs
from soluciones.webapp.app import create_app

pytestmark = pytest.mark.browser
REFERENCE = re.compile(r"[0-9A-Z]{4}-[0-9A-Z]{4}")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server with the fake service."""
    logs.configure(io.StringIO())
    app = create_app(Settings(state=tmp_path_factory.mktemp("state")), FakeService())
    server = make_server("127.0.0.1", 0, app, threaded=True)
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


def tab(browser: Browser, script: bool) -> Page:
    """A fresh visitor on a telephone."""
    return browser.new_context(java_script_enabled=script, viewport={"width": 360, "height": 800}).new_page()


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
def test_a_wrong_contact_is_told_at_its_field_and_then_sent(browser: Browser, base: str, script: bool) -> None:
    """The page works with and without JavaScript: error, everything kept, thanks with a number, reload is harmless."""
    page = tab(browser, script)
    page.goto(f"{base}/es/handoff")
    page.fill("#contact", "nadie")
    page.fill("#message", "No recibo\ncorreo")
    page.click("form.handoff button")
    expect(page.locator("#contact-error")).to_be_visible()
    expect(page.locator("#message")).to_have_value("No recibo\ncorreo")
    expect(page.locator("#website")).not_to_be_in_viewport(ratio=0.9)
    page.fill("#contact", "ana@ejemplo.com")
    page.click("form.handoff button")
    expect(page.locator(".reference")).to_contain_text(REFERENCE)
    first = page.locator(".reference").text_content()
    page.reload()  # sends the form again
    expect(page.locator(".reference")).to_have_text(first or "")
    page.context.close()


def test_in_the_chat_the_form_comes_and_thanks_in_place(browser: Browser, base: str) -> None:
    """A wrong contact brings the form back with the error at the field; the right one brings the number."""
    page = tab(browser, True)
    page.goto(f"{base}/es/chat?q=puerto")
    page.locator("a[data-handoff]:visible").last.click()
    form = page.locator("[data-handoff-form]")
    expect(form.locator("[name=send_along]")).to_be_checked()
    form.locator("[name=contact]").fill("nadie")
    form.locator("button[type=submit]").click()
    expect(form.locator("#contact-error")).to_be_visible()
    expect(form.locator("[name=contact]")).to_have_value("nadie")
    form.locator("[name=contact]").fill("ana@ejemplo.com")
    form.locator("button[type=submit]").click()
    expect(page.locator("[data-thanks]").last).to_contain_text(REFERENCE)
    expect(form).to_have_count(0)
    page.context.close()


def test_in_the_chat_a_thumb_down_asks_why(browser: Browser, base: str) -> None:
    """The thumbs give way to the reasons, and these to the thanks; the page never grows wider than the screen."""
    page = tab(browser, True)
    page.goto(f"{base}/es/chat?q=puerto")
    page.locator("[data-feedback] button[value='0']").first.click()
    opinion = page.locator("form.opinion")
    opinion.locator("input[value=outdated]").check()
    opinion.locator("textarea").fill("Ya no es así")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    opinion.locator("button[type=submit]").click()
    expect(opinion.locator("[data-thanks]")).to_be_visible()
    expect(opinion.locator("input[value=outdated]")).to_be_checked()
    expect(page.locator("form.opinion")).to_have_count(1)
    page.context.close()
