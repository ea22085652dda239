"""Every tool against its case file; the catalogue of findings against the cases and the guides."""

from __future__ import annotations

import re
import string
from pathlib import Path
from typing import Any

import pytest
import yaml

from soluciones.answer.tools.registry import TOOLS
from soluciones.answer.tools.results import domain_of
from soluciones.i18n import LOCALE_DIR, Catalogue
from soluciones.kb.types import LANGUAGES

HERE = Path(__file__).parent
GUIDES = HERE.parents[2] / "content" / "guides" / "es"
OWN_SUITES = {"message-headers", "contacts-dedupe", "address-csv", "dns-check", "spf", "dmarc", "server-check"}
"""Tools whose cases are files or need a network: their own tests hold them to the same rules."""
PLAIN = [tool for tool in TOOLS if tool not in OWN_SUITES]
CASES = {tool: yaml.safe_load((HERE / "cases" / f"{tool}.yml").read_text("utf-8")) for tool in PLAIN}
ALL = [(tool, case) for tool, cases in CASES.items() for case in cases]
DOMAINS = ("tool", *(domain_of(tool) for tool in TOOLS))
REACHED_ELSEWHERE = {"client-setup": {"profile_signed"}}
"""Codes that need a signing key: test_profile_signing.py."""


@pytest.mark.parametrize(("tool", "case"), ALL, ids=lambda v: v if isinstance(v, str) else str(v["slots"])[:60])
def test_a_tool_says_what_its_case_says(tool: str, case: dict[str, Any], run: Any) -> None:
    """Status and finding codes are those of the case; suggestions, ports and files too where it names them."""
    result = run(tool, case["slots"], case.get("lang", "es"))
    codes = [item.code for item in result.findings]
    assert result.status == case["status"], result.headline
    assert set(case["codes"]) <= set(codes)
    if "suggestions" in case:
        assert result.data["suggestions"] == case["suggestions"]
    if "best" in case:
        assert result.data["best"] == case["best"]
    if "ports" in case:
        assert [row["port"] for row in result.data["ports"]] == case["ports"]
    if "files" in case:
        assert [file.name for file in result.downloads] == case["files"]


@pytest.mark.parametrize("tool", CASES)
def test_every_finding_code_is_reachable(tool: str, run: Any) -> None:
    """Each code of a tool's catalogue comes out of at least one case."""
    seen = {item.code for case in CASES[tool] for item in run(tool, case["slots"], case.get("lang", "es")).findings}
    assert seen | REACHED_ELSEWHERE.get(tool, set()) == set(TOOLS[tool].findings)


@pytest.mark.parametrize("tool", TOOLS)
def test_every_place_of_a_finding_exists(tool: str) -> None:
    """Each finding leads to a guide of the tenant and a heading with that id."""
    for code, place in TOOLS[tool].findings.items():
        if place is not None:
            source = (GUIDES / f"{place[0]}.md").read_text("utf-8")
            assert re.search(rf"^#+ .*\{{#{re.escape(place[1])}\}}$", source, re.MULTILINE), (code, place)


@pytest.mark.parametrize(("tool", "case"), ALL, ids=lambda v: v if isinstance(v, str) else str(v["slots"])[:60])
def test_facts_are_quotes_of_facts_yml(tool: str, case: dict[str, Any], run: Any) -> None:
    """Every fact a tool states is, word for word, a quote of ``facts.yml`` with its place."""
    text = (GUIDES.parents[1] / "facts.yml").read_text("utf-8")
    for fact in run(tool, case["slots"], case.get("lang", "es")).facts:
        assert fact.text in text
        assert (GUIDES / f"{fact.guide}.md").is_file()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_result_is_told_in_every_language(lang: str, run: Any) -> None:
    """Every case has a headline, texts and labels in each language, without unfilled places."""
    for tool, case in ALL:
        result = run(tool, case["slots"], lang)
        texts = [result.headline, *(item.text for item in result.findings), *(f.label for f in result.downloads)]
        assert all(text and not re.search(r"\{[a-z_0-9]+\}", text) for text in texts), (tool, case)
        assert result.status != "need_input" or result.form is not None


@pytest.mark.parametrize("domain", DOMAINS)
def test_catalogues_have_the_same_keys_and_places(domain: str) -> None:
    """All five languages hold the same keys with the same ``{places}``, none empty."""
    files = {lang: _read(lang, domain) for lang in LANGUAGES}
    reference = files["es"]
    assert reference
    for lang, texts in files.items():
        assert texts.keys() == reference.keys(), lang
        for key, text in texts.items():
            assert _places(text) == _places(reference[key]), (lang, key)


def _read(lang: str, domain: str) -> dict[str, str]:
    source = (LOCALE_DIR / lang / f"{domain}.po").read_text("utf-8")
    keys = re.findall(r'^msgid "(.+)"$', source, re.MULTILINE)
    catalogue = Catalogue()
    return {key: catalogue.text(lang, key) for key in keys}


def _places(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}
