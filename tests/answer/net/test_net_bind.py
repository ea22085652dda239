"""Resolver and ``dns-check`` against a real BIND: the same verdicts as with the server in this process."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from soluciones.answer.net.contract import ConnectRefused, Dialled, Network
from soluciones.answer.net.resolver import Resolver
from soluciones.answer.tools.base import ToolContext
from soluciones.answer.tools.dns_check import DnsCheckTool
from soluciones.answer.types import ToolResult
from soluciones.i18n import Catalogue
from soluciones.kb.facts import Facts
from soluciones.kb.site import Site
from tests.bind import PRESENT, Bind
from tests.dns_server import dns_for

CONTENT = Path(__file__).parents[3] / "content"
pytestmark = pytest.mark.skipif(not PRESENT, reason="BIND is not installed")


class NoDialer:
    """Connects to nothing."""

    def dial(self, host: str, port: int, timeout: float) -> Dialled:
        raise ConnectRefused("host_not_allowed")


@pytest.fixture(scope="module")
def bind() -> Iterator[Bind]:
    """One BIND for all tests here."""
    with Bind() as running:
        yield running


@pytest.fixture(scope="module")
def resolver(bind: Bind) -> Resolver:
    """The product's resolver asking it."""
    return dns_for(bind.port)


@pytest.fixture(scope="module")
def context() -> ToolContext:
    """The tenant's facts, with the include of the zone."""
    facts = Facts.model_validate(yaml.safe_load((CONTENT / "facts.yml").read_text("utf-8")))
    spf = facts.spf.model_copy(
        update={"include": "spf.infomaniak.test", "record": "v=spf1 include:spf.infomaniak.test -all"}
    )
    site = Site.model_validate(yaml.safe_load((CONTENT / "site.yml").read_text("utf-8")))
    return ToolContext("es", facts.model_copy(update={"spf": spf}), site, Catalogue())


def _check(context: ToolContext, resolver: Any, **slots: str) -> ToolResult:
    network = Network(resolver, NoDialer())
    run = ToolContext("es", context.facts, context.site, context.texts, network=network)
    return DnsCheckTool().run(slots, run)


@pytest.mark.parametrize(
    ("name", "rdtype", "status"),
    [
        ("good.test", "MX", "ok"),
        ("good.test", "AAAA", "no_data"),
        ("deep.good.test", "A", "no_data"),
        ("gone.test", "A", "no_name"),
        ("broken-chain.test", "A", "no_name"),
        ("x.wild.test", "TXT", "ok"),
        ("xn--mller-kva.test", "MX", "ok"),
        ("müller.test", "MX", "ok"),
        ("null-mx.test", "MX", "ok"),
        ("good.servfail.test", "A", "servfail"),
        ("www.example.com", "A", "servfail"),
        ("big.test", "TXT", "ok"),
    ],
)
def test_statuses(resolver: Resolver, name: str, rdtype: str, status: str) -> None:
    """Records, NODATA (an empty non-terminal too), NXDOMAIN, a zone that failed to load, REFUSED, truncation."""
    reply = resolver.lookup(name, rdtype)
    assert reply.status == status
    assert reply.known == (status in ("ok", "no_data", "no_name"))


def test_long_and_split_texts_are_whole(resolver: Resolver) -> None:
    """More than fits into UDP comes by TCP; strings are joined without a space."""
    assert resolver.lookup("big.test", "TXT").records == ("x" * 240 * 9,)
    assert resolver.lookup("split.test", "TXT").records == ("v=spf1 include:spf.infomaniak.test -all",)


@pytest.mark.parametrize(
    ("domain", "light", "status", "code"),
    [
        ("good.test", "mx", "ok", "mx_found"),
        ("good.test", "spf", "ok", "spf_ok"),
        ("good.test", "dmarc", "ok", "dmarc_policy_reject"),
        ("good.test", "ns", "ok", "ns_found"),
        ("wix-only.test", "spf", "bad", "spf_missing_include"),
        ("two-spf.test", "spf", "bad", "spf_several_records"),
        ("eleven.test", "spf", "bad", "spf_too_many_lookups"),
        ("void.test", "spf", "bad", "spf_too_many_voids"),
        ("plus-all.test", "spf", "bad", "spf_plus_all"),
        ("split.test", "spf", "ok", "spf_ok"),
        ("loop.test", "spf", "bad", "spf_include_loop"),
        ("no-mx.test", "mx", "warn", "mx_implicit"),
        ("nothing.test", "mx", "bad", "mx_missing"),
        ("null-mx.test", "mx", "bad", "mx_null"),
        ("cname-mx.test", "mx", "bad", "mx_is_cname"),
        ("ip-mx.test", "mx", "bad", "mx_is_ip"),
        ("gone-mx.test", "mx", "bad", "mx_no_address"),
        ("müller.test", "mx", "ok", "mx_found"),
    ],
)
def test_verdicts(context: ToolContext, resolver: Resolver, domain: str, light: str, status: str, code: str) -> None:
    """Each domain of the zone has the light that belongs to its trouble."""
    lights = {item["id"]: item for item in _check(context, resolver, domain=domain).data["lights"]}
    assert lights[light]["status"] == status
    assert code in lights[light]["codes"]


def test_a_domain_in_order(context: ToolContext, resolver: Resolver) -> None:
    """All five lights, the key of the selector published live, and the SRV records."""
    result = _check(context, resolver, domain="good.test", selector="s1")
    assert result.status == "ok"
    codes = {finding.code for finding in result.findings}
    assert {"mx_found", "spf_ok", "dkim_ok", "dmarc_policy_reject", "ns_found", "srv_found", "srv_declined"} <= codes
    revoked = _check(context, resolver, domain="good.test", selector="revoked")
    assert "dkim_revoked" in {finding.code for finding in revoked.findings}


@pytest.mark.parametrize("domain", ["good.servfail.test", "example.com"])
def test_what_bind_does_not_say_is_unknown(context: ToolContext, resolver: Resolver, domain: str) -> None:
    """SERVFAIL and REFUSED: five unknown lights, and nothing is called bad."""
    result = _check(context, resolver, domain=domain)
    assert result.status == "unknown"
    assert {light["status"] for light in result.data["lights"]} == {"unknown"}
    assert not [finding.code for finding in result.findings if finding.status == "bad"]


def test_nobody_there_is_unknown(context: ToolContext) -> None:
    """A port that takes questions and never answers."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind(("127.0.0.1", 0))
        result = _check(context, dns_for(silent.getsockname()[1]), domain="good.test")
    assert result.status == "unknown"
    assert not [finding.code for finding in result.findings if finding.status == "bad"]


def test_names_that_do_not_exist_are_told(context: ToolContext, resolver: Resolver) -> None:
    """NXDOMAIN of the whole domain."""
    result = _check(context, resolver, domain="gone.test")
    assert [finding.code for finding in result.findings] == ["domain_unknown"]
