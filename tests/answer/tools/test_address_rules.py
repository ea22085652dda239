"""The local-part rule against an independent reference, and repairs against the rule."""

from __future__ import annotations

import random
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from soluciones.answer.tools.address_clean import clean_address
from soluciones.answer.tools.address_domain import check_domain
from soluciones.answer.tools.address_repair import MAX_SUGGESTIONS, suggestions
from soluciones.answer.tools.address_rules import check_local
from soluciones.kb.facts import Facts
from soluciones.kb.types import LANGUAGES
from tests.parser_property import parser_property

# Written from the guide's sentences, not from the code: runs of allowed characters parted by single dots, 1 to 64.
REFERENCE = re.compile(r"(?=.{1,64}\Z)[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*\Z", re.DOTALL)
RESERVED = {"no-reply", "postmaster"}
ALPHABET = "abzAZ059" * 6 + "._-" * 6 + "@ !#$%^&*()=[]<>,\"/;?+':\\{|}~`ñÁü\u0430\u200b\x00\x1f\x7f\n"
STRINGS = 200_000


def test_rule_agrees_with_an_independent_reference(facts: Facts) -> None:
    """On 200,000 random strings the rule and a regular expression written from the guide give the same verdict."""
    source = random.Random(20261123)
    lengths = (0, 1, 2, 3, 5, 8, 12, 12, 20, 64, 65)
    accepted = 0
    for number in range(STRINGS):
        # Half of the strings are drawn from allowed characters only: else hardly any would be valid.
        letters = ALPHABET if number % 2 else ALPHABET[:66]
        text = "".join(source.choices(letters, k=lengths[number % len(lengths)]))
        expected = bool(REFERENCE.match(text)) and text.casefold() not in RESERVED
        assert check_local(text, facts.addresses).valid == expected, ascii(text)
        accepted += expected
    assert STRINGS // 20 < accepted < STRINGS * 19 // 20


@pytest.mark.parser
@parser_property
@given(st.text(alphabet=ALPHABET, max_size=80) | st.text(max_size=80), st.sampled_from(LANGUAGES))
def test_every_suggestion_is_valid(text: str, lang: str) -> None:
    """A repair yields at most three different local parts, each allowed by the rule and other than the original."""
    rules = _facts().addresses
    found = suggestions(text, lang, rules)
    assert len(found) <= MAX_SUGGESTIONS
    assert len({item.casefold() for item in found}) == len(found)
    for item in found:
        assert REFERENCE.match(item)
        assert item.casefold() not in RESERVED
        assert item != text


@pytest.mark.parser
@parser_property
@given(st.text(alphabet=ALPHABET + "<>«»\"'mailto:.\u00a0", max_size=80))
def test_cleaning_settles_and_only_cuts(text: str) -> None:
    """Cleaning never adds a character (percent escapes aside) and never grows the text."""
    cleaned = clean_address(text)
    assert len(cleaned) <= len(text)


@pytest.mark.parser
@parser_property
@given(st.text(max_size=300) | st.from_regex(r"[a-zñ-]{1,10}(\.[a-zñ-]{1,10}){0,3}", fullmatch=True))
def test_any_domain_has_a_verdict(text: str) -> None:
    """Any text after the @ is judged; a valid one has an A-label of ASCII labels within DNS limits."""
    report = check_domain(text)
    if report.valid:
        assert report.ascii.isascii()
        assert all(0 < len(label) <= 63 for label in report.ascii.split("."))


WRAPS = ("{}", " {}\u200b", "<{}>", "«{}»", "“{}”", '"{}"', "'{}'", "`{}`", "({})", "mailto:{}", "MAILTO:{}?subject=x",
         "Ana Núñez <{}>", "<mailto:{}>", "{}.", "\u00a0{}?!", "[{}]")  # fmt: skip
PLAIN = st.from_regex(r"[a-zñ][a-z0-9_-]{0,20}@[a-z]{1,10}\.(?:es|com|co\.uk)", fullmatch=True)


@pytest.mark.parser
@parser_property
@given(PLAIN, st.sampled_from(WRAPS), st.sampled_from(WRAPS))
def test_wrapping_is_taken_off(address: str, inner: str, outer: str) -> None:
    """Up to two layers of brackets, quotes, ``mailto:`` or a sentence's end leave the address as it was."""
    if inner.startswith("Ana") or inner.endswith(("?subject=x", ".", "!")):
        outer = "{}"  # nobody writes a name, a query or a full stop inside the brackets of another
    assert clean_address(outer.format(inner.format(address))) == address


@pytest.mark.parser
@parser_property
@given(st.text(alphabet=ALPHABET, max_size=70) | PLAIN | st.text(max_size=70), st.sampled_from(["email", "local_part"]))
def test_the_tool_says_what_its_rules_say(run: Any, text: str, slot: str) -> None:
    """A verdict is valid exactly when the part before the @ passes the rule and the domain its own; none is guessed."""
    result = run("mail-address", {slot: text})
    if "valid" not in result.data:
        assert result.status in ("need_input", "refused"), ascii(text)
        return
    data = result.data
    local_ok = check_local(data["local_part"], _facts().addresses).valid
    domain_ok = data["domain"] is None or check_domain(data["input"].rpartition("@")[2]).valid
    assert data["valid"] == (local_ok and domain_ok), ascii(text)
    assert (result.status == "bad") == (not data["valid"])


def test_strip_marks_the_offending_places(run: Any) -> None:
    """The strip gives one cell a character, in order, with the code at the place where it stands."""
    cells = run("mail-address", {"email": ".a..ñ+.@ejemplo.com"}).data["characters"]
    expected = ["dot_first", "allowed", "allowed", "dot_consecutive", "non_ascii", "not_in_allowed_list", "dot_last"]
    assert [cell["code"] for cell in cells] == expected
    assert [cell["index"] for cell in cells] == list(range(7))
    assert cells[4]["name"] == "LATIN SMALL LETTER N WITH TILDE"


def test_the_reading_of_64_is_said(run: Any) -> None:
    """A result says that the limit of 64 is applied to the part before the @, also when the whole is longer."""
    data = run("mail-address", {"email": "a" * 64 + "@ejemplo.com"}).data
    assert (data["valid"], data["length"], data["max_length"]) == (True, 64, 64)
    assert data["max_length_applies_to"] == "local_part"


def test_domain_half_has_both_spellings(run: Any) -> None:
    """The domain is given as U-label and A-label with its public suffix, flagged as not from the guide."""
    domain = run("mail-address", {"email": "ana@MÜLLER.co.uk"}).data["domain"]
    assert (domain["unicode"], domain["ascii"]) == ("müller.co.uk", "xn--mller-kva.co.uk")
    assert (domain["public_suffix"], domain["from_guide"]) == ("co.uk", False)


def _facts() -> Facts:
    from pathlib import Path

    import yaml

    if not hasattr(_facts, "loaded"):
        path = Path(__file__).parents[3] / "content" / "facts.yml"
        _facts.loaded = Facts.model_validate(yaml.safe_load(path.read_text("utf-8")))  # type: ignore[attr-defined]
    return _facts.loaded  # type: ignore[attr-defined, no-any-return]
