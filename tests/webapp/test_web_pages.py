"""Pages: what they show without JavaScript, in which language, and under which headers."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from lxml import html
from web_fake import GUIDES, SITE, FakeService
from web_rules import assert_headers, assert_page

from soluciones.i18n import Catalogue
from soluciones.kb.types import LANGUAGES

WEBAPP = Path(__file__).parents[2] / "soluciones" / "webapp"
TEXTS = Catalogue()
PATHS = (
    "/{}/",
    "/{}/search",
    "/{}/search?q=puerto",
    "/{}/search?q=zzz",
    "/{}/search?q=peurto",
    "/{}/topics/configuracion",
    "/{}/guides/protocolos-y-puertos",
    "/{}/guides/crear-direccion",
    "/{}/chat",
    "/{}/chat?q=ports+mail-address+client-setup+other-tool+peurto",
    "/{}/chat?q=no_answer",
    "/{}/chat?q=clarify",
    "/{}/chat?q=handoff",
    "/{}/chat?q=chat",
    "/{}/tools",
    "/{}/tools/ports",
    "/{}/tools/upload-tool",
    "/{}/tools/mail-address",
    "/{}/tools/client-setup",
    "/{}/tools/other-tool",
    "/{}/handoff",
    "/{}/nada",
)
ALL = [path.format(lang) for lang in LANGUAGES for path in PATHS]


@pytest.mark.parametrize("path", ALL)
def test_every_page_keeps_the_house_rules(client: FlaskClient, path: str) -> None:
    """Language, one h1, title, labels, unique ids, no inline script or style, strict headers: on every page."""
    response = client.get(path)
    assert response.status_code == (404 if path.endswith("nada") else 200)
    assert_page(response.get_data(as_text=True), path.split("/")[1])
    assert_headers(dict(response.headers))


def test_hsts_only_over_https(client: FlaskClient) -> None:
    """Strict-Transport-Security is sent over https and nowhere else."""
    assert "max-age" in client.get("/livez", base_url="https://localhost").headers["Strict-Transport-Security"]


@pytest.mark.parametrize(("path", "status"), [("/livez", 200), ("/api/v1/guides", 200), ("/api/v1/x", 404)])
def test_everything_but_pages_is_sandboxed(client: FlaskClient, path: str, status: int) -> None:
    """JSON and problems carry the policy that allows nothing."""
    response = client.get(path)
    assert response.status_code == status
    assert response.headers["Content-Security-Policy"].startswith("default-src 'none'; frame-ancestors 'none'; sandbox")
    assert response.headers["X-Content-Type-Options"] == "nosniff"


def test_the_root_goes_to_the_browsers_language(client: FlaskClient) -> None:
    """`/` and `/chat` follow Accept-Language with its weights; the site's default is the last resort."""
    for header, lang in (("de-CH,de;q=0.9", "de"), ("pt, fr;q=0.3, en;q=0.7", "en"), ("tlh", "es"), ("", "es")):
        response = client.get("/", headers={"Accept-Language": header})
        assert (response.status_code, response.location) == (302, f"/{lang}/")
        assert "Accept-Language" in response.headers["Vary"]
    assert client.get("/chat?q=a%20b", headers={"Accept-Language": "fr"}).location == "/fr/chat?q=a%20b"


def test_the_switcher_leads_to_the_same_page(client: FlaskClient) -> None:
    """Each language links to this page in that language, its question included."""
    tree = html.fromstring(client.get("/es/search?q=puerto").get_data(as_text=True))
    links = dict(zip(tree.xpath("//a[@hreflang]/@hreflang"), tree.xpath("//a[@hreflang]/@href"), strict=True))
    assert links == {lang: f"/{lang}/search?q=puerto" for lang in LANGUAGES}


def test_the_home_page_shows_what_there_is(client: FlaskClient) -> None:
    """Search, suggestions, topics with their guides, featured guides, tools and support are on the home page."""
    tree = html.fromstring(client.get("/es/").get_data(as_text=True))
    assert tree.xpath("//form[@role='search']/@action") == ["/es/search"]
    links = tree.xpath("//main//a/@href")
    assert "/es/guides/protocolos-y-puertos" in links
    assert "/es/topics/configuracion" in links
    assert "/es/tools/ports" in links
    assert any(link.startswith("/es/chat?q=") for link in links)
    assert f"mailto:{SITE.support.email}" in tree.xpath("//footer//a/@href")


def test_search_marks_words_and_links_to_passages(client: FlaskClient) -> None:
    """A result shows its section with the words marked and a link to the passage; questions of guides are no result."""
    tree = html.fromstring(client.get("/es/search?q=puertos").get_data(as_text=True))
    (link,) = tree.xpath("//a[@class='found-link']/@href")
    assert link.startswith("/es/guides/protocolos-y-puertos#puertos:~:text=")
    assert link.endswith(",Use%20el%20puerto%20993%20%28IMAPs%29.")
    assert tree.xpath("//mark/text()") == ["puerto"]
    suggested = html.fromstring(client.get("/es/search?q=peurto").get_data(as_text=True))
    assert suggested.xpath("//p[@class='suggestion']/a/@href") == ["/es/search?q=puerto"]


def test_a_guide_page_has_its_parts(client: FlaskClient) -> None:
    """Crumbs, contents, anchors, scrolling tables, notes, code to copy, related guides, tools, sources and date."""
    tree = html.fromstring(client.get("/es/guides/protocolos-y-puertos").get_data(as_text=True))
    anchors = [section.anchor for section in GUIDES[0].sections if section.anchor]
    assert [link[1:] for link in tree.xpath("//nav[@class='toc']//li/a/@href")] == anchors
    assert all(tree.xpath(f"//*[@id='{anchor}']") for anchor in anchors)
    assert tree.xpath("//div[@class='table-scroll'][@tabindex='0'][@aria-label]/table")
    assert tree.xpath("//div[contains(@class,'note-box-warning')]")
    assert tree.xpath("//div[@data-code]//pre")
    more = tree.xpath("//aside[@class='guide-more']//a/@href")
    assert {"/es/tools/ports", "/es/guides/crear-direccion"} <= set(more)
    assert "RFC 8314" in tree.text_content()
    assert "23 de noviembre de 2026" in tree.text_content()
    assert not tree.xpath("//p[@class='only-es']")


def test_a_guide_in_another_language_says_so(client: FlaskClient) -> None:
    """The English page of a Spanish guide carries a note, and marks the guide's words as Spanish."""
    tree = html.fromstring(client.get("/en/guides/protocolos-y-puertos").get_data(as_text=True))
    assert tree.get("lang") == "en"
    assert tree.xpath("//article/@lang") == ["es"]
    assert "Spanish only" in tree.xpath("//p[@class='only-es']")[0].text_content()


def test_the_chat_answers_without_javascript(client: FlaskClient, service: FakeService) -> None:
    """A posted question comes back as a page with the answer, and the conversation goes on from its form."""
    page = html.fromstring(client.post("/es/chat", data={"q": "ports"}).get_data(as_text=True))
    assert page.xpath("//*[@data-answer]/@data-status") == ["answered"]
    (conversation,) = page.xpath("//form[@data-composer]//input[@name='conversation']/@value")
    client.post("/es/chat", data={"q": "¿y para enviar?", "conversation": conversation})
    assert service.asked[-1].conversation == conversation
    assert service.asked[-1].state.turns == 1


def test_the_chat_gives_fragments_to_its_script(client: FlaskClient) -> None:
    """With the script's header there is only the turn, and errors are a fragment too."""
    headers = {"Soluciones-Fragment": "1"}
    text = client.post("/es/chat", data={"q": "ports <b>x</b>"}, headers=headers).get_data(as_text=True)
    assert text.lstrip().startswith("<article")
    assert "&lt;b&gt;x&lt;/b&gt;" in text
    assert "Mensaje &lt;b&gt;" in text
    refused = client.post("/es/chat", data={"q": ""}, headers=headers)
    assert refused.status_code == 422
    assert "<html" not in refused.get_data(as_text=True)


def test_cards_of_known_tools_show_their_data(client: FlaskClient) -> None:
    """The strip tells bad characters in words, ports have ranks, set-up has its files, other tools are plain."""
    tree = html.fromstring(
        client.post("/es/tools/mail-address", data={"email": "año@ejemplo.com"}).get_data(as_text=True)
    )
    cells = tree.xpath("//ol[contains(@class,'strip')]/li")
    assert ["cell-bad" in cell.get("class") for cell in cells] == [False, True, False]
    assert "no es un carácter ASCII" in cells[1].text_content()
    assert tree.xpath("//div[@class='repaired']//code/text()") == ["ana@ejemplo.com"]
    tree = html.fromstring(client.get("/es/chat?q=ports+client-setup+other-tool").get_data(as_text=True))
    assert tree.xpath("//table[@class='ports']//th[@scope='row']/text()") == ["993", "2525"]
    assert tree.xpath("//*[@data-tool='client-setup']//a[@download]/@download") == ["correo-ejemplo.com.mobileconfig"]
    assert tree.xpath("//*[@data-tool='client-setup']//img/@src")[0].endswith("/correo.svg")
    assert "Algo raro" in tree.xpath("//*[@data-tool='other-tool']")[0].text_content()


def test_a_tools_form_keeps_what_is_known(client: FlaskClient) -> None:
    """Slots that the form does not ask for travel along; lists, numbers and switches come back as what they are."""
    page = html.fromstring(client.get("/es/tools/client-setup").get_data(as_text=True))
    form = page.xpath("//form[contains(@action,'/tools/client-setup')]")[0]
    kept = form.xpath(".//input[@name='_kept']/@value")[0]
    assert kept == '{"client": "ios"}'
    names = set(form.xpath(".//input/@name | .//select/@name | .//textarea/@name"))
    assert names == {"_kept", "email", "protocol", "ports", "long", "sure"}
    again = client.post("/es/tools/client-setup", data={"_kept": kept, "email": "ana@ejemplo.com"})
    assert again.status_code == 200
    assert client.post("/es/tools/client-setup", data={"_kept": "{broken", "email": "x"}).status_code == 200
    assert client.post("/es/tools/no-existe", data={}).status_code == 404


def test_forms_of_other_sites_are_refused(client: FlaskClient) -> None:
    """A form posted from another site gets 403; from our own pages and from old browsers it is taken."""
    data = {"answer": "a", "useful": "1"}
    for headers in (
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
    ):
        assert client.post("/es/feedback", data=data, headers=headers).status_code == 403
    for headers in ({}, {"Sec-Fetch-Site": "same-origin"}, {"Origin": "http://localhost"}):
        assert client.post("/es/feedback", data=data, headers=headers).status_code == 201


def test_feedback_and_handoff_work_as_forms(client: FlaskClient) -> None:
    """Both thank the visitor on a page; wrong values are told."""
    assert "Gracias" in client.post("/es/feedback", data={"answer": "a", "useful": "0"}).get_data(as_text=True)
    assert client.post("/es/feedback", data={"answer": "", "useful": "0"}).status_code == 422
    assert client.post("/es/feedback", data={"answer": "a", "useful": "9"}).status_code == 422
    done = client.post("/en/handoff", data={"contact": "ana@ejemplo.com", "message": "hi"})
    assert (done.status_code, "received" in done.get_data(as_text=True)) == (201, True)
    assert client.post("/es/handoff", data={"contact": "nadie"}).status_code == 422
    assert client.post("/es/handoff", data={"contact": "a@" + "b" * 300}).status_code == 422


def test_typed_text_is_never_markup(client: FlaskClient) -> None:
    """A question full of markup is shown as text wherever it comes back."""
    attack = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>"
    for response in (
        client.get("/es/search", query_string={"q": attack}),
        client.get("/es/chat", query_string={"q": attack}),
        client.post("/es/chat", data={"q": attack}),
        client.post("/es/tools/mail-address", data={"email": attack}),
    ):
        tree = html.fromstring(response.get_data(as_text=True))
        assert not tree.xpath("//script[not(@src)] | //img[@src='x'] | //@onerror")


def _keys_used() -> tuple[set[str], set[str]]:
    """Keys written out, and beginnings of keys that are put together at run time."""
    exact: set[str] = set()
    begun: set[str] = set()
    for path in [*WEBAPP.rglob("*.html"), *WEBAPP.rglob("*.py")]:
        text = path.read_text("utf-8")
        for key, more in re.findall(r"""\bt\('([a-z_.]+)'(\s*~)?""", text):
            (begun if more else exact).add(key)
        exact |= set(re.findall(r"""say\("([a-z_.]+)\"""", text))
        begun |= set(re.findall(r"""say\(f"([a-z_.]+)\{""", text))
    return exact, begun


@pytest.mark.parametrize("lang", LANGUAGES)
def test_all_texts_exist_in_every_language(lang: str) -> None:
    """Each language has the same keys with the same placeholders, and none is empty."""
    reference = (WEBAPP.parent / "locale" / "es" / "web.po").read_text("utf-8")
    own = (WEBAPP.parent / "locale" / lang / "web.po").read_text("utf-8")
    keys = re.findall(r'^msgid "(.+)"$', reference, re.M)
    assert re.findall(r'^msgid "(.+)"$', own, re.M) == keys
    spanish, translated = TEXTS.domain("es", "web"), TEXTS.domain(lang, "web")
    for key in keys:
        assert translated[key].strip()
        assert set(re.findall(r"\{\w+\}", translated[key])) == set(re.findall(r"\{\w+\}", spanish[key])), key


def test_every_text_is_used_and_every_used_text_exists() -> None:
    """No key of web.po is left over, and no page asks for one that is missing."""
    exact, begun = _keys_used()
    keys = {key.removeprefix("web.") for key in TEXTS.domain("es", "web")}
    assert not {key for key in exact if key not in keys}
    unused = {key for key in keys if key not in exact and not any(key.startswith(start) for start in begun)}
    assert not unused


def test_no_template_holds_inline_script_or_style() -> None:
    """No template has a style attribute, an event handler, a style element or a script without an address."""
    for path in (WEBAPP / "templates").rglob("*.html"):
        text = path.read_text("utf-8")
        text = text.replace('<script type="application/ld+json">', "")  # data, which nothing runs
        assert not re.search(r"<style|\sstyle\s*=|<script(?![^>]*\ssrc=)|\son[a-z]+\s*=|javascript:", text), path


def test_scripts_use_no_dangerous_sink() -> None:
    """The site's scripts neither evaluate text nor write HTML, but for the one Trusted Types policy."""
    for path in (WEBAPP / "static").rglob("*.js"):
        text = path.read_text("utf-8")
        assert not re.search(
            r"\beval\(|new Function|\.innerHTML|outerHTML\s*=|insertAdjacentHTML|document\.write", text
        )
        assert text.count("createPolicy(") == (1 if path.name == "dom.js" else 0)
