"""robots.txt and the sitemap, by the rules of RFC 9309, sitemaps.org 0.9 and Google's hreflang annotations."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from lxml import etree
from machines_bench import AGENT, Bench, hostile, local, make_client, page, real, with_base, xml
from web_fake import GUIDES, SITE

from soluciones.kb.types import LANGUAGES
from soluciones.webapp.machines import sitemap

NS = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9", "x": "http://www.w3.org/1999/xhtml"}
ORDER = {"loc": 0, "lastmod": 1, "link": 2}


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    """A reader of the small site; nothing in this module changes it."""
    return make_client(tmp_path_factory.mktemp("small"), Bench())


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    """A reader of the real site; nothing in this module changes it."""
    return make_client(tmp_path_factory.mktemp("real"), real())


def locations(root: etree._Element) -> list[str]:
    """The addresses listed."""
    return [str(text) for text in root.xpath("s:url/s:loc/text()", namespaces=NS)]


def assert_sitemap(root: etree._Element, base: str) -> None:
    """The rules of the protocol: names, order, dates, escaped absolute addresses, no address twice."""
    assert root.tag == f"{{{NS['s']}}}urlset"
    found = locations(root)
    assert len(found) == len(set(found)) <= 50_000
    for url in root:
        names = [etree.QName(child).localname for child in url]
        assert names[0] == "loc"
        assert names.count("loc") == 1
        assert names.count("lastmod") <= 1
        assert names == sorted(names, key=ORDER.__getitem__)
        loc = url.findtext("s:loc", namespaces=NS)
        assert loc
        assert loc.startswith(base + "/")
        assert len(loc) < 2048
        assert re.fullmatch(r"[!-~]+", loc)
        day = url.findtext("s:lastmod", namespaces=NS)
        assert day is None or date.fromisoformat(day)


def alternates(url: etree._Element) -> dict[str, str]:
    """Address by hreflang of one page's set."""
    return {link.get("hreflang", ""): link.get("href", "") for link in url.findall("x:link", NS)}


def test_the_sitemap_is_valid_and_whole(reader: FlaskClient) -> None:
    """Home, topics with guides, guides and tools stand in it in every language, and every address answers 200."""
    service = real()
    root = xml(reader, "/sitemap.xml")
    assert_sitemap(root, "http://localhost")
    found = {local(url) for url in locations(root)}
    for lang in LANGUAGES:
        assert {f"/{lang}/", f"/{lang}/tools", f"/{lang}/tools/ports"} <= found
        assert {f"/{lang}/guides/{guide.id}" for guide in service.guides()} <= found
        assert {f"/{lang}/topics/{topic.id}" for topic in service.site().topics} <= found
    broken = [path for path in sorted(found) if reader.get(path).status_code != 200]
    assert not broken


def test_language_versions_name_each_other(reader: FlaskClient) -> None:
    """Every page of a set lists the same set, itself and x-default included; every address of it is in the sitemap."""
    root = xml(reader, "/sitemap.xml")
    sets = {url.findtext("s:loc", namespaces=NS): alternates(url) for url in root}
    for loc, links in sets.items():
        assert set(links) == {*LANGUAGES, "x-default"}
        assert loc in links.values()
        assert links["x-default"] == links["es"]
        assert all(sets[other] == links for other in links.values())


def test_the_sitemap_says_what_the_pages_say(client: FlaskClient) -> None:
    """The alternates of the sitemap are those in the head of the page."""
    for url in xml(client, "/sitemap.xml"):
        loc = url.findtext("s:loc", namespaces=NS) or ""
        head = page(client, local(loc))
        assert head.xpath("//link[@rel='canonical']/@href") == [loc]
        links = {link.get("hreflang"): link.get("href") for link in head.xpath("//link[@hreflang]")}
        assert links == alternates(url)


def test_dates_are_those_of_the_guides(tmp_path: Path) -> None:
    """A guide has its own date, a topic and the home page the newest of theirs, a guide without a date none."""
    older = replace(GUIDES[1], updated=date(2025, 2, 3))
    undated = replace(GUIDES[1], id="sin-fecha", updated=None, topics=())
    root = xml(make_client(tmp_path, Bench((GUIDES[0], older, undated))), "/sitemap.xml")
    days = {local(u.findtext("s:loc", "", NS)): u.findtext("s:lastmod", None, NS) for u in root}
    assert days["/es/guides/crear-direccion"] == "2025-02-03"
    assert days["/es/guides/sin-fecha"] is None
    assert days["/es/topics/configuracion"] == days["/fr/"] == "2026-11-23"
    assert days["/es/tools/ports"] is None


def test_only_offered_languages_are_listed(tmp_path: Path) -> None:
    """A site in two languages has two of each page, and x-default is its default language."""
    two = SITE.model_copy(update={"languages": ("es", "fr"), "default_language": "fr"})
    root = xml(make_client(tmp_path, Bench(site=two)), "/sitemap.xml")
    assert {local(url).split("/")[1] for url in locations(root)} == {"es", "fr"}
    assert all(set(alternates(url)) == {"es", "fr", "x-default"} for url in root)
    assert all(alternates(url)["x-default"] == alternates(url)["fr"] for url in root)


def test_guides_for_agents_are_not_listed(tmp_path: Path) -> None:
    """An internal guide stands in no sitemap, and its date moves no other page's."""
    root = xml(make_client(tmp_path, Bench((*GUIDES, AGENT))), "/sitemap.xml")
    text = etree.tostring(root).decode()
    assert AGENT.id not in text
    assert "2026-12-01" not in text


def test_hostile_guides_leave_the_sitemap_whole(tmp_path: Path) -> None:
    """Whatever guides are called, the sitemap is valid."""
    assert_sitemap(xml(make_client(tmp_path, hostile()), "/sitemap.xml"), "http://localhost")


def test_a_very_large_site_has_one_sitemap_a_language(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Over the limit of addresses the sitemap is an index; its files hold together every page once."""
    client = make_client(tmp_path / "small", real())
    whole = set(locations(xml(client, "/sitemap.xml")))
    monkeypatch.setattr(sitemap, "MAX_URLS", len(whole) - 1)
    client = make_client(tmp_path / "large", real())
    root = xml(client, "/sitemap.xml")
    assert root.tag == f"{{{NS['s']}}}sitemapindex"
    parts = [xml(client, local(str(loc))) for loc in root.xpath("s:sitemap/s:loc/text()", namespaces=NS)]
    assert len(parts) == len(LANGUAGES)
    for part in parts:
        assert_sitemap(part, "http://localhost")
    together = [url for part in parts for url in locations(part)]
    assert len(together) == len(whole)
    assert set(together) == whole


@pytest.mark.parametrize("base", ["https://ayuda.ejemplo.com", "https://ayuda.ejemplo.com/"])
def test_the_public_address_is_the_sites_own(tmp_path: Path, base: str) -> None:
    """With ``base_url`` set every address begins with it, whatever host is asked."""
    client = make_client(tmp_path, with_base(Bench(), base))
    response = client.get("/sitemap.xml", headers={"Host": "otro.ejemplo.net"})
    assert_sitemap(etree.fromstring(response.data), "https://ayuda.ejemplo.com")
    assert "otro" not in response.get_data(as_text=True)
    assert "Sitemap: https://ayuda.ejemplo.com/sitemap.xml" in client.get("/robots.txt").get_data(as_text=True)


FORGED = {
    "X-Forwarded-Host": "evil.example",
    "X-Forwarded-Proto": "https",
    "X-Original-Host": "evil.example",
    "Forwarded": "host=evil.example;proto=https",
    "X-Forwarded-Prefix": "/evil",
}


@pytest.mark.parametrize(
    "path", ["/sitemap.xml", "/es/changes.xml", "/es/opensearch.xml", "/llms.txt", "/es/", "/robots.txt"]
)
def test_forwarded_headers_are_not_believed(client: FlaskClient, path: str) -> None:
    """No header of a proxy changes an address."""
    text = client.get(path, headers=FORGED).get_data(as_text=True)
    assert "evil" not in text
    assert "https://localhost" not in text


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example", "10.0.0.1"])
def test_an_unknown_host_makes_no_addresses(client: FlaskClient, host: str) -> None:
    """Where nobody has said the public address, a stranger's host is in none: pages link relatively, lists are gone."""
    for path in ("/sitemap.xml", "/es/sitemap.xml", "/es/changes.xml", "/es/opensearch.xml"):
        response = client.get(path, headers={"Host": host})
        assert response.status_code == 404
        assert "base_url" in response.get_data(as_text=True)
    for path in ("/es/", "/es/guides/crear-direccion", "/llms.txt", "/es/guides/crear-direccion.md", "/robots.txt"):
        response = client.get(path, headers={"Host": host})
        assert response.status_code == 200
        assert host not in response.get_data(as_text=True)
        assert host not in str(response.headers)
    assert "Sitemap" not in client.get("/robots.txt", headers={"Host": host}).get_data(as_text=True)


def test_a_trusted_host_makes_addresses(tmp_path: Path) -> None:
    """A host on the list of trusted ones is the public address; any other is refused."""
    client = make_client(tmp_path, Bench(), trusted_hosts=["ayuda.ejemplo.com"])
    response = client.get("/sitemap.xml", headers={"Host": "ayuda.ejemplo.com"})
    assert_sitemap(etree.fromstring(response.data), "http://ayuda.ejemplo.com")
    assert client.get("/sitemap.xml", headers={"Host": "evil.example"}).status_code == 400


@pytest.mark.parametrize(
    "base", ["javascript:alert(1)", "https://a.example/?x=", "https://", "//a.example", 'https://a" b']
)
def test_a_base_url_that_is_none_is_not_used(tmp_path: Path, base: str) -> None:
    """Something else than a web address is as good as nothing."""
    response = make_client(tmp_path, with_base(Bench(), base)).get("/sitemap.xml")
    assert_sitemap(etree.fromstring(response.data), "http://localhost")


def rules_of(text: str) -> list[re.Pattern[str]]:
    """The Disallow rules as RFC 9309, section 2.2.3, reads them."""
    paths = re.findall(r"^Disallow: (\S+)$", text, re.MULTILINE)
    return [re.compile(re.escape(path).replace(r"\*", ".*")) for path in paths]


def test_robots_txt_keeps_crawlers_from_questions(tmp_path: Path) -> None:
    """Addresses with a question are closed, everything in the sitemap is open; it is there without an index too."""
    service = Bench()
    client = make_client(tmp_path, service)
    text = client.get("/robots.txt").get_data(as_text=True)
    rules = rules_of(text)
    assert text.startswith("User-agent: *\n")
    assert "\nSitemap: http://localhost/sitemap.xml\n" in text
    for closed in ("/es/search?q=x", "/de/chat?q=x", "/chat?q=x", "/api/v1/ask", "/fr/suggest.json?q=a", "/it/handoff"):
        assert any(rule.match(closed) for rule in rules), closed
    for url in locations(xml(client, "/sitemap.xml")):
        assert not any(rule.match(local(url)) for rule in rules), url
    for path in ("/llms.txt", "/es/changes.xml", "/es/guides/spf.md", "/es/search", "/es/chat", "/static/x/site.css"):
        assert not any(rule.match(path) for rule in rules), path
    service.generation = ""
    assert client.get("/robots.txt").status_code == 200


def test_without_an_index_there_is_nothing_yet(tmp_path: Path) -> None:
    """Files made of guides say 503 until there are guides."""
    service = Bench()
    service.generation = ""
    client = make_client(tmp_path, service)
    for path in (
        "/sitemap.xml",
        "/es/sitemap.xml",
        "/es/changes.xml",
        "/opensearch.xml",
        "/llms.txt",
        "/es/guides/x.md",
    ):
        response = client.get(path)
        assert response.status_code == 503
        assert response.headers["Retry-After"]


@pytest.mark.parametrize("lang", ["pt", "ES", "xx", "es-es", "%00"])
def test_unknown_languages_are_not_found(client: FlaskClient, lang: str) -> None:
    """A language that we do not speak has no files."""
    for name in ("sitemap.xml", "changes.xml", "opensearch.xml", "llms.txt", "llms-full.txt", "suggest.json"):
        assert client.get(f"/{lang}/{name}").status_code == 404
