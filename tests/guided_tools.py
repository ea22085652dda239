"""What the tests of the guided tools share: their cases, and the guides as a reader sees them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from soluciones.answer.tools.registry import TOOLS
from soluciones.answer.types import ToolResult
from soluciones.kb.checks.base import fold_space
from soluciones.kb.checks.quotes import section_text
from soluciones.kb.content import read_content

ROOT = Path(__file__).parents[1]
_PLACE = re.compile(r"\{[a-z_0-9]+\}")


def cases(tool: str) -> list[dict[str, Any]]:
    """The case file of a tool."""
    path = ROOT / "tests" / "answer" / "tools" / "cases" / f"{tool}.yml"
    found: list[dict[str, Any]] = yaml.safe_load(path.read_text("utf-8"))
    return found


def case_id(case: object) -> str:
    """A short name of a case."""
    return str(case["slots"])[:70] if isinstance(case, dict) else str(case)


@cache
def sections() -> Mapping[tuple[str, str], str]:
    """(guide, anchor) → the section's text, white space folded."""
    content = read_content(ROOT / "content")
    return {(g.id, s.anchor): section_text(s) for g in content.guides for s in g.sections}


def assert_as_told(result: ToolResult, case: Mapping[str, Any]) -> None:
    """The result has the case's status, codes and question."""
    assert result.status == case["status"], result.headline
    assert set(case["codes"]) <= {item.code for item in result.findings}
    assert result.asks == case.get("asks", "")
    assert (result.form is not None) or result.status != "need_input"


def assert_quotes(rows: Iterable[tuple[str, str, str]]) -> None:
    """Every (text, guide, anchor) stands word for word in that section."""
    for text, guide, anchor in rows:
        assert fold_space(text) in sections()[guide, anchor], text


def assert_verbatim(result: ToolResult) -> None:
    """Facts and quoted rows stand in the guides; findings lead to sections that exist."""
    assert_quotes((fact.text, fact.guide, fact.anchor) for fact in result.facts)
    steps = [step for part in result.data.get("groups", ()) for step in part["steps"]]
    steps += result.data.get("consequences", ())
    assert_quotes((row["text"], row["guide"], row["anchor"]) for row in steps if row["from_guide"])
    quoted = [*result.data.get("boxes", ()), *result.data.get("checks", ()), *result.data.get("devices", ())]
    assert_quotes((row["quote"], row["guide"], row["anchor"]) for row in quoted if row["from_guide"])
    for item in result.findings:
        assert item.fix is None or (item.fix.guide, item.fix.anchor) in sections(), item


def assert_in_words(result: ToolResult) -> None:
    """Every text for people is there, and none has an unfilled place."""
    texts = [result.headline, *(item.text for item in result.findings), *(file.label for file in result.downloads)]
    texts += [str(step["label"]) for step in result.next]
    texts += [part["title"] for part in result.data.get("groups", ())]
    texts += [file.content.decode() for file in result.downloads]
    assert all(text and not _PLACE.search(text) for text in texts), texts


def assert_all_reachable(tool: str, results: Iterable[ToolResult]) -> None:
    """The cases give every code of the tool's catalogue, and none else."""
    assert {item.code for result in results for item in result.findings} == set(TOOLS[tool].findings)
