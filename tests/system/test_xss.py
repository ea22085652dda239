"""Every attack of ``cases/xss.txt`` at every place where the product shows text, judged by Chromium: none may run.

Three judges: what runs (``__xss``, dialogs, requests to the canary, uncaught errors), what the policy had to stop (a
violation is an attack that got as far as the markup), and what stands in the page afterwards that no page of ours has
(handlers, foreign addresses, frames, inline scripts and styles).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient
from playwright.sync_api import Browser, BrowserContext, Page, expect

from soluciones.answer.answerer import Answerer
from soluciones.answer.tools.registry import TOOLS
from soluciones.index.store.store import Store
from soluciones.settings import Settings
from soluciones.webapp.app import create_app
from tests.fake_embedder import FakeEmbedder
from tests.system.browser_guard import Record, chromium, forget, watch
from tests.system.hostile_site import hostile_settings, hostile_site, read_attacks
from tests.system.page_states import suggest

pytestmark = pytest.mark.browser

ATTACKS = read_attacks()
JOINED = 30
"""Attacks in one text: together they still fit a question and an address."""
BRANDED = "__xss(1)"
PATIENCE = 15_000

PLANTED = (Path(__file__).parent / "xss_planted.js").read_text("utf-8")
SHOWN = """() => [document.title, document.documentElement.textContent,
  ...[...document.querySelectorAll("input, textarea")].map((one) => one.value)].join(" ")"""


def bundles(size: int = JOINED, longest: int = 3_500, attacks: Sequence[str] = ATTACKS) -> list[str]:
    """All attacks in texts of ``size`` attacks, none longer than ``longest``."""
    found: list[str] = []
    some: list[str] = []
    for attack in attacks:
        if some and (len(some) == size or len("\n".join([*some, attack])) > longest):
            found.append("\n".join(some))
            some = []
        some.append(attack)
    return [*found, "\n".join(some)]


def split(limit: int) -> list[str]:
    """All attacks, as many in one text as stay below a limit of characters; those that are longer are cut."""
    return bundles(JOINED, limit, [attack[:limit] for attack in ATTACKS])


# --- the site and the visitor


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> tuple[Settings, list[str]]:
    """Settings over an index of hostile guides, and their ids."""
    return hostile_settings(tmp_path_factory.mktemp("hostile"))


@pytest.fixture(scope="module")
def base(hostile: tuple[Settings, list[str]]) -> Iterator[str]:
    """The address of the site with hostile guides."""
    with hostile_site(hostile[0]) as url:
        yield url


@pytest.fixture(scope="module")
def client(hostile: tuple[Settings, list[str]], tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    """The same site without a socket, for replies by the hundred that one page then holds."""
    settings = hostile[0].model_copy(update={"state": tmp_path_factory.mktemp("state")})
    return create_app(settings, Answerer(Store(settings.index, FakeEmbedder))).test_client()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium, headless."""
    with chromium() as made:
        yield made


@pytest.fixture(scope="module")
def context(browser: Browser) -> Iterator[BrowserContext]:
    """One visitor for all places."""
    made = browser.new_context(viewport={"width": 1000, "height": 900}, locale="es-ES", accept_downloads=True)
    made.set_default_timeout(PATIENCE)
    yield made
    made.close()


@pytest.fixture
def record(context: BrowserContext) -> Record:
    """What goes wrong in the course of the test."""
    made = Record()
    watch(context, made)
    return made


@pytest.fixture
def page(context: BrowserContext, record: Record, base: str) -> Iterator[Page]:
    """A tab in which an attack that works is written down, and that must stay clean until its end."""
    tab = context.new_page()
    ran: list[str] = []
    tab.expose_function("__xss", lambda *_: ran.append("__xss was called"))
    tab.on("dialog", lambda found: (ran.append(f"dialog {found.message}"), found.dismiss()))
    own = (base, "data:", "blob:")
    tab.on("response", lambda got: None if got.url.startswith(own) else ran.append(f"got {got.url[:200]}"))
    # What the policy has stopped was not asked for: it is told as a violation.
    tab.on(
        "requestfailed",
        lambda sent: (
            None if sent.url.startswith(own) or sent.failure == "csp" else ran.append(f"asked {sent.url[:200]}")
        ),
    )
    tab.on("console", lambda said: ran.append(said.text) if "__xss" in said.text else None)
    forget(tab, base)
    yield tab
    tab.evaluate("0")
    tab.close()
    assert not ran, "\n".join(ran)
    assert not record.faults(), "\n".join(record.faults())


def judge(page: Page, shows: bool = True) -> None:
    """Nothing has been planted in the page; and the attack was really shown, or the test would say nothing."""
    planted = page.evaluate(PLANTED)
    assert not planted, page.url[:200] + "\n" + "\n".join(planted[:5])
    if shows:
        assert BRANDED in page.evaluate(SHOWN).replace("\u200b", ""), f"nothing shown at {page.url[:200]}"


def show_all(page: Page, base: str, pieces: Sequence[str]) -> None:
    """Lets Chromium read pieces that the server has made, in one page with the policy of our pages."""
    head = f"{base}/es/handoff"

    def answer(route: object) -> None:
        reply = route.fetch()  # type: ignore[attr-defined]
        body = reply.text().replace("</main>", "".join(pieces) + "</main>", 1)
        route.fulfill(response=reply, body=body)  # type: ignore[attr-defined]

    page.route(head, answer)
    page.goto(head)
    page.unroute(head)


def posted(client: FlaskClient, path: str, data: dict[str, object]) -> str:
    """The fragment that a form's values are answered with; errors are fragments too."""
    copied = {name: value for name, value in data.items() if value != ""}
    reply = client.post(path, data=copied, headers={"Soluciones-Fragment": "1"})
    assert reply.status_code < 500, f"{path} {reply.status_code}"
    return reply.get_data(as_text=True)


# --- there are enough


def test_there_are_a_hundred_attacks() -> None:
    """At least a hundred different lines."""
    assert len(set(ATTACKS)) == len(ATTACKS) >= 100


@pytest.mark.breaks_policy
def test_the_judges_see_an_attack_that_works(browser: Browser) -> None:
    """On a page without any defence most attacks that need no visitor run, and what they plant is found."""
    context = browser.new_context()
    page = context.new_page()
    ran: list[str] = []
    page.expose_function("__xss", lambda *_: ran.append("x"))
    page.on("dialog", lambda found: (ran.append("x"), found.dismiss()))
    page.route("**/*", lambda route: route.fulfill(body="", content_type="text/html"))
    for attack in ("<img src=x onerror=__xss(1)>", "<svg onload=__xss(1)>", "<script>alert(1)</script>"):
        page.set_content(f"<p>{attack}</p>")
        page.wait_for_timeout(50)
        assert page.evaluate(PLANTED), attack
    assert len(ran) == 3
    planted = 0
    for attack in ATTACKS:
        page.evaluate("html => { document.open(); document.write(html); document.close(); }", f"<p>{attack}</p>")
        planted += bool(page.evaluate(PLANTED))
    assert planted > 60
    context.close()


# --- addresses

ADDRESSES: dict[str, Callable[[str], str]] = {
    "search": lambda text: f"/es/search?q={quote(text, safe='')}",
    "search-filters": lambda text: f"/es/search?q=puerto&type={quote(text, safe='')}&product={quote(text, safe='')}",
    "chat": lambda text: f"/es/chat?q={quote(text, safe='')}",
    "handoff": lambda text: f"/es/handoff?conversation={quote(text, safe='')}&answer={quote(text, safe='')}",
    "lost": lambda text: f"/es/{quote(text, safe='')}",
    "lost-guide": lambda text: f"/es/guides/{quote(text, safe='')}",
    "lost-topic": lambda text: f"/es/topics/{quote(text, safe='')}",
    "lost-tool": lambda text: f"/es/tools/{quote(text, safe='')}",
    "lost-root": lambda text: f"/{quote(text)}",
    "query": lambda text: f"/de/?{quote(text, safe='=&/')}",
    "api-search": lambda text: f"/api/v1/search?q={quote(text, safe='')}",
    "api-suggest": lambda text: f"/api/v1/suggest?q={quote(text[:200], safe='')}",
    "api-guide": lambda text: f"/api/v1/guides/{quote(text, safe='')}",
}
SHOWN_AT = {"search", "chat"}


@pytest.mark.parametrize("place", ADDRESSES)
def test_attacks_in_addresses(page: Page, base: str, place: str) -> None:
    """What stands in an address is shown as text, or not at all; language links and titles included."""
    for text in bundles():
        page.goto(base + ADDRESSES[place](text))
        judge(page, shows=place in SHOWN_AT)


def test_attacks_behind_the_hash(page: Page, base: str) -> None:
    """What stands behind # reaches only scripts, and they make nothing of it."""
    page.goto(f"{base}/es/guides/ataque-0")
    page.evaluate("hashes => hashes.forEach((hash) => { location.hash = hash; })", ATTACKS)
    judge(page)


# --- the chat


def test_attacks_as_questions(page: Page, base: str) -> None:
    """Questions are text in the conversation, and still text when the page is loaded again from what it kept."""
    page.goto(f"{base}/es/chat")
    box = page.locator("[data-composer] textarea")
    replies = page.locator("[data-log] [data-answer]")
    for number, text in enumerate(bundles(30)):
        box.fill(text)
        box.press("Enter")
        expect(replies).to_have_count(number + 1)
    judge(page)
    page.reload()
    expect(replies).not_to_have_count(0)
    judge(page)


def test_attacks_as_drafts_and_failed_questions(page: Page, base: str, context: BrowserContext) -> None:
    """A question that could not be sent is text too, and so is the draft that the next page finds."""
    page.goto(f"{base}/es/chat")
    box = page.locator("[data-composer] textarea")
    context.set_offline(True)
    try:
        box.fill(bundles(60)[0])
        box.press("Enter")
        expect(page.locator("[data-chat] .asked").last).to_contain_text(BRANDED)
        judge(page)
    finally:
        context.set_offline(False)
    box.fill(bundles(60)[1])
    page.reload()
    judge(page)


@pytest.mark.breaks_policy  # styles that somebody has put into the storage are stopped by the policy
def test_attacks_on_what_the_chat_kept(page: Page, base: str, record: Record) -> None:
    """A stored conversation that somebody has changed runs nothing when it is taken up again."""
    page.goto(f"{base}/es/chat")
    page.locator("[data-composer] textarea").fill("hola")
    page.locator("[data-composer] textarea").press("Enter")
    expect(page.locator("[data-log] [data-answer]")).to_have_count(1)
    keys = page.evaluate("Object.keys(localStorage)")
    assert keys
    for text in bundles():
        page.evaluate(
            """([keys, text]) => addEventListener("pagehide", () => { for (const key of keys) {
              const kept = JSON.parse(localStorage.getItem(key) || "{}");
              const one = ([name, value]) => [name, name === "lang" ? value : bad(value)];
              const bad = (value) => typeof value === "string" ? value + text
                : Array.isArray(value) ? [...value.map(bad), text]
                : value && typeof value === "object" ? Object.fromEntries(Object.entries(value).map(one)) : value;
              localStorage.setItem(key, JSON.stringify(bad(kept)));
            } })""",
            [keys, text],
        )
        page.reload()
        expect(page.locator("[data-composer] textarea")).to_be_visible()
        page.evaluate("localStorage.clear()")
    # Whoever can write the storage has the page already: that nothing runs is asked for, not that nothing is stopped.
    record.violations.clear()


# --- suggestions


def test_attacks_among_the_suggestions(page: Page, base: str) -> None:
    """Titles and questions of hostile guides are text in the list of suggestions."""
    page.goto(f"{base}/es/")
    for number in range(0, len(ATTACKS) // 12 + 1, 3):
        page.locator("main input[type=search]").first.fill("")
        suggest(page, f"ataque {number} preg")
        judge(page, shows=False)
    page.locator("main input[type=search]").first.fill(ATTACKS[0])
    judge(page)


# --- tools


def _fields(client: FlaskClient, tool: str) -> dict[str, int]:
    """Names of a tool's fields that take text, with how many attacks' characters fit."""
    forms = client.get("/api/v1/tools").get_json()["tools"]
    found = next(form for form in forms if form["id"] == tool)["schema"]["properties"]
    sizes: dict[str, int] = {}
    for name, field in found.items():
        sizes[name] = min(int(field.get("maxLength") or 3_000), 3_000)
    return sizes


@pytest.mark.parametrize("tool", list(TOOLS))
def test_attacks_as_values_of_tools(page: Page, base: str, client: FlaskClient, tool: str) -> None:
    """Whatever a tool says of a value, it says it as text: in its headline, its findings, its form and its files."""
    pieces = []
    for name, limit in _fields(client, tool).items():
        for text in split(limit):
            pieces.append(posted(client, f"/es/tools/{tool}", {name: text}))
    show_all(page, base, pieces)
    judge(page, shows=False)


CARD = (
    "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:{0}\r\nN:{0};{0};;;\r\nORG:{0}\r\nNOTE:{0}\r\n"
    "EMAIL:ana@ejemplo.com\r\nEND:VCARD\r\n"
)


def _flat(attack: str) -> str:
    return re.sub(r"[\r\n]", " ", attack)


def _files(tool: str) -> list[str]:
    if tool == "contacts-dedupe":
        return ["".join(CARD.format(_flat(attack)) for attack in ATTACKS for _ in (1, 2))]
    if tool == "address-csv":
        rows = "".join('"{0}";"{0}"\n'.format(_flat(attack).replace('"', '""')) for attack in ATTACKS)
        return ["Correo;Nombre\n" + rows, "\n".join(map(_flat, ATTACKS))]
    heads = []
    for place in range(0, len(ATTACKS), 3):
        a, b, c = (_flat(ATTACKS[(place + more) % len(ATTACKS)]) for more in (0, 1, 2))
        heads.append(
            f"From: {a} <ana@ejemplo.com>\r\nReply-To: {b}\r\nSubject: {c}\r\nTo: {a}\r\nMessage-ID: <{b}>\r\n"
            f"Received: from {c} by {a}; Mon, 23 Nov 2026 10:00:00 +0000\r\n"
            f"Authentication-Results: mx.ejemplo.com; spf=fail smtp.mailfrom={b}; dkim=pass header.d={c}\r\n\r\n"
        )
    bounces = [
        f"Diagnostic-Code: smtp; 550 5.7.1 {_flat(a)}\r\nFinal-Recipient: rfc822; {_flat(a)}\r\n" for a in ATTACKS
    ]
    return [*heads, "".join(bounces)]


@pytest.mark.parametrize(
    ("tool", "field"), [("contacts-dedupe", "vcard"), ("address-csv", "csv"), ("message-headers", "message")]
)
def test_attacks_inside_files(page: Page, base: str, client: FlaskClient, tool: str, field: str) -> None:
    """Names, cells and headers of a visitor's file are text on the card."""
    pieces = [posted(client, f"/es/tools/{tool}", {field: text}) for text in _files(tool)]
    show_all(page, base, pieces)
    judge(page, shows=False)
    assert "&lt;" in "".join(pieces) or tool == "contacts-dedupe"


def test_attacks_typed_into_a_tool(page: Page, base: str) -> None:
    """By the script's way: the result that takes the place of the form is clean."""
    page.goto(f"{base}/es/tools/mail-address")
    for text in split(320)[:6]:
        page.evaluate("() => { document.querySelector('[data-tool-place]').dataset.before = '1'; }")
        page.locator("[data-tool-place] [name=email]").fill(text)
        page.locator("[data-tool-place] [name=email]").press("Enter")
        expect(page.locator("[data-tool-place]:not([data-before])")).to_be_attached()
        judge(page)


# --- people


def test_attacks_on_the_way_to_a_person(page: Page, base: str, client: FlaskClient) -> None:
    """What a visitor writes to a person, and the conversation that goes along, are text where they are shown."""
    pieces = []
    for text in bundles():
        reply = posted(client, "/es/chat", {"q": text})
        found = re.search(r'data-conversation="([^"]+)"', reply)
        conversation = found[1] if found else ""
        asked = client.get(f"/es/handoff?conversation={conversation}", headers={"Soluciones-Fragment": "1"})
        form = {"contact": text[:254], "message": text, "name": text[:100], "conversation": conversation}
        pieces += [asked.get_data(as_text=True), posted(client, "/es/handoff", form)]
        pieces.append(posted(client, "/es/handoff", form | {"contact": "ana@ejemplo.com", "message": text * 3}))
    show_all(page, base, pieces)
    judge(page, shows=False)


def test_attacks_as_notes_and_names_of_answers(page: Page, base: str, client: FlaskClient) -> None:
    """A note, a reason, the id of an answer or of a conversation: nothing of it becomes markup."""
    pieces = []
    for text in split(64) + split(900):
        values = {"answer": text, "conversation": text, "useful": "0", "note": text, "reason": text, "guide": text}
        pieces.append(posted(client, "/es/feedback", values))
        pieces.append(posted(client, "/es/feedback", values | {"answer": "answer-1"}))
    show_all(page, base, pieces)
    judge(page, shows=False)


# --- guides


@pytest.mark.breaks_policy  # pictures from elsewhere in a guide are stopped by the policy
def test_attacks_in_guides(page: Page, base: str, record: Record, hostile: tuple[Settings, list[str]]) -> None:
    """A guide whose every part is an attack is a page like any other, on the lists that name it too."""
    for guide in hostile[1]:
        page.goto(f"{base}/es/guides/{guide}")
        judge(page)
        for data in page.locator("script[type='application/ld+json']").all_text_contents():
            json.loads(data)
    for path in (
        "/es/",
        "/es/topics/configuracion",
        "/es/search?q=ataque+pregunta",
        "/es/chat?q=ataque+3+pregunta+script",
    ):
        page.goto(base + path)
        judge(page)
    assert all("img-src" in told for told in record.violations), record.violations[:3]
    record.violations.clear()


MACHINES = ("/sitemap.xml", "/es/sitemap.xml", "/es/changes.xml", "/es/opensearch.xml", "/llms.txt", "/es/llms.txt",
            "/es/llms-full.txt", "/api/v1/guides", "/es/suggest.json?q=ataque", "/openapi/openapi.json")  # fmt: skip


def _machine_paths(page: Page, base: str, guides: Sequence[str]) -> list[str]:
    page.goto(f"{base}/es/guides/{guides[0]}")
    linked = page.eval_on_selector_all("link[href]", "links => links.map((one) => new URL(one.href).pathname)")
    named = [path for path in linked if not path.startswith(("/static", "/es/guides", "/favicon"))]
    twins = [f"/es/guides/{guide}.md" for guide in guides]
    return list(dict.fromkeys([*MACHINES, *named, *twins, *(f"/api/v1/guides/{guide}" for guide in guides)]))


def test_attacks_in_what_machines_read(page: Page, base: str, hostile: tuple[Settings, list[str]]) -> None:
    """Feeds, maps, twins and JSON of hostile guides run nothing when somebody opens them in a browser."""
    read = 0
    for path in _machine_paths(page, base, hostile[1]):
        kind = page.request.get(base + path)
        if kind.status != 200:
            continue
        if kind.headers["content-type"].startswith("text/html"):
            continue  # a page in another language
        read += 1
        assert kind.headers["x-content-type-options"] == "nosniff", path
        if not kind.headers["content-type"].startswith(
            ("text/plain", "application/xml", "application/json", "text/xml")
        ):
            continue  # saved by the browser, not shown
        page.goto(base + path)
        assert not page.evaluate(PLANTED), path
    assert read >= len(hostile[1])


def test_the_attacks_are_all_used() -> None:
    """Joining and cutting loses none of them."""
    assert sum(text.count("\n") + 1 for text in bundles()) >= len(ATTACKS)
    assert sum(text.count("\n") + 1 for text in split(64)) >= len(ATTACKS)
    assert all(len(text) <= 64 for text in split(64))
    assert all(attack in "\n".join(bundles()) for attack in ATTACKS)
