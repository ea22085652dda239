"""Every live tool in a real browser: used on its page and in the chat as a visitor would, once well and once badly."""

from __future__ import annotations

import json
import plistlib
import signal
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import yaml
from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright

from soluciones.answer.tools.registry import TOOLS
from soluciones.settings import Settings
from tests.conftest import start_server
from tests.dns_server import DnsServer
from tests.system.page_states import fill, unfold
from tests.system.scan_site import scan_site

pytestmark = [pytest.mark.browser, pytest.mark.model]

CASES = yaml.safe_load((Path(__file__).parent / "cases" / "browser_tools.yml").read_text("utf-8"))
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
WIDE, PHONE = 1280, 360
CARD = "section[data-tool][data-status]"
_MOST_TABS = 120
"""More presses of the tabulator than any page has stops."""
PATIENCE = 15_000
"""Milliseconds, for a busy machine; a step takes a tenth of a second."""


def case_id(case: Mapping[str, Any]) -> str:
    """``tool-name``."""
    return f"{case['tool']}-{case['name']}"


# --- servers


@pytest.fixture(scope="module")
def zone() -> Iterator[DnsServer]:
    """All the DNS there is."""
    with DnsServer(CASES["zone"]) as dns:
        yield dns


@pytest.fixture(scope="module")
def settings(real_settings: Settings, zone: DnsServer, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings of a server that asks that zone, with a state of its own."""
    state = tmp_path_factory.mktemp("tools") / "state"
    return real_settings.model_copy(update={"network": True, "dns_server": f"127.0.0.1:{zone.port}", "state": state})


@pytest.fixture(scope="module")
def base(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a running ``kb serve``."""
    process, url = start_server(settings, tmp_path_factory.mktemp("log") / "log")
    yield url
    process.send_signal(signal.SIGTERM)
    process.wait(timeout=20)


@pytest.fixture(scope="module")
def answering(settings: Settings) -> Iterator[str]:
    """The address of the same site where 993 answers with TLS and 587 refuses; the real dialler goes nowhere near."""
    with scan_site(settings) as url:
        yield url


Site = Callable[[Mapping[str, Any]], str]


@pytest.fixture
def site(request: pytest.FixtureRequest) -> Site:
    """The address that a case wants; neither server starts before a case needs it."""
    return lambda case: request.getfixturevalue("answering" if case.get("site") else "base")


def post(url: str, body: Mapping[str, Any]) -> dict[str, Any]:
    """The JSON that a POST of JSON is answered with."""
    data = json.dumps(body).encode()
    with urllib.request.urlopen(
        urllib.request.Request(url, data, {"Content-Type": "application/json"}), timeout=60
    ) as reply:
        found: dict[str, Any] = json.loads(reply.read())
    return found


# --- the browser


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium, headless."""
    with sync_playwright() as play:
        expect.set_options(timeout=PATIENCE)
        chromium = play.chromium.launch(executable_path="/usr/bin/chromium", args=ARGUMENTS)
        yield chromium
        chromium.close()


def visit(browser: Browser, width: int, scripts: bool = True) -> Iterator[Page]:
    """A fresh visitor; any console error or policy violation fails the test."""
    context = browser.new_context(
        viewport={"width": width, "height": 800}, locale="es-ES", java_script_enabled=scripts, accept_downloads=True
    )
    context.set_default_timeout(PATIENCE)
    tab = context.new_page()
    errors: list[str] = []
    tab.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    tab.on("pageerror", lambda error: errors.append(str(error)))
    yield tab
    context.close()
    assert not errors


@pytest.fixture(params=[WIDE, PHONE], ids=["wide", "phone"])
def page(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A visitor at a desk and one with a phone."""
    yield from visit(browser, request.param)


@pytest.fixture
def wide(browser: Browser) -> Iterator[Page]:
    """A visitor at a desk, where the width makes no difference."""
    yield from visit(browser, WIDE)


@pytest.fixture
def phone(browser: Browser) -> Iterator[Page]:
    """A visitor with a phone, where the other width makes no difference."""
    yield from visit(browser, PHONE)


@pytest.fixture
def plain(browser: Browser) -> Iterator[Page]:
    """A visitor with JavaScript turned off."""
    yield from visit(browser, PHONE, scripts=False)


def no_sideways(page: Page) -> bool:
    """The page is no wider than the window."""
    found: bool = page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    return found


def press(button: Locator, scripts: bool) -> None:
    """Presses a button that sends a form, and waits for what comes of it."""
    page = button.page
    if not scripts:
        with page.expect_navigation():
            button.click()
        return
    # The result takes the place of what was there: mark it, and wait until the mark is gone.
    page.locator("[data-tool-place]").evaluate("place => { place.dataset.before = '1'; }")
    button.click()
    expect(page.locator("[data-tool-place]:not([data-before])")).to_be_attached(timeout=PATIENCE)


def take_step(page: Page, step: Mapping[str, Any], scripts: bool = True) -> None:
    """Fills a form and sends it, or presses the button that says the answer."""
    place = page.locator("[data-tool-place]")
    if "tap" in step:
        press(place.get_by_role("button", name=step["tap"], exact=True), scripts)
        return
    first = next(iter(step))
    form = place.locator("form").filter(has=page.locator(f"[name='{first}']")).first
    unfold(form)
    for name, value in step.items():
        fill(form, name, value)
    press(form.get_by_role("button", name="Ver el resultado"), scripts)


def use(page: Page, base: str, case: Mapping[str, Any], scripts: bool = True) -> Locator:
    """Opens a tool's page, goes through the steps of a case, and gives the card of the result."""
    page.goto(f"{base}/es/tools/{case['tool']}")
    for step in case["steps"]:
        take_step(page, step, scripts)
    return page.locator(f"section[data-tool='{case['tool']}'][data-status]")


# --- what must hold


def texts_of(base: str, case: Mapping[str, Any]) -> dict[str, str]:
    """Finding code → its words, as the API gives them for the same input."""
    slots = {k: v["text"] if isinstance(v, Mapping) else v for k, v in case["slots"].items()}
    result = post(f"{base}/api/v1/tools/{case['tool']}", {"slots": slots, "lang": "es"})
    assert result["status"] == case["status"], result["headline"]
    return {item["code"]: item["text"] for item in result["findings"]}


def check_card(card: Locator, base: str, case: Mapping[str, Any]) -> None:
    """The card says what the case expects, and what the API says for the same input."""
    expect(card).to_have_count(1)
    expect(card).to_have_attribute("data-status", case["status"])
    expect(card.locator("[id$=-headline]")).to_contain_text(case.get("headline", ""))
    texts = texts_of(base, case)
    assert set(case.get("codes", ())) <= set(texts)
    for code in case.get("codes", ()):
        expect(card).to_contain_text(texts[code])
    for text in case.get("shows", ()):
        expect(card).to_contain_text(text)
    for text in case.get("hides", ()):
        expect(card).not_to_contain_text(text)


def _table(data: bytes) -> None:
    assert data.startswith(b"\xef\xbb\xbf")
    assert ";" in data.decode("utf-8-sig").splitlines()[0]


def _cards(data: bytes) -> None:
    assert data.count(b"BEGIN:VCARD") == data.count(b"END:VCARD") == 2


def _php(data: bytes) -> None:
    assert data.startswith(b"<?php")


SOUND: Mapping[str, Callable[[bytes], object]] = {
    "csv": _table,
    "vcf": _cards,
    "php": _php,
    "mobileconfig": plistlib.loads,
    "xml": ElementTree.fromstring,
    "py": partial(compile, filename="leer-imap.py", mode="exec"),
    "txt": lambda data: data.decode("utf-8").strip(),
}
"""What each kind of file must bear: a reader of that format, or a look at it."""


def check_files(card: Locator, case: Mapping[str, Any]) -> None:
    """Every file that is offered is saved under its name and is what its name says."""
    links = card.locator("a[download]")
    names = [link.get_attribute("download") for link in links.all()]
    assert sorted(map(str, names)) == sorted(case.get("files", ()))
    for link in links.all():
        unfold(link)
        with card.page.expect_download() as started:
            link.click()
        name = started.value.suggested_filename
        assert name in case["files"]
        data = started.value.path().read_bytes()
        SOUND[name.rpartition(".")[2]](data)
        for wanted in case.get("in_files", {}).get(name, ()):
            assert wanted in data.decode("utf-8"), name
        for secret in case.get("hides", ()):
            assert secret not in data.decode("utf-8"), name


# --- on its page


def test_every_tool_has_a_good_and_a_bad_case() -> None:
    """No tool is left out."""
    assert {(case["tool"], case["name"]) for case in CASES["tools"]} >= {(t, n) for t in TOOLS for n in ("good", "bad")}


@pytest.mark.parametrize("case", CASES["tools"], ids=case_id)
def test_tool_is_used_on_its_page(page: Page, site: Site, case: Mapping[str, Any]) -> None:
    """The card comes with verdict, findings in words and sound files; it is focused, in view, and fits the window."""
    base = site(case)
    card = use(page, base, case)
    check_card(card, base, case)
    expect(page.locator("#result")).to_be_focused()
    expect(page.locator("#result")).to_be_in_viewport()
    assert page.url == f"{base}/es/tools/{case['tool']}"
    expect(card.locator("img")).to_have_count(case.get("pictures", 0))
    card.locator("details").evaluate_all("all => all.forEach(fold => { fold.open = true; })")
    assert no_sideways(page)
    check_files(card, case)


@pytest.mark.parametrize("case", [case for case in CASES["tools"] if case["name"] == "good"], ids=case_id)
def test_tool_works_without_scripts(plain: Page, site: Site, case: Mapping[str, Any]) -> None:
    """The same form on the same page gives the same card by loading the page again, and its files can be saved."""
    base = site(case)
    card = use(plain, base, case, scripts=False)
    check_card(card, base, case)
    assert plain.url == f"{base}/es/tools/{case['tool']}#result"
    check_files(card, case)


@pytest.mark.parametrize("tool", TOOLS)
def test_form_is_reached_and_sent_by_keyboard(phone: Page, base: str, tool: str) -> None:
    """Tabulating from the top passes every control of the form and its button, each with a name and a visible mark."""
    phone.goto(f"{base}/es/tools/{tool}")
    phone.locator("[data-tool-place] details").evaluate_all("all => all.forEach(fold => { fold.open = true; })")
    phone.locator("h1").click()
    form = phone.locator(f"[data-tool-place] form[action^='/es/tools/{tool}']").first
    controls = form.locator("input:not([type=hidden]), select, textarea, button")
    wanted = set(controls.evaluate_all("all => all.map(one => one.name || one.type)"))
    seen = set[str]()
    for _ in range(_MOST_TABS):
        phone.keyboard.press("Tab")
        name = phone.evaluate(
            """() => {
                const at = document.activeElement, style = node => node ? getComputedStyle(node) : null;
                const marks = [at, at.closest('label')].map(style).filter(Boolean);
                const seen = marks.some(one => one.outlineStyle !== 'none' || one.boxShadow !== 'none');
                if (!at.form || !at.form.matches('.tool-form')) return '';
                return seen && at.matches(':focus-visible') ? at.name || at.type : 'unmarked';
            }"""
        )
        seen.add(name)
        if wanted <= seen:
            break
    assert wanted <= seen
    assert "unmarked" not in seen


def test_address_is_checked_by_keyboard_alone(wide: Page, base: str) -> None:
    """Typing, Enter, and the verdict has the focus; nothing was clicked."""
    wide.goto(f"{base}/es/tools/mail-address")
    for _ in range(_MOST_TABS):
        wide.keyboard.press("Tab")
        if wide.evaluate("document.activeElement.name") == "email":
            break
    wide.keyboard.type("ana..lopez@ejemplo.com")
    wide.keyboard.press("Enter")
    card = wide.locator("[data-tool=mail-address][data-status=bad]")
    expect(card).to_contain_text("ana.lopez@ejemplo.com")
    expect(wide.locator("#result")).to_be_focused()


@pytest.mark.parametrize("tool", ["address-csv", "message-headers", "contacts-dedupe"])
def test_files_made_from_a_visitors_file_travel_inside_the_page(wide: Page, base: str, tool: str) -> None:
    """No address leads to them afterwards, and the card is marked as not to be remembered."""
    case = next(case for case in CASES["tools"] if case_id(case) == f"{tool}-good")
    card = use(wide, base, case)
    expect(card).to_have_attribute("data-private", "")
    links = card.locator("a[download]")
    assert links.count()
    assert all(str(link.get_attribute("href")).startswith("data:") for link in links.all())


def test_contacts_are_joined_as_the_visitor_decides(wide: Page, base: str) -> None:
    """What was proposed can be undone on the card; the file need not be chosen again."""
    case = next(case for case in CASES["tools"] if case_id(case) == "contacts-dedupe-good")
    card = use(wide, base, case)
    card.locator("select[name=merge]").first.select_option("")
    press(card.get_by_role("button", name="Unir según mi elección"), scripts=True)
    with wide.expect_download() as started:
        card.locator("a[download$='.vcf']").click()
    assert started.value.path().read_bytes().count(b"BEGIN:VCARD") == 3


# --- in the chat


def say(page: Page, text: str) -> Locator:
    """Types a message in the open chat and gives the reply to it."""
    replies = page.locator("[data-turn] [data-answer]")
    before = replies.count()
    box = page.get_by_role("textbox", name="Su pregunta").or_(page.locator("textarea[name=q]")).first
    box.fill(text)
    box.press("Enter")
    expect(replies).to_have_count(before + 1, timeout=PATIENCE)
    return replies.last


@pytest.fixture
def chat(page: Page, base: str) -> Page:
    """The chat, open."""
    page.goto(f"{base}/es/chat")
    return page


def test_chat_diagnoses_a_domain_and_quotes_the_repair(chat: Page) -> None:
    """«Mis correos llegan a spam» asks for the domain; the lights come, and under them the sections that repair."""
    reply = say(chat, "mis correos llegan a spam")
    expect(reply.locator("[data-tool=dns-check]")).to_have_attribute("data-status", "need_input")
    reply = say(chat, "tiendademo.com")
    card = reply.locator("[data-tool=dns-check]")
    expect(card).to_have_attribute("data-status", "bad")
    for light in ("MX", "SPF", "DKIM", "DMARC", "NS"):
        expect(card).to_contain_text(light)
    expect(card).to_contain_text("v=spf1 include:spf.infomaniak.com +all")
    expect(reply.locator("[data-guide=que-es-spf]").first).to_be_attached()
    link = reply.locator("a[href*='/es/guides/que-es-spf#']").first
    expect(link).to_be_visible()
    assert no_sideways(chat)


def test_chat_lets_a_question_go(chat: Page) -> None:
    """«Cancelar» ends the question; what is said next is a question of its own."""
    say(chat, "mis correos llegan a spam")
    reply = say(chat, "cancelar")
    expect(reply).to_have_attribute("data-status", "chat")
    expect(reply.locator(CARD)).to_have_count(0)
    expect(say(chat, "¿Qué puerto uso para recibir por IMAP?").locator("[data-tool=ports]")).to_contain_text("993")


def test_chat_reads_pasted_headers(chat: Page) -> None:
    """Several lines of headers open the header tool with its verdict."""
    case = next(case for case in CASES["tools"] if case_id(case) == "message-headers-good")
    reply = say(chat, case["slots"]["message"]["text"])
    card = reply.locator("[data-tool=message-headers]")
    expect(card).to_have_attribute("data-status", "bad")
    expect(card).to_contain_text("5.7.26")
    assert no_sideways(chat)


def test_chat_reads_a_pasted_record(chat: Page) -> None:
    """A pasted SPF record is taken apart and repaired."""
    reply = say(chat, "v=spf1 include:spf.infomaniak.com +all")
    card = reply.locator("[data-tool=spf]")
    expect(card).to_have_attribute("data-status", "bad")
    expect(card).to_contain_text("v=spf1 include:spf.infomaniak.ch ~all")
    assert no_sideways(chat)


def test_chat_goes_through_a_tool_by_tapping(chat: Page) -> None:
    """A guided tool is answered by its buttons, each reply in the place of the last, to the checklist and the file."""
    reply = say(chat, "quiero transferir un producto a otra organización")
    card = reply.locator("[data-tool=transfer-product]")
    for answer in ("Enviarlo", "Administrador"):
        card.get_by_role("button", name=answer, exact=True).click()
        expect(card.get_by_role("button", name=answer, exact=True)).to_have_count(0)
    card.locator("label").filter(has=chat.locator("[name=kind][value=mail]")).click()
    card.get_by_role("button", name="Ver el resultado").click()
    card.get_by_role("button", name="De otra persona o empresa", exact=True).click()
    expect(card).to_have_attribute("data-status", "warn")
    expect(card.get_by_role("checkbox").first).to_be_visible()
    assert no_sideways(chat)
    with chat.expect_download() as started:
        card.locator("a[download]").click()
    assert started.value.suggested_filename == "transferencia-producto.txt"


def test_chat_still_shows_the_card_after_a_reload(wide: Page, base: str) -> None:
    """The conversation is there again on this device, and goes on where it was."""
    wide.goto(f"{base}/es/chat")
    say(wide, "mis correos llegan a spam")
    wide.reload()
    expect(wide.locator("[data-tool=dns-check]")).to_have_attribute("data-status", "need_input")
    reply = say(wide, "buena.com")
    expect(reply.locator("[data-tool=dns-check]")).to_have_attribute("data-status", "ok")


# --- over a restart


def test_open_questions_survive_a_restart_and_are_sealed(settings: Settings, tmp_path: Path) -> None:
    """Stopped and started on the same state, the tools go on; nothing typed can be read in the files of the state."""
    own = settings.model_copy(update={"state": tmp_path / "state"})
    typed = ("zacarias.quintanilla", "dominio-reservado.com")
    process, url = start_server(own, tmp_path / "log")
    try:
        address = post(
            f"{url}/api/v1/ask", {"question": f"quiero crear la dirección {typed[0]}@{typed[1]}", "lang": "es"}
        )
        domain = post(f"{url}/api/v1/ask", {"question": "mis correos llegan a spam", "lang": "es"})
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=20)
    assert [(tool["id"], tool["status"], tool["asks"]) for tool in address["tools"]] == [
        ("create-address", "need_input", "for_whom")
    ]
    stored = b"".join(path.read_bytes() for path in own.state.rglob("*") if path.is_file())
    assert address["conversation"].encode() in stored
    assert not [text for text in typed if text.encode() in stored]
    process, url = start_server(own, tmp_path / "log2")
    try:
        address = post(
            f"{url}/api/v1/ask", {"question": "para mí", "lang": "es", "conversation": address["conversation"]}
        )
        domain = post(
            f"{url}/api/v1/ask",
            {"question": "tiendademo.com", "lang": "es", "conversation": domain["conversation"]},
        )
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=20)
    assert address["tools"][0]["id"] == "create-address"
    assert typed[0] in json.dumps(address["tools"][0], ensure_ascii=False)
    assert address["tools"][0]["status"] != "need_input"
    assert domain["tools"][0]["id"] == "dns-check"
    assert domain["tools"][0]["status"] == "bad"
    stored = b"".join(path.read_bytes() for path in own.state.rglob("*") if path.is_file())
    assert not [text for text in (*typed, "tiendademo.com") if text.encode() in stored]
