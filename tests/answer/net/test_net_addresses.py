"""Which addresses may be connected to."""

from __future__ import annotations

import ipaddress
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from soluciones.answer.net.addresses import embedded, forbidden
from tests.parser_property import parser_property

PUBLIC = ["8.8.8.8", "1.1.1.1", "84.16.68.110", "9.255.255.255", "11.0.0.0", "172.15.255.255", "172.32.0.0",
          "100.63.255.255", "100.128.0.0", "198.17.255.255", "198.20.0.0", "223.255.255.255", "168.63.129.15",
          "2001:4860:4860::8888", "2a00:1450:4001::5", "2600::1", "64:ff9b::808:808", "2001:200::1"]  # fmt: skip
REASONS = {
    "127.0.0.1": "loopback", "10.1.2.3": "private", "169.254.169.254": "link_local", "168.63.129.16": "metadata",
    "224.0.0.1": "multicast", "255.255.255.255": "broadcast", "240.0.0.1": "reserved", "100.100.100.200": "shared",
    "0.0.0.0": "this_network", "192.0.2.1": "documentation", "198.18.0.1": "benchmarking", "192.88.99.1": "relay",
    "::1": "loopback", "::": "unspecified", "fe80::1": "link_local", "fd00::1": "private", "ff02::1": "multicast",
    "2001:db8::1": "documentation", "fec0::1": "private", "4000::1": "reserved",
    "64:ff9b::7f00:1": "loopback_in_nat64", "2002:7f00:1::": "loopback_in_6to4", "::ffff:7f00:1": "loopback_in_mapped",
    "::7f00:1": "loopback_in_compatible", "2001::80ff:fffe": "this_network_in_teredo",
    "2a00:1450::5efe:7f00:1": "loopback_in_isatap", "64:ff9b:1::7f00:1": "this_network_in_nat64_local",
    "::ffff:0:7f00:1": "loopback_in_translated", "2002:808:808::": "relay", "::ffff:808:808": "reserved",
}  # fmt: skip


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_are_allowed(address: str) -> None:
    """Ordinary addresses, also right beside a forbidden block, and through NAT64 (an IPv6-only network needs that)."""
    assert forbidden(address) == ""


@pytest.mark.parametrize(("address", "reason"), REASONS.items())
def test_the_reason_is_named(address: str, reason: str) -> None:
    """Each kind of forbidden address by its reason, with the wrapping it came in."""
    shown = str(ipaddress.ip_address(address))
    assert forbidden(shown) == reason


@pytest.mark.parametrize(
    "text",
    ["", " ", "127.1", "8.8.8.8 ", "08.8.8.8", "8.8.8.8.", "8.8.8", "0x8080808", "134744072", "8.8.8.8:25", "[2600::1]",
     "2600::1%eth0", "2600:0::1", "2600:0000::0001", "example.com", "８.8.8.8", "8.8.8.8\x00", "::ffff:8.8.8.8"],
)  # fmt: skip
def test_only_canonical_spellings_count(text: str) -> None:
    """An odd spelling is refused even when the address it stands for is public."""
    assert forbidden(text) != ""


@given(st.ip_addresses(v=4).filter(lambda a: forbidden(str(a))))
@parser_property
@pytest.mark.parser
def test_no_wrapping_makes_an_address_better(inner: ipaddress.IPv4Address) -> None:
    """A forbidden IPv4 address stays forbidden in every IPv6 form that can carry it."""
    n, inverted = int(inner), int(inner) ^ 0xFFFFFFFF
    forms = [
        (0x64FF9B << 96) | n,
        (0x64FF9B0001 << 80) | n,
        (0x64FF9B0001 << 80) | (n >> 16 << 64) | ((n & 0xFFFF) << 40),
        (0xFFFF << 32) | n,
        (0xFFFF << 48) | n,
        n,
        (0x2002 << 112) | (n << 80) | 1,
        (0x20010000 << 96) | (n << 64) | 0xF7F7F7F7,
        (0x20010000 << 96) | (0x08080808 << 64) | inverted,
        (0x2A001450 << 96) | (0x5EFE << 32) | n,
    ]
    for form in forms:
        assert forbidden(str(ipaddress.IPv6Address(form))) != "", hex(form)


@given(st.ip_addresses())
@example(ipaddress.ip_address("64:ff9b::7f00:1"))
@parser_property
@pytest.mark.parser
def test_what_is_allowed_is_public_by_the_library_too(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> None:
    """We are never laxer than ``ipaddress``; and nothing allowed carries a forbidden IPv4 address."""
    if forbidden(str(address)):
        return
    assert not (address.is_multicast or address.is_private or address.is_loopback or address.is_reserved) or str(
        address
    ).startswith("64:ff9b::")
    if isinstance(address, ipaddress.IPv6Address):
        assert all(forbidden(str(inner)) == "" for _, inner in embedded(address))


@given(st.text(max_size=60) | st.from_regex(r"[0-9a-fx.:%\[\]]{1,40}", fullmatch=True))
@parser_property
@pytest.mark.parser
def test_any_text_gets_an_answer(text: str) -> None:
    """No text raises; what is allowed is an address that the library writes the same way."""
    if forbidden(text) == "":
        assert str(ipaddress.ip_address(text)) == text.lower()


def test_every_numeric_line_of_the_data_file_is_forbidden() -> None:
    """The list that the connection tests use, against the rule alone."""
    lines = (Path(__file__).parent / "forbidden_targets.txt").read_text("utf-8").splitlines()
    assert all(forbidden(line) for line in lines)
