"""The promises about answers, kept on the whole development set with the real model."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from soluciones.answer.answerer import Answerer
from soluciones.answer.evaluation import Outcome, load_questions, report, run
from soluciones.cli.jsonl import read_jsonl

ROOT = Path(__file__).parents[2]
QUESTIONS = load_questions(read_jsonl(ROOT / "bench" / "dev" / "questions.jsonl"))

pytestmark = pytest.mark.model


@pytest.fixture(scope="module")
def outcomes(service: Answerer) -> tuple[Outcome, ...]:
    """Every question asked once."""
    return run(service, QUESTIONS)


@cache
def guide_words(guide: str) -> str:
    """The words of a guide's file, read by another way than the product's: plain CommonMark, marks stripped."""
    source = next(ROOT.glob(f"content/guides/*/{guide}.md")).read_text("utf-8").split("\n---\n", 1)[1]
    source = re.sub(r"\{#[\w-]+\}|^:::.*$", "", source, flags=re.MULTILINE)
    html = MarkdownIt("commonmark").enable("table").render(source)
    return words(re.sub(r"<[^>]+>", " ", html))


def words(text: str) -> str:
    """Text as words and signs with single spaces, so that only the wording counts."""
    for entity, char in (("&amp;", "&"), ("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"')):
        text = text.replace(entity, char)
    return " ".join(re.findall(r"\w+|[^\w\s]", text))


def test_every_sentence_of_every_answer_is_verbatim_in_its_guide(outcomes: tuple[Outcome, ...]) -> None:
    """Each line of each answer block, and each quote of a citation, stands word for word in the cited guide."""
    checked = 0
    for outcome in outcomes:
        for block in outcome.answer.answer:
            guide = guide_words(outcome.answer.citations[block.citation].guide)
            for line in block.text.split("\n"):
                for cell in line.split(" | "):
                    assert words(cell) in guide, (outcome.question.id, cell)
                    checked += 1
        for citation in outcome.answer.citations:
            for cell in citation.quote.split(" | "):
                assert words(cell) in guide_words(citation.guide), (outcome.question.id, citation.quote)
        for tool in outcome.answer.tools:
            for fact in tool.facts:
                assert words(fact.text) in guide_words(fact.guide), (outcome.question.id, fact.text)
    assert checked > 1000


def test_an_answer_cites_and_a_refusal_does_not(outcomes: tuple[Outcome, ...]) -> None:
    """Every answered question shows a citation or a tool; a declined one shows no source and offers a way on."""
    for outcome in outcomes:
        answer = outcome.answer
        if answer.status == "answered":
            assert answer.citations or answer.tools, outcome.question.id
        else:
            assert not answer.answer, outcome.question.id
            assert not answer.citations, outcome.question.id
            assert answer.message, outcome.question.id


def test_quality_does_not_fall_below_the_goals(outcomes: tuple[Outcome, ...]) -> None:
    """Right guide first and fact shown ≥ 92 %, unanswerable declined ≥ 85 %, answerable declined ≤ 5 %."""
    everything = report(outcomes)["all"]
    assert everything["guide1"] >= 0.92, everything
    assert everything["fact"] >= 0.92, everything
    assert everything["declined_rightly"] >= 0.85, everything
    assert everything["declined_wrongly"] <= 0.05, everything
    assert everything["wrong_tool"] <= 0.02, everything
