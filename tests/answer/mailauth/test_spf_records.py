"""SPF records as text: read to the letter, repaired as they were meant, found in what people paste, merged into one."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from soluciones.answer.mailauth.pasted_text import find_dmarc, find_records
from soluciones.answer.mailauth.senders import find_sender
from soluciones.answer.mailauth.spf_check import check_spf, pasted
from soluciones.answer.mailauth.spf_merge import difference, merge
from soluciones.answer.mailauth.spf_parse import MECHANISMS, is_spf, parse_spf, parse_term, same_key
from soluciones.answer.mailauth.spf_strings import split_strings
from soluciones.answer.mailauth.spf_typos import looks_like_spf, repair
from soluciones.kb.facts import Facts
from tests.parser_property import parser_property

HERE = Path(__file__).parent / "cases"
INCLUDE = "spf.infomaniak.ch"


def _cases(name: str) -> list[dict[str, Any]]:
    return list(yaml.safe_load((HERE / f"{name}.yml").read_text("utf-8")))


def _fixed(text: str, facts: Facts) -> str:
    return repair(text, facts.spf, frozenset({facts.mail.incoming})).text


VALUES = st.sampled_from(
    ["ejemplo.com", "_spf.x.org", "192.0.2.1", "192.0.2.0/24", "2001:db8::/32", "%{ir}.x.org", "spf.infomaniak.ch",
     "a..b", "spf.infomaniak.com", "x", "", "ñ.es", "1.2.3.999", "b.org/24//64"]
)  # fmt: skip
TERMS = st.builds(
    lambda sign, name, mark, value: f"{sign}{name}{mark}{value}",
    st.sampled_from(["", "+", "-", "~", "?", "--", "–"]),
    st.sampled_from([*MECHANISMS, "redirect", "exp", "inlcude", "foo", "ALL", "Include"]),
    st.sampled_from(["", ":", "=", ": ", " :"]),
    VALUES,
)
RECORDS = st.builds(
    lambda head, terms, end: " ".join([head, *terms, end]),
    st.sampled_from(["v=spf1", "V=SPF1", "spf1", "“v=spf1", "SPF v=spf1", "v=spf1,"]),
    st.lists(TERMS, max_size=8),
    st.sampled_from(["-all", "~all", "?all", "+all", "all", "", "- all", "–all”"]),
)
ANY_TEXT = RECORDS | st.text(max_size=200) | st.text(alphabet='v=spf1 :+-~?/.%{}aiml4"“”–\n,;', max_size=120)


@pytest.mark.parametrize("case", _cases("spf_terms"), ids=lambda case: ascii(case["term"]))
def test_a_term_is_read_to_the_letter(case: dict[str, Any]) -> None:
    """Each term's problem is the one of RFC 7208 §12, and its name and value are found."""
    term = parse_term(case["term"])
    assert term.problem == case["problem"]
    assert term.name == case.get("name", term.name)
    assert term.value == case.get("value", term.value)


def test_an_unknown_modifier_is_no_mechanism() -> None:
    """``include=x`` and ``all=x`` are modifiers that nobody knows: they cost nothing and end nothing."""
    record = parse_spf("v=spf1 include=a.com all=x mx -all")
    assert [term.costly for term in record.terms] == [False, False, True, False]
    assert record.all is not None and record.all.index == 3


@pytest.mark.parametrize(
    ("text", "expected"),
    [("v=spf1", True), ("V=Spf1 mx", True), ("v=spf10 mx", False), ("v=spf1; mx", False), (" v=spf1", False)],
)
def test_the_version_is_told_exactly(text: str, expected: bool) -> None:
    """Only ``v=spf1`` followed by a space or the end is SPF."""
    assert is_spf(text) is expected


def test_a_redirect_counts_only_without_all() -> None:
    """``redirect=`` beside ``all`` is not read, wherever it stands; terms behind ``all`` are not either."""
    record = parse_spf("v=spf1 redirect=a.com -all mx exp=b.com")
    assert [record.is_read(term) for term in record.terms] == [False, True, False, True]
    assert parse_spf("v=spf1 redirect=a.com mx").redirect is not None


def test_a_modifier_may_stand_once() -> None:
    """A second ``redirect=`` or ``exp=`` is an error; an unknown modifier may be repeated."""
    problems = [term.problem for term in parse_spf("v=spf1 exp=a.com exp=b.com x=1 x=2 -all").terms]
    assert problems == ["", "modifier_twice", "", "", ""]


@pytest.mark.parametrize("case", _cases("spf_typos"), ids=lambda case: ascii(case["text"])[:60])
def test_a_mistyped_record_is_repaired(case: dict[str, Any], facts: Facts) -> None:
    """Each known mistake is named once and put right; what could mean two things stays."""
    repaired = repair(case["text"], facts.spf, frozenset({facts.mail.incoming, facts.mail.outgoing}))
    assert repaired.text == case["now"]
    assert [typo.code for typo in repaired.typos] == case["codes"]


PASTED = [
    ('ejemplo.com. 3600 IN TXT "v=spf1 include:a.com " "include:b.com -all" ; nota',
     ["v=spf1 include:a.com include:b.com -all"]),
    ("v=spf1 mx -all\nv=spf1 a ~all", ["v=spf1 mx -all", "v=spf1 a ~all"]),
    ("v=spf1 include:a.com\r\n include:b.com ~all\r\nGracias", ["v=spf1 include:a.com  include:b.com ~all"]),
    ("tengo v=spf1 mx -all y v=spf1 include:x.com ~all, ¿qué hago?", ["v=spf1 mx -all", "v=spf1 include:x.com ~all"]),
    ("SPF v=spf1 mx -all", ["SPF v=spf1 mx -all"]),
    ("TXT: v=spf1 mx ~all", ["v=spf1 mx ~all"]),
    ("“v=spf1 mx –all”", ["“v=spf1 mx –all”"]),
    ("spf1 include:a.com -all", ["spf1 include:a.com -all"]),
    ("include:spf.infomaniak.ch -all", ["include:spf.infomaniak.ch -all"]),
    ("v=spf1 mx -all include:x.com", ["v=spf1 mx -all include:x.com"]),
    ("v=spf1 mx -all\nv=spf1 mx -all", ["v=spf1 mx -all"]),
    ("hola, ¿qué tal?", []),
    ("", []),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), PASTED, ids=lambda v: ascii(v)[:50])
def test_records_are_found_in_pasted_text(text: str, expected: list[str]) -> None:
    """Zone files, several records, line breaks and talk around: only the records come out, mistakes and all."""
    assert list(find_records(text).records) == expected


def test_a_record_of_type_spf_is_noticed() -> None:
    """A zone-file line of type SPF (99) is told apart from TXT."""
    assert find_records('ejemplo.com. IN SPF "v=spf1 -all"').type99
    assert not find_records('ejemplo.com. IN TXT "v=spf1 -all"').type99


@pytest.mark.parametrize("case", _cases("spf_merge"), ids=lambda case: str(case["records"])[:60])
def test_records_are_merged_by_the_rule(case: dict[str, Any]) -> None:
    """Order, qualifiers, one include in front, one ``all``, the laxest; redirects become includes."""
    merged = merge(case["records"], INCLUDE, case.get("senders", ()))
    assert merged.record == case["merged"]
    assert merged.all_note == case["note"]
    assert list(merged.converted) == case.get("converted", [])
    assert list(merged.dropped) == case.get("dropped", [])


def test_the_difference_names_what_changes() -> None:
    """Words are same, added, removed or changed; another ``all`` is one change."""
    rows = [(c.op, c.text, c.was) for c in difference("v=spf1 mx ptr +all", "v=spf1 include:a.com mx ~all")]
    assert rows == [
        ("same", "v=spf1", ""), ("add", "include:a.com", ""), ("same", "mx", ""), ("remove", "ptr", ""),
        ("change", "~all", "+all"),
    ]  # fmt: skip


def test_long_records_are_split_behind_a_space() -> None:
    """Strings of at most 255 octets, joined again they are the record; no word is cut while a space is near."""
    text = "v=spf1 " + " ".join(f"ip4:192.0.2.{i}" for i in range(60)) + " -all"
    parts = split_strings(text)
    assert "".join(parts) == text
    assert all(len(part.encode()) <= 255 for part in parts)
    assert all(part.endswith(" ") for part in parts[:-1])
    assert split_strings("v=spf1 -all") == ("v=spf1 -all",)


@pytest.mark.parametrize(
    ("word", "host"),
    [("Mailchimp", "servers.mcsv.net"), (" google ", "_spf.google.com"), ("include:spf.mio.com", "spf.mio.com"),
     ("x.com.", "x.com"), ("loquesea", ""), ("a b.com", ""), ("%{d}.com", ""), ("", "")],
)  # fmt: skip
def test_services_are_known_by_name_or_host(word: str, host: str) -> None:
    """A known name gives its host, a host itself; anything else gives none."""
    assert find_sender(word).host == host


@pytest.mark.parser
@parser_property
@given(ANY_TEXT)
def test_any_text_can_be_parsed(text: str) -> None:
    """Whatever the text, parsing ends, and the terms are its words in order."""
    record = parse_spf(text)
    assert [term.index for term in record.terms] == list(range(len(record.terms)))
    rest = text[6:] if record.version else text
    assert [term.text for term in record.terms] == [word for word in rest.split(" ") if word]
    assert all(term.problem or term.name for term in record.terms)
    for found in find_records(text).records:
        assert found.strip() == found and found
    assert all(find_dmarc(text))


@pytest.mark.parser
@parser_property
@given(ANY_TEXT)
def test_a_repair_is_right_at_once(facts: Facts, text: str) -> None:
    """Repairing twice changes nothing more, and what is repaired is SPF exactly when the text was meant as SPF."""
    once = repair(text, facts.spf)
    twice = repair(once.text, facts.spf)
    assert twice.text == once.text
    assert is_spf(once.text) == looks_like_spf(text)
    if is_spf(text) and not parse_spf(text).errors and not once.typos:
        assert [t.text for t in parse_spf(once.text).terms] == [t.text for t in parse_spf(text).terms]


@pytest.mark.parser
@parser_property
@given(st.lists(RECORDS, max_size=4), st.lists(st.sampled_from(["a.com", "servers.mcsv.net", INCLUDE]), max_size=3))
def test_the_merged_record_keeps_the_rule(facts: Facts, texts: list[str], senders: list[str]) -> None:
    """Idempotent, one ``all`` at the end, never ``+all``, the include once and in front, order kept, no word twice."""
    sources = [_fixed(text, facts) for text in texts]
    merged = merge(sources, INCLUDE, senders)
    record = parse_spf(merged.record)
    assert record.version and not record.errors
    alls = [term for term in record.terms if term.mechanism == "all"]
    assert len(alls) == 1 and alls[0].qualifier in ("-", "~", "?") and alls[0] is record.terms[-1]
    ours = [t for t in record.terms if t.mechanism == "include" and t.value.lower().rstrip(".") == INCLUDE]
    assert len(ours) == 1 and ours[0].index == 0 and ours[0].qualifier == "+"
    keys = [same_key(term.text) for term in record.terms]
    assert len(keys) == len(set(keys))
    again = merge([merged.record], INCLUDE, senders)
    assert again.record == merged.record and not again.dropped
    for source in sources:
        kept = [same_key(t.text) for t in parse_spf(source).terms if not t.problem and t.mechanism not in ("all", "")]
        kept = [key for key in dict.fromkeys(kept) if not key.endswith(f"include:{INCLUDE}")]
        assert set(kept) <= set(keys)
    single = [same_key(t.text) for t in parse_spf(sources[0]).terms if not t.problem and t.mechanism] if sources else []
    single = [key for key in dict.fromkeys(single) if key in keys[1:] and key not in ("all", "-all", "~all", "?all")]
    assert [key for key in keys if key in single] == single


@pytest.mark.parser
@parser_property
@given(ANY_TEXT)
def test_a_pasted_record_is_always_judged(facts: Facts, text: str) -> None:
    """Any record can be checked without a network; lookups are counted and nothing that needs DNS is called bad."""
    check = check_spf("", pasted([text]), None, facts)
    assert check.status in ("ok", "warn", "bad", "unknown")
    assert (check.lookups is None) == (not check.records)
    assert not {p.code for p in check.problems} & {"include_no_record", "include_loop", "too_many_voids"}


ATTACKS = [
    "v=spf1 " + "a" * 50_000,
    "v=spf1 " + "include:" * 6_000,
    "v=spf1 exists:" + "%{d" * 16_000,
    "v=spf1 exists:%{d" + "1" * 50_000,
    "v=spf1 exists:%{d" + "." * 50_000 + "x",
    "v=spf1 a:" + "a." * 25_000,
    "v=spf1 a:x" + "/1" * 25_000,
    "v=spf1 ip4:" + "1." * 25_000,
    "v=spf1 ip6:" + ":" * 50_000,
    "spf " * 12_500 + "v=spf1",
    "v=spf1" * 8_000,
    "v = " * 12_500,
    '"' * 50_000,
    '" "' * 16_000,
    "v=spf1 " + "- " * 25_000,
    "v=spf1 " + ",;" * 25_000,
    "v=spf1 " + "–" * 50_000,
    " " * 50_000 + "v=spf1",
    "v=spf1 " + "x=" * 25_000,
    "v=spf1 a" + ": " * 20_000,
]


@pytest.mark.parametrize("text", ATTACKS, ids=lambda text: ascii(text[:24]))
def test_hostile_text_takes_no_longer_than_its_length(text: str, facts: Facts) -> None:
    """50 KB of the worst text is read, repaired, searched and judged in well under a second each."""
    start = time.process_time()
    parse_spf(text)
    repair(text, facts.spf)
    find_records(text)
    find_dmarc(text)
    merge([_fixed(text, facts)], INCLUDE)
    assert time.process_time() - start < 1.0
