"""The portal in a real browser on a real server: instant results, a tool inside a guide, passages, values to copy."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.conftest import Server

pytestmark = [pytest.mark.browser, pytest.mark.model]

ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
GUIDE = "/es/guides/protocolos-y-puertos"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium, headless."""
    with sync_playwright() as play:
        chromium = play.chromium.launch(executable_path="/usr/bin/chromium", args=ARGUMENTS)
        yield chromium
        chromium.close()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A fresh visitor."""
    made = browser.new_context(
        viewport={"width": 1280, "height": 800},
        locale="es-ES",
        permissions=["clipboard-read", "clipboard-write"],
        reduced_motion="reduce",
    )
    yield made
    made.close()


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """A tab; any console error or policy violation fails the test."""
    tab = context.new_page()
    errors: list[str] = []
    tab.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    tab.on("pageerror", lambda error: errors.append(str(error)))
    yield tab
    assert not errors


def test_results_while_typing_by_keyboard_alone(page: Page, server: Server) -> None:
    """`/` leads to the box; arrows, Home and End go through the lines, Escape closes, Enter opens the chosen one."""
    page.goto(f"{server.url}/es/")
    page.keyboard.press("/")
    box = page.get_by_role("combobox")
    expect(box).to_be_focused()
    page.keyboard.type("puerto imap")
    options = page.get_by_role("option")
    expect(options.filter(has_text="¿Qué puerto uso para IMAP?")).to_be_visible()
    expect(page.locator("[data-announcer]")).to_contain_text("Resultados")
    page.keyboard.press("ArrowDown")
    expect(options.first).to_have_attribute("aria-selected", "true")
    expect(box).to_have_attribute("aria-activedescendant", options.first.get_attribute("id") or "?")
    page.keyboard.press("End")
    expect(options.last).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Home")
    page.keyboard.press("Escape")
    expect(options).to_have_count(0)
    expect(box).to_have_attribute("aria-expanded", "false")
    expect(box).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(options.first).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url("**/es/guides/**")


def test_enter_without_a_choice_searches_and_is_remembered_until_cleared(page: Page, server: Server) -> None:
    """Nothing is kept before a search; then its words alone, on this device, until the visitor clears them."""
    page.goto(f"{server.url}/es/")
    page.get_by_role("combobox").fill("spf")
    assert page.evaluate("localStorage.length") == 0
    page.keyboard.press("Enter")
    page.wait_for_url("**/es/search?q=spf")
    assert page.evaluate("JSON.stringify(localStorage)") == '{"soluciones.searches":"[\\"spf\\"]"}'
    page.goto(f"{server.url}/es/")
    page.get_by_role("combobox").click()
    expect(page.get_by_role("option")).to_have_text("spf")
    page.get_by_role("button", name="Borrar las búsquedas recientes").click()
    expect(page.get_by_role("option")).to_have_count(0)
    assert page.evaluate("localStorage.length") == 0


def test_only_the_last_text_is_answered(page: Page, server: Server) -> None:
    """A late answer to an earlier text never takes the place of the present one's."""
    page.goto(f"{server.url}/es/")
    page.route("**/instant?q=sp", lambda route: (page.wait_for_timeout(700), route.continue_()))
    box = page.get_by_role("combobox")
    box.press_sequentially("sp", delay=1)
    page.wait_for_timeout(150)
    box.press_sequentially("f wix", delay=1)
    expect(page.get_by_role("option").filter(has_text="«spf wix»")).to_be_visible()
    page.wait_for_timeout(900)
    expect(page.get_by_role("option").filter(has_text="«spf wix»")).to_be_visible()


def test_the_list_fits_a_small_phone(browser: Browser, server: Server) -> None:
    """At 320 px the page does not scroll sideways and the list stays within the screen."""
    tab = browser.new_page(viewport={"width": 320, "height": 568})
    tab.goto(f"{server.url}/es/")
    tab.get_by_role("combobox").click()
    tab.keyboard.type("contraseña")
    expect(tab.get_by_role("option").first).to_be_visible()
    box = tab.locator(".suggest").bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 320
    assert box["y"] + box["height"] <= 568
    assert tab.evaluate("document.documentElement.scrollWidth") <= 320
    tab.close()


def test_the_slash_can_be_turned_off(page: Page, server: Server) -> None:
    """The search page has the switch; Ctrl-K works all the same, and inside fields both are plain keys."""
    page.goto(f"{server.url}/es/search")
    page.get_by_label("La tecla «/» lleva al buscador").uncheck()
    page.locator("h1").click()
    page.keyboard.press("/")
    expect(page.get_by_role("combobox")).not_to_be_focused()
    page.keyboard.press("Control+k")
    expect(page.get_by_role("combobox")).to_be_focused()
    page.keyboard.type("a/b")
    expect(page.get_by_role("combobox")).to_have_value("a/b")


def test_a_tool_runs_inside_the_guide(page: Page, server: Server) -> None:
    """The result takes the form's place without a new page, and the empty form can be had again."""
    page.goto(server.url + GUIDE)
    box = page.locator("[data-try]").filter(has=page.locator("[data-tool=ports]"))
    box.locator("summary").first.click()
    box.locator(".try-form .button").click()
    expect(box.locator(".tool[data-tool=ports]")).to_contain_text("993")
    assert page.url.endswith(GUIDE)
    box.get_by_role("button", name="Probar con otros datos").click()
    expect(box.locator(".try-form")).to_be_visible()


def test_values_and_links_of_a_guide_are_copied(page: Page, server: Server) -> None:
    """A host has one button in its section, named in the page's language, and copies itself; a heading its address."""
    page.goto(f"{server.url}/en/guides/protocolos-y-puertos")
    section = page.locator("section[aria-labelledby=nombre-del-servidor]")
    button = section.locator(".copy-value")
    expect(button).to_have_count(1)
    assert (button.get_attribute("lang"), "mail.infomaniak.com" in (button.get_attribute("aria-label") or "")) == (
        "en",
        True,
    )
    size = button.bounding_box()
    assert size is not None
    assert min(size["width"], size["height"]) >= 24
    button.click()
    assert page.evaluate("navigator.clipboard.readText()") == "mail.infomaniak.com"
    section.locator("[data-copy-link]").click()
    assert page.evaluate("navigator.clipboard.readText()").endswith(
        "/en/guides/protocolos-y-puertos#nombre-del-servidor"
    )


def test_a_browser_without_text_fragments_marks_the_passage_too(page: Page, server: Server) -> None:
    """Such a browser leaves the directive in the address: the words are marked, the address made plain."""
    page.add_init_script("delete Document.prototype.fragmentDirective")
    page.goto(f"{server.url}{GUIDE}")
    script = page.locator("script[src*='guide.js']").get_attribute("src") or ""
    open_it = f"import('{script.replace('guide.js', 'passage.js')}').then((m) => m.open(HASH))"
    hash_ = "puertos-recomendados:~:text=Cuando%20un%20programa,del%20correo%20saliente."
    page.evaluate(open_it.replace("HASH", repr(hash_)))
    marks = page.locator("mark.passage-mark")
    expect(marks.first).to_contain_text("Cuando un programa")
    expect(marks.last).to_contain_text("del correo saliente.")
    expect(marks.first).to_be_in_viewport()
    page.evaluate(open_it.replace("HASH", repr("php:~:text=%E0%A4%A,nada,x,y")))
    expect(page.locator("#php")).to_be_in_viewport()


def test_without_a_script_search_and_guides_are_whole(browser: Browser, server: Server) -> None:
    """The form searches, filters are links, the tool's form loads its own page."""
    tab = browser.new_context(java_script_enabled=False).new_page()
    tab.goto(f"{server.url}/es/")
    tab.locator("input[name=q]").fill("dns")
    tab.locator(".search-go").click()
    before = tab.locator(".result").count()
    tab.locator(".filters summary").click()
    tab.locator(".filter-option").first.click()
    assert 0 < tab.locator(".result").count() < before
    tab.goto(server.url + GUIDE)
    box = tab.locator("[data-try]").filter(has=tab.locator("[data-tool=ports]"))
    box.locator("summary").first.click()
    box.locator(".button").click()
    tab.wait_for_url("**/es/tools/ports**")
    tab.context.close()


def test_a_guide_prints_without_the_page_around_it(page: Page, server: Server) -> None:
    """Head, foot, contents, tools and buttons stay off the paper; tables are whole and links name their place."""
    page.goto(server.url + GUIDE)
    page.emulate_media(media="print")
    for hidden in (".top", ".foot", ".toc", ".try", ".copy-value", ".guide-more", ".guide-useful"):
        expect(page.locator(hidden).first).to_be_hidden()
    assert page.locator(".table-scroll").first.evaluate("node => getComputedStyle(node).overflowX") == "visible"
    link = page.locator(".guide-body a[href^='/']").first
    assert "/es/guides/" in link.evaluate("node => getComputedStyle(node, '::after').content")
