"""The ``spf`` tool in a DNS of its own: every case, every code, every language, hostile slots, and what it asks."""

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

from soluciones.answer.mailauth.codes import DMARC_PLACES, SPF_PLACES
from soluciones.answer.mailauth.questions import MAX_QUESTIONS
from soluciones.answer.net.contract import Network
from soluciones.answer.tools.base import ToolContext
from soluciones.answer.tools.spf import SpfTool
from soluciones.answer.types import ToolResult
from soluciones.kb.types import LANGUAGES
from tests.answer.mailauth.spf_generate import records, strings
from tests.dns_server import DnsServer, dns_for
from tests.parser_property import parser_property

HERE = Path(__file__).parent
CASES = yaml.safe_load((HERE / "cases" / "spf.yml").read_text("utf-8"))
ZONE = (HERE / "cases" / "spf_zone.txt").read_text("utf-8")
GUIDES = HERE.parents[2] / "content" / "guides" / "es"
TOOL = SpfTool()
Ask = Callable[..., ToolResult]


def _name(case: dict[str, Any]) -> str:
    return ascii(case["slots"])[:70] + (" off" if case.get("network") == "off" else "")


@pytest.fixture(scope="module")
def server() -> Iterator[DnsServer]:
    """The zone of the cases, with two names that go wrong."""
    with DnsServer(ZONE) as server:
        server.fail("averiado.com", "servfail")
        server.fail("mudo.com", "silence")
        yield server


@pytest.fixture(scope="module")
def ask(server: DnsServer, context: ToolContext) -> Ask:
    """``ask(slots, lang="es", network="on")``."""
    dns = dns_for(server, lookup_seconds=0.6)

    def run(slots: dict[str, Any], lang: str = "es", network: str = "on") -> ToolResult:
        there = Network(dns, None) if network == "on" else None  # type: ignore[arg-type]
        return TOOL.run(slots, replace(context, lang=lang, network=there))

    return run


def _run(ask: Ask, case: dict[str, Any], lang: str = "es") -> ToolResult:
    return ask(case["slots"], lang, "off" if case.get("network") in ("off", False) else "on")


@pytest.mark.parametrize("case", CASES, ids=_name)
def test_the_tool_says_what_its_case_says(case: dict[str, Any], ask: Ask) -> None:
    """Status, codes, the merged record, counts, steps and files are those of the case."""
    result = _run(ask, case)
    codes = {item.code for item in result.findings}
    assert result.status == case["status"], (codes, result.headline)
    assert set(case["codes"]) <= codes
    assert not codes & set(case.get("absent", ()))
    for key, name in (("merged", "merged"), ("needed", "change_needed"), ("lookups", "lookups"), ("voids", "voids")):
        if key in case:
            assert result.data[name] == case[key]
    if "steps" in case:
        assert len(result.data["steps"]) == case["steps"]
    if "files" in case:
        assert [file.name for file in result.downloads] == case["files"]
    assert result.asks == case.get("asks", "")


def test_every_code_comes_out_of_a_case(ask: Ask) -> None:
    """Each code of the catalogue is reached, and each problem of the checks is in the catalogue."""
    seen = {item.code for case in CASES for item in _run(ask, case).findings}
    assert seen == set(TOOL.findings)
    assert set(SPF_PLACES) <= set(TOOL.findings)


@pytest.mark.parametrize("code", sorted(SpfTool.findings))
def test_every_code_leads_to_a_section(code: str) -> None:
    """The section that repairs or explains a code stands in its guide."""
    place = TOOL.findings[code]
    if place is not None:
        source = (GUIDES / f"{place[0]}.md").read_text("utf-8")
        assert re.search(rf"^#+ .*\{{#{re.escape(place[1])}\}}$", source, re.MULTILINE)


def test_places_of_both_checks_exist() -> None:
    """What ``dns-check`` takes from the checks leads somewhere too."""
    for place in (*SPF_PLACES.values(), *DMARC_PLACES.values()):
        assert place is not None
        assert f"{{#{place[1]}}}" in (GUIDES / f"{place[0]}.md").read_text("utf-8")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_case_is_told_in_every_language(lang: str, ask: Ask) -> None:
    """No headline, finding, label or file is empty or has an unfilled place."""
    for case in CASES:
        result = _run(ask, case, lang)
        texts = [result.headline, *(f.text for f in result.findings), *(d.label for d in result.downloads)]
        texts += [step["label"] for step in result.next] + [row["label"] for row in result.data.get("terms", [])]
        assert all(text and not re.search(r"\{[a-z_0-9]+\}", text) for text in texts), case
        assert all(len(f.text) < 400 for f in result.findings)
        json.dumps({**asdict(result), "downloads": [d.content.decode() for d in result.downloads]})


def test_facts_are_quotes_and_steps_carry_the_value(ask: Ask) -> None:
    """The steps are the guide's sentences; exactly one of them holds the record to paste."""
    text = (HERE.parents[2] / "content" / "facts.yml").read_text("utf-8")
    for registrar in ("wix", "jimdo"):
        result = ask({"domain": "two.com", "registrar": registrar})
        assert all(fact.text in text for fact in result.facts)
        values = [step["value"] for step in result.data["steps"] if step["value"]]
        assert values == [result.data["merged"]]
        assert all(step["text"] in text for step in result.data["steps"])


def test_a_sender_that_the_guides_do_not_know_is_marked(ask: Ask) -> None:
    """Hosts of other services are general knowledge, and the data say so."""
    result = ask({"domain": "good.com", "senders": ["google", "x.com"]})
    assert [row["from_guide"] for row in result.data["senders"]] == [False, False]
    assert result.data["guide_record"] == "v=spf1 include:spf.infomaniak.ch -all"


def test_the_file_holds_the_record_and_what_it_replaces(ask: Ask) -> None:
    """The download is plain text with the value on a line of its own and the old records below."""
    result = ask({"domain": "two.com"})
    lines = result.downloads[0].content.decode().splitlines()
    assert result.data["merged"] in lines
    assert set(result.data["current"]) <= set(lines)
    assert result.data["delete"] == result.data["current"][1:]


def test_a_long_record_is_shown_in_strings(ask: Ask) -> None:
    """More than 255 octets come as strings that give the record when joined."""
    result = ask({"domain": "long.com"})
    assert len(result.data["merged_strings"]) == 2
    assert "".join(result.data["merged_strings"]) == result.data["merged"]
    assert all(len(part.encode()) <= 255 for part in result.data["merged_strings"])


def test_costs_name_the_dear_includes(ask: Ask) -> None:
    """Each include shows what it costs, those inside it counted too; the sum of the top ones is the total."""
    data = ask({"domain": "dear.com"}).data
    top = {row["text"]: row["lookups"] for row in data["costs"] if row["depth"] == 0}
    assert top == {"include:six.com": 7, "include:five.com": 5, "include:spf.infomaniak.ch": 1}
    assert sum(top.values()) == data["lookups"] == 13
    assert data["lookups_limit"] == 10 and data["lookups_complete"]


def test_an_unresolved_include_is_never_no_record(server: DnsServer, context: ToolContext) -> None:
    """SERVFAIL, REFUSED, silence and garbage below an include give ``unknown``; the count is the least there is."""
    for fault in ("servfail", "refused", "silence", "garbage", "notimp"):
        with DnsServer('a.com. TXT "v=spf1 include:spf.infomaniak.ch include:b.com -all"\n' + ZONE) as own:
            own.fail("b.com", fault)
            network = Network(dns_for(own, lookup_seconds=0.5), None)  # type: ignore[arg-type]
            result = TOOL.run({"domain": "a.com"}, replace(context, network=network))
        codes = {item.code for item in result.findings}
        assert result.status == "unknown", fault
        assert codes == {"unresolved"}, fault
        assert result.data["lookups"] == 2 and result.data["lookups_complete"] is False


def test_a_dns_that_misses_the_tenants_include_proves_nothing(context: ToolContext) -> None:
    """Where even the guide's include is not found, the DNS is cut off: unknown, never «remove the include»."""
    with DnsServer('a.com. TXT "v=spf1 include:spf.infomaniak.ch -all"') as own:
        network = Network(dns_for(own), None)  # type: ignore[arg-type]
        result = TOOL.run({"domain": "a.com"}, replace(context, network=network))
    assert result.status == "unknown"
    assert [item.code for item in result.findings] == ["unresolved"]


def test_a_truncated_answer_is_read_over_tcp(context: ToolContext) -> None:
    """A record too long for UDP is read whole."""
    terms = " ".join(f"ip4:84.16.{i}.0/24" for i in range(120))
    text = f"v=spf1 include:spf.infomaniak.ch {terms} -all"
    strings = " ".join(f'"{text[i : i + 200]}"' for i in range(0, len(text), 200))
    with DnsServer(f"big.com. TXT {strings}\n{ZONE}") as own:
        network = Network(dns_for(own), None)  # type: ignore[arg-type]
        result = TOOL.run({"domain": "big.com"}, replace(context, network=network))
    assert result.data["current"] == [text]
    assert len(result.data["terms"]) == 122


def test_no_check_asks_more_than_its_budget(context: ToolContext) -> None:
    """A record that includes dozens of others, each with dozens more, costs thirty questions at most, and says so."""
    texts = [f"v=spf1 {' '.join(f'include:w{j}.com' for j in range(i + 1, i + 30))} -all" for i in range(60)]
    wide = "\n".join(f"w{i}.com. TXT {strings(text)}" for i, text in enumerate(texts))
    with DnsServer(wide) as own:
        network = Network(dns_for(own), None)  # type: ignore[arg-type]
        result = TOOL.run({"domain": "w0.com"}, replace(context, network=network))
        assert own.count() <= MAX_QUESTIONS
    assert "too_many_lookups" in {item.code for item in result.findings}
    assert result.data["lookups_complete"] is False


def test_answers_of_hostile_zones_do_no_harm(context: ToolContext) -> None:
    """Control characters, markup, direction marks and huge records in the DNS end in encodable sentences."""
    nasty = ["v=spf1 <script>alert(1)</script> -all", r"v=spf1 \226\128\174cba -all", r"v=spf1 \000\255 {x} %s -all"]
    for number, text in enumerate(nasty):
        with DnsServer(f'n{number}.com. TXT "{text}"') as own:
            network = Network(dns_for(own), None)  # type: ignore[arg-type]
            result = TOOL.run({"domain": f"n{number}.com"}, replace(context, network=network))
        assert result.status == "bad"
        for item in result.findings:
            item.text.encode("utf-8")
            assert "\u202e" not in item.text and "\x00" not in item.text


SLOT = st.none() | st.booleans() | st.integers() | st.text(max_size=60) | st.lists(st.text(max_size=30), max_size=4)
NAMES = [spec.name for spec in TOOL.slots]
MADE = st.sampled_from(sorted(records(200).values()))


@pytest.mark.parser
@parser_property
@given(
    st.dictionaries(
        st.sampled_from(["domain", "spf", "registrar", "senders"]), SLOT | MADE | st.lists(MADE), max_size=4
    )
)
def test_any_slots_give_a_result(context: ToolContext, slots: dict[str, Any]) -> None:
    """Whatever the slots hold, there is a result that can be written as JSON; a proposed record is never ``+all``."""
    result = TOOL.run(slots, context)
    assert result.headline and len(result.headline) < 300
    json.dumps({**asdict(result), "downloads": [d.content.decode() for d in result.downloads]}).encode("utf-8")
    merged = result.data.get("merged", "")
    if merged and result.data["change_needed"]:
        assert merged.startswith("v=spf1 include:spf.infomaniak.ch")
        assert merged.endswith(("-all", "~all", "?all"))
