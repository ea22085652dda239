"""Which texts may be asked for in the DNS."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from soluciones.answer.net.names import query_name
from tests.parser_property import parser_property

GOOD = {
    "ejemplo.com": "ejemplo.com",
    "Ejemplo.COM.": "ejemplo.com",
    " ejemplo.com ": "ejemplo.com",
    "ñandú.es": "xn--and-6ma2c.es",
    "müller.ch": "xn--mller-kva.ch",
    "xn--mller-kva.ch": "xn--mller-kva.ch",
    "faß.de": "xn--fa-hia.de",
    "müller。ch": "xn--mller-kva.ch",
    "_dmarc.ejemplo.com": "_dmarc.ejemplo.com",
    "s1._domainkey.ejemplo.com": "s1._domainkey.ejemplo.com",
    "1.2.3.com": "1.2.3.com",
    "mail.ejemplo.com": "mail.ejemplo.com",
}
BAD = {
    "": "empty", "  ": "empty", ".": "not_a_name", "..": "not_a_name", "a..com": "not_a_name", ".com": "not_a_name",
    "-a.com": "not_a_name", "a-.com": "not_a_name", "a b.com": "not_a_name", "a\x00.com": "not_a_name",
    "a/b.com": "not_a_name", "a@b.com": "not_a_name", "*.com": "not_a_name", "a\\.com": "not_a_name",
    "ejemplo": "single_label", "127.0.0.1": "is_address", "::1": "is_address", "[::1]": "is_address",
    "127.1": "is_address", "0x7f.1": "is_address", "2130706433": "is_address", "①②⑦.⓪.⓪.①": "is_address",
    "fe80::1%eth0": "is_address", "a.1": "is_address", "localhost": "special_use", "a.localhost": "special_use",
    "ⓛocalhost": "special_use", "x.local": "special_use", "x.test": "special_use", "x.example": "special_use",
    "x.invalid": "special_use", "x.onion": "special_use", "x.internal": "special_use", "x.arpa": "special_use",
    "x.home.arpa": "special_use", "x.lan": "special_use", "a" * 64 + ".com": "too_long", "a." * 130 + "com": "too_long",
    "a" * 2000: "too_long",
}  # fmt: skip


@pytest.mark.parametrize(("text", "name"), GOOD.items())
def test_names_are_spelt_as_the_dns_wants_them(text: str, name: str) -> None:
    """Lower case, A-labels, no last dot; underscores stay."""
    assert query_name(text).name == name


@pytest.mark.parametrize(("text", "problem"), BAD.items())
def test_what_is_no_name_is_not_asked(text: str, problem: str) -> None:
    """Each with its reason."""
    found = query_name(text)
    assert (found.name, found.problem) == ("", problem)


def test_a_special_ending_can_be_let_through() -> None:
    """For zones in tests; only that ending."""
    assert query_name("x.test", allow_special=frozenset({"test"})).name == "x.test"
    assert query_name("x.local", allow_special=frozenset({"test"})).problem == "special_use"


@given(st.text(max_size=300) | st.from_regex(r"[\w.\-@:%\[\]]{1,80}", fullmatch=True))
@parser_property
@pytest.mark.parser
def test_any_text_is_judged(text: str) -> None:
    """Never raises; what passes has only letters, digits, hyphens and underscores, and passes again unchanged."""
    found = query_name(text)
    assert bool(found.name) != bool(found.problem)
    if found.name:
        assert re.fullmatch(r"[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})+", found.name)
        assert len(found.name) <= 253
        assert query_name(found.name) == found


@pytest.mark.parametrize("piece", ["a", "a.", "ä", "ä.", "。", "-", "_.", "1.", "٣", "\u0301", "xn--"])
def test_long_texts_are_judged_at_once(piece: str) -> None:
    """50 KB of anything: far below a second."""
    start = time.monotonic()
    query_name(piece * (50_000 // len(piece)))
    query_name((piece * 1000)[:1000])
    assert time.monotonic() - start < 1
