"""«¿Y para enviar?»"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from soluciones.answer.steps.follow_up import complete, leans

CASES = yaml.safe_load((Path(__file__).parent / "cases" / "follow_up.yml").read_text("utf-8"))


@pytest.mark.parametrize("case", CASES, ids=lambda c: c["question"])
def test_leaning_questions_are_completed(case: dict[str, Any]) -> None:
    """A question that leans on the last one takes its topic over, less what it stands against."""
    assert leans(case["question"]) is case["leans"]
    if case["leans"]:
        words = complete(case["question"], case["previous"]).split()
        assert all(word in words for word in case["keeps"])
        assert not any(word in words for word in case["drops"])
