"""Anchors, sentences, text of HTML, cuts: the small parts."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from kb_support import guide_and_problems

from soluciones.kb.anchors import AnchorBook, explicit_id, slug
from soluciones.kb.html_split import split_html
from soluciones.kb.html_text import html_to_text
from soluciones.kb.safe_html import sanitise
from soluciones.kb.sentences import sentences, visible_length

SLUGS = {
    "Puertos recomendados": "puertos-recomendados",
    "¿Qué señal, más ÑU?": "que-senal-mas-nu",
    "  --SPF & DMARC--  ": "spf-dmarc",
    "Straße ½ ﬁn": "stra-e-1-2-fin",
    "日本": "",
}


@pytest.mark.parametrize(("title", "anchor"), SLUGS.items())
def test_an_anchor_is_the_folded_title(title: str, anchor: str) -> None:
    """Accents are folded (ñ → n), case lowered, and every other run becomes one hyphen."""
    assert slug(title) == anchor


def test_repeated_anchors_are_numbered() -> None:
    """The second heading of a name gets -2, the third -3, and a number that is taken is passed over."""
    book = AnchorBook()
    assert book.claim("uno-3")
    assert [book.automatic("Uno") for _ in range(4)] == ["uno", "uno-2", "uno-4", "uno-5"]


EXPLICIT = {
    "Puertos {#los-puertos}": ("Puertos", "los-puertos"),
    "Puertos{#P_1}  ": ("Puertos", "P_1"),
    "Puertos {#con espacio}": ("Puertos {#con espacio}", ""),
    "Puertos {#}": ("Puertos {#}", ""),
    "{#a} Puertos": ("{#a} Puertos", ""),
    "a {#b} {#c}": ("a {#b}", "c"),
}


@pytest.mark.parametrize(("content", "parts"), EXPLICIT.items())
def test_an_explicit_anchor_stands_at_the_end(content: str, parts: tuple[str, str]) -> None:
    """``{#id}`` at the end of a heading is its anchor; anything else stays text."""
    assert explicit_id(content) == parts


@settings(max_examples=300, deadline=None)
@given(st.lists(st.text(max_size=8), max_size=8))
def test_anchors_of_a_guide_are_its_own(titles: list[str]) -> None:
    """Whatever the headings, no two sections share an anchor, and none is empty."""
    body = "".join(f"## x{title}\n\na\n\n" for title in titles if not set(title) & set("\n\r\0"))
    guide, _ = guide_and_problems(body or "a\n")
    anchors = [section.anchor for section in guide.sections if section.level > 1]
    assert len(set(anchors)) == len(anchors)
    assert all(anchors)


SENTENCES = {
    "Uno. Dos. ¿Tres? ¡Cuatro!": ["Uno.", "Dos.", "¿Tres?", "¡Cuatro!"],
    "Use p. ej. el puerto 993. Después guarde.": ["Use p. ej. el puerto 993.", "Después guarde."],
    "Versión 1.5 de mail.ejemplo.com.": ["Versión 1.5 de mail.ejemplo.com."],
    "Dijo «basta.» Y se fue… Nadie más.": ["Dijo «basta.»", "Y se fue…", "Nadie más."],
    "": [],
}


@pytest.mark.parametrize(("line", "expected"), SENTENCES.items())
def test_sentences_end_before_capitals(line: str, expected: list[str]) -> None:
    """A full stop, question or exclamation mark ends a sentence unless a small letter follows."""
    assert list(sentences(line)) == expected


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=200))
def test_sentences_lose_nothing(line: str) -> None:
    """The sentences of a line, joined by spaces, are the line with its white space folded."""
    assert " ".join(sentences(line)) == " ".join(line.split())


TEXTS = {
    "<p>a  b\n c</p><p>d</p>": "a b c\nd",
    "<ul><li>a<ul><li>b</li></ul></li><li><p>c</p></li></ul>": "a\nb\nc",
    "<table><tr><th>A</th><th></th></tr><tr><td><p>1</p><p>2</p></td><td>x<br>y</td></tr></table>": "A |\n1 2 | x y",
    "<pre><code>  a\n\n  b\n</code></pre>": "  a\n\n  b",
    "<p>a<br>b&nbsp;&amp;&lt;c&gt;</p>": "a\nb &<c>",
    '<p>vea <img src="x" alt="la pantalla"> aquí</p>': "vea la pantalla aquí",
    "<p>p<strong>ala</strong>bra</p>": "palabra",
    "<hr><p> </p>": "",
}


@pytest.mark.parametrize(("html", "text"), TEXTS.items())
def test_text_is_what_a_reader_sees(html: str, text: str) -> None:
    """Blocks, items and rows stand on lines of their own, cells are joined, listings keep their space."""
    assert html_to_text(html) == text


@settings(max_examples=300, deadline=None)
@given(
    st.lists(
        st.sampled_from(("<b>", "</b>", "<li>", "<p>", "<a href='https://e.com'>", "</a>", "uno dos", "é&amp;", " ")),
        max_size=30,
    )
)
def test_pieces_of_html_say_the_same(parts: list[str]) -> None:
    """Cutting HTML anywhere gives balanced pieces that, joined, hold every visible character once and in order."""
    html = sanitise("".join(parts))
    text = html_to_text(html)
    cuts = list(range(1, visible_length(text), 3))
    pieces = split_html(html, cuts)
    assert "".join("".join(html_to_text(piece).split()) for piece in pieces) == "".join(text.split())
    assert len(pieces) == len(cuts) + 1
    assert [visible_length(html_to_text(piece)) for piece in pieces[:-1]] == [1, *[3] * (len(cuts) - 1)][: len(cuts)]
    assert all(sanitise(piece) == piece for piece in pieces if "<a" not in piece and "<p>" not in piece)
