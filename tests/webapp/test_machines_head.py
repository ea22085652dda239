"""The head of every page as machines read it: canonical, language versions, Open Graph, JSON-LD."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from lxml import html
from machines_bench import AGENT, HOSTILE, Bench, hostile, local, make_client, page, real, with_base
from web_fake import GUIDES, SITE

from soluciones.kb.types import LANGUAGES

PAGES = (
    "/{}/",
    "/{}/topics/configuracion",
    "/{}/guides/crear-direccion",
    "/{}/chat",
    "/{}/tools",
    "/{}/tools/ports",
)
HREF = "//link[@rel='{}']/@href"
KNOWN = {
    "Article": {"headline"},
    "TechArticle": {"headline", "inLanguage", "mainEntityOfPage", "url", "author", "publisher", "isPartOf"},
    "BreadcrumbList": {"itemListElement"},
    "ListItem": {"position", "name", "item"},
    "WebSite": {"name", "url"},
    "SearchAction": {"target", "query-input"},
    "EntryPoint": {"urlTemplate"},
    "Organization": {"name"},
    "CollectionPage": {"name", "url"},
    "WebPage": {"name", "url"},
    "MediaObject": {"contentUrl", "encodingFormat"},
}
"""schema.org types in use → what each must have."""


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    """A reader of the small site; nothing in this module changes it."""
    return make_client(tmp_path_factory.mktemp("small"), Bench())


def data(tree: html.HtmlElement) -> list[dict[str, Any]]:
    """The nodes of the page's JSON-LD; checks types, what they need, and that addresses are absolute."""
    blocks = tree.xpath("//script[@type='application/ld+json']/text()")
    assert len(blocks) <= 1
    if not blocks:
        return []
    whole = json.loads(blocks[0])
    assert whole["@context"] == "https://schema.org"
    check(whole["@graph"])
    found: list[dict[str, Any]] = whole["@graph"]
    return found


def check(value: object) -> None:
    """Every node has a known type and what it needs; nothing is empty."""
    if isinstance(value, list):
        for item in value:
            check(item)
    elif isinstance(value, dict):
        assert KNOWN[value["@type"]] <= value.keys()
        for key, item in value.items():
            assert item not in ("", None, [], {}), key
            if key in {"url", "item", "contentUrl", "urlTemplate", "mainEntityOfPage"}:
                local(item)
            check(item)


def of_type(nodes: list[dict[str, Any]], kind: str) -> dict[str, Any]:
    """The one node of a type."""
    (found,) = [node for node in nodes if node["@type"] == kind]
    return found


@pytest.mark.parametrize("path", [one.format(lang) for lang in LANGUAGES for one in PAGES])
def test_every_page_has_one_address_and_its_languages(client: FlaskClient, path: str) -> None:
    """Canonical is the page itself; the set of languages is whole, reciprocal and answers."""
    tree = page(client, path)
    assert tree.xpath(HREF.format("canonical")) == [f"http://localhost{path}"]
    links = {link.get("hreflang"): link.get("href") for link in tree.xpath("//link[@hreflang]")}
    assert set(links) == {*LANGUAGES, "x-default"}
    assert links[path.split("/")[1]] == f"http://localhost{path}"
    for other in links.values():
        there = page(client, local(other))
        assert {link.get("hreflang"): link.get("href") for link in there.xpath("//link[@hreflang]")} == links
    assert not tree.xpath("//meta[@name='robots']")
    for rel in ("describedby", "search"):
        (found,) = tree.xpath(HREF.format(rel))
        assert client.get(found).status_code == 200
    assert [client.get(one).mimetype for one in tree.xpath("//link[@type='application/rss+xml']/@href")] == [
        "application/rss+xml"
    ]


@pytest.mark.parametrize("path", [one.format("fr") for one in PAGES])
def test_open_graph_says_what_the_page_is(client: FlaskClient, path: str) -> None:
    """Title, type, address, site and languages, each once."""
    tree = page(client, path)
    found = [(one.get("property"), one.get("content")) for one in tree.xpath("//meta[@property]")]
    once = {name: value for name, value in found if name != "og:locale:alternate"}
    assert len(once) + len(LANGUAGES) - 1 == len(found)
    assert once["og:url"] == f"http://localhost{path}"
    assert once["og:locale"] == "fr_FR"
    assert once["og:title"]
    assert once["og:type"] == ("article" if "/guides/" in path else "website")


@pytest.mark.parametrize(
    "path",
    [
        "/es/search",
        "/es/search?q=puerto",
        "/es/chat?q=puerto",
        "/es/nada",
        "/es/guides/nada",
        "/es/handoff",
        "/es/topics/nada",
    ],
)
def test_what_is_nobodys_page_is_not_indexed(client: FlaskClient, path: str) -> None:
    """Answers to a question, forms and errors ask not to be indexed and have no address of their own."""
    tree = html.fromstring(client.get(path).get_data(as_text=True))
    assert tree.xpath("//meta[@name='robots']/@content") == ["noindex"]
    assert not tree.xpath(HREF.format("canonical"))
    assert not tree.xpath("//link[@hreflang]")
    assert not data(tree)


def test_the_query_is_no_part_of_an_address(client: FlaskClient) -> None:
    """Tracking parameters and a closing slash lead to the same canonical address."""
    for path in ("/es/tools?utm_source=x", "/es/tools/", "/es/tools/?a=%3Cb%3E"):
        assert page(client, path).xpath(HREF.format("canonical")) == ["http://localhost/es/tools"]


def test_a_guide_is_an_article_on_a_shelf(client: FlaskClient) -> None:
    """TechArticle with language, date, sources and twin; crumbs from home over the topic to the guide."""
    tree = page(client, "/de/guides/protocolos-y-puertos")
    nodes = data(tree)
    article = of_type(nodes, "TechArticle")
    assert article["headline"] == "Protocolos y puertos"
    assert (article["inLanguage"], article["dateModified"]) == ("es", "2026-11-23")
    assert article["citation"] == ["RFC 8314"]
    assert tree.xpath("//link[@type='text/markdown']/@href") == [local(article["encoding"]["contentUrl"])]
    trail = of_type(nodes, "BreadcrumbList")["itemListElement"]
    assert [item["position"] for item in trail] == [1, 2, 3]
    assert [local(item["item"]) for item in trail] == [
        "/de/",
        "/de/topics/configuracion",
        "/de/guides/protocolos-y-puertos",
    ]
    shown = [" ".join(one.text_content().split()) for one in tree.xpath("//nav[contains(@class, 'crumbs')]//li")]
    assert [item["name"] for item in trail] == shown


def test_the_home_page_says_how_to_search(client: FlaskClient) -> None:
    """WebSite with a SearchAction whose template leads to the search page."""
    site = of_type(data(page(client, "/it/")), "WebSite")
    template = site["potentialAction"]["target"]["urlTemplate"]
    assert client.get(local(template.replace("{search_term_string}", "porta"))).status_code == 200
    assert site["inLanguage"] == "it"


@pytest.mark.parametrize("path", ["/es/tools", "/es/tools/ports", "/es/topics/configuracion"])
def test_other_pages_have_crumbs(client: FlaskClient, path: str) -> None:
    """The trail ends at the page itself, and each step answers."""
    trail = of_type(data(page(client, path)), "BreadcrumbList")["itemListElement"]
    assert local(trail[-1]["item"]) == path
    assert all(client.get(local(item["item"])).status_code == 200 for item in trail)


def test_no_page_claims_to_be_a_list_of_questions(tmp_path: Path) -> None:
    """A guide's questions are not on its page with answers, so nothing says FAQPage."""
    client = make_client(tmp_path, real())
    for guide in real().guides():
        assert {node["@type"] for node in data(page(client, f"/es/guides/{guide.id}"))} == {
            "TechArticle",
            "BreadcrumbList",
        }


def test_hostile_words_break_out_of_nothing(tmp_path: Path) -> None:
    """Titles come back from JSON-LD as they are, and the head has the elements it has for any other guide."""
    client = make_client(tmp_path, hostile())
    harmless = replace(
        hostile().all[0], title="Título", summary="Resumen", topics=("configuracion",), references=("x",)
    )
    plain = make_client(tmp_path / "plain", Bench((harmless,)))
    shape = [node.tag for node in page(plain, f"/es/guides/{harmless.id}").find("head").iter()]
    for number, text in enumerate(HOSTILE):
        tree = page(client, f"/es/guides/mal-{number}")
        assert [node.tag for node in tree.find("head").iter()] == shape
        article = of_type(data(tree), "TechArticle")
        assert article["headline"] == text[:110]
        assert article["citation"] == [text]
        raw = client.get(f"/es/guides/mal-{number}").get_data(as_text=True)
        block = raw.split('<script type="application/ld+json">')[1].split("</script>")[0]
        assert not set("<>&'") & set(block)
    for path in ("/es/", "/es/topics/mal"):
        assert data(page(client, path))


def test_internal_guides_have_no_head(tmp_path: Path) -> None:
    """The page of a guide for agents is an error page that says nothing of it."""
    client = make_client(tmp_path, Bench((*GUIDES, AGENT)))
    response = client.get(f"/es/guides/{AGENT.id}")
    assert response.status_code == 404
    assert AGENT.title not in response.get_data(as_text=True)
    assert "Link" not in response.headers


def test_pages_work_without_an_index(tmp_path: Path) -> None:
    """Before the first build an error page has a head that claims nothing."""
    service = Bench()
    service.generation = ""
    for path in ("/es/search?q=x", "/es/nada", "/nada"):
        response = make_client(tmp_path, service).get(path)
        assert response.status_code in {404, 503}
        tree = html.fromstring(response.get_data(as_text=True))
        assert tree.xpath("//meta[@name='robots']/@content") == ["noindex"]


def test_a_language_that_is_not_offered_is_not_indexed(tmp_path: Path) -> None:
    """Its pages work for those who have the address, but no machine is sent there."""
    two = SITE.model_copy(update={"languages": ("es", "fr")})
    client = make_client(tmp_path, Bench(site=two))
    assert page(client, "/de/").xpath("//meta[@name='robots']/@content") == ["noindex"]
    assert set(page(client, "/fr/").xpath("//link/@hreflang")) == {"es", "fr", "x-default"}


def test_pages_use_the_public_address(tmp_path: Path) -> None:
    """With ``base_url`` canonical, languages, Open Graph and JSON-LD begin with it, whatever host is asked."""
    client = make_client(tmp_path, with_base(Bench(), "https://ayuda.ejemplo.com"))
    text = client.get("/es/guides/crear-direccion", headers={"Host": "otro.example"}).get_data(as_text=True)
    assert "otro.example" not in text
    assert text.count("https://ayuda.ejemplo.com/es/guides/crear-direccion") >= 5


def test_a_site_without_organisation_names_nobody(tmp_path: Path) -> None:
    """No organisation, no publisher: JSON-LD says less rather than something empty."""
    site = SITE.model_copy(update={"organisation": "", "tagline": {"es": ""}})
    client = make_client(tmp_path, Bench(site=site))
    article = json.loads(page(client, "/es/guides/crear-direccion").xpath("//script[@type]/text()")[0])["@graph"][0]
    assert "publisher" not in article
    assert "author" not in article
