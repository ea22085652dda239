"""The portal's pages: home, instant results, search with filters, guides with their tools, what is not found."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from flask.testing import FlaskClient
from lxml import html
from web_fake import GUIDES, SPAN, FakeService
from web_rules import assert_headers, assert_page

from soluciones.i18n import Catalogue
from soluciones.index.types import Hit, SearchResult
from soluciones.kb.types import LANGUAGES, Chunk, Guide
from soluciones.webapp.portal.tables import has_cards, labelled

TEXTS = Catalogue()
HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onclick='x",
    "a&b=c#d",
    "\u202e\x00x",
    "%%%",
]
FOUND: tuple[Guide, ...] = (
    replace(GUIDES[0], products=("servicio-de-correo",), type="reference"),
    replace(GUIDES[1], products=(), tools=(), topics=(), updated=date(2026, 11, 24)),
)


class Shelf(FakeService):
    """Two guides that differ in every filter; a search finds both, the first one better."""

    def guides(self, lang: str = "") -> tuple[Guide, ...]:
        return FOUND

    def guide(self, guide_id: str) -> Guide | None:
        return next((guide for guide in FOUND if guide_id in (guide.id, *guide.aliases)), None)

    def search(self, text: str, lang: str = "es", **more: Any) -> SearchResult:
        if "zzz" in text:
            return SearchResult((), (), {}, self.generation, "puerto")
        hits = []
        for guide, score in zip(FOUND, (2.0, 1.5), strict=True):
            section = guide.sections[-1]
            block = section.blocks[0]
            chunk = Chunk(
                guide.id,
                guide.id,
                "es",
                section.anchor,
                (guide.title, section.title),
                "prose",
                block.text,
                block.html,
                SPAN,
                (0,),
            )
            hits += [Hit(chunk, score, {}), Hit(replace(chunk, anchor="", path=("x",)), score / 5, {})]
        return SearchResult(tuple(hits), (), {}, self.generation)


@pytest.fixture
def service() -> Shelf:
    """Guides to filter."""
    return Shelf()


def page(client: FlaskClient, path: str, status: int = 200) -> html.HtmlElement:
    """A page that keeps the house rules."""
    response = client.get(path)
    assert response.status_code == status
    assert_page(response.get_data(as_text=True), path.split("/")[1])
    assert_headers(dict(response.headers))
    return html.fromstring(response.get_data(as_text=True))


def titles(tree: html.HtmlElement) -> list[str]:
    """Guides of the results."""
    return [str(text) for text in tree.xpath("//ol[@class='results']//h2/a/text()")]


def test_home_shows_useful_guides_and_news_first_the_newest(client: FlaskClient) -> None:
    """Featured guides, the guides changed last with their dates, tools with their purpose, and a person."""
    tree = page(client, "/es/")
    assert tree.xpath("//section[@aria-labelledby='newest']//time/@datetime") == ["2026-11-24", "2026-11-23"]
    assert tree.xpath("//section[@aria-labelledby='featured']//h3/a/@href") == ["/es/guides/crear-direccion"]
    assert tree.xpath("//main//a[@href='/es/handoff']")


def test_the_search_box_is_a_plain_form_first(client: FlaskClient) -> None:
    """Without a script the box sends a GET form; the script finds its words and address on the form."""
    (form,) = page(client, "/es/").xpath("//form[@role='search']")
    assert (form.get("action"), form.get("method"), form.get("data-instant")) == ("/es/search", None, "/es/instant")
    assert all(form.get(f"data-{name}") for name in ("list-label", "recent", "recent-clear", "recent-cleared", "keys"))


def test_instant_results_come_in_labelled_groups(client: FlaskClient) -> None:
    """Questions, passages with marked words and tools are options in named groups; the last ones lead further."""
    tree = html.fromstring(client.get("/es/instant?q=puerto").get_data(as_text=True))
    groups = tree.xpath(".//*[@role='group']")
    named = [g.get("aria-label") or tree.xpath(f"string(.//*[@id='{g.get('aria-labelledby')}'])") for g in groups]
    assert named == ["Preguntas y guías", "En las guías", "Herramientas", "Otras formas de buscar"]
    options = tree.xpath(".//*[@role='option']")
    assert len({option.get("id") for option in options}) == len(options)
    assert all(option.get("href").startswith("/es/") and option.get("tabindex") == "-1" for option in options)
    assert [o.get("href") for o in options[-2:]] == ["/es/search?q=puerto", "/es/chat?q=puerto"]
    assert "4" in tree.get("data-say")


def test_tools_are_found_by_their_titles(client: FlaskClient) -> None:
    """Every typed word begins a word of the tool's title or purpose, accents or not."""
    tree = html.fromstring(client.get("/es/instant?q=titulo+ports").get_data(as_text=True))
    assert tree.xpath(".//a[contains(@href,'/tools/')]/@href") == ["/es/tools/ports"]


@pytest.mark.parametrize("text", ["", "   ", "¿?", "x" * 201])
def test_nothing_is_looked_up_for_blank_or_endless_text(client: FlaskClient, text: str) -> None:
    """The list is empty, not an error."""
    response = client.get("/es/instant", query_string={"q": text})
    assert response.status_code == 200
    assert "option" not in response.get_data(as_text=True) or "/tools/" not in response.get_data(as_text=True)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays_text_wherever_it_comes_back(client: FlaskClient, text: str) -> None:
    """The list, the results and every filter's link carry what was typed as text only."""
    for path in ("/es/instant", "/es/search"):
        tree = html.fromstring(
            client.get(path, query_string={"q": text, "topic": text, "type": "reference"}).get_data(as_text=True)
        )
        assert not tree.xpath("//script[not(@src)][not(@type='application/ld+json')] | //img | //@onerror | //@onclick")
        assert all(href.startswith(("/", "#", "mailto:", "http")) for href in tree.xpath("//a/@href"))


def test_filters_count_and_can_be_taken_away(client: FlaskClient) -> None:
    """Each value says how many guides it leaves; a chosen one becomes a chip whose link takes it away."""
    tree = page(client, "/es/search?q=puerto")
    assert titles(tree) == [guide.title for guide in FOUND]
    counts = {
        e.get("href"): e.xpath("string(.//*[@class='filter-count']/span)")
        for e in tree.xpath("//a[@class='filter-option']")
    }
    assert counts["/es/search?q=puerto&type=reference"] == "1"
    assert counts["/es/search?q=puerto&topic=configuracion"] == "1"
    assert counts["/es/search?q=puerto&tool=1"] == "1"
    assert not any("language" in href for href in counts)
    filtered = page(client, "/es/search?q=puerto&type=reference&tool=1")
    assert titles(filtered) == [FOUND[0].title]
    chips = filtered.xpath("//ul[contains(@class,'filter-chips')]//a/@href")
    assert set(chips) == {"/es/search?q=puerto&tool=1", "/es/search?q=puerto&type=reference", "/es/search?q=puerto"}
    assert filtered.xpath("//a[@class='filter-option'][@aria-current='true']")


def test_filters_that_leave_nothing_say_so(client: FlaskClient) -> None:
    """The page offers to take the filters away; unknown values are not looked at."""
    tree = page(client, "/es/search?q=puerto&type=how-to&tool=1")
    assert not titles(tree)
    assert tree.xpath("//div[@class='empty']//a/@href")[0] == "/es/search?q=puerto"
    assert len(titles(page(client, "/es/search?q=puerto&type=nada&product=../../x"))) == 2


def test_weak_passages_are_left_out(client: FlaskClient) -> None:
    """A passage far below the best one is no result."""
    assert len(page(client, "/es/search?q=puerto").xpath("//a[@class='found-link']")) == 2


def test_no_result_is_not_the_end(client: FlaskClient) -> None:
    """The words that were perhaps meant, the nearest guides, the chat and a person are offered."""
    tree = page(client, "/en/search?q=zzz")
    assert tree.xpath("//p[@class='suggestion']/a/@href") == ["/en/search?q=puerto"]
    assert len(tree.xpath("//section[@class='near-guides']//h3/a")) == 2
    links = tree.xpath("//div[@class='empty']//a/@href")
    assert links == ["/en/chat?q=zzz", "/en/handoff"]


def test_the_count_stands_in_the_title(client: FlaskClient) -> None:
    """A screen reader hears how many guides were found as soon as the page is there."""
    assert "(2)" in page(client, "/es/search?q=puerto").findtext(".//title")


def test_a_page_that_is_not_there_offers_search_and_guides(client: FlaskClient) -> None:
    """404 has the search box, the useful guides, the chat and a person."""
    tree = page(client, "/fr/guides/nada", 404)
    assert tree.xpath("//form[@role='search']")
    assert tree.xpath("//section[@class='near-guides']//a/@href") == ["/fr/guides/crear-direccion"]
    assert tree.xpath("//main//a[@href='/fr/handoff']")


def test_a_guide_holds_its_tools_and_neighbours(client: FlaskClient) -> None:
    """The tool's real form stands in the guide, folded; with the feedback, the next guide and no review date."""
    tree = page(client, "/es/guides/protocolos-y-puertos")
    assert tree.xpath("//details[@data-try][not(@open)]//form/@action") == ["/es/tools/ports#result"]
    assert tree.xpath("//form[@data-feedback]")
    assert tree.xpath("//div[@class='section-head']/a[@data-copy-link]/@href") == ["#puertos", "#php", "#pasos"]
    assert all(not (link.text or "").strip() for link in tree.xpath("//a[@data-copy-link]"))


def test_old_names_of_guides_lead_to_the_new_ones(client: FlaskClient) -> None:
    """An alias redirects for good; the browser takes the anchor along."""
    response = client.get("/es/guides/puertos-de-correo")
    assert (response.status_code, response.location) == (301, "/es/guides/protocolos-y-puertos")


def test_rows_carry_the_heads_of_their_columns() -> None:
    """Body cells of a wide table are labelled, escaped; narrow, merged and headless tables stay as they are."""
    table = "<table><thead><tr><th>A</th><th>B &amp; C</th><th>D</th></tr></thead><tbody>"
    table += "<tr><td>1</td><td><b>2</b> &lt;</td><td>3</td></tr></tbody></table>"
    head = ("A", 'B & "C"', "D")
    made = labelled(table, head)
    assert has_cards(table, head)
    assert 'data-label="B &amp; &quot;C&quot;"><b>2</b> &lt;</td>' in made
    assert re.sub(r' data-label="[^"]*"', "", made) == table
    assert not has_cards(table, head[:2])
    assert not has_cards(table.replace("<td>1", '<td colspan="2">1'), head)
    assert not has_cards(table, ("A", "", "C"))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_portals_texts_are_complete(lang: str) -> None:
    """Each language has the same keys with the same placeholders."""
    spanish, own = TEXTS.domain("es", "portal"), TEXTS.domain(lang, "portal")
    for key, text in spanish.items():
        assert set(re.findall(r"\{\w+\}", own[key])) == set(re.findall(r"\{\w+\}", text))
        assert lang == "es" or own[key] != text or key in ("portal.filter.language",)
