"""Which questions stand below an answer."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from web_fake import GUIDES, FakeService

from soluciones.answer.service import AskRequest
from soluciones.answer.types import Answer, ToolResult
from soluciones.webapp.chat.follow_ups import MOST, follow_ups

PORTS = replace(
    GUIDES[0],
    questions=(
        "¿Qué puerto uso para IMAP?",
        "¿Cuál es el puerto SMTP para enviar correos?",
        "puertos",
        "¿Con qué puerto IMAP me quedo?",
        "¿465 o 587?",
        "¿Pongo SSL/TLS o STARTTLS?",
        "¿Puedo enviar por el puerto 25?",
    ),
)
CREATE = replace(GUIDES[1], questions=("¿Cómo creo una dirección?", "¿Cómo borro un buzón?"))
STEP = {"label": "Enviar", "question": "¿Qué puerto SMTP para enviar correos?"}
LONG = replace(GUIDES[1], questions=("¿Qué hago si " + "de verdad " * 20 + "no sé nada?",))


def answer(**more: Any) -> Answer:
    """An answer of the fake service."""
    found, _ = FakeService().ask(AskRequest("hola"))
    return replace(found, **more)


def test_the_guides_own_questions_come_first() -> None:
    """Three of the guide, one of its neighbour; the one just asked, its likes and mere words are left out."""
    found = follow_ups(answer(), "que puerto usar en imap", [PORTS, CREATE], "es")
    assert found == (
        "¿Cuál es el puerto SMTP para enviar correos?",
        "¿465 o 587?",
        "¿Pongo SSL/TLS o STARTTLS?",
        "¿Cómo creo una dirección?",
    )
    assert len(found) <= MOST


def test_what_a_tool_offers_is_not_offered_twice() -> None:
    """The questions on a tool's card count towards the most, and their likes are left out."""
    tool = ToolResult("ports", "ok", "x", next=(STEP,))
    found = follow_ups(answer(tools=(tool,)), "puerto imap", [PORTS, CREATE], "es")
    assert len(found) == MOST - 1
    assert not any("SMTP" in text for text in found)


@pytest.mark.parametrize("status", ["clarify", "no_answer", "handoff", "chat"])
def test_only_answers_have_them(status: str) -> None:
    """Without an answer there are other ways on."""
    assert follow_ups(answer(status=status), "hola", [PORTS], "es") == ()


def test_other_languages_and_long_questions_are_not_offered() -> None:
    """A Spanish question on a German page would only confuse; a chip has two lines."""
    assert follow_ups(answer(), "port", [PORTS], "de") == ()
    assert follow_ups(answer(), "hola", [LONG], "es") == ()
    assert follow_ups(answer(), "hola", [], "es") == ()
    assert follow_ups(answer(), "", [PORTS], "es")


def test_the_same_question_gets_the_same_ones() -> None:
    """Nothing is left to chance."""
    assert len({follow_ups(answer(), "imap", [PORTS, CREATE], "es") for _ in range(5)}) == 1
