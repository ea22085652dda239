"""Every tool on hostile texts of up to 50 KB: an answer, a small one, soon, and in proportion to the text."""

from __future__ import annotations

import gc
import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
import yaml

from soluciones.answer.tools.base import SlotSpec, ToolContext
from soluciones.answer.tools.registry import TOOLS
from soluciones.answer.types import ToolResult

ATTACKS = yaml.safe_load((Path(__file__).parent / "tool_attacks.yml").read_text("utf-8"))
SIZE = 50_000
WORST_SECONDS = {"upload": 3.0, "network": 1.5, "form": 1.5, "instant": 1.5}
"""Of processor time on a busy machine. A table of 50 KB may have 10,000 rows, each judged and repaired."""
FLOOR = 0.25
"""Seconds of processor time below which growth is not looked at."""
WORST_RATIO = 3.2
"""Twice the text takes twice as long when linear, four times when quadratic."""
LARGE, LARGE_SECONDS = 1_000_000, 5.0
MAX_JSON = 2_000_000
HOSTILE_MARKS = ("\x00", "\u202e", "\x1b", "\ud800")

_Slots = Mapping[str, Any]

COMPANIONS: Mapping[str, Mapping[str, Any]] = {
    "mail-address": {},
    "address-csv": {"csv": "correo\nana@ejemplo.com\n", "domain": "ejemplo.com"},
    "ports": {"port": [993]},
    "client-setup": {"client": "apple_mail_ios", "email": "ana@ejemplo.com"},
    "server-check": {"port": [993]},
    "snippets": {"language": "php", "action": "send"},
    "dns-check": {"domain": "ejemplo.com", "selector": "s1"},
    "spf": {"domain": "ejemplo.com", "spf": ["v=spf1 -all"], "registrar": "wix", "senders": ["a.com"]},
    "dmarc": {"domain": "ejemplo.com", "dmarc": ["v=DMARC1; p=none"], "policy": "none", "alignment": "relaxed"},
    "message-headers": {"message": "From: a@b.es\nTo: c@d.es\nDate: x\n", "own_address": "c@d.es"},
    "contacts-dedupe": {"vcard": "BEGIN:VCARD\nVERSION:3.0\nFN:A\nEND:VCARD\n", "region": "ES"},
    "recipients": {"recipients": "a@b.es, c@d.es", "purpose": "team", "own_address": "a@b.es"},
    "create-address": {"local_part": "ana", "for_whom": "me", "quota": "no"},
    "transfer-product": {"side": "sender", "role": "admin", "products": "one", "kind": ["mail"], "scope": "own"},
    "password-devices": {"devices": ["outlook_windows"], "email": "ana@ejemplo.com", "scope": "mailbox"},
}
"""Good values beside the hostile one, so that it gets as far as it can."""


def _text(attack: Mapping[str, str], size: int) -> str:
    head, unit, tail = attack.get("head", ""), attack["unit"], attack.get("tail", "")
    return (head + unit * max(1, (size - len(head) - len(tail)) // len(unit)) + tail)[:size]


def _values(spec: SlotSpec, attack: Mapping[str, str], size: int) -> Iterator[Any]:
    """The attack in every form that the slot takes, as long as the slot allows and beyond it."""
    text = _text(attack, size)
    items = spec.schema.get("items", {})
    limit = int(spec.schema.get("maxLength") or items.get("maxLength") or size)
    yield text
    if limit < size:
        yield _text(attack, limit)
    if spec.schema.get("type") == "array":
        most = int(spec.schema.get("maxItems") or 1)
        yield [_text(attack, limit)] * min(most, max(1, size // limit))
        yield [text] * 2
    if "x-upload" in spec.schema:
        yield text.replace("\n", "\r\n").encode("utf-8", "surrogatepass")


def _cost(tool: str, slots: Mapping[str, Any], context: ToolContext) -> tuple[float, ToolResult]:
    gc.disable()  # a full collection takes as long as the work, and comes when it likes
    try:
        start = time.process_time()
        result = TOOLS[tool].run(slots, context)
        return time.process_time() - start, result
    finally:
        gc.enable()


def _check(result: ToolResult) -> None:
    """The result can be sent as it is, and what people read of it first is short and harmless."""
    sent = {**asdict(result), "downloads": [[file.name, file.mime, file.label] for file in result.downloads]}
    sent["slots"] = {name: value for name, value in result.slots.items() if not isinstance(value, bytes)}
    assert len(json.dumps(sent, ensure_ascii=False).encode("utf-8")) < MAX_JSON
    assert 0 < len(result.headline) < 400
    shown = result.headline + "".join(item.text for item in result.findings)
    assert not any(mark in shown for mark in HOSTILE_MARKS)
    for file in result.downloads:
        assert len(file.content) < 2 * MAX_JSON
        file.name.encode("ascii")


def test_the_tools_are_all_here() -> None:
    """Every tool has its good values, and every slot of the list exists."""
    assert set(COMPANIONS) == set(TOOLS)
    for tool, values in COMPANIONS.items():
        assert set(values) <= {spec.name for spec in TOOLS[tool].slots}


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack["name"])
def test_a_hostile_text_is_answered_soon(attack: dict[str, str], context: ToolContext) -> None:
    """In any slot of any tool it ends in a small result; half of the text takes about half of the time."""
    for tool, good in COMPANIONS.items():
        for spec in TOOLS[tool].slots:
            halves = list(_values(spec, attack, SIZE // 2))
            for number, value in enumerate(_values(spec, attack, SIZE)):
                slots = {**good, spec.name: value}
                spent, result = _cost(tool, slots, context)
                _check(result)
                if spent > FLOOR:
                    half = {**slots, spec.name: halves[number]}
                    assert _is_fast_enough(tool, slots, half, spent, context), (tool, spec.name, number)


def _is_fast_enough(tool: str, whole: _Slots, half: _Slots, spent: float, context: ToolContext) -> bool:
    """Soon enough, and about linear; a first measurement that looks bad is taken again."""
    short = _cost(tool, half, context)[0]
    for _ in range(5):
        if spent < WORST_SECONDS[TOOLS[tool].mode] and spent < WORST_RATIO * short:
            return True
        spent = min(spent, _cost(tool, whole, context)[0])
        short = min(short, _cost(tool, half, context)[0])
    return False


@pytest.mark.parametrize("tool", sorted(TOOLS))
def test_a_hostile_text_in_all_slots_at_once_is_answered(tool: str, context: ToolContext) -> None:
    """Also when every slot holds the same hostile text."""
    for attack in ATTACKS:
        for size in (1, 40, 300):
            text = _text(attack, size)
            _check(TOOLS[tool].run({spec.name: text for spec in TOOLS[tool].slots}, context))


@pytest.mark.parametrize("tool", sorted(tool for tool in TOOLS if TOOLS[tool].mode == "upload"))
def test_a_large_hostile_file_is_answered_soon(tool: str, context: ToolContext) -> None:
    """A megabyte takes a few seconds at most: what is too long or too wide is refused before it is judged."""
    slot = next(spec.name for spec in TOOLS[tool].slots if "x-upload" in spec.schema)
    for attack in ATTACKS:
        spent, result = _cost(tool, {slot: _text(attack, LARGE).encode("utf-8", "surrogatepass")}, context)
        assert spent < LARGE_SECONDS, attack["name"]
        assert len(result.headline) < 400
