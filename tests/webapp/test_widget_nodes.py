"""HTML → node trees: nothing but what is allowed comes out, and every word does."""

from __future__ import annotations

import json
import re
from html import escape
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import html as lxml_html

from soluciones.webapp.widget import allowed
from soluciones.webapp.widget.nodes import MAX_DEPTH, MAX_ELEMENTS, convert, text_of

BASE = "https://help.example/es/"
TAGS = allowed.HTML_TAGS | frozenset(allowed.SVG_TAGS.values())
CASES = json.loads((Path(__file__).parent / "cases" / "nodes.json").read_text("utf-8"))
HOSTILE: list[str] = CASES["hostile"]


def check(node: Any, depth: int = 1, inside_svg: bool = False) -> None:
    """Raises where a node breaks the contract."""
    if isinstance(node, str):
        return
    tag, attributes, *children = node
    assert tag in TAGS
    assert depth <= MAX_DEPTH
    svg = inside_svg or tag == "svg"
    for name, value in attributes.items():
        assert isinstance(value, str)
        assert not name.startswith("on")
        assert name not in {
            "style",
            "src",
            "srcdoc",
            "formaction",
            "xlink:href",
            "is",
            "slot",
            "target",
            "ping",
            "nonce",
        }
        assert allowed.attribute(tag.lower(), name.lower(), svg) == name
        if name == "href":
            safe = value.startswith(("https://", "http://", "mailto:", "tel:"))
            assert safe or (
                "download" in attributes and re.match(r"data:[a-z0-9.+/;=-]*;base64,[A-Za-z0-9+/=]*\Z", value)
            )
        if name == "action":
            assert value.startswith("https://help.example/")
    assert attributes.get("type") != "password"
    for child in children:
        check(child, depth + 1, svg)


def check_all(nodes: list[Any]) -> None:
    """Every node, and that JSON can carry them."""
    for node in nodes:
        check(node)
    json.dumps(nodes)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_html_leaves_nothing_behind(text: str) -> None:
    """No script, handler, style or foreign address comes out, alone or inside other elements."""
    for whole in (
        text,
        f"<p>{text}</p>",
        f"<table><tr><td>{text}",
        f"<svg>{text}</svg>",
        f"<ul><li>{text}<li>{text}</ul>",
    ):
        check_all(convert(whole, BASE))


PIECES = st.one_of(
    st.text(max_size=12),
    st.sampled_from(HOSTILE),
    st.sampled_from([f"<{t}>" for t in sorted(allowed.HTML_TAGS)] + [f"</{t}>" for t in sorted(allowed.HTML_TAGS)]),
    st.sampled_from(
        ["<svg>", "</svg>", "<path d='M0'>", "<g/>", "<title>", "<pre>", "<textarea>", "<!--", "-->", "'", '"']
    ),
)


@settings(max_examples=150, deadline=None)
@given(st.lists(PIECES, max_size=25).map("".join))
def test_any_text_gives_allowed_nodes_only(text: str) -> None:
    """Whatever goes in."""
    check_all(convert(text, BASE))


WORDS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=10)
TREES = st.recursive(
    WORDS.map(escape),
    lambda inner: st.tuples(
        st.sampled_from(["p", "div", "b", "code", "section", "x-unknown", "details", "span"]),
        st.lists(inner, max_size=4),
    ).map(lambda made: f"<{made[0]} class='a' title='1'>{''.join(made[1])}</{made[0]}>"),
    max_leaves=20,
)


def words_of(text: str) -> str:
    """All that is no blank."""
    return re.sub(r"[ \t\n\r\f]+", "", text)


@settings(max_examples=150, deadline=None)
@given(TREES)
def test_no_word_is_lost(text: str) -> None:
    """The text of the nodes is that which another parser finds in the HTML."""
    expected = lxml_html.fragment_fromstring(text, create_parent="div").text_content()
    assert words_of(text_of(convert(text, BASE))) == words_of(expected)


@pytest.mark.parametrize(
    "text",
    [
        "<",
        "<a ",
        "<!--",
        "x<q1>",
        "<b>",
        "</b>",
        '<a href="',
        "&#",
        "<![x",
        "<?",
        "<script>",
        "</script ",
        "<a '\"",
        "<textarea>",
        "<li>",
        "<svg>",
    ],
)
def test_repeated_openings_cost_no_more_than_their_length(text: str) -> None:
    """Thirty thousand unfinished tags are read once each: the test would not end otherwise."""
    nodes = convert(text * 30_000, BASE)
    assert sum(isinstance(node, list) for node in nodes) <= MAX_ELEMENTS


def test_deep_trees_are_dissolved_and_keep_their_words() -> None:
    """Below the limit the tags go, the words stay."""
    nodes = convert("<b>" * 500 + "deep" + "</b>" * 500 + "after", BASE)
    check_all(nodes)
    assert text_of(nodes) == "deepafter"


def test_long_lists_keep_their_words() -> None:
    """Beyond the limit the tags go, the words stay."""
    nodes = convert("<i>x</i>" * (MAX_ELEMENTS + 500), BASE)
    assert len(text_of(nodes)) == MAX_ELEMENTS + 500
    assert sum(isinstance(node, list) for node in nodes) == MAX_ELEMENTS


@pytest.mark.parametrize(
    ("text", "nodes"),
    CASES["nodes"],
)
def test_nodes_are_as_the_contract_says(text: str, nodes: list[Any]) -> None:
    """Blanks, entities, addresses, forms, void tags, SVG names and pictures."""
    assert convert(text, BASE) == nodes


def test_a_drawing_of_ours_stands_in_place() -> None:
    """A QR code travels as nodes with its words as name; nothing else of the file comes along."""
    drawing = (
        b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" width="29" height="29">'
        b'<script>x</script><path stroke="#000" d="M4 4h7"/></svg>'
    )
    nodes = convert('<img src="/f/qr.svg" width="200" height="200" alt="QR">', BASE, {"/f/qr.svg": drawing})
    check_all(nodes)
    named = {"role": "img", "aria-label": "QR", "class": "drawing"}
    size = {"width": "200", "height": "200", "viewBox": "0 0 29 29"}
    assert nodes == [["svg", size | named, ["path", {"stroke": "#000", "d": "M4 4h7"}]]]
