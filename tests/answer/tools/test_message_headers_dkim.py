"""DKIM signatures of whole messages: signed with a real key, asked for at a real DNS server."""

from __future__ import annotations

import base64
import logging
import time
from collections.abc import Iterator
from dataclasses import replace

import dkim
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from soluciones.answer.net.guard import NetworkHub
from soluciones.answer.tools.base import ToolContext
from soluciones.answer.tools.message_headers import MessageHeadersTool
from soluciones.settings import Settings
from tests.dns_server import DnsServer

TOOL = MessageHeadersTool()
OWN = "ana@ejemplo.com"
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
TOP = (
    b"Delivered-To: cliente@example.org\r\n"
    b"Received: from out.example.net (out.example.net [198.51.100.7]) by mx.example.org (Postfix) with ESMTPS id 1;\r\n"
    b"\tMon, 23 Nov 2026 10:15:02 +0100\r\n"
)
HEAD = (
    b"From: Ana <ana@ejemplo.com>\r\nTo: cliente@example.org\r\nSubject: Presupuesto\r\nMessage-ID: <1@ejemplo.com>\r\n"
)
BODY = "\r\nAdjunto el presupuesto de otoño.\r\n".encode()


def record(key: rsa.RSAPrivateKey = KEY) -> str:
    """The TXT record of a key, in strings of at most 255 characters."""
    raw = key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    text = "v=DKIM1; k=rsa; p=" + base64.b64encode(raw).decode()
    return " ".join(f'"{text[n : n + 200]}"' for n in range(0, len(text), 200))


def signed(domain: str = "ejemplo.com", body: bytes = BODY, head: bytes = HEAD) -> bytes:
    """A message as it arrives: signed by ``domain``, then stamped by the recipient's server."""
    pem = KEY.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    )
    signature = dkim.sign(head + body, b"s1", domain.encode(), pem, canonicalize=(b"relaxed", b"relaxed"))
    return TOP + signature + head + body


@pytest.fixture(scope="module")
def server() -> Iterator[DnsServer]:
    """Publishes the key of two domains."""
    zone = f"s1._domainkey.ejemplo.com. TXT {record()}\ns1._domainkey.evil.example.net. TXT {record()}\n"
    with DnsServer(zone) as running:
        yield running


@pytest.fixture
def online(server: DnsServer, context: ToolContext) -> Iterator[ToolContext]:
    """A context whose DNS is that server, through the guarded connector."""
    server.heal()
    hub = NetworkHub(Settings(dns_server=f"127.0.0.1:{server.port}"), context.site)
    yield replace(context, network=hub.for_visitor("prueba"))
    hub.close()


def judged(message: bytes | str, context: ToolContext) -> tuple[str, str, str]:
    """Verdict, reason and DKIM status."""
    data = TOOL.run({"message": message, "own_address": OWN}, context).data
    return data["verdict"], data["reason"], data["dkim"]["status"]


def test_a_valid_signature_of_ones_own_domain_is_evidence(online: ToolContext) -> None:
    """An upload whose signature is right for the sender's domain came from a server with that domain's key."""
    result = TOOL.run({"message": signed(), "own_address": OWN}, online)
    assert (result.data["verdict"], result.data["reason"]) == ("sent_by_your_account", "signed_by_your_domain")
    assert result.data["dkim"] | {"label": ""} == {
        "status": "verified",
        "label": "",
        "domains": ["ejemplo.com"],
        "reason": "",
    }
    assert "dkim_verified" in {item.code for item in result.findings}


def test_a_changed_message_breaks_the_signature(online: ToolContext) -> None:
    """A changed body proves no forgery: the signature is broken, the verdict stays open."""
    verdict, _, status = judged(signed().replace("otoño".encode(), b"primavera"), online)
    assert (verdict, status) == ("cannot_tell", "broken")


def test_a_signature_of_another_domain_says_nothing_of_the_sender(online: ToolContext) -> None:
    """Somebody else's valid signature is no evidence for the visible sender."""
    verdict, _, status = judged(signed("evil.example.net"), online)
    assert (verdict, status) == ("cannot_tell", "verified")


def test_with_two_authors_the_other_ones_signature_does_not_count(online: ToolContext) -> None:
    """``From`` with two addresses, signed for one: no evidence for the other, in either order."""
    for line in (
        b"From: bob@evil.example.net, ana@ejemplo.com\r\n",
        b"From: ana@ejemplo.com, bob@evil.example.net\r\n",
    ):
        head = line + HEAD.partition(b"\r\n")[2]
        assert judged(signed("evil.example.net", head=head), online)[0] == "cannot_tell"


def test_headers_alone_are_not_checkable(online: ToolContext) -> None:
    """Without the body the signature cannot be judged, whatever the network says."""
    assert judged(signed().partition(b"\r\n\r\n")[0] + b"\r\n", online)[2] == "not_checkable"


def test_without_a_network_it_is_unknown(context: ToolContext) -> None:
    """No network: unknown, and the finding says that this speaks for nothing."""
    result = TOOL.run({"message": signed(), "own_address": OWN}, context)
    assert result.data["dkim"]["reason"] == "network_off"
    assert "dkim_unknown" in {item.code for item in result.findings}


@pytest.mark.parametrize("fault", ["servfail", "refused"])
def test_a_dns_failure_is_unknown_not_broken(fault: str, server: DnsServer, online: ToolContext) -> None:
    """When the key cannot be asked for, nothing is said against the signature."""
    server.fail("s1._domainkey.ejemplo.com", fault)  # type: ignore[arg-type]
    assert judged(signed(), online)[2] == "unknown"


def test_a_key_that_is_gone_is_unknown(online: ToolContext) -> None:
    """Keys are changed and taken away in time: a missing one proves nothing."""
    message = signed().replace(b"s=s1;", b"s=viejo;")
    assert judged(message, online)[2] == "unknown"


def test_a_pasted_message_fails_without_a_verdict(online: ToolContext) -> None:
    """The clipboard may change a message: pasted, a wrong signature is unknown; a right one is still right."""
    text = signed().decode()
    assert judged(text, online)[2] == "verified"
    assert judged(text.replace("otoño", "primavera"), online)[2] == "unknown"


@pytest.mark.parametrize(
    "message",
    [
        signed() + b" " * 2_000_000,
        signed() + b"\t \r\n" * 100_000,
        signed().replace(b"To: ", b"To: " + b"\r\n " * 90_000, 1),
        signed().replace(b"h=", b"h=" + b"from :" * 9_000, 1),
        signed().replace(b"b=", b"b=" + b"=" * 50_000, 1),
        TOP + b"DKIM-Signature: v=1; d=; s=; \xff\r\n" * 50 + HEAD + BODY,
    ],
    ids=range(6),
)
def test_hostile_signatures_cost_little(message: bytes, online: ToolContext) -> None:
    """Runs of blanks, endless headers and broken tags neither stop the tool nor raise."""
    start = time.process_time()
    assert judged(message, online)[2] in ("absent", "unknown", "broken", "verified", "not_checkable")
    assert time.process_time() - start < 5.0


def test_a_huge_key_is_not_used(server: DnsServer, context: ToolContext) -> None:
    """A key record that would only cost time is passed over."""
    big = " ".join(f'"{text}"' for text in ["v=DKIM1; p=" + "A" * 200, *["A" * 250] * 12])
    with DnsServer(f"s1._domainkey.ejemplo.com. TXT {big}\n") as other:
        hub = NetworkHub(Settings(dns_server=f"127.0.0.1:{other.port}"), context.site)
        assert judged(signed(), replace(context, network=hub.for_visitor("x")))[2] == "unknown"
        hub.close()


def test_nothing_of_the_message_is_logged(online: ToolContext, caplog: pytest.LogCaptureFixture) -> None:
    """The own messages of dkimpy, which name domains and keys, go nowhere."""
    with caplog.at_level(logging.DEBUG):
        judged(signed().replace("otoño".encode(), b"primavera"), online)
    assert not [entry for entry in caplog.records if "dkim" in entry.name]
