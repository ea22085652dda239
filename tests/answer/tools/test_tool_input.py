"""Tools take anything: wrong types, hostile text, passwords. They refuse with a message and never raise."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from soluciones.answer.tools.registry import TOOLS
from soluciones.answer.types import ToolResult

NAMES = sorted({spec.name for tool in TOOLS.values() for spec in tool.slots})
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=40)
ANYTHING = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner)
)
WORDS = st.sampled_from(
    ["imap", "pop", "in", "out", "send", "blocked", "iPhone", "outlook", "windows", "993", "a@b.es"]
)
HOSTILE = ["\x00", "\ud800", "a" * 4_000, "<script>alert(1)</script>", "{x}", "%s", "' OR 1=1 --", "\u202eabc", "💣"]


def _plain(result: ToolResult) -> str:
    data = {**asdict(result), "downloads": [file.content.decode("utf-8") for file in result.downloads]}
    return json.dumps(data)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(sorted(TOOLS)), st.dictionaries(st.sampled_from(NAMES), ANYTHING | WORDS, max_size=5))
def test_any_json_slots_give_a_result(run: Any, tool: str, slots: dict[str, Any]) -> None:
    """Whatever JSON the slots hold, there is a result with a headline that can be written as JSON again."""
    result = run(tool, slots)
    assert result.headline
    _plain(result)


@pytest.mark.parametrize("tool", sorted(TOOLS))
@pytest.mark.parametrize("value", HOSTILE, ids=ascii)
def test_hostile_text_is_answered_in_encodable_text(tool: str, value: str, run: Any) -> None:
    """Hostile text in any slot ends in a result without it in the headline as a lone surrogate, NUL or half a page."""
    for spec in TOOLS[tool].slots:
        result = run(tool, {spec.name: value})
        result.headline.encode("utf-8")
        assert "\x00" not in result.headline
        assert "\u202e" not in result.headline
        assert len(result.headline) < 300
        _plain(result).encode("utf-8")


@pytest.mark.parametrize("tool", sorted(TOOLS))
def test_too_long_and_not_text_are_refused(tool: str, run: Any) -> None:
    """A text beyond the slot's limit, a lone surrogate and an object are refused with a message and the form."""
    for spec in TOOLS[tool].slots:
        longest = int(spec.schema.get("maxLength") or 0)
        for value in ("a" * max(4_000, longest + 1), "\ud800", {"a": 1}):
            result = run(tool, {spec.name: value})
            assert result.status == "refused", (spec.name, value)
            assert result.form is not None


def test_no_tool_takes_or_shows_a_password(run: Any) -> None:
    """No slot asks for a password, and one that is sent along appears nowhere in the result."""
    for tool_id, tool in TOOLS.items():
        assert not any("pass" in spec.name for spec in tool.slots)
        slots = {"password": "hunter2hunter2", "email": "ana@ejemplo.com", "client": "apple_mail_ios"}
        assert "hunter2" not in _plain(run(tool_id, slots))


def test_a_tenant_without_ports_gets_an_answer(run: Any, context: Any) -> None:
    """Facts without any port end in a message, not in an exception."""
    from soluciones.answer.tools.base import ToolContext

    bare = context.facts.model_copy(update={"ports": ()})
    empty = ToolContext("es", bare, context.site, context.texts)
    assert TOOLS["client-setup"].run({"client": "thunderbird"}, empty).status == "error"
    assert TOOLS["ports"].run({}, empty).status == "unknown"
    assert TOOLS["ports"].run({"port": [993], "proto": ["imap"]}, empty).status == "unknown"
