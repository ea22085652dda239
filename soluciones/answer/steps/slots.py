"""Takes the values out of the question that tools need."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from soluciones.answer.slots import extract
from soluciones.answer.turn import Turn, spelt


def extract_slots(turn: Turn) -> Turn:
    """Slots of the question; a follow-up keeps those of the last turn that it does not name anew."""
    facts = turn.know.facts
    if facts is None:
        return turn
    slots: Mapping[str, Any] = extract(turn.question, turn.lang, facts)
    if spelt(turn) != turn.query:  # «outlok» names a program once it is spelt right; what was typed comes first
        slots = {**extract(spelt(turn), turn.lang, facts), **slots}
    if turn.follow_up:
        slots = {**_inherited(turn.request.state.slots, slots), **slots}
    return replace(turn, slots={**slots, **turn.blocks})


def _inherited(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    """A new direction, port or protocol makes the old ones moot: «¿y para enviar?» is not about IMAP any more."""
    ports = {"port", "proto", "protocol", "direction"}
    drop = ports if ports & new.keys() else set()
    return {key: value for key, value in old.items() if key not in drop}
