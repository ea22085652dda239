"""Likeness to examples, and what cues, guides and values add to it; on a toy encoder with one direction per topic."""

from __future__ import annotations

import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from soluciones.answer import likeness
from soluciones.answer.calibration import Logistic
from soluciones.answer.intents import HARD_MINIMUM, IntentMatcher, IntentScore
from soluciones.answer.likeness import Example, Likeness
from soluciones.index.types import Vectors
from soluciones.kb.intents import Intent

SURE = Logistic(("total", "none"), (12.0, -8.0), -3.0, (0.0, 0.0), (1.0, 1.0))
TOPICS = {"puerto": 0, "imap": 0, "contrasena": 1, "clave": 1, "contactos": 2, "agenda": 2, "pizza": 3, "tiempo": 3}


def encode(text: str) -> Vectors:
    """A unit vector: a common part, as encoders have it, and the topics of the words."""
    vector = np.full(5, 0.1, dtype=np.float32)
    vector[4] = 1.0
    for word in text.lower().split():
        if word.strip("¿?.") in TOPICS:
            vector[TOPICS[word.strip("¿?.")]] += 1.0
    return np.asarray(vector / np.linalg.norm(vector), dtype=np.float32)


class Encoded:
    """A snapshot that knows every text, or none."""

    def __init__(self, known: bool = True) -> None:
        self._known = known

    def query_vector(self, text: str) -> Vectors | None:
        """The toy vector."""
        return encode(text) if self._known else None


def intent(name: str, examples: list[str], **more: object) -> Intent:
    """An intent with its own tool and guide."""
    return Intent.model_validate(
        {"id": name, "tool": name, "guides": [f"g-{name}"], "examples": {"es": examples}, **more}
    )


INTENTS = (
    intent("ports", ["qué puerto uso", "puerto para imap", "imap seguro"], cues=[r"\bpuerto\b"], slots=["port"]),
    intent("password", ["cambiar la clave", "nueva contrasena del correo", "clave olvidada"], slots=["email"]),
    intent(
        "contacts", ["juntar contactos", "agenda repetida"], slots=["email", "vcard"], hard_slots=["vcard", "email"]
    ),
)
NONE = ["una pizza", "el tiempo de hoy", "pizza a domicilio"]


@pytest.fixture(scope="module")
def matcher() -> IntentMatcher:
    """The three intents over the toy encoder."""
    return IntentMatcher(INTENTS, NONE, Encoded(), SURE)


def ask(
    matcher: IntentMatcher, text: str, slots: dict[str, object] | None = None, guides: tuple[str, ...] = ()
) -> tuple[IntentScore, ...]:
    """All scores."""
    return matcher.match(text, encode(text), slots or {}, guides)


def of(scores: tuple[IntentScore, ...], name: str) -> IntentScore:
    """One intent's."""
    return next(score for score in scores if score.intent.id == name)


def test_each_question_finds_its_intent(matcher: IntentMatcher) -> None:
    """A question about a topic finds that topic's intent first, and surely."""
    for text, wanted in (("el puerto imap", "ports"), ("mi clave", "password"), ("contactos", "contacts")):
        best = ask(matcher, text)[0]
        assert (best.intent.id, best.probability > 0.5) == (wanted, True)


def test_what_belongs_to_nobody_is_improbable(matcher: IntentMatcher) -> None:
    """A question like the foreign ones leaves every intent unlikely."""
    assert all(score.probability < 0.3 for score in ask(matcher, "quiero una pizza"))


def test_probabilities_share_one_whole(matcher: IntentMatcher) -> None:
    """Only one tool can be meant: all probabilities together are at most 1, in falling order."""
    for text in ("el puerto imap", "clave o puerto", "pizza", ""):
        found = [score.probability for score in ask(matcher, text)]
        assert sum(found) <= 1.0 + 1e-6
        assert found == sorted(found, reverse=True)


def test_spelling_counts_where_meaning_says_nothing(matcher: IntentMatcher) -> None:
    """«contrasenna» is no word the encoder knows; its letters still find the intent."""
    assert "contrasenna" not in TOPICS
    assert ask(matcher, "contrasenna")[0].intent.id == "password"


def test_cues_guides_and_values_add_up(matcher: IntentMatcher) -> None:
    """A cue, the intent's guide among the first found and a value it takes each raise its total."""
    plain = of(ask(matcher, "algo con imap"), "ports").features["total"]
    assert of(ask(matcher, "algo con imap", {"port": [993]}), "ports").features["total"] > plain
    first = of(ask(matcher, "algo con imap", guides=("g-ports",)), "ports").features["total"]
    second = of(ask(matcher, "algo con imap", guides=("x", "g-ports")), "ports").features["total"]
    assert first > second > plain
    assert of(ask(matcher, "puerto"), "ports").features["cue"] == 1.0
    shared = of(ask(matcher, "x", {"email": "a@b.es"}), "password").features["slot"]
    assert shared == 0.5, "two intents take an address, so it says half as much"


def test_a_pasted_block_opens_its_tool_an_address_only_what_is_meant(matcher: IntentMatcher) -> None:
    """A vCard opens its tool whatever the words say; an address needs a little intent too."""
    pasted = ask(matcher, "mira mi clave", {"vcard": "BEGIN:VCARD"})[0]
    assert (pasted.intent.id, pasted.hard) == ("contacts", True)
    unmeant = of(ask(matcher, "clave", {"email": "a@b.es"}), "contacts")
    assert unmeant.probability < HARD_MINIMUM
    assert not unmeant.hard
    assert of(ask(matcher, "mis contactos", {"email": "a@b.es"}), "contacts").hard


def test_nothing_to_learn_from_matches_nothing() -> None:
    """Without intents, without vectors, or without the question's vector, no intent is found."""
    assert IntentMatcher((), NONE, Encoded(), SURE).match("puerto", encode("puerto"), {}) == ()
    assert IntentMatcher(INTENTS, NONE, Encoded(known=False), SURE).match("puerto", encode("puerto"), {}) == ()
    assert IntentMatcher(INTENTS, NONE, Encoded(), SURE).match("puerto", None, {}) == ()


def test_one_intent_with_one_example_works() -> None:
    """The smallest tenant: no near misses, nothing foreign."""
    small = IntentMatcher(INTENTS[:1], (), Encoded(), SURE)
    assert [score.intent.id for score in ask(small, "puerto imap")] == ["ports"]


def test_left_out_scores_are_those_of_a_fit_without_the_example() -> None:
    """The closed form equals solving anew with the example struck from the kernel."""
    texts = [(text, number) for number, it in enumerate(INTENTS) for text in it.examples["es"]]
    known = [Example(text, encode(text), label) for text, label in [*texts, *((text, None) for text in NONE)]]
    model = Likeness(known, len(INTENTS))
    kernel, targets = np.asarray(model._kernel, dtype=np.float64), np.asarray(model._targets, dtype=np.float64)
    for left, closed in enumerate(model.leave_one_out()):
        rest = [row for row in range(len(known)) if row != left]
        weights = np.linalg.solve(kernel[np.ix_(rest, rest)], targets[rest])
        assert np.allclose(closed, kernel[left, rest] @ weights, atol=1e-4)


def test_two_fits_are_equal_to_the_last_bit() -> None:
    """The same examples give the same scores; nothing depends on hashing seeds or order of sets."""
    one, two = (IntentMatcher(INTENTS, NONE, Encoded(), SURE) for _ in range(2))
    assert [s.probability for s in ask(one, "el puerto")] == [s.probability for s in ask(two, "el puerto")]


@settings(max_examples=200, deadline=None)
@given(st.lists(st.text(max_size=60), min_size=1, max_size=4))
def test_runs_of_letters_are_counted_text_by_text(texts: list[str]) -> None:
    """Counting all texts in one pass gives what counting each alone gives: no run reaches over a border."""
    together = likeness._counts(texts)
    assert together.shape == (len(texts), likeness.CELLS)
    assert (together == np.concatenate([likeness._counts([text]) for text in texts])).all()


@pytest.mark.parametrize("text", ["", " ", "\ud800", "\0", "ñ" * 50_000, "a " * 25_000, "@" * 50_000, "🦄" * 10_000])
def test_hostile_texts_are_scored_at_once(matcher: IntentMatcher, text: str) -> None:
    """Nothing raises, every score is a number, 50 KB take less than a second."""
    started = time.perf_counter()
    scores = matcher.match(text, encode("x"), {}, ())
    assert time.perf_counter() - started < 1.0
    assert all(np.isfinite(score.probability) for score in scores)
