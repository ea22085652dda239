"""«On this page»: which guide a host page is about, and how little that may change."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from soluciones.answer.steps.page import MIN_WORDS, TITLE_SHARE, best_heading, headings_of, stems
from soluciones.kb.types import Guide, Section, Span

PAGES = yaml.safe_load((Path(__file__).parent / "cases" / "pages.yml").read_text("utf-8"))


def guide(guide_id: str, title: str, *sections: str, audience: str = "visitor") -> Guide:
    """A guide with these headings."""
    span = Span(1, 1, 0, 1)
    made = tuple(Section(f"s{n}", text, 2, (title, text), (), span) for n, text in enumerate(sections))
    return Guide(guide_id, title, "", "es", "how-to", f"{guide_id}.md", "", made, audience=audience)  # type: ignore[arg-type]


GUIDES = (
    guide("ports", "Protocolos y puertos de correo", "Puertos recomendados", "Servidor entrante"),
    guide("password", "Cambiar la contraseña", "Si la ha olvidado del todo"),
    guide("secret", "Notas internas de soporte", audience="agent"),
)


def found(text: str) -> str:
    """The guide of a page with that title."""
    return best_heading(stems(text), *headings_of(GUIDES))


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Protocolos y puertos", "ports"),
        ("Los puertos recomendados | Mi tienda", "ports"),
        ("cambio de contraseñas", "password"),
        ("Contraseña", ""),
        ("correo", ""),
        ("Notas internas de soporte", ""),
        ("", ""),
    ],
)
def test_a_title_names_the_guide_with_much_the_same_heading(text: str, wanted: str) -> None:
    """Titles and sections count, one common word does not, internal guides never."""
    assert found(text) == wanted


def test_two_guides_that_fit_as_well_are_none() -> None:
    """Nothing is guessed."""
    twins = (guide("a", "Crear listas blancas"), guide("b", "Crear listas blancas"))
    assert best_heading(stems("crear listas blancas"), *headings_of(twins)) == ""


@given(st.text(max_size=400))
def test_any_title_is_harmless(text: str) -> None:
    """Whatever the host page is called."""
    assert found(text) in {"", "ports", "password"}


def test_the_constants_keep_their_meaning() -> None:
    """More than half of a heading and more than one word."""
    assert TITLE_SHARE > 0.5
    assert MIN_WORDS > 1


@pytest.mark.parametrize("case", PAGES, ids=lambda case: case["title"] or case["path"] or "no page")
def test_pages_about_a_guide_are_recognised(service: Any, case: dict[str, str]) -> None:
    """On the real guides: the page's own guide, or none."""
    from soluciones.answer.service import AskRequest
    from soluciones.answer.steps.page import guide_of_page
    from soluciones.answer.turn import Turn
    from soluciones.i18n import Catalogue

    request = AskRequest("¿qué puerto?", page=case["path"], page_title=case["title"])
    assert guide_of_page(Turn(request, service.knowledge(), Catalogue())) == case["guide"]
