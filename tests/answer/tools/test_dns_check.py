"""``dns-check`` against a real DNS server: every light, every code, and what the DNS does not say."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from soluciones.answer.net.budget import Budget
from soluciones.answer.net.contract import ConnectRefused, Dialled, Network
from soluciones.answer.net.guard import NetworkHub, VisitorDns
from soluciones.answer.net.resolver import Resolver
from soluciones.answer.tools.base import ToolContext
from soluciones.answer.tools.dns_check import DnsCheckTool
from soluciones.answer.tools.dns_check_codes import CATALOGUE, text_key
from soluciones.answer.tools.dns_check_dkim import parse_key
from soluciones.answer.tools.dns_check_domain import read_domain, read_selector
from soluciones.answer.tools.dns_check_mx import parse_mx
from soluciones.answer.types import ToolResult
from soluciones.i18n import LOCALE_DIR
from soluciones.kb.site import DnsExpectations
from soluciones.kb.types import LANGUAGES
from soluciones.settings import Settings
from tests.dns_server import DnsServer, dns_for
from tests.parser_property import parser_property

HERE = Path(__file__).parent
GUIDES = HERE.parents[2] / "content" / "guides" / "es"
CASES: list[dict[str, Any]] = yaml.safe_load((HERE / "cases" / "dns-check.yml").read_text("utf-8"))
RECORDS: dict[str, dict[str, list[Any]]] = yaml.safe_load((HERE / "cases" / "dns-check-records.yml").read_text("utf-8"))
TOOL = DnsCheckTool()
LIGHTS = ["mx", "spf", "dkim", "dmarc", "ns"]
Check = Callable[..., ToolResult]


class NoDialer:
    """Nothing is connected to by this tool."""

    def dial(self, host: str, port: int, timeout: float) -> Dialled:
        raise ConnectRefused("host_not_allowed")


def _txt(name: str, record: str | list[str]) -> str:
    """A TXT record in master-file form, as UTF-8 octets in strings of at most 250."""
    octets = [record] if isinstance(record, str) else record
    parts = [
        raw[i : i + 250] for text in octets for raw in [text.encode("utf-8")] for i in range(0, max(len(raw), 1), 250)
    ]
    quoted = " ".join('"' + "".join(f"\\{byte:03d}" for byte in part) + '"' for part in parts)
    return f"{name}. TXT {quoted}"


def _record_zone() -> str:
    lines = []
    for tool, records in RECORDS.items():
        for code, texts in records.items():
            domain = f"{code.replace('_', '-')}.{tool}.test"
            lines.append(f"{domain}. MX 10 mx1.ours.test.")
            lines.extend(_txt(domain if tool == "spf" else f"_dmarc.{domain}", text) for text in texts)
    return "\n".join(lines)


@pytest.fixture(scope="module")
def world() -> Iterator[DnsServer]:
    """The zone file and, in domains of their own, all records."""
    zone = (HERE / "cases" / "dns-check.zone").read_text("utf-8")
    with DnsServer(f"{zone}\n{_record_zone()}\n") as server:
        yield server


@pytest.fixture(scope="module")
def healthy(world: DnsServer) -> Resolver:
    """One resolver, and so one cache, for all cases without faults."""
    return dns_for(world)


@pytest.fixture
def check(world: DnsServer, healthy: Resolver, context: ToolContext) -> Check:
    """``check(case, lang="es")`` runs a case; one with faults has a resolver of its own."""

    def _check(case: Mapping[str, Any], lang: str = "es") -> ToolResult:
        world.heal()
        for name, fault in case.get("faults", {}).items():
            for rdtype, how in (fault if isinstance(fault, dict) else {"*": fault}).items():
                world.fail(name, how, rdtype)
        fresh = "faults" in case or "budget" in case
        dns = VisitorDns(dns_for(world) if fresh else healthy, Budget(case.get("budget", 1e6), 0), "x")
        site = context.site.model_copy(update={"dns": DnsExpectations(**case.get("dns", {}))})
        network = Network(dns, NoDialer()) if case.get("network", True) else None
        result = TOOL.run(case["slots"], ToolContext(lang, context.facts, site, context.texts, network=network))
        world.heal()
        return result

    return _check


def _name(case: Any) -> str:
    extra = {key: case[key] for key in ("faults", "dns", "network", "budget") if key in case}
    return f"{case['slots']}{extra or ''}"[:90]


@pytest.mark.parametrize("case", CASES, ids=_name)
def test_it_says_what_the_case_says(case: dict[str, Any], check: Check) -> None:
    """Status, codes, lights and what is to be typed are those of the case."""
    result = check(case)
    codes = [finding.code for finding in result.findings]
    assert result.status == case["status"], (result.headline, codes)
    assert set(case["codes"]) <= set(codes)
    assert not set(case.get("not_codes", ())) & set(codes)
    lights = {light["id"]: light for light in result.data.get("lights", ())}
    assert {name: lights[name]["status"] for name in case.get("lights", {})} == case.get("lights", {})
    for name, values in case.get("entries", {}).items():
        assert [entry["value"] for entry in lights[name]["entries"]] == values


@pytest.mark.parametrize(("tool", "code"), [(tool, code) for tool, records in RECORDS.items() for code in records])
def test_each_record_has_its_code(tool: str, code: str, check: Check) -> None:
    """A record with one fault brings that fault's code, in the light it belongs to."""
    result = check({"slots": {"domain": f"{code.replace('_', '-')}.{tool}.test"}})
    light = next(light for light in result.data["lights"] if light["id"] == tool)
    assert f"{tool}_{code}" in light["codes"]


def test_every_code_is_reached(check: Check) -> None:
    """Each code of the catalogue comes out of at least one case or record, and none that it lacks."""
    slow = [case for case in CASES if "silence" not in str(case.get("faults", ""))]
    runs = slow + [
        {"slots": {"domain": f"{code.replace('_', '-')}.{tool}.test"}}
        for tool, records in RECORDS.items()
        for code in records
    ]
    seen = {finding.code for case in runs for finding in check(case).findings}
    assert seen == set(CATALOGUE)


@pytest.mark.parametrize(("code", "place"), CATALOGUE.items())
def test_every_code_leads_to_a_section(code: str, place: tuple[str, str] | None) -> None:
    """The guide is there and has a heading with that id."""
    assert place is not None
    source = (GUIDES / f"{place[0]}.md").read_text("utf-8")
    assert re.search(rf"^#+ .*\{{#{re.escape(place[1])}\}}$", source, re.MULTILINE), place


@pytest.mark.parametrize("lang", LANGUAGES)
def test_it_is_told_in_every_language(lang: str, check: Check, context: ToolContext) -> None:
    """Every text of every case is there in each language, with its places filled; no key falls back to Spanish."""
    for case in CASES:
        if "silence" in str(case.get("faults", "")):
            continue
        result = check(case, lang)
        lights = result.data.get("lights", ())
        texts = [result.headline, *(finding.text for finding in result.findings), *(light["text"] for light in lights)]
        texts += [light["label"] + light["status_label"] for light in lights] + [step["label"] for step in result.next]
        assert all(text and not re.search(r"\{[a-z_0-9]+\}", text) for text in texts), case
    keys = {text_key(code) for code in CATALOGUE if code != "bad_input"}
    for domain in {key.partition(".")[0] for key in keys}:
        own = set(re.findall(r'^msgid "(.+)"$', (LOCALE_DIR / lang / f"{domain}.po").read_text("utf-8"), re.MULTILINE))
        assert {key for key in keys if key.startswith(f"{domain}.")} <= own


def test_the_card_has_its_shape(check: Check) -> None:
    """Keys and types as the docstring says; plain JSON; the same twice; five lights in their order."""
    case = {"slots": {"domain": "Ana@Good.test", "selector": "s1"}}
    result = check(case)
    data = json.loads(json.dumps(result.data))
    assert data == check(case).data
    assert [light["id"] for light in data["lights"]] == LIGHTS
    assert (data["domain"], data["ascii"], data["checked"], data["fell_back"]) == ("good.test",) * 3 + (False,)
    assert (data["exists"], data["selector"], data["spf_lookups"], data["txt_count"]) == (True, "s1", 1, 1)
    mx = data["lights"][0]
    assert mx["records"] == ["10 mx1.ours.test", "20 mx2.ours.test"]
    assert (mx["host"], mx["type"], mx["ttl"], mx["status"]) == ("good.test", "MX", 300, "ok")
    assert data["lights"][2]["host"] == "s1._domainkey.good.test"
    assert data["lights"][3]["host"] == "_dmarc.good.test"
    assert result.slots == {"domain": "good.test", "selector": "s1"}
    assert {fact.guide for fact in result.facts} == {"spf-wix-jimdo"}


def test_the_user_part_of_an_address_goes_nowhere(check: Check, world: DnsServer) -> None:
    """Only the domain is kept, shown and asked for."""
    world.queries.clear()
    result = check({"faults": {}, "slots": {"domain": "https://zsecreta.zu:zclave@good.test/zruta?ztoken=1"}})
    everything = json.dumps([result.data, dict(result.slots), result.headline, [f.text for f in result.findings]])
    for secret in ("zsecreta", "zclave", "zruta", "ztoken"):
        assert secret not in everything
        assert not any(secret in name for name, _, _ in world.queries)


def test_what_follows_leads_to_the_tools_that_repair(check: Check) -> None:
    """SPF and DMARC that are not in order lead to their tools with the domain; a zone in order to the headers."""
    broken = check({"slots": {"domain": "nothing.test"}})
    assert [(step["tool"], step["slots"]) for step in broken.next] == [
        ("spf", {"domain": "nothing.test"}),
        ("dmarc", {"domain": "nothing.test"}),
    ]
    good = check({"slots": {"domain": "good.test"}})
    assert [step["tool"] for step in good.next] == ["message-headers"]


def test_it_asks_for_the_domain(check: Check) -> None:
    """Without a domain: the question, and a form with that one slot."""
    result = check({"slots": {}})
    assert (result.status, result.headline, result.asks) == ("need_input", "¿De qué dominio?", "domain")
    assert result.form is not None
    assert result.form["required"] == ["domain"]


def test_record_texts_cannot_drive_the_card(check: Check) -> None:
    """Control characters and turned writing in a record are shown as replacement characters."""
    result = check({"slots": {"domain": "control.test"}})
    shown = json.dumps(result.data, ensure_ascii=False) + "".join(f.text for f in result.findings)
    assert not re.search("[\x00-\x1f\x7f\u202a-\u202e\u2066-\u2069]", shown)


def test_a_sub_domain_that_cannot_be_read_is_not_left(check: Check) -> None:
    """No falling back on the registered domain while it is not known that the sub-domain has no MX."""
    case = {"slots": {"domain": "tienda.good.test"}, "faults": {"tienda.good.test": "servfail"}}
    result = check(case)
    assert (result.status, result.data["checked"]) == ("unknown", "tienda.good.test")


def test_a_silent_dns_ends_in_time(check: Check) -> None:
    """No server answers: five unknown lights within the deadline of five seconds and one last question."""
    start = time.monotonic()
    result = check({"slots": {"domain": "good.test", "selector": "s1"}, "faults": {"*": "silence"}})
    assert time.monotonic() - start < 8
    assert {light["status"] for light in result.data["lights"]} == {"unknown"}
    assert "bad" not in {finding.status for finding in result.findings}


def test_it_asks_for_a_bounded_number_of_records(check: Check, world: DnsServer) -> None:
    """Even a domain with the dearest SPF record there is: no more than 80 questions (some twice, by UDP and TCP)."""
    world.queries.clear()
    check({"faults": {}, "slots": {"domain": "too-many-lookups.spf.test", "selector": "x"}})
    assert len({(name, rdtype) for name, rdtype, _ in world.queries}) <= 80


def test_it_runs_on_the_hub(world: DnsServer, context: ToolContext) -> None:
    """The real connector with ``.test`` let through; without that the name is refused and nothing is asked."""
    settings = Settings(dns_server=f"127.0.0.1:{world.port}")
    hub = NetworkHub(settings, context.site, allow_special=frozenset({"test"}))
    run = ToolContext("es", context.facts, context.site, context.texts, network=hub.for_visitor("x"))
    assert TOOL.run({"domain": "good.test"}, run).status == "ok"
    hub.close()
    closed = NetworkHub(settings, context.site)
    world.queries.clear()
    run = ToolContext("es", context.facts, context.site, context.texts, network=closed.for_visitor("x"))
    assert [f.code for f in TOOL.run({"domain": "good.test"}, run).findings] == ["special_use"]
    assert world.count() == 0
    closed.close()
    off = NetworkHub(settings.model_copy(update={"network": False}), context.site)
    for domain, code in (("ejemplo.com", "network_off"), ("impresora.local", "special_use")):
        run = ToolContext("es", context.facts, context.site, context.texts, network=off.for_visitor("x"))
        assert [f.code for f in TOOL.run({"domain": domain}, run).findings] == [code]
    assert world.count() == 0


# --- parsers


@given(st.text(max_size=400) | st.from_regex(r"[a-zñ0-9.@:/?#<>\[\]_\- ]{1,120}", fullmatch=True))
@parser_property
@pytest.mark.parser
def test_any_text_is_read_as_a_domain_or_not(text: str) -> None:
    """Never raises; what it finds is a name without user part, scheme or path, and is found in itself again."""
    found = read_domain(text)
    assert bool(found.name) != bool(found.problem)
    if found.name:
        assert re.fullmatch(r"[a-z0-9_-]+(\.[a-z0-9_-]+)+", found.name)
        assert found.name == found.organisation or found.name.endswith(f".{found.organisation}")
        if not found.name.startswith(("www.", "_")):
            assert read_domain(f"https://a:b@{found.name}:1/x?y#z").name == found.name


_TAG = st.builds("{}={}".format, st.sampled_from("vkpthnsx"), st.text("DKIM1rsaed25519y:MFw+/= \t", max_size=40))


@given(st.text(max_size=300) | st.lists(_TAG, max_size=6).map("; ".join))
@parser_property
@pytest.mark.parser
def test_any_text_is_read_as_a_key_or_not(text: str) -> None:
    """Never raises; bits only with a key that can be used."""
    key = parse_key(text)
    assert (key.bits > 0) == (not key.problem)


@given(st.lists(st.text(max_size=80), max_size=20))
@parser_property
@pytest.mark.parser
def test_any_records_are_read_as_mx_or_not(records: list[str]) -> None:
    """Never raises; in the order of preference."""
    found = parse_mx(records)
    assert list(found) == sorted(found, key=lambda mx: (mx.preference, mx.host))


@given(st.text(max_size=600))
@parser_property
@pytest.mark.parser
def test_any_text_is_read_as_a_selector_or_not(text: str) -> None:
    """Never raises; a selector is labels of a host name."""
    found = read_selector(text)
    assert found is None or re.fullmatch(r"[a-z0-9_-]+(\.[a-z0-9_-]+)*", found)


@pytest.mark.parametrize("piece", ["a", "a.", "@", ":", "://", "_domainkey.", "ñ", "[", "«", " ", "\u200b", "<a@"])
def test_long_texts_are_read_at_once(piece: str) -> None:
    """50 KB of anything: far below a second, for every parser."""
    text = piece * (50_000 // len(piece))
    start = time.monotonic()
    read_domain(text)
    read_selector(text)
    parse_key("v=DKIM1; p=" + text)
    parse_mx([text])
    assert time.monotonic() - start < 1
