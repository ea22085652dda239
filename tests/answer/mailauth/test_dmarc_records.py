"""DMARC records: read as receivers read them, written without what the standard took out, found in the tree."""

from __future__ import annotations

import time
from typing import Any

import checkdmarc.dmarc
import pytest
from hypothesis import given
from hypothesis import strategies as st

from soluciones.answer.mailauth.dmarc_build import (
    STAGES,
    Choices,
    at_stage,
    build,
    difference,
    mailto,
    next_stage,
    stage_of,
)
from soluciones.answer.mailauth.dmarc_check import check_dmarc, parent_domains
from soluciones.answer.mailauth.dmarc_judge import judge
from soluciones.answer.mailauth.dmarc_parse import clean, is_dmarc, looks_like_dmarc, parse_dmarc, parse_uris
from soluciones.answer.mailauth.dmarc_proposal import propose
from soluciones.answer.mailauth.pasted_text import find_dmarc
from tests.answer.mailauth.spf_oracles import forget, resolver_for
from tests.dns_server import DnsServer, dns_for
from tests.parser_property import parser_property


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("v=DMARC1; p=none", True), ("v=DMARC1", True), ("V = DMARC1 ;p=none", True), ("v=DMARC1;", True),
        ("v=dmarc1; p=none", False), ("v=DMARC1 p=none", False), ("v=DMARC10; p=none", False),
        ("p=none; v=DMARC1", False), (" v=DMARC1; p=none", False), ("v=spf1 -all", False), ("", False),
    ],
)  # fmt: skip
def test_the_version_is_told_exactly(text: str, expected: bool) -> None:
    """``v=DMARC1`` first, in these capitals, then a semicolon or the end (RFC 9989 §4.8)."""
    assert is_dmarc(text) is expected


@pytest.mark.parametrize(
    ("text", "policy"),
    [
        ("v=DMARC1; p=reject", "reject"),
        ("v=DMARC1; P=Reject", "reject"),
        ("v=DMARC1; rua=mailto:a@b.com", "none"),
        ("v=DMARC1; p=nonsense; rua=mailto:a@b.com", "none"),
        ("v=DMARC1; p=reject; sp=nonsense; rua=mailto:a@b.com", "none"),
        ("v=DMARC1; p=reject; sp=nonsense", ""),
        ("v=DMARC1", ""),
        ("v=DMARC1; p=reject; p=none", "reject"),
    ],
)
def test_the_policy_is_the_one_receivers_apply(text: str, policy: str) -> None:
    """A wrong or missing ``p`` counts as none when reports are asked for, else as no record (RFC 9989 §4.7)."""
    assert parse_dmarc(text).policy == policy


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("mailto:a@b.com", ""), ("mailto:a%21b%2Cc@b.com", ""), ("MAILTO:a@b.com", ""), ("a@b.com", "scheme_missing"),
        ("https://b.com", "scheme_other"), ("mailto:a", "address_invalid"), ("mailto:@b.com", "address_invalid"),
        ("mailto:a@b", "address_invalid"), ("mailto:a!b@b.com", "not_encoded"), ("mailto:a@b.com!10m", "size_suffix"),
        ("mailto:a@b.com!10x", "address_invalid"), ("nada", "address_invalid"),
    ],
)  # fmt: skip
def test_report_addresses_are_judged(text: str, problem: str) -> None:
    """Each way of writing an address wrong has its own name."""
    (tag,) = parse_dmarc(f"v=DMARC1; p=none; rua={text}").tags[-1:]
    assert parse_uris(tag.value)[0].problem == problem


def test_special_characters_in_an_address_are_encoded() -> None:
    """``!``, ``,`` and ``;`` are percent-encoded and read back the same."""
    assert mailto("a!b,c;d+e@x.com") == "mailto:a%21b%2Cc%3Bd+e@x.com"
    record = build(Choices(rua=("a!b,c;d@x.com", "z@y.org")))
    assert [uri.address for uri in parse_dmarc(record).uris("rua")] == ["a!b,c;d@x.com", "z@y.org"]


@pytest.mark.parametrize(
    ("text", "now", "then"),
    [
        ("v=DMARC1; p=none; rua=mailto:a@b.com", "none", "quarantine_test"),
        ("v=DMARC1; p=none; t=y; rua=mailto:a@b.com", "none", "quarantine_test"),
        ("v=DMARC1; p=quarantine; t=y", "quarantine_test", "quarantine"),
        ("v=DMARC1; p=quarantine; pct=5", "quarantine_test", "quarantine"),
        ("v=DMARC1; p=quarantine; pct=100", "quarantine", "reject_test"),
        ("v=DMARC1; p=reject; t=y", "reject_test", "reject"),
        ("v=DMARC1; p=reject", "reject", "reject"),
    ],
)
def test_stages_follow_one_another(text: str, now: str, then: str) -> None:
    """Each record is in a stage and has a next one; a share in ``pct`` counts as testing."""
    stage = stage_of(parse_dmarc(text))
    assert stage is not None and stage.id == now
    assert next_stage(stage).id == then


def test_the_plan_keeps_everything_else() -> None:
    """A stage changes policy and test mode only; ``pct`` goes."""
    base = parse_dmarc("v=DMARC1; p=none; pct=50; sp=reject; adkim=s; rua=mailto:a@b.com; fo=1; ruf=mailto:c@b.com")
    texts = [at_stage(stage, base, Choices()) for stage in STAGES]
    assert texts[1] == ("v=DMARC1; p=quarantine; t=y; sp=reject; adkim=s; rua=mailto:a@b.com; ruf=mailto:c@b.com; fo=1")
    assert all("pct" not in text for text in texts)
    assert texts[4].startswith("v=DMARC1; p=reject; adkim=s;")


def test_the_difference_is_by_tag() -> None:
    """Order does not count; what is gone comes last; the version is compared letter by letter."""
    rows = [
        (c.op, c.text) for c in difference("v=dmarc1; rua=mailto:a@b.com; pct=5; p=none", "v=DMARC1; p=none; sp=none")
    ]
    assert rows == [
        ("change", "v=DMARC1"), ("same", "p=none"), ("add", "sp=none"), ("remove", "rua=mailto:a@b.com"),
        ("remove", "pct=5"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("domain", "parents"),
    [
        ("a.b.com", ("b.com", "com")),
        ("b.com", ("com",)),
        (
            "a.b.c.d.e.f.g.h.com",
            ("c.d.e.f.g.h.com", "d.e.f.g.h.com", "e.f.g.h.com", "f.g.h.com", "g.h.com", "h.com", "com"),
        ),
    ],
)  # fmt: skip
def test_the_tree_is_walked_as_the_standard_says(domain: str, parents: tuple[str, ...]) -> None:
    """At most eight names are asked: the domain and its parents from seven labels down (RFC 9989 §4.10)."""
    assert parent_domains(domain) == parents


def test_a_parents_record_serves_its_subdomains() -> None:
    """``sp`` is what applies below; a failing question anywhere on the way leaves it unknown, not absent."""
    with DnsServer(
        '_dmarc.b.com. TXT "v=DMARC1; p=reject; sp=quarantine; rua=mailto:a@b.com"\nx.y.b.com. A 1.1.1.1'
    ) as server:
        check = check_dmarc("x.y.b.com", dns_for(server))
        assert (check.found_at, check.inherited, check.policy) == ("_dmarc.b.com", True, "quarantine")
        server.fail("_dmarc.y.b.com", "servfail")
        unknown = check_dmarc("x.y.b.com", dns_for(server))
    assert unknown.status == "unknown" and [p.code for p in unknown.problems] == ["lookup_failed"]


@pytest.mark.parametrize(
    ("zone", "found_at"),
    [
        ('_dmarc.y.b.com. TXT "v=DMARC1; p=none"\n_dmarc.b.com. TXT "v=DMARC1; p=reject"', "_dmarc.b.com"),
        ('_dmarc.y.b.com. TXT "v=DMARC1; p=none; psd=n"\n_dmarc.b.com. TXT "v=DMARC1; p=reject"', "_dmarc.y.b.com"),
        ('_dmarc.b.com. TXT "v=DMARC1; p=none"\n_dmarc.com. TXT "v=DMARC1; p=reject; psd=y"', "_dmarc.b.com"),
        ('_dmarc.com. TXT "v=DMARC1; p=reject; psd=y"', "_dmarc.com"),
        ('_dmarc.b.com. TXT "v=DMARC1; p=none"\n_dmarc.b.com. TXT "v=DMARC1; p=reject"', ""),
    ],
)
def test_the_organisations_record_is_the_one_that_counts(zone: str, found_at: str) -> None:
    """The topmost record counts, but ``psd=n`` ends the walk and ``psd=y`` points one label down; doubles count not."""
    with DnsServer(f"{zone}\nx.y.b.com. A 1.1.1.1") as server:
        assert check_dmarc("x.y.b.com", dns_for(server)).found_at == found_at


@pytest.mark.parametrize("fault", ["servfail", "refused", "silence", "garbage"])
def test_a_failing_dns_is_never_no_record(fault: Any) -> None:
    """Nothing is said about the record when the DNS does not answer."""
    with DnsServer("a.com. A 1.1.1.1") as server:
        server.fail("_dmarc.a.com", fault)
        check = check_dmarc("a.com", dns_for(server, lookup_seconds=0.4))
    assert check.status == "unknown" and check.record == "" and check.policy == ""


def test_permissions_inside_the_organisation_are_not_asked_for() -> None:
    """A report address below the same registered domain needs no permission (RFC 9990 §4)."""
    with DnsServer('_dmarc.b.com. TXT "v=DMARC1; p=reject; rua=mailto:a@informes.b.com"') as server:
        check = check_dmarc("b.com", dns_for(server))
        assert check.external == () and check.status == "ok"
        assert server.count("b.com._report._dmarc.informes.b.com") == 0


def test_test_mode_of_reject_is_told_apart() -> None:
    """``p=reject; t=y`` rejects nothing: a warning of its own, and no word of ``policy_reject``."""
    codes = {p.code for p in judge("v=DMARC1; p=reject; t=y; rua=mailto:a@b.com")}
    assert "reject_testing" in codes and "policy_reject" not in codes


POLICY = st.sampled_from(["", "none", "quarantine", "reject"])
LOCAL = st.text(
    st.characters(codec="ascii", exclude_categories=["C", "Z"], exclude_characters='@<>"()'), min_size=1, max_size=20
)
CHOICES = st.builds(
    Choices,
    policy=POLICY,
    testing=st.none() | st.booleans(),
    subdomain_policy=POLICY,
    alignment=st.sampled_from(["", "strict", "relaxed"]),
    rua=st.lists(LOCAL.map(lambda local: f"{local}@informes.com"), max_size=3, unique=True).map(tuple),
)
TAGS = st.sampled_from(
    ["p=none", "p=reject", "p=quarentine", "pct=20", "rf=afrf", "t=y", "sp=none", "rua=mailto:a@b.com", "rau=x",
     "fo=1:d", "adkim=s", "", "p", "=", "v=DMARC1", "psd=u", "np=reject", "ruf=mailto:c@d.com!5m", "rua=a@b.com,,"]
)  # fmt: skip
RECORDS = st.builds(
    lambda head, tags, sep: head + sep + sep.join(tags),
    st.sampled_from(["v=DMARC1", "v=dmarc1", "“v=DMARC1", "DMARC v=DMARC1", "p=none; v=DMARC1"]),
    st.lists(TAGS, max_size=8),
    st.sampled_from([";", "; ", " ;\t", ", "]),
)


@pytest.mark.parser
@parser_property
@given(RECORDS | st.text(max_size=200))
def test_any_text_can_be_read(text: str) -> None:
    """Parsing, judging and repairing end for any text; a proposed record is right and in some stage."""
    parse_dmarc(text)
    assert clean(clean(text)) == clean(text)
    assert all(problem.status in ("ok", "warn", "bad") for problem in judge(text))
    assert all(looks_like_dmarc(found) for found in find_dmarc(text))
    proposal = propose(text, Choices())
    assert is_dmarc(proposal.record)
    assert not {p.code for p in judge(proposal.record)} & {
        "syntax", "pct", "removed_tag", "unknown_tag", "version_invalid", "policy_missing", "policy_invalid",
        "value_invalid", "tag_twice", "typo_characters",
    }  # fmt: skip
    assert proposal.stage is None or proposal.stage in STAGES


@pytest.mark.parser
@parser_property
@given(CHOICES, st.none() | RECORDS.map(parse_dmarc))
def test_what_is_written_is_read_back(choices: Choices, base: Any) -> None:
    """The record says what was chosen, has no removed tag, and writing it again changes nothing."""
    text = build(choices, base)
    record = parse_dmarc(text)
    assert is_dmarc(text) and not any(tag.problem for tag in record.tags)
    assert not choices.policy or record.get("p") == choices.policy
    assert not choices.rua or [uri.address for uri in record.uris("rua")] == list(choices.rua)
    assert not any(tag.name in ("pct", "rf", "ri") for tag in record.tags)
    assert build(Choices(), record) == text


@pytest.fixture(scope="module")
def quiet() -> Any:
    """A DNS in which nothing but one mail domain exists, for the oracle."""
    with DnsServer("informes.com. MX 10 m.informes.com.\nm.informes.com. A 1.1.1.1") as server:
        forget()
        yield resolver_for(server.port)
    forget()


@pytest.mark.parser
@parser_property
@given(CHOICES)
def test_checkdmarc_reads_what_is_written(quiet: Any, choices: Choices) -> None:
    """Another program parses every record that is built, with the same policy, and finds no syntax to complain of."""
    text = build(choices)
    read = checkdmarc.dmarc.parse_dmarc_record(text, "informes.com", resolver=quiet, timeout=1.0, retries=0)
    tags = read["tags"]
    assert tags["p"]["value"] == parse_dmarc(text).get("p")
    if choices.rua:
        assert len(tags["rua"]["value"]) == len(choices.rua)
    assert not any("removed in RFC 9989" in str(warning) for warning in read["warnings"])


ATTACKS = [
    "v=DMARC1;" + "p=none;" * 8_000,
    "v=DMARC1; rua=" + "mailto:a@b.com," * 3_500,
    "v=DMARC1; rua=mailto:" + "a." * 25_000 + "@b.com",
    "v=DMARC1; rua=mailto:a@" + "a." * 25_000,
    "v=DMARC1; rua=mailto:a@b.com!" + "1" * 50_000,
    "v=DMARC1; rua=mailto:" + "%25" * 16_000,
    "v" + " " * 50_000 + "=DMARC1",
    "dmarc " * 8_000,
    ";" * 50_000,
    "=" * 50_000,
    '" "' * 16_000,
    "v=DMARC1; p=" + "n" * 50_000,
    "v=DMARC1; " + "q" * 50_000 + "=x",
]


@pytest.mark.parametrize("text", ATTACKS, ids=lambda text: ascii(text[:24]))
def test_hostile_text_takes_no_longer_than_its_length(text: str) -> None:
    """50 KB of the worst text is read, judged, searched and repaired in well under a second."""
    start = time.process_time()
    judge(text)
    find_dmarc(text)
    propose(text, Choices())
    assert time.process_time() - start < 1.0
