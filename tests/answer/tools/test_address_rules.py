"""The local-part rule against an independent reference, and repairs against the rule."""

from __future__ import annotations

import random
import re
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from soluciones.answer.tools.address_clean import clean_address
from soluciones.answer.tools.address_domain import check_domain
from soluciones.answer.tools.address_repair import MAX_SUGGESTIONS, suggestions
from soluciones.answer.tools.address_rules import check_local
from soluciones.kb.facts import Facts
from soluciones.kb.types import LANGUAGES

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


@settings(max_examples=500, deadline=None)
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


@settings(max_examples=500, deadline=None)
@given(st.text(alphabet=ALPHABET + "<>«»\"'mailto:.\u00a0", max_size=80))
def test_cleaning_settles_and_only_cuts(text: str) -> None:
    """Cleaning never adds a character (percent escapes aside) and never grows the text."""
    cleaned = clean_address(text)
    assert len(cleaned) <= len(text)


@settings(max_examples=500, deadline=None)
@given(st.text(max_size=300) | st.from_regex(r"[a-zñ-]{1,10}(\.[a-zñ-]{1,10}){0,3}", fullmatch=True))
def test_any_domain_has_a_verdict(text: str) -> None:
    """Any text after the @ is judged; a valid one has an A-label of ASCII labels within DNS limits."""
    report = check_domain(text)
    if report.valid:
        assert report.ascii.isascii()
        assert all(0 < len(label) <= 63 for label in report.ascii.split("."))


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
