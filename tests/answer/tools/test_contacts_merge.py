"""Merging loses nothing: whatever a card said stands in the merged one, as other programs read it too."""

from __future__ import annotations

import pytest
import vobject
from hypothesis import given
from hypothesis import strategies as st

from soluciones.answer.tools.contacts.keys import PhoneBook, components, plain_text, value_key
from soluciones.answer.tools.contacts.merge import DROPPED, ONE_ONLY, OTHER, Merged, merge, reference_of
from soluciones.answer.tools.contacts.model import Card
from soluciones.answer.tools.contacts.reader import read_cards
from soluciones.answer.tools.contacts.writer import write_card
from tests.parser_property import parser_property

BOOK = PhoneBook("CH")


def card(*lines: str, version: str = "3.0") -> str:
    """A card of these lines."""
    return "\r\n".join(["BEGIN:VCARD", f"VERSION:{version}", *lines, "END:VCARD", ""])


def merged(*texts: str, reference: int = 0) -> tuple[Merged, Card]:
    """What comes of merging these cards, and the same written and read again."""
    cards = read_cards("".join(texts)).cards
    assert len(cards) == len(texts)
    result = merge(cards, cards[reference], BOOK)
    again = read_cards(write_card(result)).cards
    assert len(again) == 1
    return result, again[0]


def values(read: Card, name: str) -> list[str]:
    """All values of a name."""
    return [prop.value for prop in read.all(name)]


def test_numbers_addresses_and_links_are_joined_once() -> None:
    """One number in three spellings is one; types of all are kept; a new one is added."""
    _, read = merged(
        card("FN:Ana", "TEL;TYPE=home:022 345 67 89", "EMAIL:Ana@A.es", "URL:https://Ana.example/"),
        card("TEL;CELL:+41223456789", "TEL:+41791112233", "EMAIL;INTERNET;PREF:ana@a.es", version="2.1"),
        card(
            "TEL;VALUE=uri;PREF=1:tel:+41-22-345-67-89",
            "URL:http://ana.example",
            "ADR:;;Calle 1;Lugo;;;",
            version="4.0",
        ),
    )
    assert values(read, "TEL") == ["022 345 67 89", "+41791112233"]
    assert set(read.all("TEL")[0].types()) == {"home", "cell", "pref"}
    assert values(read, "EMAIL") == ["Ana@A.es"]
    assert values(read, "URL") == ["https://Ana.example/"]
    assert values(read, "ADR") == [";;Calle 1;Lugo;;;"]


def test_the_reference_names_the_card_and_others_are_kept() -> None:
    """FN, N, ORG, BDAY and UID are the reference's; a differing one is kept as X-OTHER-…, an equal one is not."""
    result, read = merged(
        card("FN:Ana López", "N:López;Ana;;;", "UID:1", "REV:2020"),
        card("FN:ANA LÓPEZ", "N:López Gil;Ana;;;", "ORG:Firma", "BDAY:1980-01-01", "UID:2", "REV:2021", "PRODID:x"),
        card("FN:Anita", "ORG:Otra", "BDAY:1981-01-01"),
    )
    assert (values(read, "FN"), values(read, "UID")) == (["Ana López"], ["1"])
    assert (values(read, "ORG"), values(read, "X-OTHER-ORG")) == (["Firma"], ["Otra"])
    assert (values(read, "X-OTHER-FN"), values(read, "X-OTHER-UID")) == (["Anita"], ["2"])
    assert values(read, "X-OTHER-BDAY") == ["1981-01-01"]
    assert (values(read, "REV"), values(read, "PRODID")) == (["2020"], [])
    assert result.others == ("N", "FN", "ORG", "BDAY")


def test_notes_are_put_one_below_the_other() -> None:
    """Different notes are joined, the same one is not repeated."""
    _, read = merged(card("FN:a", "NOTE:uno\\, dos"), card("NOTE:tres\\ncuatro"), card("NOTE:UNO\\,  dos"))
    assert plain_text(read.first("NOTE")) == "uno, dos\n\ntres\ncuatro"


def test_the_first_picture_is_kept_and_the_others_are_counted() -> None:
    """PHOTO: first found; the same one in another version's writing is no other."""
    result, read = merged(
        card("FN:a"),
        card("PHOTO;ENCODING=BASE64;JPEG:", " QUJD", "", version="2.1"),
        card("PHOTO:data:image/jpeg;base64,QUJD", version="4.0"),
        card("PHOTO;ENCODING=b:WFla"),
    )
    assert (values(read, "PHOTO"), result.photos_left) == (["QUJD"], 1)


def test_labels_stay_with_what_they_label() -> None:
    """``item1`` of two cards are two groups; a label goes with the number it was given to, also when that is joined."""
    _, read = merged(
        card("FN:a", "item1.TEL:+41223456789", "item1.X-ABLabel:Casa"),
        card("item1.EMAIL:b@c.es", "item1.X-ABLabel:Trabajo", "item2.TEL:022 345 67 89", "item2.X-ABLabel:Fijo"),
        card("item1.URL:https://x.example", "item1.X-ABLabel:Casa"),
    )
    labels = {(prop.group, plain_text(prop.value)) for prop in read.all("X-ABLABEL")}
    groups = {prop.name: prop.group for prop in read.properties if prop.group and prop.name != "X-ABLABEL"}
    assert labels == {
        (groups["TEL"], "Casa"),
        (groups["TEL"], "Fijo"),
        (groups["EMAIL"], "Trabajo"),
        (groups["URL"], "Casa"),
    }
    assert len(set(groups.values())) == 3


def test_a_card_without_a_name_gets_one() -> None:
    """FN is made of what there is: names, company, address."""
    assert merged(card("N:López;Ana;;;"))[1].first("FN")
    assert merged(card("EMAIL:a@b.es"))[1].first("FN") == "a@b.es"


def test_versions_are_converted_both_ways() -> None:
    """Pictures and preferred numbers of 3.0 fit into 4.0 and the other way round."""
    three = card("FN:a", "PHOTO;ENCODING=b;TYPE=JPEG:QUJD", "TEL;TYPE=pref;TYPE=cell:123456")
    four = card("FN:a", "NOTE:n", "TITLE:t", version="4.0")
    result, read = merged(four, three)
    assert (result.version, read.first("PHOTO")) == ("4.0", "data:image/jpeg;base64,QUJD")
    assert read.all("TEL")[0].params == (("PREF", "1"), ("TYPE", "cell"))
    old = card("FN:a", "PHOTO:data:image/png;base64,QUJD", "TEL;VALUE=uri;PREF=1:tel:+41223456789", version="4.0")
    result, read = merged(card("FN:a"), old)
    assert (result.version, read.first("TEL")) == ("3.0", "+41223456789")
    assert read.all("PHOTO")[0].params == (("ENCODING", "b"), ("TYPE", "PNG"))


def test_the_fullest_card_is_the_reference() -> None:
    """The card with most to say is proposed; of equals the first."""
    cards = read_cards(card("FN:a") + card("FN:a", "NOTE:b") + card("FN:a", "NOTE:c")).cards
    assert reference_of(cards).number == 2


SAFE = st.text(st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp", "Cf")), max_size=20)
NAMES = st.sampled_from(
    ["FN", "N", "ORG", "TEL", "EMAIL", "ADR", "URL", "NOTE", "TITLE", "BDAY", "UID", "CATEGORIES", "X-FOO", "KEY",
     "GEO", "IMPP", "NICKNAME", "ROLE", "X-ABShowAs", "item1.EMAIL", "item1.TEL", "item2.ADR", "item1.X-ABLabel"]
)  # fmt: skip
VALUES = SAFE | st.sampled_from(
    ["+41223456789", "022 345 67 89", "a@b.es", "A@B.ES", "a\\, b", "a\\nb", "c:\\\\d", ";x;y"]
)
PARAMS = st.sampled_from(["", ";TYPE=home", ";TYPE=work,pref", ";HOME;CELL", ";LANGUAGE=es", ';X-A="a;b:c"', ";PREF=1"])
CARDS = st.lists(
    st.tuples(st.lists(st.tuples(NAMES, PARAMS, VALUES), max_size=8), st.sampled_from(["2.1", "3.0", "4.0"])),
    min_size=1,
    max_size=4,
)


@pytest.mark.parser
@parser_property
@given(CARDS, st.integers(0, 3))
def test_nothing_is_lost_by_merging(made: list[tuple[list[tuple[str, str, str]], str]], reference: int) -> None:
    """Every value of every card stands in the merged card, re-read: under its name, as X-OTHER-…, or within NOTE."""
    texts = [card(*(f"{name}{params}:{value}" for name, params, value in lines), version=v) for lines, v in made]
    cards = read_cards("".join(texts)).cards
    assert len(cards) == len(texts)
    _, read = merged(*texts, reference=reference % len(texts))
    said = {(prop.name, value_key(prop, BOOK)) for prop in read.properties}
    note = " ".join(plain_text(read.first("NOTE")).casefold().split())
    for original in cards:
        for prop in original.properties:
            key = value_key(prop, BOOK)
            if prop.name in DROPPED or not prop.value.strip(";, "):
                continue
            kept = (prop.name, key) in said or (f"{OTHER}{prop.name}", key) in said
            other = prop.name in ONE_ONLY and any(name == f"{OTHER}{prop.name}" for name, _ in said)
            assert kept or other or (prop.name == "NOTE" and key in note), (prop, read.properties)


@pytest.mark.parser
@parser_property
@given(CARDS)
def test_merging_again_changes_nothing(made: list[tuple[list[tuple[str, str, str]], str]]) -> None:
    """A merged card merged with itself says the same."""
    texts = [card(*(f"{name}{params}:{value}" for name, params, value in lines), version=v) for lines, v in made]
    first, read = merged(*texts)
    again = merge((read,), read, BOOK)
    assert {(p.name, value_key(p, BOOK)) for p in again.properties} == {
        (p.name, value_key(p, BOOK)) for p in first.properties
    }


WORDS = st.text(st.characters(codec="utf-8", categories=("L", "N", "Zs", "Po")), min_size=1, max_size=30).map(str.strip)


@pytest.mark.parser
@parser_property
@given(WORDS, WORDS, WORDS, st.lists(st.emails(), max_size=3), WORDS)
def test_vobject_and_we_read_the_same(given_name: str, family: str, street: str, emails: list[str], note: str) -> None:
    """Differential: cards that vobject writes are read here as vobject reads them, and the other way round."""
    source = vobject.vCard()
    source.add("n").value = vobject.vcard.Name(family=family, given=given_name)
    source.add("fn").value = f"{given_name} {family}"
    source.add("adr").value = vobject.vcard.Address(street=street, city="Lugo")
    source.add("note").value = note
    for email in emails:
        source.add("email").value = email
    ours = read_cards(source.serialize()).cards[0]
    assert components(ours.first("N"))[:2] == [family, given_name]
    assert components(ours.first("ADR"))[2:4] == [street, "Lugo"]
    assert plain_text(ours.first("NOTE")) == note
    assert [plain_text(prop.value) for prop in ours.all("EMAIL")] == emails
    theirs = vobject.readOne(write_card(merge((ours,), ours, BOOK)))
    assert (theirs.n.value.family, theirs.n.value.given) == (family, given_name)
    assert (theirs.adr.value.street, theirs.note.value) == (street, note)
    assert theirs.fn.value == f"{given_name} {family}"


def test_vobject_reads_what_it_could_not_read_before() -> None:
    """Old cards with soft breaks, bare types and no FN come out so that a strict reader takes them."""
    old = card("N;ENCODING=QUOTED-PRINTABLE;CHARSET=UTF-8:Mu=C3=B1oz;Mar=", "=C3=ADa", "TEL;CELL:+41223456789",
               "PHOTO;BASE64:", " QUJD", "", version="2.1")  # fmt: skip
    result, _ = merged(old, card("EMAIL:m@b.es"))
    theirs = vobject.readOne(write_card(result))
    assert (theirs.n.value.family, theirs.n.value.given) == ("Muñoz", "María")
    assert theirs.tel.params["TYPE"] == ["CELL"]
    assert theirs.photo.value == b"ABC"
    assert theirs.email.value == "m@b.es"
