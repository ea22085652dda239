"""``kb eval``: tables on the screen, JSON for the record."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import track
from rich.table import Table

from soluciones.answer import evaluation
from soluciones.answer.answerer import open_service
from soluciones.answer.evaluation import MEASURES, Outcome
from soluciones.cli.jsonl import read_jsonl
from soluciones.settings import Settings

_HEADS = {
    "guide1": "right guide first",
    "guide3": "in first 3",
    "fact": "fact present",
    "declined_rightly": "unanswerable declined",
    "declined_wrongly": "answerable declined",
    "tool": "right tool",
    "wrong_tool": "wrong tool",
}


def evaluate(
    settings: Settings, questions: Path, *, half: str, out: Path | None, failures: bool, calibrate: bool, as_json: bool
) -> None:
    """Runs the set and prints the report."""
    every = evaluation.load_questions(read_jsonl(questions))
    if calibrate:
        from soluciones.answer.calibrate import calibrate as fit

        print(json.dumps(fit(settings, every), indent=2))
    # A question set is about answers: what some name server says today must not change the figures.
    service = open_service(settings.model_copy(update={"network": False}), warm=False)
    chosen = [question for question in every if half in ("all", question.half)]
    console = Console(stderr=True)
    outcomes = [
        evaluation.judge(question, evaluation.ask(service, question))
        for question in track(chosen, "asking", console=console, transient=True)
    ]
    result = {"questions": questions.name, "model": settings.model, **evaluation.report(outcomes)}
    if out is not None:
        out.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    if as_json:
        print(json.dumps(result))
        return
    _print(result)
    if failures:
        _print_failures(outcomes)


def _print(result: Mapping[str, Any]) -> None:
    table = Table("", "n", *(_HEADS[name] for name in MEASURES))
    _row(table, "all", result["all"])
    for group in ("half", "lang", "kind"):
        table.add_section()
        for name, row in result[group].items():
            _row(table, name, row)
    Console(width=150).print(table)


def _row(table: Table, name: str, row: Mapping[str, Any]) -> None:
    cells = ["–" if row[m] is None else f"{100 * row[m]:.1f} %" for m in MEASURES]
    table.add_row(name, str(row["n"]), *cells)


def _print_failures(outcomes: Sequence[Outcome]) -> None:
    console = Console(highlight=False, width=200)
    for outcome in outcomes:
        wrong = evaluation.failed(outcome)
        if wrong:
            q, a = outcome.question, outcome.answer
            cited = ", ".join(f"{c.guide}#{c.anchor}" for c in a.citations) or ", ".join(r.guide for r in a.related)
            tools = ",".join(t.tool for t in a.tools)
            console.print(
                f"{q.id} {'+'.join(wrong)} | {' → '.join([*q.context, q.q])} | want {q.guides} {q.facts} {q.tool} | "
                f"got {a.status} {a.confidence:.2f} {cited} [{tools}]",
                markup=False,
            )
