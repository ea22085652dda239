"""Measures answers on a question set (``bench/dev``): right guide, required fact, abstention, tool.

A figure is a share of the questions it applies to; ``null`` (not 0) when there are none.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from soluciones.answer.answerer import Answerer
from soluciones.answer.language import fold
from soluciones.answer.service import AskRequest, ConversationState
from soluciones.answer.types import Answer

Half = Literal["all", "tuning", "reporting"]
DECLINED = frozenset({"no_answer", "clarify", "chat", "handoff"})
_TOOL_SHOWN = frozenset({"ok", "warn", "bad", "refused", "need_input", "unknown"})


@dataclass(frozen=True, slots=True)
class Question:
    """One line of the set; see ``bench/dev/README.md`` for the fields."""

    id: str
    q: str
    lang: str
    kind: str
    guides: tuple[str, ...]
    facts: tuple[str, ...]
    tool: str | None
    no_tool: bool
    context: tuple[str, ...]

    @property
    def answerable(self) -> bool:
        """Whether some guide answers it."""
        return bool(self.guides)

    @property
    def half(self) -> Half:
        """``tuning`` or ``reporting``, by the SHA-1 of the id (even: tuning)."""
        digest = hashlib.sha1(self.id.encode(), usedforsecurity=False).hexdigest()
        return "tuning" if int(digest, 16) % 2 == 0 else "reporting"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one question; None where a measure does not apply."""

    question: Question
    answer: Answer
    guide1: bool | None
    guide3: bool | None
    fact: bool | None
    declined_wrongly: bool | None
    declined_rightly: bool | None
    tool: bool | None
    wrong_tool: bool | None


LABELLED_TOOLS = frozenset({"mail-address", "ports", "client-setup"})
"""``no_tool`` and ``tool`` of the question sets speak of these three only; ``bench/intents`` judges all tools."""
MEASURES = ("guide1", "guide3", "fact", "declined_rightly", "declined_wrongly", "tool", "wrong_tool")


def load_questions(rows: Iterable[dict[str, Any]]) -> tuple[Question, ...]:
    """Questions from the lines of the set."""
    return tuple(
        Question(
            id=row["id"],
            q=row["q"],
            lang=row["lang"],
            kind=row["kind"],
            guides=tuple(row.get("guides") or ()),
            facts=tuple(row.get("facts") or ()),
            tool=row.get("tool") if row.get("tool") not in (None, "null") else None,
            no_tool=bool(row.get("no_tool")),
            context=tuple(row.get("context") or ()),
        )
        for row in rows
    )


def ask(service: Answerer, question: Question) -> Answer:
    """The answer to a question after its context, on a page in the question's language."""
    state = ConversationState()
    for earlier in question.context:
        _, state = service.ask(AskRequest(earlier, question.lang, state=state))
    return service.ask(AskRequest(question.q, question.lang, state=state))[0]


def judge(question: Question, answer: Answer) -> Outcome:
    """Scores one answer."""
    declined = answer.status in DECLINED
    shown = {tool.tool for tool in answer.tools if tool.status in _TOOL_SHOWN}
    ranked = list(dict.fromkeys([c.guide for c in answer.citations] + [r.guide for r in answer.related]))
    yes = question.answerable
    return Outcome(
        question,
        answer,
        guide1=(not declined and bool(ranked[:1]) and ranked[0] in question.guides) if yes else None,
        guide3=any(guide in question.guides for guide in ranked[:3]) if yes else None,
        fact=_facts_shown(question, answer) if yes and question.facts else None,
        declined_wrongly=declined if yes else None,
        declined_rightly=declined if not yes else None,
        tool=question.tool in shown if question.tool else None,
        wrong_tool=_wrong_tool(question, shown) if question.no_tool or question.tool else None,
    )


def _wrong_tool(question: Question, shown: set[str]) -> bool:
    """Whether a tool was shown that the labels call wrong. For what no guide answers that is any tool."""
    judged = shown & LABELLED_TOOLS if question.answerable else shown
    return bool(judged - {question.tool})


def _facts_shown(question: Question, answer: Answer) -> bool:
    parts = [block.text for block in answer.answer]
    for tool in answer.tools:
        parts += [tool.headline, *(fact.text for fact in tool.facts), json.dumps(tool.data, ensure_ascii=False)]
    text = " ".join(fold("\n".join(parts)).split())
    return all(any(" ".join(fold(form).split()) in text for form in fact.split("|")) for fact in question.facts)


def run(
    service: Answerer, questions: Sequence[Question], progress: Callable[[int], None] = lambda _: None
) -> tuple[Outcome, ...]:
    """Asks all questions in order."""
    outcomes = []
    for number, question in enumerate(questions, start=1):
        outcomes.append(judge(question, ask(service, question)))
        progress(number)
    return tuple(outcomes)


def shares(outcomes: Iterable[Outcome]) -> dict[str, float | int | None]:
    """Each measure's share of the questions it applies to."""
    rows = list(outcomes)
    table: dict[str, float | int | None] = {"n": len(rows)}
    for name in MEASURES:
        values = [value for row in rows if (value := getattr(row, name)) is not None]
        table[name] = round(sum(values) / len(values), 4) if values else None
    return table


def report(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """Shares over all questions, per half, language and kind."""
    halves: tuple[Half, ...] = ("tuning", "reporting")
    langs = sorted({o.question.lang for o in outcomes})
    kinds = sorted({o.question.kind for o in outcomes})
    return {
        "all": shares(outcomes),
        "half": {half: shares(o for o in outcomes if o.question.half == half) for half in halves},
        "lang": {lang: shares(o for o in outcomes if o.question.lang == lang) for lang in langs},
        "kind": {kind: shares(o for o in outcomes if o.question.kind == kind) for kind in kinds},
    }


def failed(outcome: Outcome) -> tuple[str, ...]:
    """Names of the measures that this question failed."""
    bad_when_false = ("guide1", "fact", "declined_rightly", "tool")
    bad_when_true = ("declined_wrongly", "wrong_tool")
    return tuple(m for m in bad_when_false if getattr(outcome, m) is False) + tuple(
        m for m in bad_when_true if getattr(outcome, m)
    )
