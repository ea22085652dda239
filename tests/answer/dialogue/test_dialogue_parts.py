"""The parts of a dialogue: words, replies, blocks, and what is remembered."""

from __future__ import annotations

import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from soluciones.answer.dialogue.pending import (
    MAX_DEPTH,
    MAX_DIGRESSIONS,
    MAX_SLOT_CHARS,
    Pending,
    digressed,
    failed,
    from_json,
    opened,
    small,
)
from soluciones.answer.dialogue.reply import read_reply
from soluciones.answer.dialogue.words import asks_back, is_cancel, is_no, is_unknown, is_yes, ordinal, wants_explanation
from soluciones.answer.slots import extract
from soluciones.answer.slots.blocks import MAX_PASTE_CHARS, find_recipients, set_aside
from soluciones.answer.tools.base import ToolContext
from soluciones.answer.tools.registry import TOOLS
from soluciones.answer.types import ToolResult
from soluciones.i18n import Catalogue
from soluciones.kb.facts import Facts
from soluciones.kb.site import Site
from tests.parser_property import parser_property

HERE = Path(__file__).parent
CONTENT = HERE.parents[2] / "content"
REPLIES = yaml.safe_load((HERE / "replies.yml").read_text("utf-8"))
BLOCKS = yaml.safe_load((HERE / "blocks.yml").read_text("utf-8"))


@pytest.fixture(scope="module")
def context() -> ToolContext:
    """Spanish, the real tenant."""
    facts, site = (yaml.safe_load((CONTENT / name).read_text("utf-8")) for name in ("facts.yml", "site.yml"))
    return ToolContext("es", Facts.model_validate(facts), Site.model_validate(site), Catalogue())


@pytest.mark.parametrize("case", REPLIES, ids=lambda c: f"{c['slot']}-{c['say']}")
def test_a_reply_gives_the_slot(case: dict[str, Any], context: ToolContext) -> None:
    """What people write as an answer is read as the value; what is none is not."""
    found = extract(case["say"], "es", context.facts)
    reply = read_reply(TOOLS[case["tool"]], case["slot"], case["say"], found, context)
    assert (reply or {}).get(case["slot"]) == case["value"]


@pytest.mark.parametrize("case", BLOCKS, ids=lambda c: c["text"][:30])
def test_blocks_are_set_aside(case: dict[str, Any]) -> None:
    """Headers, bounces, cards and rows are told from chatter with line breaks; the question around them stays."""
    pasted = set_aside(case["text"])
    assert list(pasted.blocks) == ([case["block"]] if case["block"] else [])
    if case["block"]:
        assert pasted.rest == case["rest"]


@pytest.mark.parser
@parser_property
@given(st.text(max_size=600))
def test_setting_aside_loses_nothing(text: str) -> None:
    """Whatever is pasted, every visible character is either in the question or in the block."""
    pasted = set_aside(text)
    both = "".join(pasted.blocks.values()) + pasted.rest
    assert sorted("".join(both.split())) == sorted("".join(text.split()))


@pytest.mark.parametrize(
    "piece", ["a: b\n", "a;b\n", "BEGIN:VCARD\n", "x@y\n", "\n", "Received:", "a@b ", "para: ", "<"]
)
def test_blocks_are_found_in_linear_time(piece: str) -> None:
    """The largest paste of the worst kind takes a fraction of a second."""
    text = (piece * MAX_PASTE_CHARS)[:MAX_PASTE_CHARS]
    start = time.perf_counter()
    set_aside(text)
    find_recipients(text)
    assert time.perf_counter() - start < 1.0


def test_recipients_run_from_the_first_address_to_the_last() -> None:
    """Names and a label before the first address belong to the list, the question does not."""
    assert find_recipients("¿cómo pongo ana@a.com y luis@b.com?") == "ana@a.com y luis@b.com"
    assert find_recipients("reparte esto. Para: Ana Núñez <ana@a.com>; luis@b.com") == (
        "Para: Ana Núñez <ana@a.com>; luis@b.com"
    )
    assert find_recipients("solo ana@a.com") is None


@pytest.mark.parametrize(
    "text", ["cancelar", "Cancelar.", "déjalo", "never mind", "annuler", "abbrechen", "lascia perdere"]
)
def test_cancelling_in_five_languages(text: str) -> None:
    """The whole message cancels; a sentence with the word in it does not."""
    assert is_cancel(text)
    assert not is_cancel(f"¿cómo puedo {text} la suscripción a una lista de correo que no quiero?")


def test_yes_no_and_unknown() -> None:
    """«no lo sé» is neither yes nor no."""
    assert is_yes("sí, claro") and is_yes("Ja") and not is_yes("no")
    assert is_no("no, gracias") and is_no("Nein") and not is_no("no lo sé")
    assert is_unknown("no lo sé") and is_unknown("weiß nicht") and not is_unknown("no")


def test_ordinals_and_questions() -> None:
    """«la segunda» is a choice; a question back is none."""
    assert (ordinal("la segunda"), ordinal("opción 3"), ordinal("first"), ordinal("tengo dos dominios")) == (
        1,
        2,
        0,
        None,
    )
    assert asks_back("¿qué es un dominio?") and asks_back("what is an SPF record") and not asks_back("ejemplo.com")


def _asked(asks: str, **slots: Any) -> ToolResult:
    return ToolResult("spf", "need_input", "¿?", slots=slots, asks=asks)


def test_the_stack_is_bounded_and_counts() -> None:
    """At most two tools wait; the same question again counts as a failure; an answered tool leaves."""
    stack = opened((), _asked("domain"))
    stack = opened(stack, _asked("domain"))
    assert (len(stack), stack[-1].failures) == (1, 1)
    assert opened(stack, _asked("registrar"))[-1].failures == 0
    assert opened(stack, ToolResult("spf", "ok", "")) == ()
    for tool in ("a", "b", "c"):
        stack = opened(stack, ToolResult(tool, "need_input", "¿?", asks="x"))
    assert len(stack) == MAX_DEPTH
    assert failed(stack)[-1].failures == stack[-1].failures + 1
    for _ in range(MAX_DIGRESSIONS):
        stack = digressed(stack)
    assert len(stack) == MAX_DEPTH - 1


def test_only_small_plain_values_are_kept() -> None:
    """Files and long pastes are not remembered between two messages."""
    kept = small({"domain": "ejemplo.com", "vcard": b"x", "csv": {"base64": "x"}, "message": "x" * MAX_SLOT_CHARS})
    assert kept == {"domain": "ejemplo.com"}


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5),
        lambda x: (
            st.lists(x, max_size=3)
            | st.dictionaries(st.sampled_from(["tool", "asks", "slots", "failures", "digressions", "?"]), x, max_size=5)
        ),
    )
)
def test_stored_dialogues_are_read_or_dropped(raw: Any) -> None:
    """Whatever stands in the database, reading it never fails and never exceeds the bound."""
    assert len(from_json(raw)) <= MAX_DEPTH


def test_a_stored_dialogue_comes_back() -> None:
    """What is written is read again."""
    stack = (Pending("spf", "domain", {"registrar": "wix"}, 1, 1),)
    assert from_json([asdict(item) for item in stack]) == stack


def test_explanations_are_told_from_wishes() -> None:
    """«¿qué es…?» asks nobody for a value; «compruebe…» and a symptom do."""
    for text in ("¿Qué es un registro SPF?", "Was ist DMARC?", "¿qué diferencia hay entre CC y CCO?", "why SPF?"):
        assert wants_explanation(text)
    for text in ("mis correos llegan a spam", "comprueba mi SPF", "¿Cómo creo una dirección?", "check my domain"):
        assert not wants_explanation(text)
