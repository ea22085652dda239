"""The blind set of tool utterances keeps its bytes and halves, and the committed figures hold on the real model."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from typing import Any

import pytest

from bench.intents import RESULT, UTTERANCES, Outcome, read_utterances, report, run
from soluciones.answer.answerer import Answerer
from soluciones.answer.tools.registry import TOOLS

DIGEST = "8c90a702dbffbfbebf75e9230d80a18b707b4c07e09cab2a999bd871c29948ce"
SET = read_utterances()
SLACK = 0.01
"""What a figure may differ from the committed one: some six utterances, for another processor's rounding."""


@pytest.fixture(scope="module")
def committed() -> dict[str, Any]:
    """The result file."""
    return dict(json.loads(RESULT.read_text("utf-8")))


@pytest.fixture(scope="module")
def outcomes(service: Answerer) -> tuple[Outcome, ...]:
    """Every utterance asked once."""
    return run(service, SET)


def test_set_is_the_one_that_was_written_blind(committed: dict[str, Any]) -> None:
    """Not a byte has changed, and the result file was measured on these bytes."""
    assert hashlib.sha256(UTTERANCES.read_bytes()).hexdigest() == DIGEST
    assert committed["utterances"] == DIGEST


def test_set_covers_every_tool_and_language() -> None:
    """At least twenty utterances for each tool, ten of them Spanish, and a hundred out of scope, half near misses."""
    tools = Counter(u.tool for u in SET)
    assert set(tools) == {None, *TOOLS}
    assert all(tools[tool] >= 20 for tool in TOOLS)
    for tool in TOOLS:
        langs = Counter(u.lang for u in SET if u.tool == tool)
        assert langs["es"] >= 10
        assert all(langs[lang] >= 2 for lang in ("en", "fr", "de", "it"))
    assert tools[None] >= 100
    assert sum(u.kind == "near_miss" for u in SET) * 2 >= tools[None]
    assert len({u.id for u in SET}) == len(SET)


def test_halves_are_those_of_the_readme() -> None:
    """The first hex digit of the id's SHA-256 decides: even is tuning, odd is reporting."""
    for u in SET:
        even = hashlib.sha256(u.id.encode()).hexdigest()[0] in "02468ace"
        assert u.half == ("tuning" if even else "reporting")
    assert Counter(u.half for u in SET) == {"tuning": 298, "reporting": 289}


def test_committed_figures_reach_the_goals(committed: dict[str, Any]) -> None:
    """Right tool first ≥ 95 %, in the first three ≥ 99 %, at most 5 % of out-of-scope utterances shown a tool."""
    everything = committed["all"]
    assert everything["first"] >= 0.95
    assert everything["first3"] >= 0.99
    assert everything["foreign_shown"] <= 0.05
    assert committed["blind"]["all"]["first"] < everything["first"]


@pytest.mark.model
def test_figures_are_those_that_were_committed(outcomes: tuple[Outcome, ...], committed: dict[str, Any]) -> None:
    """Measured anew, no figure of the whole or of a half is worse than the committed one by more than the slack."""
    now = report(outcomes)
    pairs = [(now["all"], committed["all"])]
    pairs += [(now["half"][half], committed["half"][half]) for half in committed["half"]]
    for measured, promised in pairs:
        for name in ("first", "first3", "shown", "shown_or_offered"):
            assert measured[name] >= promised[name] - SLACK, (name, measured, promised)
        for name in ("wrong_shown", "foreign_shown"):
            assert measured[name] <= promised[name] + 2 * SLACK, (name, measured, promised)


@pytest.mark.model
def test_probabilities_can_be_believed(outcomes: tuple[Outcome, ...], committed: dict[str, Any]) -> None:
    """Accuracy ≥ 90 %, calibration error ≤ 5 %, AUROC ≥ 0.97, as in the committed calibration report."""
    for figures in (report(outcomes)["calibration"]["all"], committed["calibration"]["all"]):
        assert figures["accuracy"] >= 0.90
        assert figures["ece"] <= 0.05
        assert figures["auroc"] >= 0.97
