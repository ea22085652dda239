"""Guides as Markdown: the twin, asking for it by Accept, and llms.txt by the rules of llmstxt.org (v2)."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from machines_bench import AGENT, HOSTILE, Bench, content, hostile, local, make_client, real, with_base
from markdown_it import MarkdownIt
from web_fake import GUIDES

from soluciones.kb.types import LANGUAGES, Guide
from soluciones.webapp.machines import llms
from soluciones.webapp.machines.comments import without_comments
from soluciones.webapp.machines.texts import markdown_line

LINK = re.compile(r"^- \[(?P<name>(?:\\.|[^\]\\])+)\]\((?P<url>[^()\s]+)\)(?:: (?P<notes>\S.*))?$")
GUIDE = "/es/guides/protocolos-y-puertos"
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8"


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    """A reader of the small site; nothing in this module changes it."""
    return make_client(tmp_path_factory.mktemp("small"), Bench())


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    """A reader of the real site; nothing in this module changes it."""
    return make_client(tmp_path_factory.mktemp("real"), real())


def split(text: str) -> tuple[dict[str, object], str, str]:
    """Front matter, first line and the rest of a twin."""
    _, front, rest = text.split("---\n", 2)
    first, _, body = rest.lstrip("\n").partition("\n\n")
    return yaml.safe_load(front), first, body


@pytest.mark.parametrize("guide", content().guides, ids=lambda guide: guide.id)
def test_the_twin_is_the_guide_word_for_word(reader: FlaskClient, guide: Guide) -> None:
    """Under a head with title, summary, date, language and address stands the file's own text, to the last letter."""
    response = reader.get(f"/fr/guides/{guide.id}.md")
    assert response.headers["Content-Type"] == "text/markdown; charset=utf-8"
    assert response.headers["Content-Language"] == guide.lang
    head, title, body = split(response.get_data(as_text=True))
    assert head == {
        "title": guide.title,
        "description": guide.summary,
        "lang": guide.lang,
        "updated": guide.updated,
        "url": f"http://localhost/fr/guides/{guide.id}",
    }
    assert title == f"# {guide.title}"
    assert body == guide.source.split("\n---\n", 1)[1].strip("\n") + "\n"
    assert reader.get(local(str(head["url"]))).status_code == 200


def test_the_twin_keeps_what_is_for_authors(tmp_path: Path) -> None:
    """Questions, owners, review dates and comments stay inside."""
    source = (
        "---\nid: crear-direccion\ntitle: x\nowner: ana@ejemplo.com\nreview_by: 2027-01-01\nquestions: [¿Secreta?]\n"
        "---\n\n"
        "Uno.\n\n<!-- Preguntar a legal -->\n\nDos. <!-- nota -->\n\n```html\n<!-- parte del ejemplo -->\n```\n"
    )
    guide = replace(GUIDES[1], source=source)
    text = make_client(tmp_path, Bench((guide,))).get("/es/guides/crear-direccion.md").get_data(as_text=True)
    for inside in ("owner", "review", "ecreta", "legal", "nota"):
        assert inside not in text
    assert "```html\n<!-- parte del ejemplo -->\n```" in text


def test_links_between_twins_lead_to_twins(reader: FlaskClient) -> None:
    """A link to another guide's file is, seen from the twin, that guide's twin, in the same language."""
    links = {(g.id, link) for g in real().guides() for link in re.findall(r"\]\(([\w-]+\.md)[)#]", g.source)}
    assert len(links) > 20
    for _, link in sorted(links):
        assert reader.get(f"/it/guides/{link}", follow_redirects=True).mimetype == "text/markdown"


@pytest.mark.parametrize(
    ("asked", "status", "place"),
    [
        ("puertos-de-correo", 301, f"{GUIDE}.md"),
        ("otro-archivo", 301, "/es/guides/crear-direccion.md"),
        ("no-existe", 404, None),
        (AGENT.id, 404, None),
        ("..%2f..%2fetc%2fpasswd", 404, None),
        ("x" * 5000, 404, None),
        ("%0d%0aX-Evil:1", 404, None),
    ],
)
def test_old_names_lead_on(tmp_path: Path, asked: str, status: int, place: str | None) -> None:
    """Aliases and file names redirect for good; unknown and internal guides are not found."""
    renamed = replace(GUIDES[1], path="guides/es/otro-archivo.md")
    response = make_client(tmp_path, Bench((GUIDES[0], renamed, AGENT))).get(f"/es/guides/{asked}.md")
    assert (response.status_code, response.location) == (status, place)


@pytest.mark.parametrize(
    ("accept", "mimetype"),
    [
        ("text/markdown", "text/markdown"),
        ("text/markdown, text/html, */*", "text/markdown"),
        ("text/markdown, text/html;q=0.9, */*;q=0.8", "text/markdown"),
        ("TEXT/MARKDOWN;q=0.5", "text/markdown"),
        ("text/html, text/markdown;q=0.5", "text/html"),
        ("text/markdown;q=0", "text/html"),
        ("text/plain", "text/html"),
        ("application/json", "text/html"),
        ("text/*", "text/html"),
        ("*/*", "text/html"),
        (BROWSER, "text/html"),
        ("", "text/html"),
        (",;q=,text/markdown;q=x", "text/html"),
    ],
)
def test_markdown_is_for_those_who_name_it(client: FlaskClient, accept: str, mimetype: str) -> None:
    """Who names Markdown and likes it no less than HTML gets the twin at the page's address; browsers get the page."""
    response = client.get(GUIDE, headers={"Accept": accept})
    assert response.status_code == 200
    assert response.mimetype == mimetype
    assert "Accept" in response.headers["Vary"]


def test_asking_for_markdown_changes_nothing_else(client: FlaskClient) -> None:
    """Aliases still redirect, unknown guides are still not found, and other pages stay pages."""
    accept = {"Accept": "text/markdown"}
    assert client.get("/es/guides/puertos-de-correo", headers=accept).status_code == 301
    assert client.get("/es/guides/nada", headers=accept).status_code == 404
    assert client.get("/es/tools", headers=accept).mimetype == "text/html"
    assert client.head(GUIDE, headers=accept).mimetype == "text/markdown"
    same = client.get(GUIDE, headers=accept)
    assert same.data == client.get(f"{GUIDE}.md").data


def test_page_and_twin_name_each_other(client: FlaskClient) -> None:
    """The page's headers name the twin and llms.txt, the twin's the page and llms.txt."""
    index = '</es/llms.txt>; rel="describedby"; type="text/plain"'
    page, twin = client.get(GUIDE), client.get(f"{GUIDE}.md")
    assert page.headers.getlist("Link") == [f'<{GUIDE}.md>; rel="alternate"; type="text/markdown"', index]
    assert twin.headers.getlist("Link") == [f'<http://localhost{GUIDE}>; rel="canonical"', index]


def test_hostile_titles_stay_in_their_place(tmp_path: Path) -> None:
    """The head of a twin reads back as the very title, whatever it is, and the heading shows the very words."""
    client = make_client(tmp_path, hostile())
    for number, text in enumerate(HOSTILE):
        response = client.get(f"/es/guides/mal-{number}.md")
        head, title, body = split(response.get_data(as_text=True))
        assert head["title"] == text
        assert set(head) == {"title", "description", "lang", "updated", "url"}
        assert body == "Texto.\n"
        assert title.startswith("# ")
        assert "sandbox" in response.headers["Content-Security-Policy"]
        assert response.headers["X-Content-Type-Options"] == "nosniff"


@given(st.text(max_size=80))
def test_a_markdown_line_shows_its_own_words(text: str) -> None:
    """In a heading and in a link any text is shown as itself, blanks made one; no element is made of it."""
    line = markdown_line(text)
    assert "\n" not in line
    parser = MarkdownIt("commonmark")
    inline = parser.parse(f"# x{line}x\n")[1]
    assert inline.type == "inline"
    kinds = {child.type for child in inline.children or ()}
    assert kinds <= {"text", "text_special"}
    link = parser.parseInline(f"[{line or 'x'}](/a)")[0].children or []
    assert link[0].type == "link_open"
    assert link[-1].type == "link_close"


def assert_llms(text: str) -> list[re.Match[str]]:
    """The format: one H1 first, a quote, notes without headings, then H2 sections of links; returns the links."""
    lines = text.splitlines()
    assert lines[0].startswith("# ")
    assert sum(line.startswith("# ") for line in lines) == 1
    assert lines[2].startswith("> ")
    first = next(number for number, line in enumerate(lines) if line.startswith("## "))
    assert not any(line.startswith(("#", "- ")) for line in lines[1:first])
    found = []
    for line in lines[first:]:
        if line and not line.startswith("## "):
            link = LINK.match(line)
            assert link, line
            found.append(link)
    assert not any(line.startswith("###") for line in lines)
    return found


@pytest.mark.parametrize("path", ["/llms.txt", *(f"/{lang}/llms.txt" for lang in LANGUAGES)])
def test_llms_txt_is_valid_and_its_links_answer(reader: FlaskClient, path: str) -> None:
    """Every guide is linked once, as its twin, in the language of the file; every link answers 200."""
    response = reader.get(path)
    assert response.headers["Content-Type"] == "text/plain; charset=utf-8"
    paths = [local(link["url"]) for link in assert_llms(response.get_data(as_text=True))]
    lang = path.split("/")[1] if path.count("/") == 2 else "es"
    twins = [one for one in paths if one.endswith(".md")]
    assert sorted(twins) == sorted(f"/{lang}/guides/{guide.id}.md" for guide in real().guides())
    assert len(paths) == len(set(paths))
    assert not [one for one in paths if reader.get(one).status_code != 200]


def test_llms_txt_at_the_root_is_in_the_sites_language(reader: FlaskClient) -> None:
    """Whatever the reader's browser prefers, the root file is the default language's."""
    root = reader.get("/llms.txt", headers={"Accept-Language": "de"})
    assert root.data == reader.get("/es/llms.txt").data


def test_hostile_words_make_no_links(tmp_path: Path) -> None:
    """Whatever titles say, each entry is one line with one link of ours."""
    for path in ("/es/llms.txt", "/llms.txt"):
        for link in assert_llms(make_client(tmp_path, hostile()).get(path).get_data(as_text=True)):
            assert link["url"].startswith("http://localhost/")


def test_the_full_file_holds_every_twin(reader: FlaskClient) -> None:
    """All twins, unchanged, one after another."""
    full = reader.get("/es/llms-full.txt").get_data(as_text=True)
    for guide in real().guides():
        assert reader.get(f"/es/guides/{guide.id}.md").get_data(as_text=True) in full
    assert reader.get("/llms-full.txt").get_data(as_text=True) == full


def test_the_full_file_has_a_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What does not fit is linked instead; the limit is kept for the texts."""
    monkeypatch.setattr(llms, "MAX_FULL_BYTES", 20_000)
    client = make_client(tmp_path, real())
    full = client.get("/es/llms-full.txt").get_data(as_text=True)
    assert len(full.encode()) < 30_000
    for guide in real().guides():
        twin = client.get(f"/es/guides/{guide.id}.md").get_data(as_text=True)
        assert (twin in full) != (f"/es/guides/{guide.id}.md" in full.rsplit("\n## ", 1)[1])


@pytest.mark.parametrize("path", ["/llms.txt", "/es/llms.txt", "/llms-full.txt", "/fr/llms-full.txt"])
def test_internal_guides_are_in_no_text(tmp_path: Path, path: str) -> None:
    """A guide for agents is neither linked nor quoted."""
    text = make_client(tmp_path, Bench((*GUIDES, AGENT))).get(path).get_data(as_text=True)
    assert AGENT.id not in text
    assert AGENT.title not in text


def test_public_addresses_are_used_where_they_are_known(tmp_path: Path) -> None:
    """With ``base_url`` the links and the twin's address begin with it."""
    client = make_client(tmp_path, with_base(Bench(), "https://ayuda.ejemplo.com"))
    links = assert_llms(client.get("/llms.txt").get_data(as_text=True))
    assert all(link["url"].startswith("https://ayuda.ejemplo.com/") for link in links)
    assert "url: https://ayuda.ejemplo.com/es/guides/" in client.get(f"{GUIDE}.md").get_data(as_text=True)


COMMENTS = [
    ("a <!-- b --> c\n", "a  c\n"),
    ("<!-- b -->\n\na\n", "\na\n"),
    ("<!-- b\nc\nd --> e\nf\n", " e\nf\n"),
    ("a\n<!-- never closed\nb\n", "a\n"),
    ("a <!-- b\nc -->\nd\n", "a \nd\n"),
    ("```\n<!-- code -->\n```\n", "```\n<!-- code -->\n```\n"),
    ("~~~~\n```\n<!-- code -->\n~~~~\n<!-- no -->\n", "~~~~\n```\n<!-- code -->\n~~~~\n"),
    ("1. x\n\n   ```html\n   <!-- code -->\n   ```\n", "1. x\n\n   ```html\n   <!-- code -->\n   ```\n"),
    ("Use `<!-- x -->` so.\n", "Use `<!-- x -->` so.\n"),
    ("    <!-- indented code -->\n", "    <!-- indented code -->\n"),
    ("a <!-- b --> c <!-- d --> e", "a  c  e"),
    ("<!----><!-- -->x\n", "x\n"),
    ("nothing --> here\r\n", "nothing --> here\r\n"),
]


@pytest.mark.parametrize(("source", "shown"), COMMENTS)
def test_comments_are_cut_out_and_nothing_else(source: str, shown: str) -> None:
    """HTML comments go, in one line or in many; examples in code stay."""
    assert without_comments(source) == shown


@given(st.text(alphabet="a`~ \n<!->", max_size=60))
def test_text_without_comments_is_left_alone(text: str) -> None:
    """What is kept is made of the text's own characters, in order; without a comment it is the text."""
    shown = without_comments(text)
    rest = iter(text)
    assert all(char in rest for char in shown)
    if "<!--" not in text:
        assert shown == text


@pytest.mark.parametrize("text", ["<!--" * 60_000, "a <!-- b " * 25_000, "```\n" * 60_000, "<!-- -->" * 30_000])
def test_comments_in_masses_are_cut_in_one_go(text: str) -> None:
    """The worst texts of a guide's size end; the suite's own limit is the only clock."""
    assert len(without_comments(text)) <= len(text)
