"""Transferring a product: who may, what follows, both sides' steps word for word, and the text for the receiver."""

from __future__ import annotations

import itertools
import json
import shutil
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from soluciones.answer.tools.base import ToolContext
from soluciones.answer.tools.transfer_product import KINDS, PROBLEMS, ROLES, SCOPES, SIDES, TransferProductTool
from soluciones.kb.facts import Procedure
from soluciones.kb.lint import lint
from soluciones.kb.types import LANGUAGES
from tests.guided_tools import (
    ROOT,
    assert_all_reachable,
    assert_as_told,
    assert_in_words,
    assert_verbatim,
    case_id,
    cases,
)

TOOL = "transfer-product"
CASES = cases(TOOL)


@pytest.mark.parametrize("case", CASES, ids=case_id)
def test_products_are_transferred_as_the_case_says(case: dict[str, Any], run: Any) -> None:
    """Status, findings, question, verdict, parts and files are those of the case; each step is verbatim."""
    result = run(TOOL, case["slots"], case.get("lang", "es"))
    assert_as_told(result, case)
    assert_verbatim(result)
    if "go" in case:
        assert result.data["go"] == case["go"]
    if "groups" in case:
        assert [part["id"] for part in result.data["groups"]] == case["groups"]
    if "files" in case:
        assert [file.name for file in result.downloads] == case["files"]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_transfers_are_told_in_every_language(lang: str, run: Any) -> None:
    """Each case is told in each language."""
    for case in CASES:
        assert_in_words(run(TOOL, case["slots"], lang))


def test_every_finding_about_transfers_is_reachable(run: Any) -> None:
    """The cases give each code of the catalogue."""
    assert_all_reachable(TOOL, [run(TOOL, case["slots"], case.get("lang", "es")) for case in CASES])


def test_every_combination_has_an_answer(run: Any) -> None:
    """All sides, roles, kinds, scopes and problems together: a question, a go or a no-go that fits the role."""
    for side, role, kind, scope, problem in itertools.product(
        ("", *SIDES), ("", *ROLES), ("", *KINDS), ("", *SCOPES), ("", *PROBLEMS)
    ):
        slots = {"side": side, "role": role, "kind": [kind] if kind else [], "scope": scope, "problem": problem}
        result = run(TOOL, slots)
        json.dumps({**asdict(result), "downloads": []})
        assert {item.code for item in result.findings} <= set(TransferProductTool.findings)
        if result.asks or problem:
            continue
        assert result.data["checks"]
        no_go = role == "other" or kind == "jelastic"
        assert (result.data["go"] == "no_go") == no_go
        assert bool(result.data["groups"]) != no_go
        assert result.status != "ok" or role in ("admin", "legal")


def test_at_most_four_questions_and_do_not_know_is_an_answer(run: Any) -> None:
    """«No lo sé» to everything ends in an answer after four questions; a receiver is asked two."""
    slots: dict[str, Any] = {}
    asked = []
    while (result := run(TOOL, slots)).asks:
        asked.append(result.asks)
        slots = {**result.slots, result.asks: "no lo sé"}
    assert asked == ["side", "role", "kind", "scope"]
    assert result.status == "unknown"
    assert run(TOOL, {"side": "receiver", "role": "no sé"}).asks == ""


def test_the_role_is_asked_of_the_right_organisation(run: Any) -> None:
    """Who receives is asked for the role in the destination organisation."""
    sender, receiver = (run(TOOL, {"side": side}).headline for side in ("sender", "receiver"))
    assert sender != receiver
    assert "destino" in receiver


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_text_for_the_receiver_is_complete(lang: str, run: Any) -> None:
    """The file has a subject, a place for the link, five steps, CRLF line ends, and nothing personal."""
    slots = {"side": "sender", "role": "admin", "kind": ["mail"], "scope": "else"}
    result = run(TOOL, slots, lang)
    (file,) = result.downloads
    text = file.content.decode("utf-8")
    assert (file.name, file.mime) == ("transferencia-producto.txt", "text/plain; charset=utf-8")
    assert result.data["message"]["subject"] in text.split("\r\n")[0]
    assert all(f"\r\n{number}. " in text for number in range(1, 6))
    assert text.count("[") == text.count("]") == 1
    assert "\n" not in text.replace("\r\n", "")
    assert "@" not in text
    assert file.content == run(TOOL, slots, lang).downloads[0].content


def test_consequences_are_the_guides(run: Any) -> None:
    """No interruption, users lose access, invoices stay: word for word, in this order."""
    rows = run(TOOL, {"side": "sender", "role": "admin", "kind": ["mail"], "scope": "own"}).data["consequences"]
    assert [row["text"] for row in rows] == [
        "La transferencia no causa ninguna interrupción del servicio.",
        "Los usuarios que tienen acceso al producto no se transfieren: pierden el acceso a él.",
        "Las facturas del producto transferido no se transfieren.",
    ]


def test_a_tenant_without_procedures_still_gets_a_verdict(context: ToolContext) -> None:
    """Without the steps in ``facts.yml`` the verdict stands, without a checklist."""
    bare = ToolContext("es", context.facts.model_copy(update={"procedures": ()}), context.site, context.texts)
    for case in CASES:
        result = TransferProductTool().run(case["slots"], bare)
        assert result.headline
        assert result.data.get("groups", []) == []


def test_a_procedure_gives_each_step_its_place() -> None:
    """Steps are written as sentences; each becomes a quote with the procedure's guide and anchor."""
    procedure = Procedure.model_validate({"id": "x", "guide": "g", "anchor": "a", "steps": ["Uno.", "Dos."]})
    assert [(step.guide, step.anchor, step.quote) for step in procedure.steps] == [
        ("g", "a", "Uno."),
        ("g", "a", "Dos."),
    ]


def test_a_step_that_the_guide_does_not_say_is_found(tmp_path: Path) -> None:
    """``kb lint`` names the line of a step that differs from the guide in one word."""
    folder = tmp_path / "content"
    shutil.copytree(ROOT / "content", folder)
    facts = (folder / "facts.yml").read_text("utf-8")
    wrong = "Pulse el botón Transferir ahora."
    (folder / "facts.yml").write_text(facts.replace("Pulse el botón Transferir.", wrong), "utf-8")
    line = next(n for n, text in enumerate(facts.splitlines(), 1) if text.strip() == "- Pulse el botón Transferir.")
    problems = [problem for problem in lint(folder) if problem.path == "facts.yml"]
    assert [(problem.line, problem.code) for problem in problems] == [(line, "quote_not_found")]
