"""Small parts: languages, snippets, forms, links, tokens, serving."""

from __future__ import annotations

import json
import os
import socket
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from soluciones.settings import Settings
from soluciones.webapp import languages, serve
from soluciones.webapp.downloads import Ticket, TokenError, Tokens
from soluciones.webapp.forms import fields, slots_from
from soluciones.webapp.highlight import snippet
from soluciones.webapp.json_provider import clean_text

TEXT = st.text(max_size=600)


@given(TEXT, TEXT)
@settings(max_examples=300, deadline=None)
def test_a_snippet_is_a_piece_of_its_text(text: str, query: str) -> None:
    """The pieces of a snippet, without the dots that stand for what is left out, are a stretch of the text."""
    pieces = snippet(text, query)
    shown = "".join(piece.text for piece in pieces if piece.text not in ("… ", " …"))
    assert shown in " ".join(text.split())
    assert len(shown) <= 270


@pytest.mark.parametrize(
    ("text", "query", "marked"),
    [
        ("Use el puerto 993 con IMAP.", "qué puerto imap uso", ["puerto", "IMAP"]),
        ("La configuración del correo", "configuracion", ["configuración"]),
        ("Cambie la contraseña con calma", "con", []),
        ("Los puertos 25 y 587", "puerto 25", ["puertos", "25"]),
    ],
)
def test_snippets_mark_the_words_of_the_question(text: str, query: str, marked: list[str]) -> None:
    """Words match without accents and in other numbers; small words are not marked."""
    assert [piece.text for piece in snippet(text, query) if piece.marked] == marked


def test_a_long_passage_is_shown_where_the_words_are() -> None:
    """The snippet begins near the words that were asked for."""
    text = "relleno " * 100 + "el puerto seguro es 993 " + "relleno " * 100
    shown = "".join(piece.text for piece in snippet(text, "puerto seguro"))
    assert "puerto seguro es 993" in shown
    assert shown.startswith("… ")
    assert shown.endswith(" …")


@given(st.dictionaries(st.text(max_size=10), st.text(max_size=30), max_size=6), st.text(max_size=40))
@settings(max_examples=150, deadline=None)
def test_tokens_say_what_they_were_made_of(
    tmp_path_factory: pytest.TempPathFactory, slots: dict[str, str], name: str
) -> None:
    """A ticket survives its token, whatever text is in it, and the token is plain ASCII."""
    tokens = Tokens(tmp_path_factory.getbasetemp() / "keys")
    ticket = Ticket("ports", {clean_text(k): clean_text(v) for k, v in slots.items()}, "es", clean_text(name))
    token = tokens.make(ticket)
    assert token.isascii()
    assert tokens.read(token) == ticket


@given(st.text(max_size=200))
@settings(max_examples=150, deadline=None)
def test_made_up_tokens_are_refused(tmp_path_factory: pytest.TempPathFactory, token: str) -> None:
    """Nothing but a token of ours is read, and nothing else is raised."""
    with pytest.raises(TokenError):
        Tokens(tmp_path_factory.getbasetemp() / "keys").read(token)


def test_another_servers_token_is_refused(tmp_path: Path) -> None:
    """A token of another key is no token."""
    token = Tokens(tmp_path / "a").make(Ticket("ports", {}, "es", "x"))
    with pytest.raises(TokenError):
        Tokens(tmp_path / "b").read(token)


SCHEMA = {
    "type": "object",
    "properties": {
        "port": {"type": "array", "items": {"type": "integer"}},
        "proto": {"type": "array", "items": {"oneOf": [{"const": "imap", "title": "IMAP"}, {"const": "smtp"}]}},
        "count": {"type": "integer"},
        "sure": {"type": "boolean"},
        "email": {"type": "string", "maxLength": 320, "examples": ["ana@ejemplo.com"]},
        "kind": {"type": "string", "enum": ["a", "b"], "default": "b"},
        "text": {"type": "string", "maxLength": 4000},
    },
    "required": ["email"],
}


def test_a_schema_becomes_fields() -> None:
    """Every type has its kind of field; what is known fills it."""
    shown = {item.name: item for item in fields(SCHEMA, {"port": [25, 465], "proto": ["imap"]})}
    kinds = ["list", "choices", "number", "switch", "text", "radios", "long"]
    assert [item.kind for item in shown.values()] == kinds
    assert shown["port"].value == "25, 465"
    assert shown["proto"].chosen == ("imap",)
    assert shown["proto"].options == (("imap", "IMAP"), ("smtp", "smtp"))
    assert shown["kind"].value == "b"
    assert (shown["email"].required, shown["email"].input_mode, shown["email"].example) == (
        True,
        "email",
        "ana@ejemplo.com",
    )


def test_a_posted_form_becomes_slots() -> None:
    """Values come back as their types; blanks are left out; what does not fit is handed on for the tool to judge."""
    form = {
        "port": ["25, 465; x"],
        "proto": ["imap", "smtp"],
        "count": ["many"],
        "sure": ["1"],
        "email": [" "],
        "_kept": ['{"client": "ios"}'],
        "strange": ["x"],
    }
    slots = slots_from(SCHEMA, form, json.loads)
    assert slots == {
        "client": "ios", "port": [25, 465, "x"], "proto": ["imap", "smtp"], "count": "many", "sure": True,
    }  # fmt: skip


def test_tags_are_known_by_their_language() -> None:
    """Regions and case do not matter; languages we do not speak are unknown."""
    assert [languages.known(tag) for tag in ("es", "ES-mx", "de_CH", "pt", "", None)] == ["es", "es", "de", "", "", ""]


def test_settings_reach_worker_processes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the command line said is what a fresh process reads from its environment."""
    for name in list(os.environ):
        if name.startswith("SOLUCIONES_"):
            monkeypatch.delenv(name)
    given = Settings(state=tmp_path, port=8123, trusted_hosts=["a.example", "b.example"], threads=3)
    for name in given.model_dump():
        monkeypatch.setenv(f"SOLUCIONES_{name.upper()}", "")  # so that monkeypatch puts everything back
    serve._to_environment(given)
    assert Settings() == given  # type: ignore[call-arg]


def test_a_taken_port_is_refused_with_a_hint() -> None:
    """A second server on the same port says so instead of sharing it."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        with pytest.raises(serve.PortTaken) as caught:
            serve._check_free("127.0.0.1", other.getsockname()[1])
    assert "--port" in caught.value.hint
