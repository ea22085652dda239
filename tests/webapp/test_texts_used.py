"""No visible word stands in a template or script: all come from the catalogues, and every text there is used."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from soluciones.i18n import LOCALE_DIR, Catalogue

WEBAPP = LOCALE_DIR.parent / "webapp"
OF_PAGES = {"portal", "chat", "people", "widget", "machines"}
DOMAINS = sorted(path.stem for path in (LOCALE_DIR / "es").glob("*.po") if path.stem in OF_PAGES)
FOR_MAKERS = {"styleguide"}
"""Folders of templates that visitors never see, in English."""
TEMPLATES = sorted(path for path in (WEBAPP / "templates").rglob("*.html") if not FOR_MAKERS & set(path.parts))
CLASS_BLOCK = re.compile(r"\{% block body_class %\}.*?\{% endblock %\}", re.DOTALL)
JINJA = re.compile(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)
CODE = re.compile(r"<(code|pre|script|svg)\b.*?</\1>", re.DOTALL)
ATTRIBUTE = re.compile(r'[\w-]+="[^"]*"')
WORD = re.compile(r"[^\W\d_]{3,}")
SAID = re.compile(r'<(?!link\b)[^<>]*?\s(?:aria-label|title|alt|placeholder|aria-description)="([^"]*)"')
TEXT = r"""\b(?:tt|say_any|texts\.text)\((?:[^()"']*,\s*)?["']({domain}\.[a-z0-9_.]*[a-z0-9_])["'](?!\s*~)"""
"""Where a whole key is asked for by one of our functions."""


def _sources() -> list[str]:
    files = [*WEBAPP.rglob("*.py"), *WEBAPP.rglob("*.html")]
    return [path.read_text("utf-8") for path in files]


@pytest.mark.parametrize("domain", DOMAINS)
def test_every_text_of_the_pages_is_used_and_exists(domain: str) -> None:
    """No key of the pages' catalogues is left over, and no page asks for one that is missing."""
    keys = set(Catalogue().domain("es", domain))
    asked, named, begun = set(), set(), set()
    for text in _sources():
        asked |= set(re.findall(TEXT.replace("{domain}", domain), text))
        named |= set(re.findall(rf"""["']({domain}\.[a-z0-9_.]+)["']""", text))
        begun |= set(re.findall(rf"""["']({domain}\.[a-z0-9_.]*)(?:["']\s*~|\{{)""", text))
        begun |= set(re.findall(rf"""["']({domain}\.[a-z0-9_.]*\.)["']""", text))
    assert not asked - keys
    assert not {key for key in keys if key not in named and not any(key.startswith(start) for start in begun)}


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(WEBAPP / "templates")))
def test_templates_hold_no_words_of_their_own(path: Path) -> None:
    """Without its expressions, tags and code nothing of a template is a word but abbreviations; no label has one."""
    text = CODE.sub(" ", JINJA.sub(" ", CLASS_BLOCK.sub(" ", path.read_text("utf-8"))))
    labels = [word for said in SAID.findall(text) for word in WORD.findall(said)]
    left = ATTRIBUTE.sub(" ", re.sub(r"<[^<>]*>|&\w+;", " ", text))
    assert not [word for word in labels + WORD.findall(left) if not word.isupper()]
