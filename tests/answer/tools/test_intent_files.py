"""The intent files of the tools: enough examples, cues that are bounded and precise."""

from __future__ import annotations

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

FOLDER = Path(__file__).parents[3] / "content" / "intents"
INTENTS = [Intent.model_validate(yaml.safe_load((FOLDER / f"{tool}.yml").read_text("utf-8"))) for tool in TOOLS]


def _hits(intent: Intent, text: str) -> list[str]:
    return [cue for cue in intent.cues if re.search(cue, fold(text))]


@pytest.mark.parametrize("intent", INTENTS, ids=lambda i: i.id)
def test_intents_have_examples_in_five_languages(intent: Intent) -> None:
    """At least eight Spanish and four other examples each, and near misses that are not examples."""
    assert {lang: len(texts) >= (8 if lang == "es" else 4) for lang, texts in intent.examples.items()} == dict.fromkeys(
        LANGUAGES, True
    )
    assert intent.negatives
    assert not set(intent.negatives) & {text for texts in intent.examples.values() for text in texts}


@pytest.mark.parametrize("intent", INTENTS, ids=lambda i: i.id)
def test_intents_fit_their_tool(intent: Intent) -> None:
    """An intent names its tool's guides, and slots that the tool takes."""
    tool = TOOLS[intent.tool]
    assert set(intent.guides) == set(tool.guides)
    assert {*intent.slots, *intent.hard_slots} <= {spec.name for spec in tool.slots}


@pytest.mark.parametrize("intent", INTENTS, ids=lambda i: i.id)
def test_cues_find_examples_and_spare_near_misses(intent: Intent) -> None:
    """Nine examples in ten have a cue, and no cue hits a near miss or another tool's example."""
    own = [text for texts in intent.examples.values() for text in texts]
    assert sum(bool(_hits(intent, text)) for text in own) >= 0.9 * len(own)
    others = [text for other in INTENTS if other is not intent for texts in other.examples.values() for text in texts]
    assert [text for text in (*intent.negatives, *others) if _hits(intent, text)] == []


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
