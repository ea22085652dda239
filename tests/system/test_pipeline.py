"""The pipeline on the real index: its cost, its order, its honesty."""

from __future__ import annotations

import pytest

from soluciones.answer.answerer import Answerer
from soluciones.answer.pipeline import STEPS
from soluciones.answer.service import AskRequest, ConversationState
from soluciones.index.embedded import EmbeddedEngine
from soluciones.index.keyword.search import KeywordIndex

pytestmark = pytest.mark.model


def test_one_question_costs_one_encoding_and_one_keyword_search(
    service: Answerer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever steps follow, the model and the keyword index are each asked once."""
    calls: list[str] = []
    searched, likened = KeywordIndex.search, EmbeddedEngine._likeness

    def search(self: KeywordIndex, *args: object, **more: object) -> object:
        calls.append("keyword")
        return searched(self, *args, **more)  # type: ignore[arg-type]

    def likeness(self: EmbeddedEngine, text: str, given: object) -> object:
        calls.append("encode" if given is None else "given")
        return likened(self, text, given)  # type: ignore[arg-type]

    monkeypatch.setattr(KeywordIndex, "search", search)
    monkeypatch.setattr(EmbeddedEngine, "_likeness", likeness)
    service.ask(AskRequest("¿Qué puerto uso para enviar por SMTP?"))
    assert sorted(calls) == ["encode", "keyword"]


def test_every_step_is_timed(service: Answerer) -> None:
    """``took_ms`` has an entry for each step of the list, in its order."""
    answer, _ = service.ask(AskRequest("¿Qué puerto uso para enviar?"))
    assert list(answer.took_ms) == [step.__name__ for step in STEPS]


def test_small_talk_is_not_searched(service: Answerer) -> None:
    """«Hola» is answered before anything is looked up."""
    answer, _ = service.ask(AskRequest("hola"))
    assert answer.status == "chat"
    assert "retrieve" not in answer.took_ms
    assert answer.choices


def test_a_wish_for_a_person_is_a_hand_off(service: Answerer) -> None:
    """«quiero hablar con una persona» ends in a hand-off, in the visitor's language."""
    answer, _ = service.ask(AskRequest("ich möchte mit einem Menschen sprechen", "es"))
    assert (answer.status, answer.lang) == ("handoff", "de")


def test_procedures_are_shown_in_the_guides_order(service: Answerer) -> None:
    """How to send a product comes before how to receive it."""
    answer, _ = service.ask(AskRequest("¿Cómo transfiero un producto a otra organización?"))
    assert answer.citations[0].anchor == "generar-el-enlace"


def test_steps_are_whole(service: Answerer) -> None:
    """A procedure is shown with all its steps, as an ordered list."""
    answer, _ = service.ask(AskRequest("¿Cómo añado el SPF en Wix?"))
    steps = next(block for block in answer.answer if block.kind == "steps")
    guide = service.guide("spf-wix-jimdo")
    assert guide is not None
    section = next(s for s in guide.sections if s.anchor == answer.citations[steps.citation].anchor)
    assert steps.text in {block.text for block in section.blocks}
    assert steps.html.startswith("<ol")


def test_a_conversation_remembers_nothing_personal(service: Answerer) -> None:
    """The state after a question with an address holds neither the address nor its domain."""
    _, state = service.ask(AskRequest("¿es válida ana..lopez@ejemplo.com?"))
    assert "ana" not in str(state)
    assert "ejemplo" not in str(state)


def test_thanks_do_not_end_the_topic(service: Answerer) -> None:
    """After «gracias» a follow-up still leans on the last answered question."""
    state = ConversationState()
    for question in ("¿Qué puerto uso para recibir por IMAP?", "gracias"):
        _, state = service.ask(AskRequest(question, state=state))
    answer, _ = service.ask(AskRequest("¿y para enviar?", state=state))
    assert any("465" in block.text for block in answer.answer)


@pytest.mark.parametrize("text", ["zzzz qqqq", "asdfgh", "xyzzy plugh"])
def test_a_search_for_nothing_finds_nothing(service: Answerer, text: str) -> None:
    """Letters that mean nothing give an empty list, not the nearest vectors."""
    assert service.search(text).hits == ()


def test_suggestions_go_on_from_what_is_typed(service: Answerer) -> None:
    """Every typed word begins a word of each suggestion, and no guide fills the list alone."""
    found = service.suggest("puerto im")
    assert found
    assert all("puerto" in s.text.lower() and "im" in s.text.lower() for s in found)
    assert service.suggest("") == ()
