"""Deep links to passages: each one's words are tried on the real page of its guide, as a browser would."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

import pytest
from flask.testing import FlaskClient
from lxml import html
from web_fake import FakeService

from soluciones.answer.links import chunk_fragment, guide_url, piece_fragment
from soluciones.kb.chunker import chunk_guide
from soluciones.kb.content import read_content
from soluciones.kb.types import Block, Chunk, Guide, Row, Section, Span
from soluciones.webapp.links import passage_url

CONTENT = read_content(Path(__file__).parents[2] / "content")
SPAN = Span(1, 1, 0, 1)
BLOCKS = """
    p li ul ol td th tr table thead tbody h1 h2 h3 h4 div section aside nav details summary pre br body option
    header footer article main form fieldset legend label figure blockquote dl dt dd
"""
BREAKS = frozenset(BLOCKS.split())
SILENT = {"script", "style", "button", "svg", "select", "textarea", "head", "img", "input"}


def fold(text: str) -> str:
    """Text as a browser compares it: without case and accents, white space as one space."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return " ".join("".join(char for char in plain if not unicodedata.combining(char)).split())


def page_lines(page: str) -> list[str]:
    """The runs of text of a page that no block boundary interrupts: our own reading, apart from the code's."""
    lines: list[str] = [""]

    def walk(node: html.HtmlElement, pre: bool) -> None:
        if not isinstance(node.tag, str) or node.tag in SILENT:
            return
        inside = pre or node.tag == "pre"
        if node.tag in BREAKS:
            lines.append("")
        take(node.text, inside)
        for child in node:
            walk(child, inside)
            take(child.tail, inside)
        if node.tag in BREAKS:
            lines.append("")

    def take(text: str | None, pre: bool) -> None:
        for number, part in enumerate((text or "").split("\n") if pre else [text or ""]):
            if number:
                lines.append("")
            lines[-1] += part

    walk(html.fromstring(page), False)
    return [line for line in map(fold, lines) if line]


def matches(text: str, wanted: str, start: int) -> Iterator[int]:
    """Places of some words at word boundaries."""
    for found in re.finditer(rf"(?<!\w){re.escape(wanted)}(?!\w)" if wanted else r"\Z\A", text[start:]):
        yield start + found.start()


def highlighted(lines: list[str], directive: str) -> str:
    """What a browser marks for a directive, by the rules of the specification; "" for nothing."""
    text = "\n".join(lines)
    parts = directive.split(",")
    before = fold(unquote(parts.pop(0)[:-1])) if parts[0].endswith("-") else ""
    behind = fold(unquote(parts.pop()[1:])) if parts[-1].startswith("-") else ""
    start, end = fold(unquote(parts[0])), fold(unquote(parts[1])) if len(parts) > 1 else ""
    assert len(parts) <= 2
    pattern = rf"(?<!\w){re.escape(start)}(?!\w)" if start[0].isalnum() and start[-1].isalnum() else re.escape(start)
    for found in re.finditer(pattern, text):
        if before and not text[: found.start()].rstrip().endswith(before):
            continue
        stop = found.end()
        if end:
            last = re.compile(rf"(?<!\w){re.escape(end)}" if end[0].isalnum() else re.escape(end))
            ends = [m for m in last.finditer(text, stop) if not behind or text[m.end() :].lstrip().startswith(behind)]
            if not ends:
                continue
            stop = ends[0].end()
        elif behind and not text[stop:].lstrip().startswith(behind):
            continue
        return text[found.start() : stop]
    return ""


class Real(FakeService):
    """The fake service with the real guides."""

    def guides(self, lang: str = "") -> tuple[Guide, ...]:
        return CONTENT.guides

    def guide(self, guide_id: str) -> Guide | None:
        return next((guide for guide in CONTENT.guides if guide_id in (guide.id, *guide.aliases)), None)


@pytest.fixture
def service() -> Real:
    """The real guides."""
    return Real()


def tell(text: str) -> str:
    """The words of a passage alone, without what joins cells and lines."""
    return re.sub(r"[^\w]+", "", fold(text))


@pytest.mark.parametrize("guide", CONTENT.guides, ids=lambda guide: guide.id)
def test_every_passage_of_the_real_guides_is_found_on_its_page(client: FlaskClient, guide: Guide) -> None:
    """Each chunk's directive marks its passage from its first words to its last, in the page as it is served."""
    lines = page_lines(client.get(f"/es/guides/{guide.id}").get_data(as_text=True))
    whole, chunks = 0, [c for c in chunk_guide(guide, lambda text: len(text.split())) if c.kind != "faq"]
    for chunk in chunks:
        marked = tell(highlighted(lines, chunk_fragment(guide, chunk)))
        wanted = tell(html.fromstring(f"<div>{chunk.html}</div>").text_content())
        assert marked, (chunk.id, chunk_fragment(guide, chunk))
        assert marked in wanted, (chunk.id, chunk_fragment(guide, chunk))
        row = guide_row(guide, chunk)
        whole += marked == (tell(" ".join(row.cells)) if row else wanted)
    assert len(chunks) - whole <= 1


def guide_row(guide: Guide, chunk: Chunk) -> Row | None:
    """The table row that a chunk is, if it is one."""
    if chunk.row is None:
        return None
    section = next(one for one in guide.sections if one.anchor == chunk.anchor)
    return section.blocks[chunk.blocks[0]].rows[chunk.row]


def made(*blocks: Block, title: str = "Guía") -> Guide:
    """A guide of one section."""
    section = Section("ancla", "Sección", 2, (title, "Sección"), blocks, SPAN)
    return Guide("guia", title, "Resumen", "es", "how-to", "guides/es/guia.md", "", (section,))


def prose(markup: str, kind: str = "prose", **more: object) -> Block:
    """A block of that markup."""
    text = html.fromstring(f"<div>{markup}</div>").text_content()
    return Block(kind, text, markup, SPAN, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("markup", "directive"),
    [
        ("<p>Use a-b, c &amp; d: más</p>", "Use%20a%2Db%2C%20c%20%26%20d%3A%20m%C3%A1s"),
        ("<p>Con <strong>negrita</strong> y <a href='x'>enlace</a>.</p>", "Con%20negrita%20y%20enlace."),
        ("<p>10\u00a0MB por  mensaje</p>", "10%C2%A0MB%20por%20mensaje"),
        ("<p>uno<br>dos</p>", "uno,dos"),
        ("<pre><code>a  b\nc</code></pre>", "a%20%20b,c"),
        ("<ol><li>Abra esto.</li><li>Pulse aquello.</li></ol>", "Abra%20esto.,Pulse%20aquello."),
        ("<p><img alt='nada' src='x'></p>", ""),
        ("", ""),
    ],
)
def test_directives_are_written_so_that_browsers_read_them(markup: str, directive: str) -> None:
    """Dashes, commas and ampersands are escaped; words cross inline elements, and never blocks, breaks and lines."""
    assert piece_fragment(made(prose(markup)), "ancla", 0) == directive


def test_words_that_stand_twice_get_those_around_them() -> None:
    """The second of two equal rows is told by the words before it, and a whole row is marked."""
    rows = tuple(Row((name, "Sí"), f"{name} | Sí", "", SPAN) for name in ("993", "465", "993"))
    body = "".join(f"<tr><td>{row.cells[0]}</td><td>{place}</td></tr>" for place, row in enumerate(rows))
    table = f"<table><thead><tr><th>Puerto</th><th>Uso</th></tr></thead><tbody>{body}</tbody></table>"
    guide = made(prose(table, "table", head=("Puerto", "Uso"), rows=rows))
    assert piece_fragment(guide, "ancla", 0, 0) == "993,0"
    assert piece_fragment(guide, "ancla", 0, 2) == "1-,993,2"


def test_a_heading_of_the_same_words_does_not_take_the_mark() -> None:
    """The table of contents stands before the guide: a passage beginning like the section's heading is told apart."""
    section = Section("a", "Use el puerto", 2, ("Guía", "Use el puerto"), (prose("<p>Use el puerto 993.</p>"),), SPAN)
    guide = Guide("g", "Guía", "Resumen", "es", "how-to", "g.md", "", (section,))
    assert unquote(piece_fragment(guide, "a", 0)) == "Use el puerto 993."


@pytest.mark.parametrize("kind", ["faq", "prose"])
def test_what_is_not_on_the_page_is_linked_by_its_heading(kind: str) -> None:
    """A question of front matter, and a chunk of a guide that has changed since, lead to the section alone."""
    chunk = Chunk("c", "guia", "es", "ancla", (), kind, "otro texto", "<p>otro texto</p>", SPAN)  # type: ignore[arg-type]
    guide = made(prose("<p>texto</p>"))
    assert passage_url("es", chunk, guide) == "/es/guides/guia#ancla"
    assert passage_url("es", chunk, None) == "/es/guides/guia#ancla"
    gone = Chunk("c", "guia", "es", "otra", (), "prose", "x", "<p>x</p>", SPAN)
    assert chunk_fragment(guide, gone) == ""


def test_addresses_of_guides_are_plain() -> None:
    """Language, id and anchor are quoted; a directive stands behind the anchor, or alone."""
    assert guide_url("es", "a b", "ñ") == "/es/guides/a%20b#%C3%B1"
    assert guide_url("es", "g", "", "x") == "/es/guides/g#:~:text=x"


def test_a_hostile_guide_costs_little() -> None:
    """Ten thousand equal words in a hundred paragraphs give a link or none, and no error."""
    guide = made(*[prose("<p>" + "a " * 100 + "</p>") for _ in range(100)])
    assert isinstance(piece_fragment(guide, "ancla", 99), str)
