"""Safe HTML: hostile Markdown and what is left of it, as files (``cases/html/*.txt``), and properties of the cleaner.

A case is a title, a line ``.``, Markdown, a line ``.``, the HTML of its blocks, a line ``.``.
"""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from kb_support import guide_and_problems, read_cases

from soluciones.kb.html_text import html_to_text
from soluciones.kb.safe_html import ALLOWED_ATTRIBUTES, ALLOWED_TAGS, sanitise

FILES = sorted((Path(__file__).parent / "cases" / "html").glob("*.txt"))
CASES = [case for path in FILES for case in read_cases(path)]
PIECES = st.sampled_from(
    (
        *(
            "<script>",
            "</script>",
            "<svg>",
            "<math>",
            "<style>",
            "<p>",
            "</p>",
            "<b>",
            "<a href='javascript:x'>",
            "</a>",
        ),
        *(
            "<img src=x onerror=y>",
            "<img src='data:x'>",
            "<td>",
            "<tr>",
            "<table>",
            "</table>",
            "<li>",
            "<pre>",
            "</pre>",
        ),
        *(
            "<noscript>",
            "<template>",
            "<title>",
            "<!--",
            "-->",
            "<![CDATA[",
            "]]>",
            "&lt;",
            "&#60;script&#62;",
            "<",
            ">",
        ),
        *('"', "'", "=", "texto", " ", "\n", "<a href='//e.com' target=x>", "<ol start=3>", "<td colspan='2' style=x>"),
    )
)


class Auditor(HTMLParser):
    """Lists whatever a browser must not see."""

    def __init__(self) -> None:
        super().__init__()
        self.bad: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in ALLOWED_TAGS:
            self.bad.append(tag)
        for name, value in attrs:
            if name not in ALLOWED_ATTRIBUTES.get(tag, set()) | ({"rel"} if tag == "a" else set()):
                self.bad.append(f"{tag} {name}")
            scheme = re.match(r"\s*([a-zA-Z][\w+.-]*):", value or "")
            if name in ("href", "src") and scheme and scheme[1].lower() not in ("http", "https", "mailto"):
                self.bad.append(f"{tag} {name}={value}")


def audit(html: str) -> list[str]:
    """What is wrong with some HTML; empty when it is safe."""
    auditor = Auditor()
    auditor.feed(html)
    auditor.close()
    return auditor.bad


@pytest.mark.parametrize(("title", "markdown", "expected"), CASES, ids=[case[0] for case in CASES])
def test_hostile_markdown_gives_this_html(title: str, markdown: str, expected: str) -> None:
    """Each case file's Markdown leaves exactly the HTML written under it."""
    guide, _ = guide_and_problems(markdown)
    html = "\n".join(block.html for section in guide.sections for block in section.blocks)
    assert html == expected
    assert audit(html) == []


def test_the_auditor_sees_danger() -> None:
    """The auditor used here would notice a script, a handler and a bad address."""
    assert audit("<script>x</script><b onclick='x'>y</b><a href='javascript:x'>z</a>") == [
        "script",
        "b onclick",
        "a href=javascript:x",
    ]


@settings(max_examples=500, deadline=None)
@given(st.lists(PIECES, max_size=25).map("".join))
def test_cleaned_html_is_safe_and_stays_safe(html: str) -> None:
    """Cleaning leaves only listed tags, attributes and schemes, also after a browser has read and written it again."""
    clean = sanitise(html)
    assert audit(clean) == []
    assert audit(sanitise(clean)) == []
    assert sanitise(sanitise(clean)) == sanitise(clean)


@settings(max_examples=500, deadline=None)
@given(st.lists(PIECES, max_size=25).map("".join))
def test_text_has_no_blank_lines_outside_listings(html: str) -> None:
    """Text of HTML without listings is folded: no blank lines, no double spaces at the ends of lines."""
    text = html_to_text(sanitise(html))
    if "<pre" not in sanitise(html):
        assert all(line == line.strip() and line for line in text.split("\n")) or text == ""


def test_removed_html_is_reported_with_its_line() -> None:
    """A writer is told which tags visitors will not see, and where."""
    _, problems = guide_and_problems("Texto.\n\n<form>x</form>\n\nOtro <input> y <kbd>Ctrl</kbd>.\n")
    assert [(problem.code, problem.line, problem.message) for problem in problems] == [
        ("html_removed", 7, "HTML removed: <form>"),
        ("html_removed", 9, "HTML removed: <input>"),
    ]


@pytest.mark.parametrize(
    ("address", "kept"),
    [
        ("pictures/a.png", True),
        ("/static/a.png", True),
        ("//other.example/a.gif", False),
        ("/\t/other.example/a.gif", False),
        ("https://other.example/a.gif", False),
        ("data:image/png;base64,x", False),
        ("\\\\other.example\\a.gif", False),
    ],
)
def test_pictures_come_from_here_alone(address: str, kept: bool) -> None:
    """An address on another host is taken from a picture, its description stays."""
    clean = sanitise(f'<p><img src="{address}" alt="plan"></p>')
    assert ("src=" in clean) is kept
    assert 'alt="plan"' in clean
