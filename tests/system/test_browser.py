"""The promised journeys, in a real browser on a real server."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.conftest import Server

pytestmark = [pytest.mark.browser, pytest.mark.model]

ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
PAGES = ["/es/", "/es/search?q=puerto", "/es/guides/caracteres-permitidos", "/es/chat", "/de/"]
FIELD = "textarea[name=q], input[name=q]"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium, headless."""
    with sync_playwright() as play:
        chromium = play.chromium.launch(executable_path="/usr/bin/chromium", args=ARGUMENTS)
        yield chromium
        chromium.close()


@pytest.fixture(params=[1280, 360], ids=["wide", "phone"])
def page(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A fresh visitor; any console error or policy violation fails the test."""
    context = browser.new_context(viewport={"width": request.param, "height": 800}, locale="es-ES")
    tab = context.new_page()
    errors: list[str] = []
    tab.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    tab.on("pageerror", lambda error: errors.append(str(error)))
    yield tab
    context.close()
    assert not errors


def ask(page: Page, server: Server, question: str) -> None:
    """Opens the chat and sends a question."""
    page.goto(f"{server.url}/es/chat")
    box = page.locator(FIELD).first
    box.fill(question)
    box.press("Enter")


def test_port_question_shows_card_answer_and_opens_the_passage(page: Page, server: Server) -> None:
    """993 is shown with the ports card, and the source opens the guide at the passage."""
    ask(page, server, "¿Qué puerto uso para recibir por IMAP?")
    card = page.locator("[data-tool=ports]")
    expect(card).to_contain_text("993")
    expect(page.locator("main")).to_contain_text("Para recibir mensajes por IMAP, use el puerto 993")
    link = page.locator("a[href*='/guides/protocolos-y-puertos#'][href*=':~:text=']").first
    href = link.get_attribute("href") or ""
    page.goto(server.url + href)
    expect(page.locator("h1")).to_contain_text("Protocolos y puertos")
    anchor = href.split("#")[1].split(":~:")[0]
    expect(page.locator(f"[id='{anchor}']")).to_be_in_viewport()


def test_address_question_shows_offending_characters_and_a_repair(page: Page, server: Server) -> None:
    """The second dot is marked in the strip, in words too, and a valid address is proposed."""
    ask(page, server, "¿es válida ana..lopez@ejemplo.com?")
    card = page.locator("[data-tool=mail-address]")
    expect(card).to_have_attribute("data-status", "bad")
    expect(card).to_contain_text("ana.lopez@ejemplo.com")
    expect(card).to_contain_text("dos puntos")


def test_iphone_question_offers_the_profile(page: Page, server: Server) -> None:
    """The set-up card offers the profile, and it downloads under its own name."""
    ask(page, server, "configurar mi iPhone")
    card = page.locator("[data-tool=client-setup]")
    link = card.locator("a[download$='.mobileconfig']").first
    expect(link).to_be_visible()
    with page.expect_download() as started:
        link.click()
    assert started.value.suggested_filename == "correo.mobileconfig"


def test_foreign_question_is_declined_kindly_with_a_way_on(page: Page, server: Server) -> None:
    """No source is shown, but guides and a person are."""
    ask(page, server, "¿cuál es la capital de Francia?")
    main = page.locator("main")
    expect(main).to_contain_text("No lo sé")
    expect(page.get_by_text(re.compile("Hablar con una persona")).first).to_be_visible()
    expect(page.locator("main a[href*='/guides/']").first).to_be_visible()


def test_typed_text_is_never_markup(page: Page, server: Server) -> None:
    """A question made of HTML is shown as text and runs nothing."""
    ask(page, server, "<img src=x onerror=alert(1)><script>alert(2)</script> puerto imap")
    expect(page.locator("main")).to_contain_text("<img src=x onerror=alert(1)>")
    assert page.locator("main img[src='x']").count() == 0


@pytest.mark.parametrize("path", PAGES)
def test_pages_never_scroll_sideways(page: Page, server: Server, path: str) -> None:
    """No page is wider than the window, on a phone either."""
    page.goto(server.url + path)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
