"""The registry: every tool is what its id says, and nothing heavy is loaded before it is used."""

from __future__ import annotations

import subprocess
import sys

import pytest

from soluciones.answer.dialogue.forms import REMEMBERED_SLOTS
from soluciones.answer.tools.registry import TOOLS

HEAVY = ("vobject", "phonenumbers", "dns", "dkim", "cryptography", "defusedxml", "lxml", "torch", "checkdmarc")


@pytest.mark.parametrize("tool_id", TOOLS)
def test_a_tool_is_found_by_its_own_id(tool_id: str) -> None:
    """The id of the registry is the tool's own, and each use gives the same object."""
    assert TOOLS[tool_id].id == tool_id
    assert TOOLS[tool_id] is TOOLS[tool_id]
    assert TOOLS[tool_id].guides


def test_an_unknown_tool_is_a_key_error() -> None:
    """Nothing is imported for a name that strangers send."""
    assert "os" not in TOOLS
    with pytest.raises(KeyError):
        TOOLS["../os"]


def test_no_remembered_slot_is_personal() -> None:
    """What a conversation keeps for the next question is a slot of some tool and personal in none."""
    specs = [spec for tool in TOOLS.values() for spec in tool.slots]
    assert {spec.name for spec in specs} >= REMEMBERED_SLOTS
    assert not {spec.name for spec in specs if spec.pii} & REMEMBERED_SLOTS


def test_the_answer_layer_starts_without_the_tools_libraries() -> None:
    """Importing the answer layer loads none of the libraries that only some tool needs."""
    script = f"import sys, soluciones.answer.answerer; print([m for m in {HEAVY!r} if m in sys.modules])"
    out = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "[]"
