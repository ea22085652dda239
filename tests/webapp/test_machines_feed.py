"""The feed of changes (RSS 2.0), the search description and its suggestions (OpenSearch 1.1)."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from lxml import etree, html
from machines_bench import AGENT, Bench, hostile, local, make_client, real, with_base, xml
from web_fake import GUIDES, SITE

from soluciones.answer.service import MAX_QUESTION_CHARS, Suggestion
from soluciones.kb.types import LANGUAGES
from soluciones.webapp.machines import feed

ATOM = "{http://www.w3.org/2005/Atom}link"
SEARCH = "{http://a9.com/-/spec/opensearch/1.1/}"


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    """A reader of the small site; nothing in this module changes it."""
    return make_client(tmp_path_factory.mktemp("small"), Bench())


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    """A reader of the real site; nothing in this module changes it."""
    return make_client(tmp_path_factory.mktemp("real"), real())


def assert_feed(root: etree._Element, url: str) -> list[etree._Element]:
    """The rules of RSS 2.0 and of the RSS Advisory Board's profile; returns the items."""
    assert (root.tag, root.get("version")) == ("rss", "2.0")
    assert [child.tag for child in root] == ["channel"]
    channel = root[0]
    for name in ("title", "link", "description"):
        assert len(channel.findall(name)) == 1
        assert channel.findtext(name)
    assert parsedate_to_datetime(channel.findtext("lastBuildDate") or "")
    assert [(link.get("rel"), link.get("href")) for link in channel.findall(ATOM)] == [("self", url)]
    items = channel.findall("item")
    guids = [item.findtext("guid") for item in items]
    assert len(set(guids)) == len(items)
    for item in items:
        assert item.findtext("title") or item.findtext("description")
        assert (item.findtext("link") or "").startswith("http")
        assert item.find("guid").get("isPermaLink") == "false"  # type: ignore[union-attr]
        assert parsedate_to_datetime(item.findtext("pubDate") or "").tzinfo
    return items


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_feed_is_valid_in_every_language(reader: FlaskClient, lang: str) -> None:
    """RSS 2.0 in the language of its address; every guide leads to its page in that language."""
    response = reader.get(f"/{lang}/changes.xml")
    assert response.headers["Content-Type"] == "application/rss+xml; charset=utf-8"
    root = etree.fromstring(response.data)
    items = assert_feed(root, f"http://localhost/{lang}/changes.xml")
    assert root.findtext("channel/language") == lang
    assert len(items) == len(real().guides())
    for item in items:
        path = local(item.findtext("link") or "")
        assert path.startswith(f"/{lang}/guides/")
        assert reader.get(path).status_code == 200


def test_the_newest_change_stands_first(tmp_path: Path) -> None:
    """Guides come by date, newest first, no more than a reader needs; those without a date do not come."""
    days = [date(2026, 1, 1) + timedelta(days=number) for number in range(feed.MAX_ITEMS + 5)]
    guides = tuple(replace(GUIDES[1], id=f"g-{day}", updated=day) for day in days)
    undated = replace(GUIDES[1], id="sin-fecha", updated=None)
    items = assert_feed(
        xml(make_client(tmp_path, Bench((*guides, undated))), "/es/changes.xml"), "http://localhost/es/changes.xml"
    )
    shown = [parsedate_to_datetime(item.findtext("pubDate") or "").date() for item in items]
    assert shown == sorted(days, reverse=True)[: feed.MAX_ITEMS]


def test_an_entry_stays_the_same_until_its_guide_changes(tmp_path: Path) -> None:
    """The guid depends on the guide and its date: not on language, host or title, so nobody reads a change twice."""

    def guid(name: str, service: Bench, lang: str = "es") -> str:
        root = xml(make_client(tmp_path / name, service), f"/{lang}/changes.xml")
        return root.findtext("channel/item/guid") or ""

    first = guid("a", Bench((GUIDES[0],)))
    assert guid("b", Bench((replace(GUIDES[0], title="Otro título"),)), "de") == first
    assert guid("c", with_base(Bench((GUIDES[0],)), "https://ayuda.ejemplo.com")) == first
    assert guid("d", Bench((replace(GUIDES[0], updated=date(2026, 12, 24)),))) != first


def test_a_site_without_dates_has_an_empty_feed(tmp_path: Path) -> None:
    """No dated guide, no entry, and still a valid feed."""
    root = xml(make_client(tmp_path, Bench((GUIDES[1],))), "/es/changes.xml")
    assert assert_feed(root, "http://localhost/es/changes.xml") == []


def test_internal_guides_are_no_news(tmp_path: Path) -> None:
    """A guide for agents is not in the feed."""
    response = make_client(tmp_path, Bench((*GUIDES, AGENT))).get("/es/changes.xml")
    assert AGENT.id not in response.get_data(as_text=True)
    assert AGENT.title not in response.get_data(as_text=True)


def test_hostile_words_stay_words(tmp_path: Path) -> None:
    """Hostile titles leave the feed well-formed; shown as HTML, as readers do, descriptions hold no element."""
    items = assert_feed(xml(make_client(tmp_path, hostile()), "/es/changes.xml"), "http://localhost/es/changes.xml")
    assert len(items) == len(hostile().guides()) - 1
    for item in items:
        assert [child.tag for child in item] == ["title", "link", "description", "pubDate", "guid", "category"]
        shown = html.fragment_fromstring(item.findtext("description") or "", create_parent="div")
        assert len(shown) == 0


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_search_description_is_valid(reader: FlaskClient, lang: str) -> None:
    """Names within the specified lengths, and templates that lead to pages that answer."""
    root = xml(reader, f"/{lang}/opensearch.xml")
    assert root.tag == f"{SEARCH}OpenSearchDescription"
    assert 0 < len(root.findtext(f"{SEARCH}ShortName") or "") <= 16
    assert len(root.findtext(f"{SEARCH}LongName") or "") <= 48
    assert 0 < len(root.findtext(f"{SEARCH}Description") or "") <= 1024
    assert root.findtext(f"{SEARCH}Language") == lang
    urls = {url.get("type"): url.get("template", "") for url in root.findall(f"{SEARCH}Url")}
    assert set(urls) == {"text/html", "application/x-suggestions+json", "application/opensearchdescription+xml"}
    for template in urls.values():
        assert reader.get(local(template.replace("{searchTerms}", "puerto"))).status_code == 200
    assert reader.get(local(root.findtext(f"{SEARCH}Image") or "")).mimetype == "image/svg+xml"


def test_long_and_hostile_names_fit_the_description(tmp_path: Path) -> None:
    """Whatever the site is called, the description is valid."""
    for name in ("x" * 5000, "palabra " * 700, ""):
        site = SITE.model_copy(update={"name": name, "organisation": name, "tagline": {"es": name}})
        root = xml(make_client(tmp_path / name[:3], Bench(site=site)), "/es/opensearch.xml")
        assert len(root.findtext(f"{SEARCH}ShortName") or "") <= 16
        assert len(root.findtext(f"{SEARCH}LongName") or "") <= 48
        assert 0 < len(root.findtext(f"{SEARCH}Description") or "") <= 1024
    assert xml(make_client(tmp_path / "h", hostile()), "/es/opensearch.xml").findtext(f"{SEARCH}ShortName")


def test_the_search_description_goes_by_language(client: FlaskClient) -> None:
    """Without a language in the address the browser's is taken."""
    response = client.get("/opensearch.xml", headers={"Accept-Language": "de"})
    assert (response.status_code, response.location) == (302, "/de/opensearch.xml")
    assert "Accept-Language" in response.headers["Vary"]


def test_suggestions_come_as_browsers_read_them(client: FlaskClient) -> None:
    """The four lists of the OpenSearch suggestions extension, of one length, with absolute addresses."""
    response = client.get("/es/suggest.json?q=puerto")
    assert response.headers["Content-Type"] == "application/x-suggestions+json; charset=utf-8"
    typed, texts, titles, urls = json.loads(response.data)
    assert typed == "puerto"
    assert texts == ["¿Qué puerto?"]
    assert len(texts) == len(titles) == len(urls)
    assert client.get(local(urls[0])).status_code == 200


@pytest.mark.parametrize("query", ["", "?q=", "?q=%20", "?q=%00", "?x=1"])
def test_nothing_typed_suggests_nothing(client: FlaskClient, query: str) -> None:
    """Blank text gives empty lists, and so does a site without an index."""
    response = client.get(f"/es/suggest.json{query}")
    assert response.status_code == 200
    if "%00" not in query:
        assert json.loads(response.data)[1:] == [[], [], []]


def test_suggestions_take_anything(tmp_path: Path) -> None:
    """Too long a text is refused; hostile ones come back as the JSON text they are; without an index there are none."""
    service = Bench()
    client = make_client(tmp_path, service)
    assert client.get("/es/suggest.json", query_string={"q": "x" * (MAX_QUESTION_CHARS + 1)}).status_code == 413
    for text in ('</script>"', "\ud83d", "\u2028", "'\\", "%ff"):
        response = client.get("/es/suggest.json", query_string={"q": text.encode("utf-8", "surrogatepass")})
        assert response.status_code == 200
        assert len(json.loads(response.data)) == 4
        assert "sandbox" in response.headers["Content-Security-Policy"]
        assert response.headers["X-Content-Type-Options"] == "nosniff"
    service.generation = ""
    assert json.loads(client.get("/es/suggest.json?q=puerto").data) == ["puerto", [], [], []]


def test_a_guide_suggested_by_its_title_is_named_once(tmp_path: Path) -> None:
    """Where the suggestion is the guide's title, no title is repeated beside it."""

    class Titles(Bench):
        def suggest(self, text: str, lang: str = "es", limit: int = 8) -> tuple[Suggestion, ...]:
            return (Suggestion("SPF", "spf", "SPF", f"/{lang}/guides/spf", "guide"),)

    found = json.loads(make_client(tmp_path, Titles()).get("/fr/suggest.json?q=sp").data)
    assert found == ["sp", ["SPF"], [""], ["http://localhost/fr/guides/spf"]]
