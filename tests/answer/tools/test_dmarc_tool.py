"""The ``dmarc`` tool in a DNS of its own: every case, every code, every language, and the plan by stages."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from soluciones.answer.mailauth.codes import DMARC_PLACES
from soluciones.answer.net.contract import Network
from soluciones.answer.tools.base import ToolContext
from soluciones.answer.tools.dmarc import DmarcTool
from soluciones.answer.types import ToolResult
from soluciones.kb.types import LANGUAGES
from tests.dns_server import DnsServer, dns_for
from tests.parser_property import parser_property

HERE = Path(__file__).parent
CASES = yaml.safe_load((HERE / "cases" / "dmarc.yml").read_text("utf-8"))
ZONE = (HERE / "cases" / "spf_zone.txt").read_text("utf-8")
GUIDES = HERE.parents[2] / "content" / "guides" / "es"
TOOL = DmarcTool()
Ask = Callable[..., ToolResult]


@pytest.fixture(scope="module")
def ask(context: ToolContext) -> Iterator[Ask]:
    """``ask(slots, lang="es", network="on")``."""
    with DnsServer(ZONE) as server:
        for name in ("_dmarc.averiado.net", "dudoso.com._report._dmarc.averiado.net"):
            server.fail(name, "servfail")
        dns = dns_for(server)

        def run(slots: dict[str, Any], lang: str = "es", network: str = "on") -> ToolResult:
            there = Network(dns, None) if network == "on" else None  # type: ignore[arg-type]
            return TOOL.run(slots, replace(context, lang=lang, network=there))

        yield run


def _run(ask: Ask, case: dict[str, Any], lang: str = "es") -> ToolResult:
    return ask(case["slots"], lang, case.get("network", "on"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: ascii(case["slots"])[:70] + case.get("network", ""))
def test_the_tool_says_what_its_case_says(case: dict[str, Any], ask: Ask) -> None:
    """Status, codes, the record offered and its kind are those of the case."""
    result = _run(ask, case)
    codes = {item.code for item in result.findings}
    assert result.status == case["status"], (sorted(codes), result.headline)
    assert set(case["codes"]) <= codes
    assert not codes & set(case.get("absent", ()))
    for key in ("record", "kind", "policy"):
        if key in case:
            assert result.data[key] == case[key]
    if "files" in case:
        assert [file.name for file in result.downloads] == case["files"]
    assert result.asks == case.get("asks", "")


def test_every_code_comes_out_of_a_case(ask: Ask) -> None:
    """Each code of the catalogue is reached, and each problem of the check is in the catalogue."""
    seen = {item.code for case in CASES for item in _run(ask, case).findings}
    assert seen == set(TOOL.findings)
    assert set(DMARC_PLACES) <= set(TOOL.findings)


@pytest.mark.parametrize("code", sorted(DmarcTool.findings))
def test_every_code_leads_to_a_section(code: str) -> None:
    """The section that repairs or explains a code stands in its guide."""
    place = TOOL.findings[code]
    if place is not None:
        source = (GUIDES / f"{place[0]}.md").read_text("utf-8")
        assert re.search(rf"^#+ .*\{{#{re.escape(place[1])}\}}$", source, re.MULTILINE)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_case_is_told_in_every_language(lang: str, ask: Ask) -> None:
    """No headline, finding, label or file is empty or has an unfilled place."""
    for case in CASES:
        result = _run(ask, case, lang)
        texts = [result.headline, *(f.text for f in result.findings), *(d.label for d in result.downloads)]
        texts += [row["label"] for key in ("tags", "stages") for row in result.data.get(key, [])]
        assert all(text and not re.search(r"\{[a-z_0-9]+\}", text) for text in texts), case
        assert all(len(f.text) < 400 for f in result.findings)
        json.dumps({**asdict(result), "downloads": [d.content.decode() for d in result.downloads]})


def test_no_record_that_is_offered_has_a_removed_tag(ask: Ask) -> None:
    """``pct``, ``rf`` and ``ri`` are never written, whatever the record there is says."""
    for case in CASES:
        data = _run(ask, case).data
        for text in (data.get("record", ""), *(row["record"] for row in data.get("stages", []))):
            assert not re.search(r"\b(pct|rf|ri)\s*=", text), case


def test_the_plan_goes_from_none_to_reject(ask: Ask) -> None:
    """Five stages in order, each a record of its own; one is now, the one behind it is next."""
    stages = ask({"domain": "watch.com"}).data["stages"]
    assert [(row["policy"], row["testing"]) for row in stages] == [
        ("none", False), ("quarantine", True), ("quarantine", False), ("reject", True), ("reject", False),
    ]  # fmt: skip
    assert [row["state"] for row in stages] == ["now", "next", "later", "later", "later"]
    assert stages[1]["record"] == ask({"domain": "watch.com"}).data["record"]
    last = ask({"domain": "good.com"}).data["stages"]
    assert [row["state"] for row in last] == ["done", "done", "done", "done", "now"]


def test_the_plan_is_quoted_from_the_guide(ask: Ask) -> None:
    """The steps between the stages are the guide's own sentences."""
    text = (HERE.parents[2] / "content" / "facts.yml").read_text("utf-8")
    result = ask({"domain": "watch.com"})
    assert len(result.data["plan"]) == 7
    assert all(row["text"] in text and row["from_guide"] for row in result.data["plan"])
    assert all(fact.text in text for fact in result.facts)


def test_a_foreign_address_needs_its_permission(ask: Ask) -> None:
    """The name and value of the permission are shown and stand in the file."""
    result = ask({"domain": "none.com", "rua": "d@prohibe.net"})
    (row,) = result.data["external"]
    assert row["name"] == "none.com._report._dmarc.prohibe.net"
    assert row["permitted"] is False and row["value"] == "v=DMARC1"
    assert "none.com._report._dmarc.prohibe.net TXT v=DMARC1" in result.downloads[0].content.decode()


def test_addresses_for_reports_are_personal_data() -> None:
    """The slots that hold addresses are masked before anything is stored."""
    assert {spec.name for spec in TOOL.slots if spec.pii} == {"dmarc", "rua"}


NAMES = [spec.name for spec in TOOL.slots]
WORDS = st.sampled_from(
    ["none", "reject", "strict", "a@b.com", "v=DMARC1; p=none", "v=DMARC1; p=reject; pct=5", "x.com"]
)
SLOT = (
    st.none() | st.booleans() | st.integers() | WORDS | st.text(max_size=60) | st.lists(st.text() | WORDS, max_size=4)
)


@pytest.mark.parser
@parser_property
@given(st.dictionaries(st.sampled_from(NAMES), SLOT, max_size=5))
def test_any_slots_give_a_result(context: ToolContext, slots: dict[str, Any]) -> None:
    """Whatever the slots hold, there is a result that can be written as JSON."""
    result = TOOL.run(slots, context)
    assert result.headline and len(result.headline) < 300
    json.dumps({**asdict(result), "downloads": [d.content.decode() for d in result.downloads]}).encode("utf-8")
    assert "pct=" not in result.data.get("record", "")
