"""The design system: every token is shown, every pair of colours can be read, no file has colours of its own."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from lxml import html

from soluciones.webapp.assets import SOURCE
from soluciones.webapp.styleguide.tokens import Contrast, contrasts, ratio, tokens

SHEETS = sorted(path for path in SOURCE.rglob("*.css") if path.name != "tokens.css")
COLOUR = re.compile(r"#[0-9a-fA-F]{3,8}\b|\b(?:rgb|hsl|oklch|lab)a?\(")


def test_the_ratio_is_that_of_the_guidelines() -> None:
    """Black on white is 21, a colour on itself 1, and #767676 on white the well-known 4.54."""
    assert ratio("#000000", "#ffffff") == pytest.approx(21)
    assert ratio("#123456", "#123456") == pytest.approx(1)
    assert ratio("#767676", "#ffffff") == pytest.approx(4.54, abs=0.005)


@pytest.mark.parametrize("pair", contrasts(), ids=lambda pair: f"{pair.front}-on-{pair.ground}")
def test_colours_that_occur_together_can_be_read(pair: Contrast) -> None:
    """Text reaches 4.5, edges and signs 3, in both themes (WCAG 2.2 AA)."""
    assert pair.enough, f"{pair.light:.2f} light, {pair.dark:.2f} dark, wanted {pair.least}"


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda path: path.name)
def test_colours_stand_in_the_tokens_alone(sheet: Path) -> None:
    """No other style sheet names a colour; print, which knows no theme, may say black and white."""
    text = re.sub(r"/\*.*?\*/", "", sheet.read_text("utf-8"), flags=re.DOTALL)
    named = set(COLOUR.findall(text)) - {"#fff", "#000"}
    # The host page's own accent is not ours to name: the widget makes shades of it, and a veil over the page.
    assert named <= ({"oklch(", "rgb("} if sheet.name == "widget.css" else set())


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda path: path.name)
def test_every_name_used_is_a_token(sheet: Path) -> None:
    """`var(--x)` names a token, a property of the same file, or one that hosts may set (`--kb-…`)."""
    text = sheet.read_text("utf-8")
    known = {token.name for token in tokens()} | {"shadow", "shadow-big"} | set(re.findall(r"--([\w-]+)\s*:", text))
    if (
        sheet.name == "widget.css"
    ):  # `a` accent, `t` its text, `o` offset: set by the loader; `high`, `down`: by the panel
        known |= {"a", "t", "o", "high", "down"}
    assert {name for name in re.findall(r"var\(--([\w-]+)", text) if not name.startswith("kb-")} <= known


def test_the_page_shows_every_token_and_the_components(client: FlaskClient) -> None:
    """Each colour has its swatch and rule; buttons, badges, answers of three states and tools are there."""
    tree = html.fromstring(client.get("/styleguide").get_data(as_text=True))
    sheet = (SOURCE / "styleguide.css").read_text("utf-8")
    for token in tokens():
        if token.light:
            assert tree.xpath(f"//*[contains(@class, 'sw-{token.name}')]"), token.name
            assert f".sw-{token.name} {{ background: var(--{token.name}); }}" in sheet
    assert {"answered", "clarify", "no_answer"} <= set(tree.xpath("//@data-status"))
    assert tree.xpath("//*[@data-tool]") and tree.xpath("//*[@class='button']")
    assert client.get("/styleguide").headers["X-Robots-Tag"] == "noindex"
