"""The widget in Chromium, on another origin's page with the strictest policy: every mode, state and promise."""

from __future__ import annotations

import gzip
import json
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page, Request, expect
from widget_fake import Pair, pair

from tests.system.browser_guard import chromium, visitor

pytestmark = pytest.mark.browser

AXE = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
KIB = 1024
Opened = Callable[..., Page]


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    """The help centre and the host."""
    with pair(tmp_path_factory.mktemp("state")) as found:
        yield found


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium."""
    with chromium() as found:
        yield found


@contextmanager
def at(browser: Browser, both: Pair, look: dict[str, Any] | None = None, **options: str) -> Iterator[Page]:
    """A visitor on a host page; violations, console errors and exceptions fail the test."""
    with visitor(browser, **(look or {})) as (page, _record):
        page.goto(both.page(**options))
        yield page


def kb(page: Page) -> Locator:
    """The element that holds the launcher and the panel."""
    return page.locator("soluciones-kb[data-main]")


def opened(page: Page) -> Locator:
    """The panel, opened by the launcher."""
    kb(page).locator(".launcher").click()
    panel = kb(page).locator("dialog")
    expect(panel).to_be_visible()
    return panel


def asked(panel: Locator, text: str = "puerto ports") -> Locator:
    """The turn of a question that has been answered."""
    turns = panel.locator("[role=log] > .turn")
    turn = turns.nth(turns.count())
    panel.locator(".composer textarea").fill(text)
    panel.locator(".composer textarea").press("Enter")
    expect(turn.locator(".reply")).to_be_visible()
    return turn


def answer_with(page: Page, both: Pair, nodes: list[Any]) -> None:
    """Makes the server's next answers these nodes."""
    body = json.dumps({"id": "a", "conversation": "c", "lang": "es", "status": "answered", "nodes": nodes})
    headers = {"Access-Control-Allow-Origin": both.host, "Content-Type": "application/json"}
    page.route("**/widget/v1/ask", lambda route: route.fulfill(body=body, headers=headers))


# --- cost


def test_sizes(both: Pair, capsys: pytest.CaptureFixture[str]) -> None:
    """As served and compressed, the loader is ≤ 3 KB, and everything, all modes and one language, ≤ 20 KB."""

    def fetched(path: str) -> bytes:
        headers = {"Origin": both.host, "Accept-Encoding": "gzip"}
        with urllib.request.urlopen(urllib.request.Request(both.help + path, headers=headers)) as response:
            body = bytes(response.read())
            return gzip.decompress(body) if response.headers.get("Content-Encoding") == "gzip" else body

    loader = fetched("/widget.js")
    version = loader.partition(b"/static/")[2][:12].decode()
    sizes = {"loader": loader}
    for name in ("widget.css", "widget/app.js"):
        sizes[name] = fetched(f"/static/{version}/{name}")
    texts = json.loads(fetched("/widget/v1/config?site=default&lang=de"))
    sizes["texts"] = json.dumps(texts["texts"], ensure_ascii=False).encode()
    assert b"import" not in sizes["widget/app.js"]  # there is no further part
    measured = {name: len(gzip.compress(body, 9, mtime=0)) for name, body in sizes.items()}
    total = sum(measured.values())
    with capsys.disabled():
        print(f"\nwidget, gzip: {measured}; in all {total}")
    assert measured["loader"] <= 3 * KIB
    assert total <= 20 * KIB


@pytest.mark.parametrize("mode", ["bubble", "modal", "inline", "search"])
def test_nothing_is_asked_or_kept_before_use(browser: Browser, both: Pair, mode: str) -> None:
    """Only the script itself is fetched; no cookie, no storage, one global; the first use brings the rest."""
    with visitor(browser) as (page, _record):
        sent: list[str] = []
        page.on("request", lambda request: sent.append(request.url))
        page.goto(both.page(_no="1"))
        before = set(page.evaluate("Object.keys(window)"))
        sent.clear()
        page.goto(both.page(mode=mode, target="#help"))
        page.wait_for_function("document.querySelector('soluciones-kb[data-main]')")
        page.wait_for_load_state("networkidle")
        assert [url for url in sent if url.startswith(both.help)] == [f"{both.help}/widget.js"]
        assert page.context.cookies() == []
        assert page.evaluate("[sessionStorage.length, localStorage.length]") == [0, 0]
        assert set(page.evaluate("Object.keys(window)")) - before == {"SolucionesKB"}
        page.evaluate("SolucionesKB.open()")
        page.wait_for_function("document.querySelector('soluciones-kb[data-main]').shadowRoot.querySelector('.panel')")
        assert page.context.cookies() == []
        assert page.evaluate("[sessionStorage.length, localStorage.length]") == [0, 0]
        assert set(page.evaluate("Object.keys(window)")) - before == {"SolucionesKB"}


@pytest.mark.parametrize("event", ["hover", "focus", "hotkey"])
def test_the_rest_comes_on_first_use(browser: Browser, both: Pair, event: str) -> None:
    """Hovering or focusing the launcher fetches the rest; a hotkey opens at once."""
    with at(browser, both) as page:
        with page.expect_response("**/widget/app.js"):
            if event == "hover":
                kb(page).locator(".launcher").hover()
            elif event == "focus":
                kb(page).locator(".launcher").focus()
            else:
                page.keyboard.press("/")
        if event == "hotkey":
            expect(kb(page).locator("textarea")).to_be_focused()


def test_a_page_is_not_moved(browser: Browser, both: Pair) -> None:
    """A bubble moves nothing on the page (layout shift 0); inline and search boxes stay below 0.1."""
    watch = """() => { window.seen = { shift: 0 };
      new PerformanceObserver((l) => { for (const e of l.getEntries()) seen.shift += e.value; })
        .observe({ type: "layout-shift", buffered: true }); }"""
    for mode in ("bubble", "inline", "search"):
        with at(browser, both, mode=mode, target="#help") as page:
            page.evaluate(watch)
            page.wait_for_load_state("networkidle")
            page.locator("soluciones-kb").first.hover(force=True) if mode != "bubble" else None
            page.wait_for_timeout(400)
            found = page.evaluate("window.seen")
            # The script comes async: an inline box that stands in the page's flow is the site owner's wish.
            assert mode != "bubble" or found["shift"] == 0
            assert found["shift"] < 0.1


# --- conversation


def test_a_question_is_answered(browser: Browser, both: Pair) -> None:
    """The answer comes with its source, whose link opens a new tab at the passage; the page's place is sent."""
    with at(browser, both, _title="Pedido 7") as page:
        panel = opened(page)
        expect(panel.locator("textarea")).to_be_focused()
        asks: list[dict[str, Any]] = []

        def note(request: Request) -> None:
            if request.url.endswith("/ask") and request.method == "POST":
                asks.append(request.post_data_json)

        page.on("request", note)
        page.evaluate("history.pushState(0, '', '/shop/other?order=secret#x'); document.title = 'Otra'")
        turn = asked(panel)
        source = turn.locator("a.source")
        assert str(source.get_attribute("href")).startswith(
            f"{both.help}/es/guides/protocolos-y-puertos#puertos:~:text="
        )
        assert (source.get_attribute("target"), source.get_attribute("rel")) == ("_blank", "noopener")
        assert asks[0]["page"] == {"url": f"{both.host}/shop/other", "title": "Otra"}
        assert both.service.asked[-1].page == "/shop/other"


def test_one_announcement_an_answer(browser: Browser, both: Pair) -> None:
    """The log, a polite live region, is added to once for each answer, and not for the question or the waiting."""
    with at(browser, both) as page:
        panel = opened(page)
        log = panel.locator("[role=log]")
        expect(log).to_have_attribute("aria-live", "polite")
        log.evaluate(
            """(node) => { window.added = 0; new MutationObserver((all) => { for (const one of all)
            window.added += one.addedNodes.length; }).observe(node, { childList: true, subtree: true }); }"""
        )
        asked(panel)
        assert page.evaluate("window.added") == 1
        asked(panel, "otra pregunta")
        assert page.evaluate("window.added") == 2


def test_tool_forms_feedback_and_people(browser: Browser, both: Pair) -> None:
    """A tool's form, the thumbs and the form that calls a person work in place and move the focus to what came."""
    with at(browser, both) as page:
        panel = opened(page)
        turn = asked(panel, "mail-address")
        turn.locator(".tool input[type=text]").fill("ana@ejemplo.com")
        turn.locator(".tool form button[type=submit]").first.click()
        expect(turn.locator("[data-tool=mail-address]")).to_contain_text("no vale")
        expect(turn.locator("[data-tool=mail-address]")).to_be_focused()
        turn.locator("[data-feedback] button").first.click()
        expect(turn.locator("[data-thanks], .thanks").first).to_be_visible()
        panel.locator(".composer [data-handoff]").click()
        form = panel.locator("[data-handoff-form]")
        form.locator("[name=contact]").fill("ana@ejemplo.com")
        form.locator("[name=message]").fill("Llámenme")
        form.locator("button[type=submit]").click()
        expect(panel.locator(".person .thanks")).to_be_visible()


def test_it_says_what_went_wrong_and_keeps_the_draft(browser: Browser, both: Pair) -> None:
    """An error's own words are shown; the question is still in the field, and can be sent again."""
    with at(browser, both) as page:
        panel = opened(page)
        body = json.dumps({"title": "Ocupado", "detail": "Demasiadas preguntas <b>a la vez</b>.", "code": "busy"})
        headers = {"Access-Control-Allow-Origin": both.host, "Content-Type": "application/problem+json"}
        page.route("**/widget/v1/ask", lambda route: route.fulfill(status=503, body=body, headers=headers))
        panel.locator("textarea").fill("ports")
        page.keyboard.press("Enter")
        expect(panel.locator(".failed")).to_contain_text("Demasiadas preguntas <b>a la vez</b>.")
        expect(panel.locator("textarea")).to_have_value("ports")
        page.unroute("**/widget/v1/ask")
        panel.locator(".failed button").click()
        expect(panel.locator("[role=log] .reply")).to_be_visible()
        expect(panel.locator("textarea")).to_have_value("")


def test_offline_and_back(browser: Browser, both: Pair) -> None:
    """Without a connection it says so, and sends by itself when there is one again."""
    with at(browser, both) as page:
        panel = opened(page)
        page.context.set_offline(True)
        panel.locator("textarea").fill("ports")
        page.keyboard.press("Enter")
        expect(panel.locator(".failed")).to_contain_text("No hay conexión")
        page.context.set_offline(False)
        expect(panel.locator("[role=log] .reply")).to_be_visible()


def test_the_conversation_lives_as_long_as_the_tab(browser: Browser, both: Pair) -> None:
    """After a question it survives a reload; "new conversation" forgets it, on this device too."""
    with at(browser, both) as page:
        asked(opened(page))
        kept = page.evaluate("Object.keys(sessionStorage)")
        assert kept == ["soluciones.kb.default"]
        page.reload()
        panel = opened(page)
        expect(panel.locator("[role=log] .reply")).to_have_count(1)
        asked(panel, "y otra")
        assert len(json.loads(page.evaluate("sessionStorage['soluciones.kb.default']"))["turns"]) == 2
        panel.locator(".bar button").first.click()
        expect(panel.locator(".turn")).to_have_count(0)
        expect(panel.locator(".intro")).to_be_visible()
        assert page.evaluate("sessionStorage.length + localStorage.length") == 0


@pytest.mark.parametrize("wish", ["option", "gpc", "dnt"])
def test_nothing_is_kept_where_it_is_not_wanted(browser: Browser, both: Pair, wish: str) -> None:
    """`storage="none"`, Global Privacy Control and Do Not Track leave nothing behind."""
    with visitor(browser) as (page, _record):
        name = {"gpc": "globalPrivacyControl", "dnt": "doNotTrack"}.get(wish)
        if name:
            value = "true" if wish == "gpc" else "'1'"
            page.add_init_script(f"Object.defineProperty(Navigator.prototype, '{name}', {{ get: () => {value} }})")
        page.goto(both.page(**({"storage": "none"} if wish == "option" else {})))
        asked(opened(page))
        assert page.evaluate("sessionStorage.length + localStorage.length") == 0


def test_a_visitors_file_is_not_remembered(browser: Browser, both: Pair) -> None:
    """Of what came of a file the tab keeps the verdict, and neither the file nor its links."""
    with at(browser, both) as page:
        turn = asked(opened(page), "upload-tool")
        turn.locator("input[type=file]").set_input_files(
            {"name": "Ana Secreta.vcf", "mimeType": "text/vcard", "buffer": b"FN:Ana Secreta\r\n"}
        )
        turn.locator("input[type=radio][value=CH]").check()
        turn.locator("[data-tool] form button[type=submit]").first.click()
        expect(turn.locator("[data-tool]")).to_contain_text("1 líneas")
        kept = page.evaluate("sessionStorage['soluciones.kb.default']")
        assert "1 líneas" in kept
        assert "Secreta" not in kept
        assert "base64" not in kept
        with page.expect_download() as started:
            turn.locator("a[download='contactos.vcf']").click()
        assert started.value.suggested_filename == "contactos.vcf"


# --- modes and keys


def test_the_bubble_by_keyboard_alone(browser: Browser, both: Pair) -> None:
    """Tab reaches the launcher, Enter opens, Esc closes and gives the focus back; the page stays usable meanwhile."""
    with at(browser, both) as page:
        page.keyboard.press("Tab")
        page.keyboard.press("Tab")
        launcher = kb(page).locator(".launcher")
        expect(launcher).to_be_focused()
        page.keyboard.press("Enter")
        expect(kb(page).locator("textarea")).to_be_focused()
        expect(launcher).to_have_attribute("aria-expanded", "true")
        page.locator("input#name").fill("se puede")
        kb(page).locator("textarea").focus()
        page.keyboard.press("Escape")
        expect(kb(page).locator("dialog")).to_be_hidden()
        expect(launcher).to_be_focused()
        expect(launcher).to_have_attribute("aria-expanded", "false")


def test_the_modal_takes_and_returns_the_focus(browser: Browser, both: Pair) -> None:
    """Ctrl-K opens it; Tab stays inside, the page behind is inert; Esc closes and returns to where one was."""
    with at(browser, both, mode="modal") as page:
        expect(kb(page)).to_be_attached()
        page.evaluate("document.querySelector('h1').tabIndex = 0; document.querySelector('h1').focus()")
        page.keyboard.press("Control+k")
        expect(kb(page).locator("textarea")).to_be_focused()
        assert kb(page).locator("dialog").evaluate("(node) => node.matches(':modal')")
        for _ in range(12):
            page.keyboard.press("Tab")
            assert page.evaluate(
                "[document.body, document.querySelector('soluciones-kb')].includes(document.activeElement)"
            )
        page.keyboard.press("Escape")
        expect(kb(page).locator("dialog")).to_be_hidden()
        expect(page.locator("h1")).to_be_focused()


def test_hotkeys_leave_writers_alone(browser: Browser, both: Pair) -> None:
    """Nothing opens while one writes in a field, in an editable part or another component, nor what a page took."""
    with at(browser, both) as page:
        expect(kb(page)).to_be_attached()
        page.locator("input#name").press("/")
        page.locator("input#name").press("Control+k")
        page.evaluate(
            """() => { const part = document.createElement("div"); part.contentEditable = "true";
            document.body.append(part); part.focus(); }"""
        )
        page.keyboard.press("/")
        page.evaluate(
            """() => { customElements.define("other-box", class extends HTMLElement {}); const box =
            document.createElement("other-box"); document.body.append(box);
            const field = document.createElement("input");
            box.attachShadow({ mode: "closed" }).append(field); field.focus(); }"""
        )
        page.keyboard.press("/")
        page.evaluate("document.activeElement.blur(); void (document.onkeydown = (event) => event.preventDefault())")
        page.keyboard.press("/")
        assert kb(page).locator("dialog").count() == 0
        page.evaluate("void (document.onkeydown = null)")
        page.keyboard.press("/")
        expect(kb(page).locator("dialog")).to_be_visible()
        page.evaluate("window.heard = 0; document.addEventListener('keydown', () => { window.heard += 1; })")
        page.keyboard.type("abc")
        assert page.evaluate("window.heard") == 0
    with at(browser, both, hotkey="off") as page:
        expect(kb(page)).to_be_attached()
        page.keyboard.press("/")
        page.keyboard.press("Control+k")
        page.wait_for_timeout(200)
        assert kb(page).locator("dialog").count() == 0


def test_inline_stands_in_the_page(browser: Browser, both: Pair) -> None:
    """In the target, as high before as after; what was typed at once is kept; `ask` goes there."""
    with at(browser, both, mode="inline", target="#help") as page:
        box = page.locator("#help soluciones-kb")
        before = box.bounding_box()
        box.locator("input").press_sequentially("hola")
        expect(box.locator("textarea")).to_be_focused()
        expect(box.locator("textarea")).to_have_value("hola")
        assert box.bounding_box() == before
        page.evaluate("SolucionesKB.ask('ports')")
        expect(box.locator("[role=log] .reply")).to_be_visible()
        assert kb(page).locator(".launcher").count() == 0


def test_an_element_in_the_page_is_used(browser: Browser, both: Pair) -> None:
    """`<soluciones-kb mode="inline">` anywhere becomes the widget, with its own attributes."""
    extra = '<soluciones-kb mode="inline" lang="de" greeting="Moin"></soluciones-kb>'
    with at(browser, both, _extra=extra, _where="head", _how="defer") as page:
        box = page.locator("soluciones-kb[mode=inline]")
        box.locator("input").click()
        expect(box.locator(".intro h3")).to_have_text("Moin")
        expect(box.locator("textarea")).to_have_attribute("placeholder", "Frage eingeben")
        expect(kb(page).locator(".launcher")).to_be_visible()


def test_the_search_box(browser: Browser, both: Pair) -> None:
    """Results while typing, arrows, Esc, a guide in a new tab, and Enter for the answer in the dialog."""
    with at(browser, both, mode="search", target="#help") as page:
        box = page.locator("#help soluciones-kb")
        field = box.locator("input")
        field.press_sequentially("puerto")
        options = box.locator("[role=option]")
        expect(options).to_have_count(3)
        expect(field).to_have_attribute("aria-expanded", "true")
        field.press("ArrowDown")
        assert field.get_attribute("aria-activedescendant") == options.first.get_attribute("id")
        field.press("ArrowUp")
        field.press("ArrowUp")
        expect(options.last).to_have_attribute("aria-selected", "true")
        expect(options.last.locator("mark")).to_have_text("puerto")
        with page.context.expect_page() as tab:
            field.press("Enter")
        assert tab.value.url.startswith(f"{both.help}/es/guides/protocolos-y-puertos")
        tab.value.close()
        field.press("ArrowDown")
        expect(options.first).to_be_visible()
        field.press("Escape")
        expect(box.locator(".results")).to_be_hidden()
        field.press("Enter")
        dialog = kb(page).locator("dialog")
        expect(dialog.locator("[role=log] .asked")).to_contain_text("puerto")
        page.keyboard.press("Escape")
        expect(field).to_be_focused()


def test_the_frame(browser: Browser, both: Pair) -> None:
    """A titled frame of our own page; messages of others, or in its name, are not obeyed."""
    with at(browser, both, mode="frame", target="#help") as page:
        frame = page.locator("#help soluciones-kb iframe")
        expect(frame).to_have_attribute("title", "Ayuda")
        assert str(frame.get_attribute("src")).startswith(f"{both.help}/es/widget/frame?site=default")
        page.evaluate("window.heard = []; addEventListener('soluciones:close', () => window.heard.push('close'))")
        page.evaluate("postMessage({ soluciones: 1, type: 'close' }, '*')")
        page.evaluate("postMessage({ soluciones: 1, type: 'size', height: 9 }, '*')")
        page.evaluate(
            """(origin) => { for (const source of [null, window]) dispatchEvent(new MessageEvent("message",
            { origin, source, data: { soluciones: 1, type: "close" } })); }""",
            both.help,
        )
        page.wait_for_timeout(200)
        assert page.evaluate("window.heard") == []
        assert frame.evaluate("(node) => node.style.height") != "9px"


def test_a_phone_gets_a_sheet(browser: Browser, both: Pair) -> None:
    """On a phone the panel fills the screen, modally; fields are ≥ 16 px, so that nothing zooms."""
    look = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}
    with at(browser, both, look) as page:
        panel = opened(page)
        page.wait_for_timeout(300)
        assert panel.bounding_box() == {"x": 0, "y": 0, "width": 360, "height": 740}
        assert panel.evaluate("(node) => node.matches(':modal')")
        assert float(panel.locator("textarea").evaluate("(n) => parseFloat(getComputedStyle(n).fontSize)")) >= 16
        turn = asked(panel, "mail-address")
        assert (
            float(turn.locator(".tool input").first.evaluate("(n) => parseFloat(getComputedStyle(n).fontSize)")) >= 16
        )
        assert page.evaluate("document.documentElement.scrollWidth") <= 360


# --- the page's own calls


def test_what_pages_can_call(browser: Browser, both: Pair) -> None:
    """Calls from before the script came are kept; events tell; setUser signs; setLocale translates; destroy cleans."""
    with visitor(browser) as (page, _record):
        page.add_init_script(
            """window.SolucionesKB = { queue: [["ask", "ports"]], user: "abc", position: "start" }; window.told = [];
            for (const type of ["ready", "open", "close", "ask", "answer", "feedback", "tool", "handoff", "error"])
              document.addEventListener(`soluciones:${type}`, () => told.push(type));"""
        )
        with page.expect_request(lambda r: r.url.endswith("/ask") and r.method == "POST") as sent:
            page.goto(both.page())
        assert sent.value.headers["authorization"] == "Bearer abc"
        expect(kb(page).locator("[role=log] .reply")).to_be_visible()
        assert page.evaluate("told") == ["ready", "open", "ask", "answer"]
        box = kb(page).locator(".launcher").bounding_box()
        assert box
        assert box["x"] < 100
        page.evaluate("SolucionesKB.setLocale('fr')")
        expect(kb(page).locator("textarea")).to_have_attribute("placeholder", "Saisissez votre question")
        expect(kb(page).locator("[role=log] .reply")).to_be_visible()
        page.evaluate("SolucionesKB.setUser(null)")
        expect(kb(page).locator(".turn")).to_have_count(0)
        page.evaluate("SolucionesKB.toggle()")
        expect(kb(page).locator("dialog")).to_be_hidden()
        page.evaluate("SolucionesKB.destroy()")
        expect(page.locator("soluciones-kb")).to_have_count(0)
        assert page.evaluate("'SolucionesKB' in window") is False
        page.keyboard.press("/")
        page.evaluate("document.body.replaceWith(document.createElement('body'))")
        page.wait_for_timeout(100)
        expect(page.locator("soluciones-kb")).to_have_count(0)


@pytest.mark.parametrize("how", [{"_how": ""}, {"_how": "defer", "_where": "head"}, {"_how": "", "_where": "head"}])
def test_it_survives_how_pages_put_it_in(browser: Browser, both: Pair, how: dict[str, str]) -> None:
    """Twice, in the head, without async; a replaced body leaves it standing, and once."""
    with at(browser, both, _times="2", **how) as page:
        expect(kb(page)).to_have_count(1)
        page.evaluate("document.body.replaceWith(document.createElement('body'))")
        expect(kb(page)).to_have_count(1)
        page.evaluate("document.querySelector('soluciones-kb').remove()")
        expect(kb(page)).to_have_count(1)
        asked(opened(page))


def test_it_looks_where_it_is(browser: Browser, both: Pair) -> None:
    """Language and direction come from the page; theme="host" follows the page's mark; an accent stays readable."""
    with at(browser, both, _lang="fr-CH", _dir="rtl", theme="host", accent="#ffd000", _class="theme-dark") as page:
        panel = opened(page)
        expect(panel.locator("textarea")).to_have_attribute("placeholder", "Saisissez votre question")
        box = kb(page).locator(".launcher").bounding_box()
        assert box
        assert box["x"] < 100
        ink = "(node) => getComputedStyle(node).backgroundColor"
        dark = panel.evaluate(ink)
        page.evaluate("document.body.className = ''")
        page.wait_for_timeout(100)
        assert panel.evaluate(ink) != dark
        page.evaluate("document.documentElement.dataset.theme = 'dark'")
        page.wait_for_timeout(100)
        assert panel.evaluate(ink) == dark
        assert axe(page) == []


# --- hostile surroundings


def test_hostile_pages_change_nothing(browser: Browser, both: Pair) -> None:
    """Under a style sheet that unsets everything the widget looks as on a plain page (≤ 0.1 % of the pixels)."""
    shots = []
    for css in ("plain", "hostile"):
        with at(browser, both, _css=css) as page:
            panel = opened(page)
            asked(panel, "mail-address")
            page.mouse.move(0, 0)
            panel.evaluate("(node) => node.querySelector('textarea').blur()")
            page.wait_for_timeout(500)
            shots.append(panel.screenshot(animations="disabled", caret="hide"))
    assert different(browser, *shots) <= 0.001


def different(browser: Browser, one: bytes, other: bytes) -> float:
    """The share of pixels that differ visibly, counted by the browser itself."""
    page = browser.new_page()
    share = page.evaluate(
        """async (pictures) => {
          const data = [];
          for (const bytes of pictures) {
            const image = await createImageBitmap(new Blob([new Uint8Array(bytes)]));
            const canvas = new OffscreenCanvas(image.width, image.height);
            const context = canvas.getContext("2d");
            context.drawImage(image, 0, 0);
            data.push(context.getImageData(0, 0, image.width, image.height).data);
          }
          if (data[0].length !== data[1].length) return 1;
          let count = 0;
          for (let at = 0; at < data[0].length; at += 4)
            if ([0, 1, 2].some((k) => Math.abs(data[0][at + k] - data[1][at + k]) > 2)) count += 1;
          return count / (data[0].length / 4);
        }""",
        [list(one), list(other)],
    )
    page.close()
    return float(share)


def test_patched_prototypes_change_nothing(browser: Browser, both: Pair) -> None:
    """On a page whose libraries have replaced Array's and Object's methods one still gets an answer and can rate it."""
    with visitor(browser) as (page, _record):
        page.goto(both.page(_patched="1"))
        turn = asked(opened(page))
        turn.locator("[data-feedback] button").first.click()
        expect(turn.locator("[data-thanks], .thanks").first).to_be_visible()


HOSTILE_NODES: list[Any] = [
    ["p", {"class": "ok", "onclick": "x()", "style": "position:fixed", "id": "a b"}, "visible"],
    ["script", {}, "window.bad = 1"],
    ["img", {"src": "x", "onerror": "window.bad = 1"}],
    ["iframe", {"src": "javascript:window.bad=1", "srcdoc": "<script>parent.bad=1</script>"}],
    ["object", {"data": "javascript:window.bad=1"}],
    ["style", {}, "*{display:none}"],
    ["a", {"href": "javascript:window.bad=1", "class": "js"}, "a"],
    ["a", {"href": " \tJaVaScRiPt:window.bad=1", "class": "js"}, "b"],
    ["a", {"href": "data:text/html,<script>bad=1</script>", "class": "js"}, "c"],
    ["a", {"href": "vbscript:x", "class": "js"}, "d"],
    ["a", {"href": "blob:x", "class": "js", "target": "_top", "ping": "https://evil.example"}, "e"],
    ["form", {"action": "javascript:window.bad=1", "id": "f"},
     ["button", {"formaction": "javascript:x", "type": "submit"}, "f"]],
    ["input", {"type": "image", "src": "x", "onfocus": "window.bad=1", "autofocus": ""}],
    ["input", {"type": "password", "name": "p"}],
    ["svg", {"onload": "window.bad=1"}, ["foreignObject", {}, ["script", {}, "bad=1"]], ["script", {}, "bad=1"],
     ["use", {"href": "data:x"}], ["animate", {"attributeName": "href", "values": "javascript:1"}],
     ["a", {"href": "javascript:1"}], ["rect", {"fill": "url(https://evil.example/x)", "width": "1"}]],
    ["meta", {"http-equiv": "refresh", "content": "0;url=javascript:1"}],
    ["base", {"href": "https://evil.example/"}],
    ["link", {"rel": "stylesheet", "href": "https://evil.example/"}],
    ["soluciones-kb", {}, "x"],
    ["div", {"is": "x", "slot": "y", "bad name": "1", "xlink:href": "javascript:1", "__proto__": "1"}],
    ["div"], [], [[]], {"a": 1}, 7, None, [None, {}], ["p", None, "x"], ["p", "str"],
]  # fmt: skip


FORBIDDEN = frozenset(
    ["script", "img", "iframe", "object", "style", "foreignObject", "use", "animate", "meta", "base", "link"]
)  # fmt: skip


def test_hostile_node_trees_build_nothing_harmful(browser: Browser, both: Pair) -> None:
    """Whatever a server says: no script, handler, style, foreign address, frame or form that leaves the page."""
    deep: list[Any] = ["b", {}, "deep"]
    for _ in range(500):
        deep = ["b", {}, deep]
    with at(browser, both) as page:
        panel = opened(page)
        answer_with(page, both, [["div", {"class": "reply"}, *HOSTILE_NODES, deep]])
        turn = asked(panel)
        expect(turn.locator("p.ok")).to_have_text("visible")
        names = turn.evaluate(
            """(turn) => [...turn.querySelectorAll("*")].flatMap((node) => [node.localName,
            ...[...node.attributes].map(({ name, value }) => `${node.localName}@${name}=${value}`)])"""
        )
        tags = {name for name in names if "@" not in name}
        assert not tags & FORBIDDEN
        attributes = [name.partition("@")[2].lower() for name in names if "@" in name]
        for bad in (
            "on",
            "style",
            "src",
            "formaction",
            "action",
            "ping",
            "is=",
            "slot",
            "autofocus",
            "xlink",
            "http-equiv",
        ):
            assert not [name for name in attributes if name.startswith(bad)]
        assert not [name for name in attributes if "javascript:" in name or "url(" in name or "type=password" in name]
        assert turn.locator("a.js[href]").count() == 0
        for button in turn.locator("form button").all():
            button.click()
        page.wait_for_timeout(200)
        assert page.evaluate("window.bad") is None
        assert page.url == both.page()
        page.reload()
        expect(opened(page).locator("p.ok")).to_have_text("visible")
        assert page.evaluate("window.bad") is None


def test_what_others_leave_in_storage_is_not_trusted(browser: Browser, both: Pair) -> None:
    """Damaged or foreign words in our key open an empty conversation or harmless text."""
    for kept in (
        "{",
        "null",
        "7",
        '{"turns": 3}',
        '{"turns": [["script", {}, "window.bad = 1"], "x"], "conversation": {}}',
    ):
        with at(browser, both) as page:
            page.evaluate("(text) => sessionStorage.setItem('soluciones.kb.default', text)", kept)
            asked(opened(page))
            assert page.evaluate("window.bad") is None


# --- accessibility


def axe(page: Page) -> list[str]:
    """What axe finds in the widget; what the host page itself does wrong is not ours."""
    found = Axe().run(page, context="soluciones-kb", options=AXE).response["violations"]
    return [f"{item['id']}: {node['target']} {node['failureSummary']}" for item in found for node in item["nodes"]]


LOOKS = [("light", 320), ("dark", 768), ("light", 1280), ("dark", 320)]


@pytest.mark.parametrize(("theme", "width"), LOOKS)
def test_axe_finds_nothing(browser: Browser, both: Pair, theme: str, width: int) -> None:
    """Launcher, greeting, answer with a form, hand-off, error; the modal; inline; search with its list."""
    look = {"viewport": {"width": width, "height": 800}, "color_scheme": theme, "reduced_motion": "reduce"}
    with visitor(browser, **look) as (page, _record):
        page.goto(both.page())
        expect(kb(page)).to_be_attached()
        found = axe(page)
        panel = opened(page)
        found += axe(page)
        asked(panel, "mail-address")
        found += axe(page)
        panel.locator(".composer [data-handoff]").click()
        expect(panel.locator("[data-handoff-form]")).to_be_visible()
        found += axe(page)
        page.context.set_offline(True)
        panel.locator("textarea").last.fill("ports")
        panel.locator(".composer textarea").fill("ports")
        panel.locator(".composer textarea").press("Enter")
        expect(panel.locator(".failed")).to_be_visible()
        found += axe(page)
        page.context.set_offline(False)
        assert panel.evaluate("(node) => node.querySelector('.scroll').scrollWidth <= node.clientWidth")
        page.goto(both.page(mode="search", target="#help"))
        page.locator("#help input").press_sequentially("puerto")
        expect(page.locator("#help [role=option]").first).to_be_visible()
        found += axe(page)
        page.goto(both.page(mode="inline", target="#help"))
        page.locator("#help input").click()
        expect(page.locator("#help .composer textarea")).to_be_visible()
        found += axe(page)
        assert found == []


def test_targets_motion_and_forced_colours(browser: Browser, both: Pair) -> None:
    """Everything to press is ≥ 44 px; nothing moves where that is not wanted; forced colours leave edges to be seen."""
    with at(browser, both, {"reduced_motion": "reduce", "forced_colors": "active"}) as page:
        panel = opened(page)
        asked(panel)
        sizes = panel.evaluate(
            """(node) => [...node.querySelectorAll("button, textarea, .composer a, .source")].filter((one) =>
            one.checkVisibility() && !one.closest(".hidden")).map((one) => [one.className,
            one.getBoundingClientRect().width, one.getBoundingClientRect().height])"""
        )
        assert len(sizes) > 4
        assert [size for size in sizes if size[1] < 44 or size[2] < 44] == []
        assert page.evaluate("document.getAnimations().length") == 0
        for part in (kb(page).locator(".launcher"), panel):
            assert part.evaluate("(node) => parseFloat(getComputedStyle(node).borderTopWidth)") >= 1
