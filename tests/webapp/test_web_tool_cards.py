"""Every tool on its page: its own card for good and bad input in five languages, and nothing hostile comes alive."""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, render_template
from flask.testing import FlaskClient
from lxml import html
from tool_bench import ToolService, cases
from web_rules import assert_headers, assert_page, assert_piece, having

from soluciones.answer.tools.registry import TOOLS
from soluciones.answer.types import ToolResult
from soluciones.kb.types import LANGUAGES
from soluciones.settings import Settings
from soluciones.webapp import languages, logs
from soluciones.webapp.app import create_app
from soluciones.webapp.card_models import MODELS, card_data
from soluciones.webapp.cards import tool_card
from soluciones.webapp.forms import fields

TEMPLATES = Path(__file__).parents[2] / "soluciones" / "webapp" / "templates" / "parts" / "cards"
CASES = cases()
ATTACK = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>{{1234*4321}}</textarea></title><!--"


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> ToolService:
    """The real tools."""
    return ToolService(tmp_path_factory.mktemp("bench"))


@pytest.fixture(scope="module")
def app(bench: ToolService, tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """The application on them."""
    logs.configure(io.StringIO())
    return create_app(Settings(state=tmp_path_factory.mktemp("state")), bench)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def client(app: Flask) -> FlaskClient:
    """A browser."""
    return app.test_client()


def use(client: FlaskClient, tool: str, slots: Mapping[str, Any], lang: str = "es", **headers: str) -> str:
    """Posts a tool's form and returns the page."""
    response = client.post(
        f"/{lang}/tools/{tool}", data=dict(slots), content_type="multipart/form-data", headers=headers
    )
    assert response.status_code == 200, (tool, response.status_code)
    return response.get_data(as_text=True)


def test_every_tool_has_a_card_of_its_own() -> None:
    """No tool without a model, no model without a template, and none left over."""
    assert set(MODELS) == set(TOOLS)
    assert {path.stem for path in TEMPLATES.glob("*.html")} == set(TOOLS)


def test_every_tool_is_used_with_good_and_bad_input() -> None:
    """The cases cover all tools both ways."""
    assert {(case["tool"], case["name"]) for case in CASES} >= {(t, n) for t in TOOLS for n in ("good", "bad")}


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['tool']}-{case['name']}")
def test_a_result_is_shown_on_its_card(
    client: FlaskClient, bench: ToolService, case: dict[str, Any], lang: str
) -> None:
    """The page keeps the house rules, the card is the tool's own, and guides' words are marked as Spanish."""
    tool = case["tool"]
    result = bench.run_tool(tool, case["slots"], lang)
    assert not result.data or card_data(result) is not None
    tree = assert_page(use(client, tool, case["slots"], lang), lang)
    (card,) = tree.xpath("//section[@data-tool]")
    assert (card.get("data-tool"), card.get("id")) == (tool, "result")
    for quote in card.xpath(".//q | .//blockquote | .//details[@class='facts']//q"):
        assert (quote.get("lang") == "es") == (lang != "es"), html.tostring(quote)
    for link in card.xpath(".//a[starts-with(@href, '/')][contains(@href, '/guides/')]"):
        assert link.get("href").startswith(f"/{lang}/guides/")
    if lang == "es":
        for wanted in case["shows"]:
            assert having(card, wanted[1:]) if wanted[0] == "." else wanted in card.text_content(), wanted


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['tool']}-{case['name']}")
def test_no_status_is_told_by_colour_alone(client: FlaskClient, case: dict[str, Any]) -> None:
    """Beside every coloured mark stands an icon and a word."""
    tree = html.fromstring(use(client, case["tool"], case["slots"]))
    for name in ("row-ok", "row-warn", "row-bad", "row-unknown"):
        for row in having(tree, name):
            assert having(row, "icon")
            assert having(row, "badge")[0].text_content().strip()
    for name in ("finding", "stage", "status-word"):
        for mark in having(tree, name):
            assert having(mark, "icon")
            assert mark.text_content().strip()
    for change in tree.xpath("//ul[@class='diff']/li"):
        assert having(change, "hidden")[0].text_content().strip()


@pytest.mark.parametrize("tool", TOOLS)
def test_a_tools_page_opens_with_its_form_and_sends_nothing_out(
    client: FlaskClient, bench: ToolService, tool: str
) -> None:
    """Looking at a page asks no name server and dials no server; the form and the guides are there."""
    before = bench.zone.asked, bench.servers.dialled
    response = client.get(f"/es/tools/{tool}")
    assert_headers(dict(response.headers))
    tree = assert_page(response.get_data(as_text=True), "es")
    assert (bench.zone.asked, bench.servers.dialled) == before
    assert tree.xpath(f"//form[starts-with(@action, '/es/tools/{tool}')]//*[@type='submit']")
    assert tree.xpath("//div[@class='tool-guides']//a")
    assert tree.xpath("//p[@class='lead']/text()")
    assert tree.xpath("//nav[@class='crumbs']//a/@href") == ["/es/", "/es/tools"]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_all_tools_are_listed_with_what_they_do(client: FlaskClient, lang: str) -> None:
    """The list has every tool, its title and one line about it; home and foot lead there."""
    tree = assert_page(client.get(f"/{lang}/tools").get_data(as_text=True), lang)
    assert sorted(tree.xpath("//main//h3/a/@href")) == sorted(f"/{lang}/tools/{tool}" for tool in TOOLS)
    assert len(tree.xpath("//main//li[@class='tool-tile']//p[text()]")) == len(TOOLS)
    home = html.fromstring(client.get(f"/{lang}/").get_data(as_text=True))
    assert f"/{lang}/tools" in home.xpath("//main//a/@href")
    assert f"/{lang}/tools" in home.xpath("//footer//a/@href")


@pytest.mark.parametrize("tool", TOOLS)
@pytest.mark.parametrize(
    "text", [ATTACK, "\x00", "\u202e\u2066x", "ñ" * 20_000, "a\r\nb: c\r\n\r\n", " ", "=cmd|'/c x'!A1"]
)
def test_hostile_input_is_borne(client: FlaskClient, bench: ToolService, tool: str, text: str) -> None:
    """In every field at once: the page comes, keeps the rules, and nothing of it is markup."""
    schema = next(form["schema"] for form in bench.tool_forms("es") if form["id"] == tool)
    tree = assert_page(use(client, tool, dict.fromkeys(schema["properties"], text)), "es")
    assert not tree.xpath("//img[@src='x'] | //script[not(@src)] | //@onerror")
    assert "5332114" not in tree.text_content()


@pytest.mark.parametrize("tool", TOOLS)
@pytest.mark.parametrize(
    "value", [5, 1.5, True, None, [], ["x"] * 50, {"a": 1}, {"base64": "!"}, [[["x"]]], "x" * 60_000]
)
def test_values_of_the_wrong_kind_are_answered(client: FlaskClient, bench: ToolService, tool: str, value: Any) -> None:
    """The API answers any JSON value in any slot."""
    schema = next(form["schema"] for form in bench.tool_forms("es") if form["id"] == tool)
    response = client.post(f"/api/v1/tools/{tool}", json={"slots": dict.fromkeys(schema["properties"], value)})
    assert response.status_code == 200, response.get_data(as_text=True)[:300]


def poisoned(value: Any) -> Any:
    """The same data with every text replaced by an attack."""
    if isinstance(value, str):
        return ATTACK
    if isinstance(value, Mapping):
        return {key: poisoned(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [poisoned(item) for item in value]
    return value


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['tool']}-{case['name']}")
def test_hostile_data_is_escaped_on_the_card(app: Flask, bench: ToolService, case: dict[str, Any]) -> None:
    """Whatever a tool took over from outside is text on the card, never markup and never another address."""
    result = bench.run_tool(case["tool"], case["slots"], "es")
    for data in (poisoned(result.data), {**result.data, **{k: ATTACK for k, v in result.data.items() if v == ""}}):
        bad = ToolResult(result.tool, result.status, ATTACK, data=data, slots=result.slots, form=result.form)
        with app.test_request_context(f"/es/tools/{case['tool']}"):
            languages.set_current("es")
            text = render_template("parts/tool_fragment.html", card=tool_card(bad))
        tree = html.fromstring(text)
        assert_piece(tree)
        assert not tree.xpath("//img[@src='x'] | //script | //@onerror")
        for url in tree.xpath("//@href | //@action"):
            assert url.startswith(("/es/", "mailto:", "data:")), url


def test_data_that_does_not_fit_falls_back_to_the_plain_card(app: Flask, bench: ToolService) -> None:
    """A card is plain rather than broken."""
    for tool in TOOLS:
        for data in ({"nothing": 1}, {"groups": 5, "rows": 5, "boxes": 5, "ports": "x", "lights": 3, "terms": [1]}):
            with app.test_request_context(f"/es/tools/{tool}"):
                languages.set_current("es")
                card = tool_card(ToolResult(tool, "ok", "Titular", data=data))
                assert "Titular" in render_template("parts/tool_fragment.html", card=card)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['tool']}-{case['name']}")
def test_scripts_get_the_card_alone_or_its_place(client: FlaskClient, case: dict[str, Any]) -> None:
    """The chat gets the card; the tool's own page gets the middle of itself, which is the same as without a script."""
    headers = {"Soluciones-Fragment": "1"}
    alone = html.fromstring(use(client, case["tool"], case["slots"], **headers))
    assert alone.tag == "section"
    assert not alone.xpath("//h1")
    place = html.fromstring(use(client, case["tool"], case["slots"], **{"Soluciones-Fragment": "page"}))
    assert place.xpath("//*[@data-tool-place]//section[@id='result']")
    assert place.xpath("//form")


def test_the_merge_of_contacts_is_chosen_on_the_card(client: FlaskClient) -> None:
    """The selects send group and kept card; all of them apart means that nothing is merged, not that nobody chose."""
    slots = next(case["slots"] for case in CASES if (case["tool"], case["name"]) == ("contacts-dedupe", "good"))

    def result(**more: Any) -> tuple[list[str], str]:
        tree = html.fromstring(use(client, "contacts-dedupe", {**slots, **more}))
        chosen = [select.xpath("./option[@selected]/@value") for select in tree.xpath("//select[@name='merge']")]
        return [value[0] if value else "" for value in chosen], tree.xpath("string(//dl[@class='counts'])")

    assert result()[0] == ["g1:1", ""]
    assert result(merge=["", "g2:4"], _lists="merge")[0] == ["", "g2:4"]
    assert result(merge=["", ""], _lists="merge")[0] == ["", ""]
    fresh = html.fromstring(client.get("/es/tools/contacts-dedupe").get_data(as_text=True))
    assert not fresh.xpath("//*[@name='merge']")


def test_forms_have_fitting_controls(bench: ToolService) -> None:
    """Few choices are radio buttons, several answers are boxes, files are files, records have lines of their own."""
    schemas = {form["id"]: form["schema"] for form in bench.tool_forms("es")}
    kinds = {tool: {item.name: item.kind for item in fields(schema, {})} for tool, schema in schemas.items()}
    assert kinds["spf"]["registrar"] == "radios"
    assert kinds["transfer-product"]["kind"] == "choices"
    assert (
        kinds["contacts-dedupe"]["vcard"]
        == kinds["address-csv"]["csv"]
        == kinds["message-headers"]["message"]
        == "file"
    )
    assert kinds["recipients"]["hide"] == "switch"
    rows = {item.name: item.rows for item in fields(schemas["dmarc"], {})}
    assert rows["dmarc"] > 1
    assert rows["rua"] == 1


def test_records_with_semicolons_stay_whole(client: FlaskClient) -> None:
    """A pasted DMARC record is one value, whatever separates its tags; two lines are two records."""
    record = "v=DMARC1; p=none; rua=mailto:a@ejemplo.com"
    page = use(client, "dmarc", {"dmarc": record})
    assert record in html.fromstring(page).text_content()


def test_large_lists_are_shown_in_part(client: FlaskClient) -> None:
    """Ten thousand rows make a page of bounded size that says what it leaves out, in a few seconds."""
    lines = "\n".join(f"persona{number}@ejemplo.com" for number in range(9_999))
    page = use(client, "address-csv", {"csv": lines})
    assert len(page) < 2_500_000
    assert "9999" in html.fromstring(page).xpath("string(//section[@data-tool])").replace(".", "")


def test_files_have_their_type_once(client: FlaskClient) -> None:
    """A type with a character set is sent as it is, and without blanks inside a data address."""
    slots = {"csv": "ana@ejemplo.com\nluis@ejemplo.com"}
    sent = client.post("/api/v1/tools/address-csv/files/direcciones-limpias.csv", json={"slots": slots})
    assert sent.headers["Content-Type"] == "text/csv; charset=utf-8"
    files = client.post("/api/v1/tools/address-csv", json={"slots": slots}).get_json()["downloads"]
    assert all(file["url"].startswith("data:text/csv;charset=utf-8;base64,") for file in files)
