"""Visitors who are in a hurry, paste too much, or write in other scripts: nothing breaks, nothing is sent twice."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from soluciones.answer.answerer import Answerer
from soluciones.settings import Settings
from tests.system.browser_guard import chromium, visitor
from tests.system.scan_site import serving

pytestmark = [pytest.mark.browser, pytest.mark.model]

BOX = "[data-composer] textarea"
REPLIES = "[data-log] [data-answer]"
TEXTS = {
    "long-word": "imap" + "x" * 900,
    "emoji": "👩‍👩‍👧‍👦 puerto IMAP 🇪🇸 ✉️‼️",
    "right-to-left": "ما هو منفذ IMAP؟ מהו היציאה",
    "overrides": "puerto \u202e PAMI \u202c \u2066x\u2069",
    "stacked": "puerto i\u0301\u0302\u0303\u0304\u0305\u0306\u0307map " + "Z\u0351\u036b\u0343" * 30,
    "address": "https://ejemplo.com/" + "a/" * 300,
}


@pytest.fixture(scope="module")
def base(real_settings: Settings, service: Answerer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the site."""
    folder: Path = tmp_path_factory.mktemp("state")
    with serving(real_settings.model_copy(update={"state": folder}), service) as url:
        yield url


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium, headless."""
    with chromium() as made:
        yield made


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A visitor with a small phone."""
    with visitor(browser, viewport={"width": 320, "height": 640}, reduced_motion="reduce") as (tab, _):
        yield tab


def fits(page: Page) -> bool:
    """The page is no wider than the window."""
    found: bool = page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    return found


@pytest.mark.parametrize("name", TEXTS)
def test_odd_texts_are_shown_whole_and_fit(page: Page, base: str, name: str) -> None:
    """The question is there as it was written, on a page that does not scroll sideways."""
    page.goto(f"{base}/es/chat")
    page.locator(BOX).fill(TEXTS[name])
    page.locator(BOX).press("Enter")
    expect(page.locator(REPLIES)).to_have_count(1)
    assert fits(page)
    page.goto(f"{base}/es/search?q={TEXTS[name]}")
    assert fits(page)


def test_fifty_kilobytes_are_refused_in_the_field_and_kept(page: Page, base: str) -> None:
    """A text that is too long is not sent, the visitor is told, and it stays where it was pasted."""
    page.goto(f"{base}/es/chat")
    sent: list[str] = []
    page.on("request", lambda one: sent.append(one.method) if one.method == "POST" else None)
    text = "puerto imap " * 4_300
    page.locator(BOX).fill(text)
    page.locator(BOX).press("Enter")
    expect(page.locator("[data-composer] [role=alert]")).to_be_visible()
    assert not sent
    assert page.locator(BOX).input_value() == text
    assert fits(page)


def test_two_clicks_are_one_question(page: Page, base: str) -> None:
    """Enter and the button at once ask once."""
    page.goto(f"{base}/es/chat")
    page.locator(BOX).fill("¿Qué puerto uso para IMAP?")
    page.evaluate(
        "() => { const form = document.querySelector('[data-composer]'); form.requestSubmit(); form.requestSubmit(); }"
    )
    expect(page.locator(REPLIES)).to_have_count(1)
    page.wait_for_timeout(300)
    expect(page.locator(REPLIES)).to_have_count(1)


def test_back_and_forward_keep_the_conversation(page: Page, base: str) -> None:
    """A source is read, and the way back finds the conversation as it was."""
    page.goto(f"{base}/es/chat")
    page.locator(BOX).fill("¿Qué puerto uso para IMAP?")
    page.locator(BOX).press("Enter")
    expect(page.locator(REPLIES)).to_have_count(1)
    page.goto(f"{base}/es/guides/protocolos-y-puertos")
    page.go_back()
    expect(page.locator(REPLIES)).to_have_count(1)
    page.locator(BOX).fill("¿y para enviar?")
    page.locator(BOX).press("Enter")
    expect(page.locator(REPLIES)).to_have_count(2)
    page.go_forward()
    page.go_back()
    expect(page.locator(REPLIES)).to_have_count(2)
