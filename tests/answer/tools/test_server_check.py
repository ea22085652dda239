"""The checker of servers against a real Dovecot and Postfix, and against whatever people send it as input."""

from __future__ import annotations

import json
import re
import string
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest
import trustme
import yaml
from hypothesis import given
from hypothesis import strategies as st

from soluciones.answer.net.dialer import GuardedDialer
from soluciones.answer.net.once import Once
from soluciones.answer.tools.base import ToolContext
from soluciones.answer.tools.server_check import ServerCheckTool
from soluciones.i18n import LOCALE_DIR, Catalogue
from soluciones.kb.site import DialTarget
from soluciones.kb.types import LANGUAGES
from tests.fault_servers import MappedDialer, NoDns, RefusingDialer, network
from tests.mail_servers import MailServers, Unavailable, mail_servers
from tests.parser_property import parser_property

GUIDES = Path(__file__).parents[3] / "content" / "guides" / "es"
HOST = "mail.infomaniak.com"
ALL_PORTS = (993, 465, 995, 143, 110, 587, 25)


@pytest.fixture(scope="module")
def servers() -> Iterator[MailServers]:
    """Dovecot and Postfix."""
    try:
        with mail_servers() as running:
            yield running
    except Unavailable as reason:
        pytest.skip(str(reason))


@pytest.fixture
def checker(servers: MailServers, context: ToolContext) -> Any:
    """``checker(slots, lang="es")`` against the real servers."""
    tool = ServerCheckTool(once=Once(), extra_ca=str(servers.ca_pem))
    live = replace(context, network=network(MappedDialer(servers.ports)))
    return lambda slots, lang="es": tool.run(slots, replace(live, lang=lang))


def test_all_seven_ports_of_real_servers_answer(checker: Any) -> None:
    """Every port of Dovecot and Postfix passes every stage with TLS 1.3 and a matching certificate."""
    result = checker({"port": list(ALL_PORTS)})
    rows = {row["port"]: row for row in result.data["ports"]}
    assert set(rows) == set(ALL_PORTS)
    for port, row in rows.items():
        assert row["status"] == "ok", (port, row)
        assert {stage["status"] for stage in row["stages"]} == {"ok"}
        assert all(stage["ms"] is not None and stage["ms"] >= 0 for stage in row["stages"])
        assert row["tls_version"] == "TLSv1.3"
        assert row["certificate"]["matches"] and row["certificate"]["trusted"]
        assert HOST in row["certificate"]["names"]
        assert row["certificate"]["days_left"] > 365
    assert result.status == "ok"
    assert "993" in result.headline
    codes = {item.code for item in result.findings}
    assert codes == {"answers", "auth_not_offered"}  # Postfix's port 25 takes no logins here, as on servers in earnest


@pytest.mark.parametrize("port", [993, 143, 995, 110, 465, 587])
def test_login_mechanisms_are_read(port: int, checker: Any) -> None:
    """PLAIN and LOGIN are found on every port for programs, after TLS."""
    assert set(checker({"port": port}).data["ports"][0]["auth"]) == {"PLAIN", "LOGIN"}


def test_port_25_offers_no_login(checker: Any) -> None:
    """The port between servers answers, offers no login, and the text says which port to use instead."""
    result = checker({"port": 25})
    assert result.status == "ok"
    assert result.data["ports"][0]["auth"] == []
    assert "465" in next(item.text for item in result.findings if item.code == "auth_not_offered")


def test_stages_stand_in_the_order_of_the_protocol(checker: Any) -> None:
    """STARTTLS ports greet in clear first; the others secure the connection first."""
    rows = {
        row["port"]: [stage["id"] for stage in row["stages"]] for row in checker({"port": [993, 143]}).data["ports"]
    }
    assert rows[993] == ["connect", "tls", "certificate", "greeting", "capabilities"]
    assert rows[143] == ["connect", "greeting", "starttls", "tls", "certificate", "capabilities"]


def test_a_machine_of_other_authorities_does_not_trust(
    servers: MailServers, context: ToolContext, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Where only other authorities are known the same servers are untrusted, on TLS and on STARTTLS ports alike."""
    trustme.CA().cert_pem.write_to_path(str(tmp_path / "other.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "other.pem"))
    tool = ServerCheckTool(once=Once())
    result = tool.run({"port": [993, 587]}, replace(context, network=network(MappedDialer(servers.ports))))
    assert [row["code"] for row in result.data["ports"]] == ["certificate_untrusted"] * 2
    assert all(row["certificate"]["verify_code"] in (19, 20, 21) for row in result.data["ports"])
    assert result.status == "bad"


def test_without_any_list_of_authorities_nothing_is_said_against_the_server(
    servers: MailServers, context: ToolContext, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """On a machine that knows no authority at all, a certificate cannot be judged: unknown, not bad."""
    (tmp_path / "empty").mkdir()
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "none.pem"))
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path / "empty"))
    tool = ServerCheckTool(once=Once())
    result = tool.run({"port": 993}, replace(context, network=network(MappedDialer(servers.ports))))
    assert (result.status, result.findings[0].code) == ("unknown", "trust_store_missing")


def test_through_the_guarded_dialer(servers: MailServers, context: ToolContext) -> None:
    """The dialer used in earnest reaches the servers when site and facts name their ports, and no other port."""
    ports = tuple(port.model_copy(update={"port": servers.ports[port.port]}) for port in context.facts.ports)
    facts = context.facts.model_copy(update={"ports": ports})
    numbers = tuple(port.port for port in ports)
    target = DialTarget(host=HOST, ports=numbers[:-1], addresses=("127.0.0.1",))
    site = context.site.model_copy(update={"servers": (target,)})
    dialer = GuardedDialer(site.servers, NoDns(), allow_addresses=("127.0.0.1",))
    live = replace(context, facts=facts, site=site, network=network(dialer))
    tool = ServerCheckTool(once=Once(), extra_ca=str(servers.ca_pem))
    assert tool.run({"port": list(numbers[:-1])}, live).status == "ok"
    left_out = tool.run({"port": numbers[-1]}, live)
    assert (left_out.status, left_out.findings[0].code) == ("unknown", "not_configured")
    closed = GuardedDialer(site.servers, NoDns())
    forbidden = ServerCheckTool(once=Once()).run({"port": numbers[0]}, replace(live, network=network(closed)))
    assert (forbidden.status, forbidden.findings[0].code) == ("unknown", "address_forbidden")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_real_results_are_told_in_every_language(lang: str, checker: Any) -> None:
    """Headline, verdicts, stages and next steps are there in each language, without unfilled places."""
    result = checker({"port": list(ALL_PORTS)}, lang)
    texts = [result.headline, *(item.text for item in result.findings), *(step["label"] for step in result.next)]
    for row in result.data["ports"]:
        texts += [row["verdict"], *(stage["label"] for stage in row["stages"])]
    assert all(text and not re.search(r"\{[a-z_0-9]+\}", text) for text in texts)


CASES = yaml.safe_load((Path(__file__).parent / "cases" / "server-check.yml").read_text("utf-8"))


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case["slots"]))
def test_the_tool_says_what_its_case_says(case: dict[str, Any], lang: str, context: ToolContext) -> None:
    """Without a network: what is refused is refused, the rest is unknown, in every language."""
    result = ServerCheckTool().run(case["slots"], replace(context, lang=lang))
    assert (result.status, [item.code for item in result.findings]) == (case["status"], case["codes"])
    assert result.headline and not re.search(r"\{[a-z_]+\}", result.headline)


# --- input -----------------------------------------------------------------------------------------------------


def _ask(context: ToolContext, slots: dict[str, Any]) -> Any:
    return ServerCheckTool(once=Once()).run(slots, replace(context, network=network(RefusingDialer("refused"))))


@pytest.mark.parametrize(
    ("value", "ports"),
    [
        (None, [993, 465]), ("", [993, 465]), ([], [993, 465]), (993, [993]), ("993", [993]), (993.0, [993]),
        ([993, "465", 993], [993, 465]), ("imap", [993]), ("IMAPS", [993]), ("pop3", [995]), ("smtp", [465]),
        ("submission", [587]), (["imap", "smtp"], [993, 465]), (f"{HOST}:993", [993]), (" 587 ", [587]),
    ],
)  # fmt: skip
def test_ports_and_protocol_names(value: Any, ports: list[int], context: ToolContext) -> None:
    """Numbers, numbers as text, protocol names and our own host with a port; 993 and 465 when nothing is given."""
    assert [row["port"] for row in _ask(context, {"port": value}).data["ports"]] == ports


@pytest.mark.parametrize(
    "slots",
    [
        {"host": "evil.example"}, {"host": "127.0.0.1"}, {"host": "mail.infomaniak.ch"}, {"server": "10.0.0.1"},
        {"host": "mail.infomaniak.com.evil.example"}, {"host": "mail.infomaniak.com@evil.example"},
        {"host": ["mail.infomaniak.com"]}, {"host": {"a": 1}}, {"host": 2130706433}, {"host": "mаil.infomaniak.com"},
        {"port": "evil.example:993"}, {"port": "evil.example"}, {"port": "[::1]:993"}, {"port": "//evil/993"},
        {"port": ["993", "evil.example:25"]}, {"port": "mail.infomaniak.com.:25:993"}, {"url": "http://x/"},
        {"ip": "169.254.169.254"}, {"port": "http://mail.infomaniak.com:993"},
    ],
)  # fmt: skip
def test_no_other_host_is_ever_dialled(slots: dict[str, Any], context: ToolContext) -> None:
    """Naming another host, wherever it is put, is refused with the guide's sentence, and nothing is dialled."""
    dialer = MappedDialer({})
    result = ServerCheckTool(once=Once()).run(slots, replace(context, network=network(dialer)))
    assert (result.status, [item.code for item in result.findings]) == ("refused", ["host_not_allowed"])
    assert [fact.text for fact in result.facts] == [context.facts.mail.source.quote]
    assert HOST in result.headline
    assert "evil" not in result.headline
    assert dialer.dialled == []


def test_our_own_host_named_is_no_offence(context: ToolContext) -> None:
    """Whoever writes the right server name gets the check."""
    assert _ask(context, {"host": "MAIL.infomaniak.com."}).findings[0].code == "connection_refused"


@pytest.mark.parametrize("port", [0, -1, 22, 80, 2525, 65535, 65536, 70000, "80", [993, 22]])
def test_other_ports_are_refused(port: Any, context: ToolContext) -> None:
    """A port that the guide's table does not have is refused, and the right ones are named."""
    dialer = MappedDialer({})
    result = ServerCheckTool(once=Once()).run({"port": port}, replace(context, network=network(dialer)))
    assert (result.status, result.findings[0].code) == ("refused", "port_not_allowed")
    assert "993" in result.headline
    assert dialer.dialled == []


@pytest.mark.parametrize(
    "port",
    [True, 993.5, float("nan"), float("inf"), 10**30, "foo", "a" * 4_000, "\ud800", "9\x009", {"a": 1}, [[993]],
     list(range(50)), "９９３", "993 465"],
    ids=lambda v: ascii(v)[:20],
)  # fmt: skip
def test_what_is_no_port_is_refused(port: Any, context: ToolContext) -> None:
    """Other values are refused with the form and without an echo."""
    result = _ask(context, {"port": port})
    assert (result.status, result.findings[0].code) == ("refused", "bad_input")
    assert result.form is not None


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
)


@pytest.mark.parser
@parser_property
@given(st.dictionaries(st.sampled_from(["port", "host", "server", "url", "x"]), ANYTHING))
def test_any_slots_give_a_result_that_can_be_written(context: ToolContext, slots: dict[str, Any]) -> None:
    """Whatever the slots hold, there is a headline and plain JSON, and only the tenant's ports are in it."""
    result = _ask(context, slots)
    assert result.headline
    json.dumps(asdict(result))
    assert {row["port"] for row in result.data.get("ports", [])} <= set(ALL_PORTS)


def test_nothing_personal_goes_in_or_out(context: ToolContext) -> None:
    """No slot takes an address or a password, and what is sent along appears nowhere."""
    assert [spec.name for spec in ServerCheckTool.slots] == ["port"]
    result = _ask(context, {"port": 993, "password": "hunter2hunter2", "email": "ana@ejemplo.com"})
    assert not re.search("hunter2|ana@", json.dumps(asdict(result)))


def test_a_site_that_names_no_server_checks_nothing(context: ToolContext) -> None:
    """Without an entry in ``site.yml`` nothing is dialled and the result is unknown."""
    dialer = MappedDialer({})
    bare = replace(context, site=context.site.model_copy(update={"servers": ()}), network=network(dialer))
    result = ServerCheckTool(once=Once()).run({}, bare)
    assert (result.status, dialer.dialled) == ("unknown", [])
    assert {item.code for item in result.findings} == {"not_configured"}


def test_the_form_offers_the_ports_with_their_names(context: ToolContext) -> None:
    """The form lists the tenant's ports; the host is not in it."""
    form = ServerCheckTool().form(context)
    assert list(form["properties"]) == ["port"]
    options = form["properties"]["port"]["items"]["oneOf"]
    assert {option["const"] for option in options} == set(ALL_PORTS)
    assert all(str(option["const"]) in option["title"] for option in options)


# --- catalogue -------------------------------------------------------------------------------------------------


def test_every_place_of_a_finding_exists() -> None:
    """Each finding leads to a heading of a guide."""
    for code, place in ServerCheckTool.findings.items():
        assert place is not None
        source = (GUIDES / f"{place[0]}.md").read_text("utf-8")
        assert re.search(rf"^#+ .*\{{#{re.escape(place[1])}\}}$", source, re.MULTILINE), (code, place)


def test_catalogues_have_the_same_keys_and_places() -> None:
    """All five languages hold the same keys with the same ``{places}``, and a text for every finding."""
    files = {lang: _texts(lang) for lang in LANGUAGES}
    for lang, texts in files.items():
        assert texts.keys() == files["es"].keys(), lang
        assert all(texts.values())
        assert all(_places(text) == _places(files["es"][key]) for key, text in texts.items()), lang
    found = {key.removeprefix("server_check.finding.") for key in files["es"] if ".finding." in key}
    assert found == set(ServerCheckTool.findings) - {"bad_input"}


def _texts(lang: str) -> dict[str, str]:
    source = (LOCALE_DIR / lang / "server_check.po").read_text("utf-8")
    catalogue = Catalogue()
    return {key: catalogue.text(lang, key) for key in re.findall(r'^msgid "(.+)"$', source, re.MULTILINE)}


def _places(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}
