"""Who is the same person: measured on a made address book; shared numbers melt nobody; large books stay quick."""

from __future__ import annotations

import time
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from synthetic_contacts import CARDS, PAIRS, synthetic

from soluciones.answer.tools.contacts.keys import PhoneBook, email_key, value_key, words
from soluciones.answer.tools.contacts.matching import Group, Matcher
from soluciones.answer.tools.contacts.model import Property
from soluciones.answer.tools.contacts.names import compatible
from soluciones.answer.tools.contacts.reader import read_cards
from tests.parser_property import parser_property


def card(name: str, *lines: str) -> str:
    """A card."""
    return "\r\n".join(["BEGIN:VCARD", "VERSION:3.0", *([f"FN:{name}"] if name else []), *lines, "END:VCARD", ""])


def groups(text: str, region: str = "ES") -> tuple[Matcher, tuple[Group, ...]]:
    """The groups of a file."""
    matcher = Matcher(read_cards(text).cards, PhoneBook(region))
    return matcher, matcher.groups()


def kinds(text: str) -> list[tuple[str, list[int]]]:
    """Kind and card numbers of each group."""
    return [(group.kind, [index + 1 for index in group.members]) for group in groups(text)[1]]


def pairs(found: tuple[Group, ...], kind: str) -> set[tuple[int, int]]:
    """All pairs of card numbers within the groups of a kind."""
    return {(a + 1, b + 1) for group in found if group.kind == kind for a, b in combinations(group.members, 2)}


def test_known_pairs_of_a_made_address_book() -> None:
    """1,900 cards, 400 pairs: certain groups P ≥ 0.99 and R ≥ 0.75; possible ones find more, rightly in most cases."""
    text, truth = synthetic()
    assert (text.count("BEGIN:VCARD"), len(truth)) == (CARDS, PAIRS)
    _, found = groups(text)
    certain, possible = pairs(found, "certain"), pairs(found, "possible")
    hits = len(certain & truth)
    precision, recall = hits / len(certain), hits / len(truth)
    rest = len((possible - certain) & truth) / (len(truth) - hits)
    print(f"certain P={precision:.3f} R={recall:.3f}; possible finds {rest:.2f} of the rest, {len(possible)} pairs")
    assert precision >= 0.99
    assert recall >= 0.75
    assert rest >= 0.3


@pytest.mark.parametrize("seed", range(5))
def test_other_address_books_come_out_alike(seed: int) -> None:
    """The figures are no accident of one seed."""
    text, truth = synthetic(seed)
    certain = pairs(groups(text)[1], "certain")
    assert len(certain & truth) / len(certain) >= 0.99
    assert len(certain & truth) / len(truth) >= 0.73


def test_a_switchboard_melts_nobody() -> None:
    """20 people with one number: no certain group, one of perhaps the same for the reason shared_phone."""
    names = [
        "Ana",
        "Luis",
        "Eva",
        "Leo",
        "Noa",
        "Hugo",
        "Iker",
        "Vera",
        "Blas",
        "Rita",
        "Saúl",
        "Olga",
        "Nil",
        "Pía",
        "Abel",
        "Cira",
        "Dario",
        "Elma",
        "Fito",
        "Gala",
    ]
    text = "".join(card(f"{name} Apellido{n}", "TEL:+41223456789") for n, name in enumerate(names))
    matcher, found = groups(text)
    assert [(group.kind, len(group.members)) for group in found] == [("possible", 20)]
    assert matcher.reasons(0, 1) == ("shared_phone",)


def test_a_switchboard_keeps_the_same_person_together() -> None:
    """Among them two cards of one name are still one person."""
    text = "".join(card(name, "TEL:+41223456789") for name in ("Ana Gil", "Luis Paz", "Eva Sol", "Leo Mar", "Gil, Ana"))
    assert ("certain", [1, 5]) in kinds(text)


def test_a_card_without_a_name_is_nobody_in_particular() -> None:
    """A bare number shared by two people joins neither; one person's bare number joins that person."""
    bare = card("", "TEL:+41223456789")
    two = card("Ana Gil", "TEL:+41223456789") + card("Luis Paz", "TEL:+41223456789")
    assert [kind for kind, _ in kinds(two + bare)] == ["possible"]
    assert kinds(card("Ana Gil", "TEL:+41223456789") + bare) == [("certain", [1, 2])]


def test_a_surname_alone_is_nobody_in_particular() -> None:
    """«López» beside Ana López and Luis López, one number: nobody is certain."""
    text = "".join(card(name, "TEL:+41223456789") for name in ("Ana López", "Luis López", "López"))
    assert [kind for kind, _ in kinds(text)] == ["possible"]


def test_a_chain_does_not_pull_strangers_in() -> None:
    """A couple's card with both addresses joins one of the two at most, never both."""
    both = card("Ana Gil", "EMAIL:ana@a.es", "EMAIL:luis@a.es")
    text = both + card("Ana Gil", "EMAIL:ana@a.es") + card("Luis Paz", "EMAIL:luis@a.es")
    certain = [members for kind, members in kinds(text) if kind == "certain"]
    assert certain == [[1, 2]]


def test_same_address_other_name_is_the_same_person() -> None:
    """«Fontanero» and «Luis Paz» with one address are one; with other numbers or a role address only perhaps."""
    assert kinds(card("Fontanero", "EMAIL:l@p.es") + card("Luis Paz", "EMAIL:L@P.es")) == [("certain", [1, 2])]
    apart = card("Ana Gil", "EMAIL:l@p.es", "TEL:611223344") + card("Luis Paz", "EMAIL:l@p.es", "TEL:611223355")
    assert [kind for kind, _ in kinds(apart)] == ["possible"]
    role = card("Ana Gil", "EMAIL:info@p.es") + card("Luis Paz", "EMAIL:info@p.es")
    assert [kind for kind, _ in kinds(role)] == ["possible"]


def test_an_address_of_three_people_says_nothing() -> None:
    """Three names that exclude each other behind one address or number: only the same name is still certain."""
    for line in ("EMAIL:familia@gil.es", "TEL:+41223456789"):
        text = "".join(card(name, line) for name in ("Ana Gil", "Luis Paz", "Eva Sol", "A. Gil", "Gil, Ana"))
        assert [members for kind, members in kinds(text) if kind == "certain"] == [[1, 5]]


def test_identical_cards_are_certain_names_alone_are_not() -> None:
    """Everything equal is the same card twice; a name alone is not enough."""
    assert kinds(card("Ana Gil", "ADR:;;Calle 1;Lugo;;;") * 2) == [("certain", [1, 2])]
    assert kinds(card("Ana Gil") * 2) == [("possible", [1, 2])]


def test_extensions_tell_apart() -> None:
    """One switchboard, two extensions: two numbers."""
    assert kinds(card("Ana Gil", "TEL:+41223456789;ext=1") + card("Ana Gil", "TEL:+41223456789;ext=2")) == []


@pytest.mark.parametrize(
    ("one", "other", "fits"),
    [
        ("Ana López", "López García, Ana", True),
        ("A. López", "Ana López", True),
        ("Mª Carmen Ruiz", "María Carmen Ruiz", True),
        ("José Gutiérrez", "Jose Gutierrez", True),
        ("Echeverria Ana", "Ana Echeverría", True),
        ("Ana Etxeverria", "Ana Echeverria", False),
        ("Dra. Ana López", "Ana López", True),
        ("", "Ana López", True),
        ("Ana López", "Luis López", False),
        ("Marta López", "María López", False),
        ("Juan Ruiz", "Juana Ruiz", False),
        ("Talleres Ruiz SL", "Ana López", False),
        ("Ana Ana", "Ana López", False),
    ],
)
def test_names_that_can_be_one_person(one: str, other: str, fits: bool) -> None:
    """Order, accents, initials, short forms and titles do not matter; another given name does."""
    assert compatible(words(one), words(other)) is fits


NAMES = st.lists(st.text("abcáñ", min_size=1, max_size=8), max_size=6).map(tuple)


@pytest.mark.parser
@parser_property
@given(NAMES, NAMES)
def test_compatible_is_the_same_from_both_sides(one: tuple[str, ...], other: tuple[str, ...]) -> None:
    """A name fits itself and the empty one; with two words at most, the order of asking does not matter."""
    assert compatible(one, one)
    assert compatible(one, ())
    if len(one) != len(other) or len(one) < 2:
        assert compatible(one, other) == compatible(other, one)


@pytest.mark.parser
@parser_property
@given(st.text(max_size=80))
def test_keys_of_any_text(text: str) -> None:
    """Keys are made of any text, and an address key is its own key."""
    key = email_key(text)
    assert email_key(key) == key
    for name in ("TEL", "EMAIL", "URL", "ADR", "N", "ORG", "NOTE", "PHOTO", "X-A"):
        assert isinstance(value_key(Property(name, text), PhoneBook("ES")), str)


def test_addresses_in_one_spelling() -> None:
    """Case, ``mailto:``, brackets and international domains do not matter; what is no address has no key."""
    assert email_key("MailTo:Ana@MÜLLER.ch") == "ana@xn--mller-kva.ch"
    assert email_key("<ANA@a.es>") == "ana@a.es"
    assert [email_key(text) for text in ("", "ana", "ana@", "@a.es", "a b@c.es", "x@localhost")] == [""] * 6


def test_five_thousand_cards_take_seconds() -> None:
    """Names are compared in blocks, not each with each: 5,000 cards of few names stay far below a minute."""
    text = synthetic()[0] * 3
    start = time.process_time()
    _, found = groups(text[: text.rindex("BEGIN:VCARD")])
    assert found
    assert time.process_time() - start < 30


@pytest.mark.parametrize("line", ["TEL:+41223456789", "EMAIL:a@b.es", "NOTE:x"], ids=str)
def test_everybody_alike_stays_linear(line: str) -> None:
    """4,000 cards with one number, one address, or no more than names: no quadratic work, groups stay bounded."""
    text = "".join(card(f"Ana{n % 50} Gil{n % 7} Paz{n}", line) for n in range(4_000))
    start = time.process_time()
    _, found = groups(text)
    assert time.process_time() - start < 30
    assert all(len(group.members) <= 20 for group in found if group.kind == "possible")
