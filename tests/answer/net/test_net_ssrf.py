"""Nothing but the site's own servers is ever connected to, however a forbidden target is spelt, wrapped or resolved."""

from __future__ import annotations

import ast
import ipaddress
import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from soluciones.answer.net.budget import Budget
from soluciones.answer.net.contract import ConnectRefused
from soluciones.answer.net.dialer import GuardedDialer
from soluciones.answer.net.guard import NetworkHub
from soluciones.answer.net.once import Once
from soluciones.answer.net.resolver import Resolver
from soluciones.answer.tools.base import ToolContext
from soluciones.answer.tools.dns_check import DnsCheckTool
from soluciones.i18n import Catalogue
from soluciones.kb.facts import Facts
from soluciones.kb.site import DialTarget, Site
from soluciones.settings import Settings
from tests.dns_server import DnsServer, dns_for

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
CONTENT = ROOT / "content"
HOST = "mail.ejemplo.com"
OWN = "127.0.0.77"
"""The one loopback address that the rebinding test permits."""
REBINDS = 1_000
EVERYTHING_IS_HERE = "*. A 127.0.0.1\n*. AAAA ::1\n*. MX 10 localhost.\n*. TXT v=spf1\n"


def targets() -> list[str]:
    """The data file, unescaped."""
    lines = (HERE / "forbidden_targets.txt").read_text("utf-8").splitlines()
    return [_unescape(line) for line in lines if line and not line.startswith("# ")]


def _unescape(line: str) -> str:
    return str(ast.literal_eval('"' + line.replace('"', '\\"') + '"')) if "\\" in line else line


def numeric() -> list[str]:
    """Those that a zone can hold as A or AAAA record."""

    def is_address(text: str) -> bool:
        try:
            ipaddress.ip_address(text)
        except ValueError:
            return False
        return "%" not in text

    return [text for text in targets() if is_address(text)]


@pytest.fixture
def site() -> Site:
    """The real site, to which each test gives servers of its own."""
    return Site.model_validate(yaml.safe_load((CONTENT / "site.yml").read_text("utf-8")))


@pytest.fixture
def world() -> Iterator[DnsServer]:
    """A DNS in which every name is this machine."""
    with DnsServer(EVERYTHING_IS_HERE) as server:
        yield server


def _hub(server: DnsServer, site: Site, *servers: DialTarget, **options: Any) -> NetworkHub:
    settings = Settings(dns_server=f"127.0.0.1:{server.port}")
    unlimited = Budget(1e9, 1e9, 1e9, 1e9)
    return NetworkHub(settings, site.model_copy(update={"servers": servers}), budget=unlimited, **options)


def _refusal(dialer: Any, host: str, port: int) -> str:
    with pytest.raises(ConnectRefused) as caught:
        dialer.dial(host, port, 1.0).sock.close()
    return caught.value.code


def test_there_are_enough_spellings() -> None:
    """At least 300 different ones, a hundred of them records that a zone can hold."""
    assert len(set(targets())) >= 300
    assert len(set(numeric())) >= 100


def test_no_spelling_is_taken_as_the_host(world: DnsServer, site: Site, canary: Any) -> None:
    """A host that is not in the settings, letter by letter, is refused before anything is asked or opened."""
    hub = _hub(world, site, DialTarget(host=HOST, ports=(canary.port,)))
    dialer = hub.for_visitor("x").dialer
    tried = [*targets(), HOST.upper(), f"{HOST}.", f" {HOST}", f"{HOST}:{canary.port}", f"x.{HOST}", f"{HOST}\x00", ""]
    assert {_refusal(dialer, target, canary.port) for target in tried} == {"host_not_allowed"}
    assert world.count() == 0
    assert canary.connections() == []


@pytest.mark.parametrize("port", [0, -1, 22, 65536, 99999, True, "993", 993.0, None])
def test_no_other_port_is_taken(world: DnsServer, site: Site, canary: Any, port: Any) -> None:
    """Exactly the ports of the settings, as whole numbers."""
    hub = _hub(world, site, DialTarget(host=HOST, ports=(canary.port, 1)))
    assert _refusal(hub.for_visitor("x").dialer, HOST, port) == "port_not_allowed"
    assert canary.connections() == []


def test_no_spelling_passes_as_an_address_of_the_settings(world: DnsServer, site: Site, canary: Any) -> None:
    """Addresses that the settings give are checked as well: a slip of the owner's hand opens nothing."""
    for target in targets():
        hub = _hub(world, site, DialTarget(host=HOST, ports=(canary.port,), addresses=(target,)))
        assert _refusal(hub.for_visitor("x").dialer, HOST, canary.port) == "address_forbidden", target
    assert canary.connections() == []


def test_no_spelling_passes_as_a_permitted_name(world: DnsServer, site: Site, canary: Any) -> None:
    """Even a target that the settings name is not reached, when all the DNS says is that it is this machine."""
    for target in targets():
        hub = _hub(world, site, DialTarget(host=target, ports=(canary.port,)))
        code = _refusal(hub.for_visitor("x").dialer, target, canary.port)
        assert code in {"address_forbidden", "name_unresolved"}, target
        hub.close()
    assert canary.connections() == []


def test_no_resolved_address_is_forbidden(canary: Any) -> None:
    """A permitted name that resolves to a forbidden address is not connected to, whatever the address is wrapped in."""
    with DnsServer() as server:
        record = {"A": "", "AAAA": ""}
        for rdtype in record:
            server.answer(HOST, rdtype, lambda rdtype=rdtype: [record[rdtype]] if record[rdtype] else [])
        ticks = itertools.count(step=1000)
        dns = Resolver((("127.0.0.1", server.port),), cache=Once(clock=lambda: float(next(ticks))))
        dialer = GuardedDialer((DialTarget(host=HOST, ports=(canary.port,)),), dns)
        for target in numeric():
            rdtype = "AAAA" if ":" in target else "A"
            record |= {"A": "", "AAAA": ""} | {rdtype: target}
            if rdtype == "A" and str(ipaddress.ip_address(target)) != target:
                continue
            assert _refusal(dialer, HOST, canary.port) == "address_forbidden", target
        dns.close()
    assert canary.connections() == []


def test_the_tool_connects_to_nothing(world: DnsServer, site: Site, canary: Any) -> None:
    """Typed as the domain of a check, none of them leads to a connection."""
    facts = Facts.model_validate(yaml.safe_load((CONTENT / "facts.yml").read_text("utf-8")))
    hub = _hub(world, site, DialTarget(host=HOST, ports=(canary.port,)))
    for target in targets():
        context = ToolContext("es", facts, site, Catalogue(), network=hub.for_visitor("x"))
        DnsCheckTool().run({"domain": target[:1000]}, context)
    hub.close()
    assert canary.connections() == []


def test_a_thousand_rebinds_reach_only_the_permitted_address(canary: Any) -> None:
    """A name that answers now with the permitted address, now with a forbidden one, now with both.

    Looked up once for each connection; connected to what was checked. Nobody comes to 127.0.0.1.
    """
    answers = itertools.cycle(
        [[OWN], ["127.0.0.1"], [OWN, "127.0.0.1"], [OWN], ["169.254.169.254"], ["127.0.0.1", OWN]]
    )
    reached = refused = 0
    with DnsServer() as server:
        server.answer(HOST, "A", lambda: next(answers))
        server.answer(HOST, "AAAA", list)
        ticks = itertools.count(step=1000)
        dns = Resolver((("127.0.0.1", server.port),), cache=Once(clock=lambda: float(next(ticks))))
        dialer = GuardedDialer((DialTarget(host=HOST, ports=(canary.port,)),), dns, allow_addresses=[OWN])
        for _ in range(REBINDS):
            try:
                dialled = dialer.dial(HOST, canary.port, 1.0)
            except ConnectRefused as error:
                assert error.code == "address_forbidden"
                refused += 1
            else:
                assert dialled.address == dialled.sock.getpeername()[0] == OWN
                dialled.sock.close()
                reached += 1
        assert server.count(HOST, "A") == REBINDS
        dns.close()
    assert reached + refused == REBINDS
    assert min(reached, refused) > 300
    assert canary.connections() == [OWN] * reached


def test_one_lookup_serves_one_connection(canary: Any) -> None:
    """Within the cache's time a name that changes its mind is not asked again: the checked answer stays."""
    flips = itertools.cycle([[OWN], ["127.0.0.1"]])
    with DnsServer() as server:
        server.answer(HOST, "A", lambda: next(flips))
        server.answer(HOST, "AAAA", list)
        dialer = GuardedDialer((DialTarget(host=HOST, ports=(canary.port,)),), dns_for(server), allow_addresses=[OWN])
        for _ in range(20):
            dialer.dial(HOST, canary.port, 1.0).sock.close()
        assert server.count(HOST, "A") == 1
    assert set(canary.connections()) == {OWN}


def test_nothing_else_in_the_answer_layer_opens_sockets() -> None:
    """Only ``answer/net`` imports what can send something (type names of ``socket`` and ``ssl`` aside)."""
    senders = {"dns", "urllib.request", "http.client", "httpx", "requests", "smtplib", "imaplib", "poplib", "aiohttp"}
    callers = {"create_connection", "getaddrinfo", "gethostbyname", "open_connection", "urlopen"}
    for layer in ("kb", "index", "answer"):
        for path in sorted((ROOT / "soluciones" / layer).rglob("*.py")):
            if "net" in path.relative_to(ROOT / "soluciones").parts:
                continue
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                names = _imported(node)
                assert not {n for n in names for s in senders if n == s or n.startswith(f"{s}.")}, (path, names)
                assert not (isinstance(node, ast.Attribute) and node.attr in callers), path


def _imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    return [node.module] if isinstance(node, ast.ImportFrom) and node.module else []
