"""Yes, no, «no lo sé», «cancelar», «la segunda», in all five languages at once."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any

import yaml

from soluciones.answer.steps.small_talk import words

_MAX_WORDS = 6
"""«no importa» cancels; a long sentence with these words in it does not."""


@cache
def _data() -> tuple[
    Mapping[str, frozenset[str]], frozenset[str], Mapping[str, int], frozenset[str], tuple[str, ...], frozenset[str]
]:
    raw: dict[str, Any] = yaml.safe_load(
        resources.files("soluciones.answer").joinpath("data/dialogue.yml").read_text("utf-8")
    )
    sets = {
        name: frozenset(" ".join(words(line)) for line in raw[name].split("\n"))
        for name in ("cancel", "yes", "no", "unknown")
    }
    ordinals = {word: place for place, line in enumerate(raw["ordinals"]) for word in line.split()}
    openers = tuple(" ".join(words(line)) for line in raw["explain"].split("\n"))
    firsts, beside = frozenset(words(raw["interrogatives"])), frozenset(words(raw["beside"]))
    return sets, firsts, ordinals, beside, openers, frozenset(words(raw["differ"]))


def _is(name: str, text: str) -> bool:
    tokens = words(text)
    return len(tokens) <= _MAX_WORDS and " ".join(tokens) in _data()[0][name]


def is_cancel(text: str) -> bool:
    """«cancelar», «déjelo», "never mind"…: the whole message."""
    return _is("cancel", text)


def is_yes(text: str) -> bool:
    """A plain yes."""
    return _is("yes", text) or words(text)[:1] in (["si"], ["yes"], ["oui"], ["ja"])


def is_no(text: str) -> bool:
    """A plain no."""
    return _is("no", text) or (words(text)[:1] in (["no"], ["non"], ["nein"]) and not _is("unknown", text))


def is_unknown(text: str) -> bool:
    """«no lo sé»."""
    return _is("unknown", text)


def ordinal(text: str) -> int | None:
    """Place (from 0) of «la segunda», «opción 2», "2"; None when the message is not one."""
    ordinals, beside = _data()[2], _data()[3]
    tokens = [word for word in words(text)[:_MAX_WORDS] if word not in beside]
    return ordinals.get(tokens[0]) if len(tokens) == 1 else None


def asks_back(text: str) -> bool:
    """Whether the message is a question itself."""
    tokens = words(text)
    return len(tokens) >= 3 and ("?" in text or "¿" in text or tokens[0] in _data()[1])


def wants_explanation(text: str) -> bool:
    """Whether a question asks what something is, why, or how things differ, and not for something to be done."""
    tokens = words(text)
    line = " ".join(tokens)
    return any(line.startswith(f"{phrase} ") for phrase in _data()[4]) or not _data()[5].isdisjoint(tokens)
