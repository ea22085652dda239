"""The set-up files against the rules of the programs that read them."""

from __future__ import annotations

import plistlib
from pathlib import Path
from typing import Any

import pytest
import yaml
from defusedxml import ElementTree
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from soluciones.answer.tools.files import autodiscover
from soluciones.answer.tools.files.settings import MAX_NAME, clean_name

APPLE = yaml.safe_load((Path(__file__).parent / "cases" / "apple_mail_keys.yml").read_text("utf-8"))
TYPES = {"str": str, "int": int, "bool": bool}
ACCOUNTS = [
    {"client": "apple_mail_ios"},
    {"client": "apple_mail_mac", "email": "ana@ejemplo.com", "display_name": 'Ana «Ñ» <b> & "Co" \x07\x00'[:-1]},
    {"client": "apple_mail_ios", "email": "ana@müller.ch", "protocol": "pop"},
]


def _file(result: Any, ending: str) -> bytes:
    return next(file.content for file in result.downloads if file.name.endswith(ending))


def _apple_errors(payload: dict[str, Any]) -> list[str]:
    """What is wrong with a mail payload, by Apple's schema."""
    errors = [f"missing {key}" for key in APPLE["required"] if key not in payload]
    errors += [f"never {key}" for key in APPLE["never"] if key in payload]
    for key, value in payload.items():
        rule = {"type": APPLE["payload"][key]} if key in APPLE["payload"] else APPLE["keys"].get(key)
        if rule is None:
            errors.append(f"unknown {key}")
        elif type(value) is not TYPES[rule["type"]]:
            errors.append(f"type of {key}")
        elif "values" in rule and value not in rule["values"]:
            errors.append(f"value of {key}")
    return errors


@pytest.mark.parametrize("slots", ACCOUNTS, ids=lambda s: s.get("email", "generic"))
def test_profile_follows_apples_key_rules(slots: dict[str, str], run: Any) -> None:
    """The profile has every required key, right types and values, TLS on, ports as numbers, and no password."""
    profile = plistlib.loads(_file(run("client-setup", slots), ".mobileconfig"))
    (payload,) = profile["PayloadContent"]
    assert _apple_errors(payload) == []
    assert {key: type(profile[key]).__name__ for key in APPLE["payload"]} == APPLE["payload"]
    assert profile["PayloadType"] == "Configuration"
    assert payload["PayloadType"] == "com.apple.mail.managed"
    assert payload["IncomingMailServerUseSSL"] is payload["OutgoingMailServerUseSSL"] is True
    assert payload["OutgoingMailServerPortNumber"] == 465
    assert payload["OutgoingPasswordSameAsIncomingPassword"] is True
    assert payload["IncomingMailServerPortNumber"] == (995 if slots.get("protocol") == "pop" else 993)


def test_the_apple_check_sees_a_spoiled_profile(run: Any) -> None:
    """The check used above is able to fail: a port as text, a password, a missing host and an odd type are seen."""
    (payload,) = plistlib.loads(_file(run("client-setup", ACCOUNTS[0]), ".mobileconfig"))["PayloadContent"]
    payload |= {"OutgoingMailServerPortNumber": "465", "IncomingPassword": "x", "EmailAccountType": "EmailTypeJMAP"}
    del payload["IncomingMailServerHostName"]
    expected = {"type of OutgoingMailServerPortNumber", "never IncomingPassword", "value of EmailAccountType"}
    assert expected <= set(_apple_errors(payload))
    assert "missing IncomingMailServerHostName" in _apple_errors(payload)


def test_user_name_is_the_whole_address_in_a_labels(run: Any) -> None:
    """Both user names are the full address with the domain as A-label (the device's own default is the local part)."""
    profile = plistlib.loads(_file(run("client-setup", ACCOUNTS[2]), ".mobileconfig"))
    (payload,) = profile["PayloadContent"]
    names = {payload[key] for key in ("EmailAddress", "IncomingMailServerUsername", "OutgoingMailServerUsername")}
    assert names == {"ana@xn--mller-kva.ch"}


def test_a_generic_profile_holds_nothing_personal(run: Any) -> None:
    """Without an address, or with one that breaks the rules, the profile has no address, user or name."""
    for slots in ({}, {"email": "ana..b@ejemplo.com", "display_name": "Ana"}, {"email": "ana@gmail.com"}):
        content = _file(run("client-setup", {"client": "apple_mail_ios", **slots}), ".mobileconfig")
        (payload,) = plistlib.loads(content)["PayloadContent"]
        assert not {"EmailAddress", "IncomingMailServerUsername", "EmailAccountName"} & payload.keys()
        assert b"Ana" not in content
        assert b"ana" not in content.replace(b"managed", b"")


def test_profile_identifier_is_stable_per_address(run: Any) -> None:
    """The same address always gives the same identifier, in any case and protocol; another address another one."""

    def identifier(email: str, **more: str) -> str:
        slots = {"client": "apple_mail_ios", "email": email, **more}
        return str(plistlib.loads(_file(run("client-setup", slots), ".mobileconfig"))["PayloadIdentifier"])

    first = identifier("ana@ejemplo.com")
    assert identifier("ANA@ejemplo.com") == first == identifier("ana@ejemplo.com", protocol="pop", display_name="A")
    assert identifier("eva@ejemplo.com") != first
    assert "ana" not in first


def test_files_are_deterministic_and_named_without_the_local_part(run: Any) -> None:
    """Two runs give the same bytes, and no file name holds the part before the @."""
    for client in ("apple_mail_ios", "thunderbird", "outlook_2019", "other"):
        slots = {"client": client, "email": "zacarias@ejemplo.com"}
        first, second = run("client-setup", slots), run("client-setup", slots)
        assert first.downloads == second.downloads
        assert not any("zacarias" in file.name for file in first.downloads)


@pytest.mark.parametrize("protocol", ["imap", "pop"])
def test_thunderbird_file_follows_its_parsers_rules(protocol: str, run: Any) -> None:
    """One domain, sockets SSL or STARTTLS (never TLS), IMAP and POP3, the wanted one first, the address as variable."""
    slots = {"client": "thunderbird", "email": "ana@müller.ch", "protocol": protocol}
    root = ElementTree.fromstring(_file(run("client-setup", slots), "config-v1.1.xml"))
    assert (root.tag, root.get("version")) == ("clientConfig", "1.1")
    provider = root.find("emailProvider")
    assert provider.get("id") == "xn--mller-kva.ch" == provider.findtext("domain")
    incoming = [(s.get("type"), s.findtext("port")) for s in provider.findall("incomingServer")]
    wanted = [("imap", "993"), ("pop3", "995")]
    assert incoming == (wanted if protocol == "imap" else wanted[::-1])
    servers = [*provider.findall("incomingServer"), *provider.findall("outgoingServer")]
    for server in servers:
        assert server.findtext("socketType") in {"SSL", "STARTTLS", "plain"}
        assert server.findtext("username") == "%EMAILADDRESS%"
        assert server.findtext("authentication") == "password-cleartext"
        assert server.findtext("hostname") == "mail.infomaniak.com"
    assert [s.findtext("port") for s in provider.findall("outgoingServer")] == ["465"]


def test_thunderbird_file_without_address_is_the_providers_own(run: Any) -> None:
    """Without an address the file is for the host's registered domain: Thunderbird needs one."""
    content = _file(run("client-setup", {"client": "thunderbird"}), "config-v1.1.xml")
    assert ElementTree.fromstring(content).findtext("emailProvider/domain") == "infomaniak.com"


def test_autodiscover_has_one_account_spa_off_and_full_login(run: Any) -> None:
    """Both namespaces, all protocols in one account, SPA off, the full address as login, SSL on 993, 995 and 465."""
    slots = {"client": "outlook_2019", "email": "ana@ejemplo.com", "display_name": "A <&> B"}
    root = ElementTree.fromstring(_file(run("client-setup", slots), "autodiscover.xml"))
    name = f"{{{autodiscover.OUTLOOK}}}"
    assert root.tag == f"{{{autodiscover.RESPONSE}}}Autodiscover"
    (account,) = root.iter(f"{name}Account")
    protocols = account.findall(f"{name}Protocol")
    table = [(p.findtext(f"{name}Type"), p.findtext(f"{name}Port")) for p in protocols]
    assert table == [("IMAP", "993"), ("POP3", "995"), ("SMTP", "465")]
    for protocol in protocols:
        assert protocol.findtext(f"{name}SPA") == "off"
        assert protocol.findtext(f"{name}LoginName") == "ana@ejemplo.com"
        assert protocol.findtext(f"{name}Encryption") == "SSL"
    assert next(root.iter(f"{name}DisplayName")).text == "A <&> B"


def test_srv_lines_name_services_with_implicit_tls(run: Any) -> None:
    """IMAPS comes before POP3S, submission is announced, each with the server's name and a final dot."""
    result = run("client-setup", {"client": "thunderbird", "email": "ana@ejemplo.com"})
    assert result.data["srv"] == [
        "_submissions._tcp.ejemplo.com. IN SRV 0 1 465 mail.infomaniak.com.",
        "_imaps._tcp.ejemplo.com. IN SRV 0 1 993 mail.infomaniak.com.",
        "_pop3s._tcp.ejemplo.com. IN SRV 10 1 995 mail.infomaniak.com.",
    ]
    rows = _file(result, ".txt").decode().splitlines()
    srv = next(file for file in result.downloads if file.name.startswith("srv-")).content.decode().splitlines()
    assert [line for line in srv if not line.startswith(";")] == result.data["srv"]
    assert any("993" in row for row in rows)


def test_qr_is_a_plain_svg(run: Any) -> None:
    """The QR code is well-formed SVG without script, style or links, small enough for a card."""
    result = run("client-setup", {"client": "android_mail", "email": "ana@ejemplo.com"})
    svg = _file(result, ".svg")
    root = ElementTree.fromstring(svg)
    assert root.tag.endswith("svg")
    assert not [node for node in root.iter() if node.tag.endswith(("script", "style", "a")) or "style" in node.attrib]
    assert len(svg) < 20_000
    assert result.data["qr_svg"].encode() == svg


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=150))
def test_any_display_name_gives_well_formed_files(run: Any, name: str) -> None:
    """Whatever the name, property list and XML can be read back and hold the cleaned name."""
    cleaned = clean_name(name)
    assert len(cleaned) <= MAX_NAME
    slots = {"email": "ana@ejemplo.com", "display_name": name}
    apple = run("client-setup", {"client": "apple_mail_ios", **slots})
    outlook = run("client-setup", {"client": "outlook_2019", **slots})
    if apple.status != "refused":
        (payload,) = plistlib.loads(_file(apple, ".mobileconfig"))["PayloadContent"]
        assert payload.get("EmailAccountName", "") == cleaned
        root = ElementTree.fromstring(_file(outlook, "autodiscover.xml"))
        assert next((n.text for n in root.iter(f"{{{autodiscover.OUTLOOK}}}DisplayName")), "") == cleaned


def test_card_shows_settings_in_groups(run: Any) -> None:
    """Incoming, outgoing and user settings each form a group; the second ports to try are named with STARTTLS."""
    data = run("client-setup", {"client": "thunderbird"}).data
    assert [group["id"] for group in data["groups"]] == ["incoming", "outgoing", "user"]
    values = [item["value"] for group in data["groups"] for item in group["settings"]]
    assert values[:2] == ["mail.infomaniak.com", "993"]
    assert [(row["port"], row["tls"]) for row in data["alternatives"]] == [(143, "starttls"), (587, "starttls")]
