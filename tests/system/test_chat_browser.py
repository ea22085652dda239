"""The chat's journeys in a real browser on a real server: asking, going on, broken networks, reloads, tabs, keys."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, Route, expect

from tests.conftest import Server
from tests.system.browser_guard import chromium, visitor

pytestmark = [pytest.mark.browser, pytest.mark.model]

ASK = re.compile(r"/es/chat$")
PORTS = "¿Qué puerto uso para recibir por IMAP?"
UNKNOWN = "¿cuál es la capital de Francia?"
OFFLINE = "Sin conexión. Su pregunta se enviará cuando vuelva."
COUNT = """() => {
  window.told = [];
  new MutationObserver((all) => all.forEach(({addedNodes, target}) => addedNodes.forEach((node) => {
    const live = target.closest("[aria-live], [role=status]");
    const said = node.textContent.trim();
    if (live && live.getAttribute("aria-live") !== "off" && said) window.told.push(said.slice(0, 60));
  }))).observe(document.body, {childList: true, subtree: true});
}"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium, headless."""
    with chromium() as found:
        yield found


@pytest.fixture(params=[1280, 360], ids=["wide", "phone"])
def page(browser: Browser, request: pytest.FixtureRequest, server: Server) -> Iterator[Page]:
    """The chat, opened by a fresh visitor; an error or a policy violation fails the test."""
    with visitor(browser, viewport={"width": request.param, "height": 800}) as (tab, _):
        tab.goto(f"{server.url}/es/chat")
        yield tab


def box(page: Page) -> Locator:
    """The question field."""
    return page.locator("#question")


def turns(page: Page) -> Locator:
    """The answered questions."""
    return page.locator("[data-log] > article")


def waiting(page: Page) -> Locator:
    """The questions without an answer."""
    return page.locator("[data-waiting] > article")


def ask(page: Page, question: str) -> None:
    """Types a question and sends it."""
    box(page).fill(question)
    box(page).press("Enter")


def asked(page: Page, question: str) -> Locator:
    """Sends a question and waits for its answer."""
    count = turns(page).count()
    ask(page, question)
    expect(turns(page)).to_have_count(count + 1)
    return turns(page).last


def fake_answer(page: Page, calls: list[str], *plans: int | None) -> None:
    """Plays the server for the next requests: a status, or ``None`` to cut the line; later ones are let through."""
    todo = list(plans)

    def handle(route: Route) -> None:
        if route.request.method != "POST":
            route.fallback()
            return
        calls.append(route.request.post_data or "")
        if not todo:
            route.fallback()
            return
        plan = todo.pop(0)
        if plan is None:
            route.abort()
        else:
            route.fulfill(status=plan, content_type="text/html", body="<p>Ahora no.</p>")

    page.route(ASK, handle)


def test_a_question_its_follow_up_and_its_source(page: Page, server: Server) -> None:
    """«¿y para enviar?» is understood from the question before; the source opens the guide at the passage."""
    expect(asked(page, PORTS)).to_contain_text("993")
    second = asked(page, "¿y para enviar?")
    expect(second).to_contain_text("465")
    expect(second.locator("[data-tool=ports]")).to_have_attribute("data-status", "ok")
    page.locator("a.source").first.click()
    expect(page).to_have_url(re.compile("/es/guides/protocolos-y-puertos"))


def test_a_chip_asks_and_is_not_offered_again(page: Page) -> None:
    """A follow-up chip asks its question; what has been asked is offered nowhere."""
    first = asked(page, PORTS)
    chip = first.locator(".follow-ups .chip:visible").first
    question = chip.inner_text()
    chip.click()
    expect(turns(page)).to_have_count(2)
    expect(turns(page).last.locator("[data-asked]")).to_have_text(question)
    expect(page.locator(f".follow-ups [data-ask='{question}']:visible")).to_have_count(0)


def test_one_announcement_an_answer(page: Page) -> None:
    """The log gets one polite addition an answer; the waiting question and later changes in a turn say nothing."""
    page.evaluate(COUNT)
    asked(page, PORTS)
    expect(turns(page)).to_have_attribute("aria-live", "off")
    told = page.evaluate("window.told")
    assert len(told) == 1, told
    page.locator("[data-log] article").first.evaluate("node => node.querySelector('.reply').append('late')")
    assert page.evaluate("window.told").__len__() == 1


def test_offline_questions_wait_in_line_and_go_out_in_order(page: Page) -> None:
    """Without a connection the page says so and keeps the questions; they are sent once, in order, when it is back."""
    page.context.set_offline(True)
    ask(page, PORTS)
    ask(page, UNKNOWN)
    expect(waiting(page)).to_have_count(2)
    expect(page.get_by_role("status").filter(has_text=OFFLINE)).to_be_visible()
    expect(turns(page)).to_have_count(0)
    page.context.set_offline(False)
    expect(turns(page)).to_have_count(2)
    expect(turns(page).locator("[data-asked]")).to_have_text([PORTS, UNKNOWN])
    expect(waiting(page)).to_have_count(0)
    expect(page.locator(".chat-state")).to_be_empty()


@pytest.mark.parametrize("plan", [(503,), (None,), (502, None)], ids=["busy", "cut", "both"])
def test_it_sends_again_until_it_is_answered(page: Page, plan: tuple[int | None, ...]) -> None:
    """Errors of the server and cut lines lead to another attempt with the same id; the question shows once."""
    calls: list[str] = []
    fake_answer(page, calls, *plan)
    ask(page, PORTS)
    expect(waiting(page).locator(".thinking")).to_contain_text("El servidor no responde")
    expect(turns(page)).to_have_count(1)
    ids = {re.search(r'name="ask"\s+(\S+)', call)[1] for call in calls}  # type: ignore[index]
    assert len(calls) == len(plan) + 1
    assert len(ids) == 1
    expect(waiting(page)).to_have_count(0)


def test_an_answer_that_got_lost_is_not_asked_twice(page: Page) -> None:
    """The server worked the answer out, the line broke before it arrived: the resend gets that same answer."""
    lost: list[str] = []

    def handle(route: Route) -> None:
        if route.request.method != "POST" or lost:
            route.fallback()
            return
        lost.append(route.fetch().text())
        route.abort()

    page.route(ASK, handle)
    ask(page, PORTS)
    expect(turns(page)).to_have_count(1)
    answer = page.locator("[data-answer]").get_attribute("data-answer")
    assert answer
    assert answer in lost[0]


def test_send_now_does_not_wait(page: Page) -> None:
    """A question that waits for its next attempt is sent at once by its button, with the keyboard too."""
    calls: list[str] = []
    fake_answer(page, calls, 503, 503, 503)
    ask(page, PORTS)
    for _ in range(3):
        waiting(page).get_by_role("button", name="Enviar ahora").press("Enter")
    expect(turns(page)).to_have_count(1)
    expect(box(page)).to_be_focused()


def test_a_refused_question_goes_back_into_the_field(page: Page) -> None:
    """What the server refuses is not sent again: the words are in the field, with the reason below."""
    calls: list[str] = []
    fake_answer(page, calls, 413)
    ask(page, PORTS)
    expect(box(page)).to_have_value(PORTS)
    expect(page.locator("[data-note]")).to_have_text("Ahora no.")
    expect(waiting(page)).to_have_count(0)
    assert len(calls) == 1


def test_a_question_can_be_taken_back(page: Page) -> None:
    """«No enviar y editar» brings an unsent question back into the field, before what was typed since."""
    page.context.set_offline(True)
    ask(page, PORTS)
    box(page).fill("otra cosa")
    waiting(page).get_by_role("button", name="No enviar y editar").click()
    expect(box(page)).to_have_value(f"{PORTS}\notra cosa")
    expect(waiting(page)).to_have_count(0)
    page.context.set_offline(False)
    expect(turns(page)).to_have_count(0)


def test_a_slow_answer_says_that_it_is_still_coming(page: Page) -> None:
    """After some seconds a line tells so, and the answer comes all the same."""
    held: list[Route] = []

    def hold(route: Route) -> None:
        if route.request.method == "POST":
            held.append(route)
        else:
            route.fallback()

    page.route(ASK, hold)
    ask(page, PORTS)
    expect(page.locator(".chat-state")).to_contain_text("Seguimos trabajando")
    held[0].fallback()
    expect(turns(page)).to_have_count(1)


def test_nothing_typed_or_asked_is_lost_by_a_reload(page: Page) -> None:
    """Answers, the draft and a question on its way are there after a reload; the question is then sent."""
    asked(page, PORTS)
    page.context.set_offline(True)
    ask(page, UNKNOWN)
    expect(waiting(page)).to_have_count(1)
    box(page).fill("un borrador")
    page.context.set_offline(False)
    # The line is cut for posts only, so that the page itself can be loaded again.
    page.route(ASK, lambda route: route.abort() if route.request.method == "POST" else route.fallback())
    page.reload()
    expect(box(page)).to_have_value("un borrador")
    expect(page.locator("article [data-asked]").first).to_have_text(PORTS)
    page.unroute(ASK)
    expect(turns(page)).to_have_count(2)
    expect(turns(page).last).to_contain_text("No lo sé")


def test_a_closed_tab_leaves_its_question_to_the_next(page: Page, server: Server) -> None:
    """A tab closed with a draft and an unsent question: the next one takes both up."""
    page.context.set_offline(True)
    ask(page, PORTS)
    box(page).fill("un borrador")
    page.goto("about:blank")
    page.context.set_offline(False)
    other = page.context.new_page()
    other.goto(f"{server.url}/es/chat")
    expect(turns(other)).to_have_count(1)
    expect(box(other)).to_have_value("un borrador")


def test_clearing_can_be_taken_back(page: Page) -> None:
    """Clearing empties page and device and offers to undo; undoing brings all of it back, also after a reload."""
    asked(page, PORTS)
    page.locator("[data-clear]").click()
    expect(turns(page)).to_have_count(0)
    expect(page.get_by_role("heading", name="¿Cuál es su pregunta?")).to_be_visible()
    assert "993" not in page.evaluate("JSON.stringify(localStorage)")
    expect(page.get_by_role("button", name="Deshacer")).to_be_focused()
    page.keyboard.press("Enter")
    expect(turns(page)).to_have_count(1)
    expect(box(page)).to_be_focused()
    page.reload()
    expect(turns(page)).to_have_count(1)
    page.locator("[data-clear]").click()
    page.reload()
    expect(turns(page)).to_have_count(0)
    expect(page.locator("[data-undo]")).to_have_count(0)


def test_two_tabs_share_one_conversation(page: Page, server: Server) -> None:
    """What is asked in one tab appears in the other; neither overwrites the other, drafts stay apart."""
    asked(page, PORTS)
    other = page.context.new_page()
    other.goto(f"{server.url}/es/chat")
    expect(turns(other)).to_have_count(1)
    asked(other, UNKNOWN)
    expect(turns(page)).to_have_count(2)
    box(page).fill("borrador uno")
    box(other).fill("borrador dos")
    asked(page, "¿Cómo creo una dirección de correo?")
    expect(turns(other)).to_have_count(3)
    expect(box(other)).to_have_value("borrador dos")
    other.reload()
    expect(turns(other)).to_have_count(3)
    expect(box(other)).to_have_value("borrador dos")


def test_storage_off_keeps_nothing(page: Page, server: Server) -> None:
    """With storage off the conversation works and leaves nothing on the device."""
    page.goto(f"{server.url}/es/chat?storage=off")
    asked(page, PORTS)
    asked(page, "¿y para enviar?")
    assert page.evaluate("localStorage.length + sessionStorage.length") == 0
    page.reload()
    expect(turns(page)).to_have_count(0)


def test_damaged_storage_is_ignored(page: Page) -> None:
    """Whatever stands in the storage, the page begins."""
    for damaged in ("{", "[]", '"x"', '{"turns": 3}', '{"at": 9e99, "turns": [{"id": 1}, null, {"html": "<b>"}]}'):
        page.evaluate(
            "(text) => ['', 'unsent.'].forEach((part) => localStorage.setItem(`soluciones.chat.2.${part}es`, text))",
            damaged,
        )
        page.reload()
        asked(page, PORTS)


def test_keys_alone_are_enough(page: Page) -> None:
    """Shift+Enter breaks the line, ↑ recalls, the choices and cards are reached by Tab, Escape closes the form."""
    box(page).focus()
    page.keyboard.type("primera")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("segunda")
    expect(box(page)).to_have_value("primera\nsegunda")
    box(page).fill("")
    asked(page, PORTS)
    page.keyboard.press("ArrowUp")
    expect(box(page)).to_have_value(PORTS)
    page.keyboard.press("ArrowDown")
    expect(box(page)).to_have_value("")
    link = page.locator(".person-link")
    link.press("Enter")
    panel = page.get_by_role("dialog", name="Hablar con una persona")
    field = panel.locator("input:not([type=hidden])").first
    expect(field).to_be_focused()
    page.keyboard.type("ana@ejemplo.com")
    page.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    expect(link).to_be_focused()
    page.keyboard.press("Enter")
    expect(field).to_have_value("ana@ejemplo.com")


def test_the_form_for_a_person_is_sent_in_place(page: Page) -> None:
    """The panel's form knows conversation and reason, is sent without leaving the page, and says thanks with focus."""
    answer = asked(page, UNKNOWN)
    answer.get_by_role("link", name="Hablar con una persona").click()
    panel = page.get_by_role("dialog", name="Hablar con una persona")
    conversation = answer.locator("[data-conversation]").get_attribute("data-conversation")
    expect(panel.locator("input[name=conversation]")).to_have_value(conversation or "")
    panel.locator("input:not([type=hidden]):not([type=checkbox])").first.fill("ana@ejemplo.com")
    panel.get_by_role("button", name="Enviar").click()
    expect(panel.locator("form")).to_have_count(0)
    expect(panel).to_contain_text("recibido")
    assert panel.evaluate("node => node.contains(document.activeElement)")


def test_an_answer_is_rated_with_reasons_and_a_note(page: Page) -> None:
    """A thumb opens the reasons in its place, with the focus; sending them says thanks, and stays said."""
    answer = asked(page, PORTS)
    answer.get_by_role("button", name="No", exact=False).last.press("Enter")
    form = answer.locator(".reply-foot form")
    expect(form.locator("textarea")).to_be_visible()
    assert answer.locator(".reply-foot").evaluate("node => node.contains(document.activeElement)")
    form.locator("textarea").fill("faltaba algo")
    form.get_by_role("button").last.click()
    expect(answer.locator(".reply-foot [data-thanks]")).to_be_visible()
    page.reload()
    expect(turns(page).last.locator(".reply-foot [data-thanks]")).to_be_visible()


def test_a_card_s_form_takes_the_conversation_on(page: Page) -> None:
    """The answer given in a card's form counts: the card changes in place with the focus, and follow-ups know it."""
    answer = asked(page, "quiero saber si una dirección de correo es válida")
    card = answer.locator("[data-tool=mail-address]")
    card.locator("input[name=email]").fill("ana..lopez@ejemplo.com")
    card.get_by_role("button").last.click()
    expect(card).to_have_attribute("data-status", "bad")
    expect(card).to_be_focused()
    expect(asked(page, "gracias").locator("[data-tool]")).to_have_count(0)
    page.reload()
    expect(page.locator("[data-tool=mail-address]")).to_have_attribute("data-status", "bad")


def test_long_pastes_go_through_and_long_questions_do_not(page: Page) -> None:
    """Pasted headers are sent whole and folded up; as many words of one's own are told to be too long."""
    head = "Received: from a.example by b.example; Mon, 23 Nov 2026 10:00:00 +0000\nFrom: a@b.example\nSubject: x\n"
    answer = asked(page, "¿es vuestro?\n" + head + "X-Test: una linea mas\n" * 900 + "X-Last: el final")
    expect(answer.locator("[data-tool=message-headers]")).to_be_visible()
    expect(answer.locator("[data-pasted] summary")).to_be_visible()
    assert "el final" not in page.evaluate("JSON.stringify(localStorage)")
    box(page).fill("palabra " * 700)
    expect(page.locator("[data-note]")).to_contain_text("4000")
    box(page).press("Enter")
    expect(turns(page)).to_have_count(1)


@pytest.mark.parametrize("width", [320, 360, 1280])
def test_the_way_to_a_person_is_always_in_sight(browser: Browser, server: Server, width: int) -> None:
    """On every width, empty or in the middle of a conversation, and nothing scrolls sideways."""
    with visitor(browser, viewport={"width": width, "height": 640}) as (page, _):
        page.goto(f"{server.url}/es/chat")
        expect(page.locator(".person-link")).to_be_in_viewport()
        asked(page, PORTS)
        expect(page.locator(".person-link")).to_be_in_viewport()
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_without_javascript_the_page_answers(browser: Browser, server: Server) -> None:
    """Forms alone: a question, a follow-up that knows it, a chip, and the way to a person."""
    with visitor(browser, java_script_enabled=False) as (page, _):
        page.goto(f"{server.url}/es/chat")
        box(page).fill(PORTS)
        page.get_by_role("button", name="Enviar la pregunta").click()
        expect(page.locator("main")).to_contain_text("993")
        box(page).fill("¿y para enviar?")
        page.get_by_role("button", name="Enviar la pregunta").click()
        expect(page.locator("main")).to_contain_text("465")
        page.locator(".follow-ups .chip").first.click()
        expect(turns(page)).to_have_count(1)
        page.locator(".person-link").click()
        expect(page).to_have_url(re.compile("/es/handoff"))
