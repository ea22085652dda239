"""Slots and pasted blocks on any text: nothing invented, nothing lost, and what is plainly there is found."""

from __future__ import annotations

import json

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from soluciones.answer.slots import MAX_CHARS, extract, port_numbers
from soluciones.answer.slots.blocks import find_recipients, fits, set_aside
from soluciones.answer.slots.tokens import prepare
from soluciones.kb.facts import Facts
from soluciones.kb.types import LANGUAGES
from tests.parser_property import parser_property

KINDS = {
    **dict.fromkeys(("email", "local_part", "character", "domain", "direction", "problem", "client", "os"), str),
    **dict.fromkeys(("protocol", "spf", "dmarc", "selector", "recipients", "error_code"), str),
    **dict.fromkeys(("port", "proto", "devices"), list),
    "count": int,
}
"""Every slot of ``extract`` and the kind of its value."""
QUOTED = ("email", "local_part", "spf", "dmarc", "recipients")
"""Slots whose value is text of the question itself."""

WORDS = (
    *("puerto ", "port ", "993", "465 o 587", "imap", "smtp", "no puedo enviar", "kann nicht", "v=spf1 ", "-all", "a "),
    *(
        "include:a.b ",
        "v=DMARC1; p=none",
        "5.7.1",
        "error 550",
        "selector ",
        "s1._domainkey",
        "25 direcciones",
        "@",
        ".",
    ),
    *("ana@ejemplo.com", "ejemplo.com", "https://", ":", ";", ",", "«", "»", '"', "<", ">", "?", "¿", " ", "\n", "ñ"),
    *(
        "mailto:",
        "Para: ",
        "outlook en mi iphone",
        "guion bajo",
        "la letra ",
        "crear la dirección ",
        "\u0301",
        "\u200b",
    ),
)
SOUP = st.lists(st.sampled_from(WORDS) | st.text(max_size=3), max_size=25).map("".join)
SIGNS = st.text(alphabet="aA0ñ@.:+-_ '\"<>«»,;?¿port993v=spf1all", max_size=200)
NAME = st.from_regex(r"[a-z][a-z0-9]{0,8}(?:[._+-][a-z0-9]{1,6}){0,2}", fullmatch=True)
DOMAIN = st.from_regex(r"[a-z][a-z0-9]{2,10}\.(?:com|es|ch|co\.uk|info)", fullmatch=True)
ADDRESS = st.builds("{}@{}".format, NAME, DOMAIN)
ASKED = ("¿es válida {}?", "Is {} valid?", "cette adresse <{}> est-elle valide ?", "Ist «{}» gültig?", "{}", "({})",
         "l'indirizzo {}, va bene?", "mi correo es {}. Gracias", "comprueba mailto:{}")  # fmt: skip
LINE = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), max_size=30)


@pytest.mark.parser
@parser_property
@given(st.text(max_size=300) | SOUP | SIGNS, st.sampled_from(LANGUAGES))
def test_any_text_gives_slots_of_the_right_kind(facts: Facts, text: str, lang: str) -> None:
    """Whatever the text, only known names come out, with values of their kind that JSON can carry."""
    found = extract(text, lang, facts)
    for name, value in found.items():
        assert isinstance(value, KINDS[name]), name
    json.dumps(dict(found), ensure_ascii=False).encode("utf-8")
    assert "@" in found.get("email", "@")
    assert all(type(port) is int for port in found.get("port", []))
    assert len(found.get("port", [])) <= port_numbers.MAX_PORTS
    assert found.get("direction", "in") in ("in", "out")


@pytest.mark.parser
@parser_property
@given(st.text(max_size=300) | SOUP | SIGNS)
def test_nothing_is_invented(facts: Facts, text: str) -> None:
    """Values that are quotes stand in the question, spaces and unseen marks aside; numbers stand there as digits."""
    found = extract(text, "es", facts)
    squeezed = "".join(prepare(text).text.split())
    for name in QUOTED:
        assert "".join(found.get(name, "").split()).rstrip("]") in squeezed, name
    digits = prepare(text).folded
    assert all(str(abs(port)) in digits for port in found.get("port", []))


@pytest.mark.parser
@parser_property
@given(ADDRESS, st.sampled_from(ASKED), st.sampled_from(LANGUAGES))
def test_an_address_in_a_sentence_is_found(facts: Facts, address: str, sentence: str, lang: str) -> None:
    """An ordinary address in an ordinary sentence comes out as it stands, with its domain."""
    found = extract(sentence.format(address), lang, facts)
    assert found["email"] == address
    assert found["domain"] == address.rpartition("@")[2]


@pytest.mark.parser
@parser_property
@given(st.lists(st.sampled_from((25, 110, 143, 465, 587, 993, 995, 2525)), min_size=1, max_size=4, unique=True))
def test_ports_after_their_word_are_found(facts: Facts, ports: list[int]) -> None:
    """Ports listed after the word are found in the order in which they stand."""
    listed = ", ".join(map(str, ports))
    for sentence in ("¿puerto {}?", "which port: {}", "le port {} ne va pas", "Port {} geht nicht", "porta {}"):
        assert extract(sentence.format(listed), "es", facts)["port"] == ports


@pytest.mark.parser
@parser_property
@given(
    st.lists(DOMAIN.map("include:{}".format) | st.sampled_from(("mx", "a", "ip4:192.0.2.1")), max_size=6),
    st.sampled_from(("-all", "~all", "?all")),
)
def test_a_record_in_a_sentence_is_found(facts: Facts, terms: list[str], last: str) -> None:
    """An SPF record comes out whole, and without the words after it."""
    record = " ".join(["v=spf1", *terms, last])
    for sentence in ("¿está bien {}?", "tengo «{}» y rebota", "{} is that ok", 'TXT "{}"'):
        assert extract(sentence.format(record), "es", facts)["spf"] == record


@pytest.mark.parser
@parser_property
@given(SOUP)
def test_what_lies_beyond_the_cap_changes_nothing(facts: Facts, text: str) -> None:
    """The slots of a long question are those of its first characters."""
    long = (text + " ") * (MAX_CHARS // (len(text) + 1) + 1)
    assert extract(long + " ana@ejemplo.com", "es", facts) == extract(long[:MAX_CHARS], "es", facts)


@pytest.mark.parser
@parser_property
@given(st.text(max_size=600) | st.lists(st.sampled_from(WORDS) | LINE, max_size=20).map("\n".join))
def test_a_block_and_its_question_are_the_whole_message(text: str) -> None:
    """At most one block is set aside; it is text of the message, and every visible character is kept once."""
    pasted = set_aside(text)
    plain = text.replace("\r\n", "\n").replace("\r", "\n")
    assert len(pasted.blocks) <= 1
    assert all(block in plain for block in pasted.blocks.values())
    both = "".join(pasted.blocks.values()) + pasted.rest
    assert sorted("".join(both.split())) == sorted("".join(text.split()))
    assert fits(text, 600)


@pytest.mark.parser
@parser_property
@given(LINE.filter(str.strip), st.lists(ADDRESS, min_size=3, max_size=8, unique=True), st.sampled_from(["\n", "\r\n"]))
def test_a_block_below_a_question_is_set_aside(question: str, addresses: list[str], end: str) -> None:
    """A list of addresses, cards and headers below a line of text are taken out as they are; the line stays."""
    assume("@" not in question and not set(question) & set(":;,|\t") and question.isprintable())
    assume("message" not in set_aside(f"{question}\n\nx").blocks)  # «Mail delivery failed» is a bounce's own first line
    cards = [f"BEGIN:VCARD\nVERSION:3.0\nFN:x\nEMAIL:{address}\nEND:VCARD" for address in addresses]
    headers = [f"Received: from a by b; {addresses[0]}", f"From: {addresses[1]}", f"To: {addresses[2]}", "", "Hola"]
    for name, lines in (("csv", addresses), ("vcard", cards), ("message", headers)):
        block = "\n".join(lines)
        pasted = set_aside(end.join([question, *block.split("\n")]))
        assert (pasted.rest, dict(pasted.blocks)) == (question.strip(), {name: block})


@pytest.mark.parser
@parser_property
@given(st.text(max_size=300) | SOUP | st.lists(ADDRESS, max_size=6).map("; ".join))
def test_recipients_are_a_piece_of_the_message(text: str) -> None:
    """The list of recipients is text of the message with at least two @, or there is none."""
    found = find_recipients(text)
    assert found is None or (found in text and found.count("@") >= 2)
