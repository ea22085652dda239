"""The intent files of the tools: enough examples of their own, cues that are bounded and precise."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from re import _constants, _parser  # type: ignore[attr-defined]
from typing import Any

import pytest
import yaml

from soluciones.answer.language import fold
from soluciones.answer.tools.registry import TOOLS
from soluciones.kb.intents import Intent
from soluciones.kb.types import LANGUAGES

ROOT = Path(__file__).parents[3]
FOLDER = ROOT / "content" / "intents"
INTENTS = [Intent.model_validate(yaml.safe_load((FOLDER / f"{tool}.yml").read_text("utf-8"))) for tool in TOOLS]
SPANISH, FOREIGN = 20, 5
"""Least numbers of examples in Spanish and in each other language."""
CUE_RECALL, CUE_PRECISION = 0.5, 0.75
"""Cues are written to be right, not to cover every example: what they miss, the examples themselves must carry."""
CHANCE = 0.03
"""Before anybody had read the sets, two of a hundred examples stood in them («Is the mail server down?»)."""


def _hits(intent: Intent, text: str) -> list[str]:
    return [cue for cue in intent.cues if re.search(cue, fold(text))]


def _own(intent: Intent) -> list[str]:
    return [text for texts in intent.examples.values() for text in texts]


def _plain(text: str) -> str:
    return " ".join(re.findall(r"\w+", fold(text)))


def test_every_tool_has_one_intent_of_its_name() -> None:
    """The folder holds exactly one file for each tool, named after it and bound to it."""
    assert {path.stem for path in FOLDER.glob("*.yml")} == set(TOOLS)
    assert [(intent.id, intent.tool) for intent in INTENTS] == [(tool, tool) for tool in TOOLS]


@pytest.mark.parametrize("intent", INTENTS, ids=lambda i: i.id)
def test_intents_have_examples_in_five_languages(intent: Intent) -> None:
    """At least twenty Spanish and five other examples each, and near misses that are not examples."""
    assert {lang: len(texts) >= (SPANISH if lang == "es" else FOREIGN) for lang, texts in intent.examples.items()} == (
        dict.fromkeys(LANGUAGES, True)
    )
    assert len(intent.negatives) >= 10
    assert not set(intent.negatives) & set(_own(intent))


def test_no_text_is_an_example_of_two_tools() -> None:
    """An example belongs to one tool, is no near miss of another and no question that nobody answers."""
    foreign = yaml.safe_load((ROOT / "content" / "out_of_scope.yml").read_text("utf-8"))
    owners: dict[str, set[str]] = {}
    for intent in INTENTS:
        for text in _own(intent):
            owners.setdefault(_plain(text), set()).add(intent.id)
        for text in intent.negatives:
            owners.setdefault(_plain(text), set()).add("none")
    for text in (text for texts in foreign.values() for text in texts):
        owners.setdefault(_plain(text), set()).add("none")
    assert {text: found for text, found in owners.items() if len(found) > 1} == {}


def test_examples_are_not_taken_from_the_question_sets() -> None:
    """No more lines of the measuring sets stand among the examples than two authors write alike by chance."""
    dev = (ROOT / "bench" / "dev" / "questions.jsonl").read_text("utf-8").splitlines()
    blind = (ROOT / "bench" / "intents" / "utterances.jsonl").read_text("utf-8").splitlines()
    measured = [_plain(json.loads(line)["q"]) for line in dev] + [_plain(json.loads(line)["text"]) for line in blind]
    known = {_plain(text) for intent in INTENTS for text in (*_own(intent), *intent.negatives)}
    assert sum(text in known for text in measured) <= CHANCE * len(measured)


@pytest.mark.parametrize("intent", INTENTS, ids=lambda i: i.id)
def test_intents_fit_their_tool(intent: Intent) -> None:
    """An intent rests on guides of its tool, the main one first, and names slots that the tool takes."""
    tool = TOOLS[intent.tool]
    assert intent.guides[0] == tool.guides[0]
    assert set(intent.guides) <= set(tool.guides)
    assert {*intent.slots, *intent.hard_slots} <= {spec.name for spec in tool.slots}


@pytest.mark.parametrize("intent", INTENTS, ids=lambda i: i.id)
def test_cues_find_examples_and_spare_the_others(intent: Intent) -> None:
    """Half of the examples have a cue, and of all known texts with one, three in four are the intent's own."""
    own = _own(intent)
    found = sum(bool(_hits(intent, text)) for text in own)
    others = [text for other in INTENTS if other is not intent for text in _own(other)]
    wrong = [text for text in (*intent.negatives, *others) if _hits(intent, text)]
    assert found >= CUE_RECALL * len(own)
    assert found >= CUE_PRECISION * (found + len(wrong)), wrong


@pytest.mark.parametrize("intent", INTENTS, ids=lambda i: i.id)
def test_cues_repeat_nothing_without_bound(intent: Intent) -> None:
    """No cue holds an unbounded repetition: its time is linear in the question."""
    for cue in intent.cues:
        assert max(_bounds(_parser.parse(cue)), default=0) <= 60, cue


def _bounds(parsed: Any) -> Iterator[int]:
    """The upper bounds of all repetitions in a parsed expression."""
    for operation, argument in parsed:
        if operation in (_constants.MAX_REPEAT, _constants.MIN_REPEAT):
            yield int(argument[1])
            yield from _bounds(argument[2])
        elif operation is _constants.SUBPATTERN:
            yield from _bounds(argument[3])
        elif operation is _constants.BRANCH:
            for branch in argument[1]:
                yield from _bounds(branch)
