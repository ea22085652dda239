"""Reading pasted recipients: nothing that stands there is lost, whatever the separators, names and labels."""

from __future__ import annotations

import email.policy
import time
from email.headerregistry import Address, AddressHeader, Group
from typing import Any

import pytest
from email_validator import EmailNotValidError, validate_email
from hypothesis import assume, given
from hypothesis import strategies as st

from soluciones.answer.tools.recipient_copy import as_list, as_text
from soluciones.answer.tools.recipient_parse import MAX_NAME, MAX_RECIPIENTS, Recipient, addresses_in, parse_recipients
from soluciones.answer.tools.recipient_people import is_address, judge
from tests.parser_property import parser_property

Row = tuple[str, str, str]
"""Name, address, box."""

SAMPLES: dict[str, list[Row]] = {
    "ana@x.com, luis@y.com": [("", "ana@x.com", ""), ("", "luis@y.com", "")],
    "ana@x.com;luis@y.com;": [("", "ana@x.com", ""), ("", "luis@y.com", "")],
    "ana@x.com\nluis@y.com\r\neva@z.com": [("", "ana@x.com", ""), ("", "luis@y.com", ""), ("", "eva@z.com", "")],
    "ana@x.com luis@y.com": [("", "ana@x.com", ""), ("", "luis@y.com", "")],
    "Ana López <ana@x.com>": [("Ana López", "ana@x.com", "")],
    '"López, Ana" <ana@x.com>, luis@y.com': [("López, Ana", "ana@x.com", ""), ("", "luis@y.com", "")],
    # Outlook: unquoted surname and first name, semicolons.
    "Núñez, José <j@x.com>; López, Ana <a@x.com>": [("Núñez, José", "j@x.com", ""), ("López, Ana", "a@x.com", "")],
    "Núñez, José <j@x.com>, López, Ana <a@x.com>": [("Núñez, José", "j@x.com", ""), ("López, Ana", "a@x.com", "")],
    "“Núñez, José” <j@x.com>": [("Núñez, José", "j@x.com", "")],
    "ana@x.com <ana@x.com>, b@y.com <c@y.com>": [("", "ana@x.com", ""), ("", "b@y.com", ""), ("", "c@y.com", "")],
    "'ana@x.com' <ana@x.com>; 'luis@y.com'": [("", "ana@x.com", ""), ("", "luis@y.com", "")],
    '"ana@x.com"; luis@y.com': [("", "ana@x.com", ""), ("", "luis@y.com", "")],
    # Comments, folding, a name above its address.
    "ana@x.com (Ana López)": [("Ana López", "ana@x.com", "")],
    "Ana López (ana@x.com)": [("Ana López", "ana@x.com", "")],
    "Núñez,\n José <j@x.com>": [("Núñez, José", "j@x.com", "")],
    "Ana López\n<ana@x.com>\nLuis\n<luis@y.com>": [("Ana López", "ana@x.com", ""), ("Luis", "luis@y.com", "")],
    # A table pasted from a spreadsheet, and CSV.
    "Ana López\tana@x.com\nLuis\tluis@y.com": [("Ana López", "ana@x.com", ""), ("Luis", "luis@y.com", "")],
    "Ana López,ana@x.com\nLuis,luis@y.com": [("Ana López", "ana@x.com", ""), ("Luis", "luis@y.com", "")],
    # Running text.
    "Quiero escribir a Ana López ana@x.com y a luis@y.com.": [("Ana López", "ana@x.com", ""), ("", "luis@y.com", "")],
    "correo:ana@x.com": [("", "ana@x.com", "")],
    "<mailto:ana%2Bx@x.com?subject=hola>": [("", "ana+x@x.com", "")],
    "ana@x.com/luis@y.com": [("", "ana@x.com", ""), ("", "luis@y.com", "")],
    "a/b@x.com": [("", "a/b@x.com", "")],
    "&lt;ana@x.com&gt;": [("", "ana@x.com", "")],
    "\u200bana@x.com\u00a0": [("", "ana@x.com", "")],
    "ana＠x.com，luis@y.com": [("", "ana@x.com", ""), ("", "luis@y.com", "")],
    # Odd but correct (RFC 5321/5322).
    '"ana lopez"@x.com, o\'brien+n@y.com': [("", '"ana lopez"@x.com', ""), ("", "o'brien+n@y.com", "")],
    "ana@[192.0.2.1], ana@[IPv6:2001:db8::1]": [("", "ana@[192.0.2.1]", ""), ("", "ana@[IPv6:2001:db8::1]", "")],
    "ana @ x.com": [("", "ana@x.com", "")],
    # Not addresses, but to be told.
    "Ana; luis@y.com": [("Ana", "", ""), ("", "luis@y.com", "")],
    "Ana <ana.lopez>": [("Ana", "ana.lopez", "")],
    "ana@, luis@y.com": [("", "ana@", ""), ("", "luis@y.com", "")],
    # Labels.
    "Para: a@x.com CC: b@x.com CCO: c@x.com": [("", "a@x.com", "to"), ("", "b@x.com", "cc"), ("", "c@x.com", "bcc")],
    "**Para:** Ana <a@x.com>\n- CCI : b@x.com": [("Ana", "a@x.com", "to"), ("", "b@x.com", "bcc")],
    "Con copia a: x": [],
    "An: a@x.com\nKopie: b@x.com\nBlindkopie: c@x.com": [
        ("", "a@x.com", "to"),
        ("", "b@x.com", "cc"),
        ("", "c@x.com", "bcc"),
    ],
    "À : a@x.com\nCopie cachée : c@x.com": [("", "a@x.com", "to"), ("", "c@x.com", "bcc")],
    "A: a@x.com\nCcn: c@x.com": [("", "a@x.com", "to"), ("", "c@x.com", "bcc")],
    "Asunto: sobre b@x.com\nPara: a@x.com": [("", "a@x.com", "to")],
    "": [],
    "@ana y @luis": [],
}


@pytest.mark.parametrize(("text", "rows"), SAMPLES.items(), ids=ascii)
def test_samples_are_read(text: str, rows: list[Row]) -> None:
    """Names, addresses and boxes are those a person reads in the sample."""
    found = [(item.name, item.address, item.box) for item in parse_recipients(text).recipients]
    assert [row for row in found if row[1] or rows] == rows


def test_groups_keep_their_name_and_members() -> None:
    """``Equipo: …;`` names its members' group; what follows the semicolon stands outside."""
    found = parse_recipients("Equipo: ana@x.com, Luis <luis@y.com>; eva@z.com").recipients
    assert [(item.group, item.address) for item in found] == [
        ("Equipo", "ana@x.com"),
        ("Equipo", "luis@y.com"),
        ("", "eva@z.com"),
    ]


def test_the_sender_of_a_pasted_header_is_no_recipient() -> None:
    """«De: …» gives the sender, not somebody to write to."""
    pasted = parse_recipients("De: Yo <yo@mi.com>\nPara: ana@x.com\nFecha: hoy\n")
    assert pasted.sender == "yo@mi.com"
    assert [item.address for item in pasted.recipients] == ["ana@x.com"]
    assert pasted.labelled


def test_no_more_than_the_cap_is_read() -> None:
    """2,000 recipients are read; of more it is said that there are more."""
    exact = parse_recipients("a@b.com," * MAX_RECIPIENTS)
    more = parse_recipients("a@b.com," * (MAX_RECIPIENTS + 1))
    assert (len(exact.recipients), exact.cut) == (MAX_RECIPIENTS, False)
    assert (len(more.recipients), more.cut) == (MAX_RECIPIENTS, True)


# --- properties -------------------------------------------------------------------------------------------------

ATOM = "abcdefghijklmnopqrstuvwxyzABCXYZ0123456789!#$%&'*+/=?^_`{|}~-"
LOCALS = st.lists(st.text(ATOM, min_size=1, max_size=8), min_size=1, max_size=3).map(".".join)
LABELS = st.text("abcdefghijklmnopqrstuvwxyz0123456789", min_size=1, max_size=8)
DOMAINS = st.builds("{}.{}".format, LABELS, st.sampled_from(["com", "es", "co.uk", "ch", "org"]))
ADDRESSES = st.builds("{}@{}".format, LOCALS, DOMAINS)
NAMES = st.text("abcxyzÁñü .,;:<>()[]\"'\\@-", max_size=20)
JUNK = st.text("abcñ @.,;:<>()[]\"'\\\t/|*-", max_size=40)


def _address(name: str, addr: str) -> Address:
    return Address(display_name=" ".join(name.split()), addr_spec=addr)


WELL_FORMED = st.lists(st.builds(_address, NAMES, ADDRESSES), min_size=1, max_size=6)


def _strict(header: str) -> list[str]:
    """The addresses that the standard library's RFC 5322 parser finds."""
    parsed: dict[str, Any] = {}
    AddressHeader.parse(header.replace("\r\n", ""), parsed)
    return [f"{a.username}@{a.domain}" for group in parsed["groups"] for a in group.addresses]


def _found(text: str) -> list[str]:
    return [item.address for item in parse_recipients(text).recipients if item.address]


@pytest.mark.parser
@parser_property
@given(WELL_FORMED, st.sampled_from([", ", ",", " ,\r\n "]))
def test_no_address_of_a_strict_parser_is_lost(people: list[Address], separator: str) -> None:
    """Whatever the standard library's parser finds in a well-formed list is found, in the same order."""
    header = separator.join(str(person) for person in people)
    strict = _strict(header)
    assume(strict == [person.addr_spec for person in people])  # its own flaws aside
    assert _found(header) == strict


@pytest.mark.parser
@parser_property
@given(st.text("abcdef", min_size=1, max_size=8), WELL_FORMED)
def test_no_member_of_a_group_is_lost(name: str, people: list[Address]) -> None:
    """The members of an RFC 5322 group are found, with the group's name."""
    header = str(Group(display_name=name, addresses=tuple(people)))
    assume(_strict(header) == [person.addr_spec for person in people])
    assume(name.casefold() not in ("a", "de", "da"))  # labels of other languages
    assert _found(header) == [person.addr_spec for person in people]


@pytest.mark.parser
@parser_property
@given(st.lists(st.tuples(JUNK, ADDRESSES), min_size=1, max_size=5))
def test_junk_on_other_lines_hides_no_address(lines: list[tuple[str, str]]) -> None:
    """An address on a line of its own is found whatever is around it: no quote or bracket swallows it."""
    text = "\n".join(line for junk, address in lines for line in (junk, address))
    assert {address for _, address in lines} <= set(_found(text))


@pytest.mark.parser
@parser_property
@given(st.text(max_size=200) | JUNK)
def test_any_text_is_read_within_bounds(text: str) -> None:
    """Any text gives at most one recipient for each of its characters, with clean names of bounded length."""
    pasted = parse_recipients(text)
    assert len(pasted.recipients) <= max(1, len(text))
    for item in pasted.recipients:
        assert len(item.name) <= MAX_NAME
        assert item.name == " ".join(item.name.split())
        assert item.name.isprintable() or not item.name.isascii()
        assert "\n" not in item.address


@pytest.mark.parser
@parser_property
@given(st.lists(st.tuples(JUNK | NAMES, ADDRESSES), max_size=6), st.sampled_from([", ", "; "]))
def test_written_lists_read_back_the_same(entries: list[tuple[str, str]], separator: str) -> None:
    """What the tool gives to copy is read back with the same names and addresses."""
    text = "\n".join(f"{name} <{address}>" for name, address in entries)
    first = [person for person in judge(parse_recipients(text).recipients) if person.valid]
    again = parse_recipients(as_list(first, separator)).recipients
    assert [(item.name, item.address) for item in again] == [(p.recipient.name, p.recipient.address) for p in first]


@pytest.mark.parser
@parser_property
@given(ADDRESSES | st.builds("{}@{}".format, st.text(max_size=12), st.text(max_size=16)) | st.text(max_size=70))
def test_addresses_are_judged_as_the_validator_does(text: str) -> None:
    """The quick way for plain addresses says the same as email-validator."""
    try:
        validate_email(text, check_deliverability=False, allow_quoted_local=True, allow_domain_literal=True)
        valid = True
    except EmailNotValidError:
        valid = False
    assert is_address(text) == valid


@pytest.mark.parser
@parser_property
@given(st.text("a@.:/|mailto%2C<>'*", max_size=60))
def test_any_word_is_taken_apart(word: str) -> None:
    """A word with or without addresses never raises, and every piece has an @ with something beside it."""
    for piece in addresses_in(word):
        assert piece.strip("@")


HOSTILE = ['"', "<", ">", "(", ")", '"a\n', "(a", "((a)", "<a@", "@", "a@", "a@b.es ", "a,", "Para:", "cc: ", ":", "\\"]
HOSTILE += ['\\"', "mailto:", "a@/", "a:b@", "a@b:", "'", "'a'", "[ ", "ñ,", "\u202e", "\n<", "A ", "a@b:a@b/", '"a"@']
HOSTILE += ["\\(", '"\\', "(\\)(", '"(', '\\""']


@pytest.mark.parametrize(
    "unit",
    HOSTILE,
    ids=ascii,
)
def test_hostile_text_takes_linear_time(unit: str) -> None:
    """50 KB of one repeated piece are read in well under a second, and twice as much takes no four times as long."""
    text = unit * (50_000 // len(unit))
    start = time.process_time()
    parse_recipients(text)
    once = time.process_time() - start
    start = time.process_time()
    parse_recipients(text + text)
    twice = time.process_time() - start
    assert once < 1
    assert twice < max(4 * once, 0.3)


def test_names_are_quoted_where_the_standard_wants_it() -> None:
    """Letters stand as they are; a comma, a dot or a quote puts the name in quotes."""
    wanted = {
        "Ana López": "Ana López <a@x.com>",
        "López, Ana": '"López, Ana" <a@x.com>',
        "Ana L.": '"Ana L." <a@x.com>',
        'Ana "la" L': '"Ana \\"la\\" L" <a@x.com>',
        "": "a@x.com",
    }
    for name, text in wanted.items():
        assert as_text(judge([Recipient(name, "a@x.com")])[0]) == text


def test_the_oracle_agrees_on_a_plain_list() -> None:
    """The strict parser of the property above does find addresses (a guard against an empty oracle)."""
    assert email.policy.default is not None
    assert _strict('"López, Ana" <a@x.com>, b@y.com') == ["a@x.com", "b@y.com"]
