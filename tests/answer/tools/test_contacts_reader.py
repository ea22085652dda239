"""Contact files of every version and encoding are read; damaged pieces are set aside and nothing of a file is lost."""

from __future__ import annotations

import base64
import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from soluciones.answer.tools.contacts.keys import PhoneBook, components, plain_text, value_key
from soluciones.answer.tools.contacts.lines import physical_lines
from soluciones.answer.tools.contacts.model import Card, CardFile
from soluciones.answer.tools.contacts.reader import MAX_CARDS, TooMuch, read_cards
from soluciones.answer.tools.contacts.writer import folded, write_file
from tests.parser_property import parser_property

BOOK = PhoneBook("ES")


def one(content: bytes | str) -> Card:
    """The only card of a file."""
    file = read_cards(content)
    assert (len(file.cards), file.damaged) == (1, ())
    return file.cards[0]


def card(*lines: str, version: str = "3.0") -> str:
    """A card of these lines."""
    return "\r\n".join(["BEGIN:VCARD", f"VERSION:{version}", *lines, "END:VCARD", ""])


def test_quoted_printable_of_2_1_with_soft_breaks() -> None:
    """Soft line breaks join, the character set is undone, signs that 3.0 escapes are escaped."""
    read = one(
        card(
            "N;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:Mu=C3=B1oz;Mar=",
            "=C3=ADa;;;",
            "NOTE;QUOTED-PRINTABLE;CHARSET=ISO-8859-1:uno=0D=0Ados=3B tr=E9s, C:\\x=",
            "=20fin",
            version="2.1",
        )
    )
    assert read.first("N") == "Muñoz;María;;;"
    assert read.first("NOTE") == "uno\\ndos\\; trés\\, C:\\\\x fin"
    assert plain_text(read.first("NOTE")) == "uno\ndos; trés, C:\\x fin"


def test_bare_types_of_2_1_are_kept_as_types() -> None:
    """``TEL;CELL;VOICE`` has the types cell and voice; encodings are no types."""
    read = one(card("TEL;CELL;VOICE:+34611223344", "EMAIL;INTERNET:a@b.es", "X-A;BASE64:QUJD", version="2.1"))
    assert read.all("TEL")[0].types() == ("cell", "voice")
    assert read.all("X-A")[0].params == (("ENCODING", "b"),)


@pytest.mark.parametrize("indent", ["", " "])
def test_pictures_of_2_1_with_and_without_indent(indent: str) -> None:
    """Base64 lines are joined whether or not they are indented, until a blank line or another property."""
    content = base64.b64encode(bytes(range(200))).decode()
    lines = [indent + content[start : start + 60] for start in range(0, len(content), 60)]
    read = one(card("PHOTO;ENCODING=BASE64;TYPE=JPEG:", *lines, "", "FN:Ana", version="2.1"))
    assert read.first("PHOTO") == content
    assert read.first("FN") == "Ana"


def test_semicolons_and_commas_of_2_1_components() -> None:
    """2.1 escapes only the semicolon; commas and backslashes are escaped for 3.0."""
    read = one(card("ADR;HOME:;;Calle 1\\; bajo, A;Lugo;;;", version="2.1"))
    assert components(read.first("ADR")) == ["", "", "Calle 1; bajo, A", "Lugo", "", "", ""]


def test_a_card_inside_a_card() -> None:
    """``AGENT:`` of 2.1 with a whole card behind it is one property of one card."""
    inner = ["BEGIN:VCARD", "VERSION:2.1", "N:Dos;Agente", "END:VCARD"]
    read = one(card("N:Uno;Persona", "AGENT:", *inner, "TEL:123", version="2.1"))
    assert "Agente" in read.first("AGENT")
    assert read.first("TEL") == "123"


def test_folded_lines_of_3_0_and_4_0() -> None:
    """A line break and one blank go; a second blank stays; tabs fold too."""
    read = one(card("NOTE:uno", "  dos", "\ttres", "FN:Ana"))
    assert read.first("NOTE") == "uno dostres"


def test_groups_parameters_and_quotes() -> None:
    """Grouped lines, quoted parameters with colons and semicolons, names in small letters."""
    read = one(card('item1.tel;type="home,pref";X-A="x:y;z":123', "item1.X-ABLabel:_$!<Home>!$_"))
    tel = read.all("TEL")[0]
    assert (tel.group, tel.value, tel.types(), tel.param("X-A")) == ("item1", "123", ("home", "pref"), "x:y;z")


def test_an_open_quote_does_not_swallow_the_line() -> None:
    """With a quote that never closes the first colon ends the name."""
    assert one(card('TEL;TYPE="home:123', "FN:x")).first("TEL") == "123"


@pytest.mark.parametrize("newline", ["\r\n", "\n", "\r"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
def test_line_ends_and_encodings(encoding: str, newline: str) -> None:
    """Every line end in every encoding gives the same card; only what nothing tells is called a guess."""
    text = card("FN:Begoña Ibáñez", "NOTE:café").replace("\r\n", newline)
    content = text.encode(encoding)
    file = read_cards(content)
    assert file.cards[0].first("FN") == "Begoña Ibáñez"
    assert file.guessed == (encoding in ("cp1252", "utf-16-le", "utf-16-be"))
    assert write_file(file, {}, ()).decode("utf-8") == text


def test_each_card_has_its_own_encoding() -> None:
    """A file joined from two exports: one card in UTF-8, one in cp1252, a third with its character set named."""
    named = card("FN;CHARSET=ISO-8859-2:Łukasz", version="2.1").encode("iso-8859-2")
    content = card("FN:Muñoz").encode() + card("FN:Ibáñez").encode("cp1252") + named
    file = read_cards(content)
    assert [c.first("FN") for c in file.cards] == ["Muñoz", "Ibáñez", "Łukasz"]
    assert b"CHARSET=UTF-8:\xc5\x81ukasz" in write_file(file, {}, ())
    assert file.guessed


def test_a_character_cut_by_folding() -> None:
    """UTF-8 folded between the bytes of a letter is put together again, in that card only."""
    cut = "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Mu\xc3\r\n \xb1oz\r\nEND:VCARD\r\n".encode("latin-1")
    file = read_cards(cut + card("FN:Ana").encode())
    assert [c.first("FN") for c in file.cards] == ["Muñoz", "Ana"]
    assert not file.guessed


def test_no_byte_of_cp1252_is_lost() -> None:
    """All 256 bytes have a character of their own."""
    body = bytes(b for b in range(128, 256))
    read = one(b"BEGIN:VCARD\nNOTE:" + body + b"\nEND:VCARD\n")
    assert len(set(read.first("NOTE"))) == 128


def test_a_damaged_card_spoils_no_other() -> None:
    """Each kind of damage has its code and line; the cards around it are read."""
    text = card("FN:Uno") + "BEGIN:VCARD\r\nFN:Abierta\r\n" + card("FN:Dos") + "algo\r\n" + card("FN:Tres", "sin nada")
    file = read_cards(text + card("FN:Cuatro") + "END:VCARD\r\n")
    assert [c.first("FN") for c in file.cards] == ["Uno", "Dos", "Cuatro"]
    damage = [(piece.code, piece.line, piece.number) for piece in file.damaged]
    assert damage == [("card_not_closed", 5, 2), ("text_outside", 11, 0), ("bad_line", 15, 4), ("text_outside", 21, 0)]


def test_limits() -> None:
    """10,000 cards are read, 10,001 are not; nor is a file folded into single letters."""
    tiny = "BEGIN:VCARD\nFN:a\nEND:VCARD\n"
    assert len(read_cards(tiny * MAX_CARDS).cards) == MAX_CARDS
    with pytest.raises(TooMuch, match="too_many_cards"):
        read_cards(tiny * (MAX_CARDS + 1))
    with pytest.raises(TooMuch, match="too_many_lines"):
        read_cards("BEGIN:VCARD\nNOTE:" + "a\n " * 250_000 + "\nEND:VCARD\n")


HOSTILE = [
    "NOTE:" + "a\n " * 16_000,
    "N" + ";TYPE=a" * 7_000 + ":x",
    'N;X="' + '";"' * 16_000 + ":x",
    "N:" + "\\" * 50_000,
    "N:" + ";" * 50_000,
    "NOTE;QUOTED-PRINTABLE:" + "=\n" * 25_000,
    "NOTE;ENCODING=QUOTED-PRINTABLE;CHARSET=utf-7:" + "+ADw-=3D" * 6_000,
    "PHOTO;ENCODING=b:" + "A\n" * 25_000,
    "AGENT:\nBEGIN:VCARD\n" * 2_500,
    "." * 50_000 + ":x",
    "FN:" + "a@" * 25_000,
    "TEL:" + "+" * 50_000,
    "TEL:" + "1;ext=" * 8_000,
    "URL:" + "http://" * 7_000,
]


@pytest.mark.parametrize("body", HOSTILE, ids=lambda body: ascii(body[:24]))
def test_hostile_cards_are_read_at_once(body: str) -> None:
    """50 KB made to take long take less than a second (far less: the bound is for a busy machine)."""
    start = time.process_time()
    file = read_cards(f"BEGIN:VCARD\nVERSION:2.1\n{body}\nEND:VCARD\n")
    for read in file.cards:
        for prop in read.properties:
            value_key(prop, BOOK)
    assert time.process_time() - start < 1


def test_charsets_that_are_no_character_sets_are_not_run() -> None:
    """A card cannot name one of Python's byte codecs; an unknown one is read as UTF-8."""
    for name in ("zip", "bz2", "rot13", "idna", "punycode", "unicode_escape", "utf-7", "x" * 500):
        read = one(card(f"FN;CHARSET={name};ENCODING=QUOTED-PRINTABLE:Mu=C3=B1oz", version="2.1"))
        assert read.first("FN") == "Muñoz"


PIECES = st.sampled_from(
    ["BEGIN:VCARD", "END:VCARD", "begin:vcard ", "VERSION:2.1", "VERSION:4.0", "FN:Ana", "FN:", "AGENT:", " x", "\t",
     "", "NOTE;QUOTED-PRINTABLE:=", "=C3=B1", "PHOTO;BASE64:AAAA", "QUJD", 'TEL;TYPE="a', ";:", "item1.TEL:1", "\ufeff",
     "N;CHARSET=UTF-16:x", "ñ", "\x00", "\u2028", "\x85", "a\rb:c", "EMAIL:a@b.es"]
)  # fmt: skip
TEXTS = st.lists(PIECES | st.text(max_size=12), max_size=40).flatmap(
    lambda lines: st.sampled_from(["\n", "\r\n", "\r"]).map(lambda newline: newline.join(lines))
)


@pytest.mark.parser
@parser_property
@given(TEXTS)
def test_every_line_of_any_text_is_kept(text: str) -> None:
    """Cards and set-aside pieces together are the text: every line that is not blank stands in exactly one of them."""
    file = read_cards(text)
    pieces = [item.raw for item in sorted([*file.cards, *file.damaged], key=lambda item: item.line)]
    mark = "\n" if "\n" in text or "\r" not in text else "\r"
    kept = [line.rstrip("\r") for piece in pieces for line in piece.split(mark) if line.strip()]
    given_lines = [line.text for line in physical_lines(text.removeprefix("\ufeff")) if line.text.strip()]
    assert kept == given_lines


@pytest.mark.parser
@parser_property
@given(
    st.binary(max_size=400)
    | TEXTS.map(lambda text: text.encode("utf-16"))
    | st.lists(
        st.sampled_from(
            [
                b"BEGIN:VCARD\n",
                b"END:VCARD\n",
                b"FN;CHARSET=",
                b"cp1251",
                b":",
                b"\xf1\n",
                b"\xc3\r\n \xb1",
                b"\xff\xfe",
            ]
        )
    ).map(b"".join)
)
def test_any_bytes_are_read_and_written(content: bytes) -> None:
    """Whatever the bytes, there is a file; what is written of it reads the same and is UTF-8."""
    file = read_cards(content)
    again = read_cards(write_file(file, {}, ()))
    assert _said(again) == _said(file)


def _said(file: CardFile) -> list[list[tuple[str, str, str]]]:
    return [[(prop.group, prop.name, prop.value) for prop in read.properties] for read in file.cards]


@pytest.mark.parser
@parser_property
@example("ñ" * 200, "\n")
@example("a€" * 90, "\r\n")
@given(st.text(max_size=300).filter(lambda text: not set(text) & set("\r\n")), st.sampled_from(["\n", "\r\n"]))
def test_folding_is_undone_and_fits(text: str, newline: str) -> None:
    """No folded line has more than 75 octets, and unfolding gives the text."""
    line = f"NOTE:{text}"
    pieces = folded(line, newline).split(newline)
    assert all(len(piece.encode("utf-8", "replace")) <= 75 for piece in pieces)
    assert pieces[0] + "".join(piece[1:] for piece in pieces[1:]) == line
