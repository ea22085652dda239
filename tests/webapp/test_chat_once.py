"""A question that is sent twice is answered once."""

from __future__ import annotations

import threading

import pytest

from soluciones.webapp.chat import once
from soluciones.webapp.chat.once import Once, key_of


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.at = 0.0

    def __call__(self) -> float:
        return self.at


def test_the_second_time_gets_the_first_answer() -> None:
    """The same key is worked out once, another key for itself, and no key always."""
    made: list[str] = []

    def make() -> str:
        made.append("x")
        return f"answer {len(made)}"

    kept = Once()
    assert kept.answer("a", make) == "answer 1"
    assert kept.answer("a", make) == "answer 1"
    assert kept.answer("b", make) == "answer 2"
    assert kept.answer("", make) == "answer 3"
    assert kept.answer("", make) == "answer 4"


def test_two_at_once_are_one() -> None:
    """A request that comes while the first is at work waits for it."""
    kept, began, go = Once(), threading.Event(), threading.Event()
    calls: list[int] = []

    def make() -> str:
        calls.append(1)
        began.set()
        assert go.wait(10)
        return "answer"

    found: list[str] = []
    threads = [threading.Thread(target=lambda: found.append(kept.answer("a", make))) for _ in range(4)]
    threads[0].start()
    assert began.wait(10)
    for thread in threads[1:]:
        thread.start()
    go.set()
    for thread in threads:
        thread.join(10)
    assert found == ["answer"] * 4
    assert len(calls) == 1


def test_a_failure_is_not_kept() -> None:
    """After an error the next request with the key is answered anew."""
    kept = Once()

    def broken() -> str:
        raise ValueError

    with pytest.raises(ValueError):
        kept.answer("a", broken)
    assert kept.answer("a", lambda: "well") == "well"


def test_it_forgets_by_time_number_and_size(monkeypatch: pytest.MonkeyPatch) -> None:
    """Old answers, the oldest of too many and those too large are not kept: memory stays bounded."""
    clock = Clock()
    kept = Once(clock)
    kept.answer("a", lambda: "1")
    clock.at = once.KEEP_SECONDS + 1
    assert kept.answer("a", lambda: "2") == "2"
    monkeypatch.setattr(once, "MAX_ANSWERS", 3)
    monkeypatch.setattr(once, "MAX_ONE", 100)
    monkeypatch.setattr(once, "MAX_CHARS", 150)
    for number in range(10):
        kept.answer(f"k{number}", lambda: "x" * 60)
    assert len(kept._entries) <= 3
    assert kept._chars <= 150
    kept.answer("large", lambda: "y" * 101)
    assert "large" not in kept._entries


@pytest.mark.parametrize("bad", ["", "short", "a" * 65, "a b c d e f g", "ñandúñandú", "../../../..", "x\n" * 8])
def test_only_ids_of_the_right_form_count(bad: str) -> None:
    """Anything else than 8 to 64 letters, digits, dashes and underscores gives no key: such a question is answered."""
    assert key_of(bad, "es", "q") == ""


def test_the_key_holds_the_question_too() -> None:
    """The same id with another question, conversation or language is another question."""
    good = "0123456789abcdef"
    keys = {key_of(good, *parts) for parts in (("es", "", "a"), ("en", "", "a"), ("es", "c", "a"), ("es", "", "b"))}
    assert len(keys) == 4
    assert key_of(good, "es", "", "a") in keys
