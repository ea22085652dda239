"""What visitors think of an answer, a tool's result or a guide: one opinion each, which they may change."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, get_args

from sqlalchemy import Connection, func, select
from sqlalchemy.dialects.sqlite import insert

from soluciones.answer.privacy import mask
from soluciones.answer.service import ConversationState
from soluciones.webapp.state import tables, turns
from soluciones.webapp.state.database import StateFull

OpinionKind = Literal["answer", "tool", "guide"]
Reason = Literal["", "wrong", "off_topic", "incomplete", "unclear", "outdated", "wrong_result", "other"]
KINDS: tuple[str, ...] = get_args(OpinionKind)
REASONS: tuple[str, ...] = get_args(Reason)
MAX_ROWS = 200_000
"""Kept; beyond it new ones are refused rather than old ones lost."""


@dataclass(frozen=True, slots=True)
class Opinion:
    """What a visitor thinks."""

    answer: str
    """The answer's id; of a guide or a tool, the random id that came with its form."""
    useful: bool
    reason: str = ""
    note: str = ""
    lang: str = "es"
    kind: str = "answer"
    guide: str = ""
    tool: str = ""
    whole: bool = True
    """False for a bare thumb: it leaves reason and note alone when the same thumb was given before."""


def find(connection: Connection, answer: str) -> Opinion | None:
    """The opinion with that id."""
    table = tables.feedback
    row = connection.execute(select(table).where(table.c.answer == answer)).first()
    if row is None:
        return None
    return Opinion(row.answer, bool(row.useful), row.reason, row.note, row.lang, row.kind, row.guide, row.tool)


def _about(opinion: Opinion, turn: turns.Turn | None, state: ConversationState | None) -> dict[str, Any]:
    """What the opinion is of. An answer's turn is exact; the conversation's state is the last resort."""
    if opinion.kind != "answer":
        return {"guide": opinion.guide, "tool": opinion.tool}
    if turn is not None:
        tool = turn.tools[0].id if turn.tools else ""
        found = {"question": turn.question, "guide": turn.guide, "anchor": turn.anchor, "tool": tool}
        return found | {"status": turn.status, "confidence": turn.confidence}
    if state is not None:
        return {"question": mask(state.question), "guide": state.guide, "anchor": state.anchor, "tool": state.tool}
    return {}


def add(
    connection: Connection, opinion: Opinion, conversation: str, state: ConversationState | None, now: float
) -> Opinion:
    """Keeps an opinion, or changes the one with the same id; returns it as it stands now.

    Raises:
        StateFull: there are too many already.
    """
    table = tables.feedback
    before = connection.execute(select(table).where(table.c.answer == opinion.answer)).first()
    if before is None and (connection.execute(select(func.count()).select_from(table)).scalar() or 0) >= MAX_ROWS:
        raise StateFull
    same_thumb = before is not None and bool(before.useful) == opinion.useful
    keep = before if same_thumb and not opinion.whole else None
    turn = turns.of_answer(connection, conversation, opinion.answer) if conversation else None
    values: dict[str, Any] = {
        "answer": opinion.answer,
        "created": now,
        "updated": now,
        "useful": int(opinion.useful),
        "reason": keep.reason if keep else opinion.reason,
        "note": keep.note if keep else mask(opinion.note),
        "lang": opinion.lang,
        "kind": opinion.kind,
        **{"question": "", "guide": "", "anchor": "", "tool": "", "status": "", "confidence": 0.0},
        **_about(opinion, turn, state),
    }
    changed = {
        name: value for name, value in values.items() if name not in {"answer", "created"} and _says(name, value)
    }
    statement = insert(table).values(values)
    connection.execute(statement.on_conflict_do_update(index_elements=["answer"], set_=changed))
    kept = find(connection, opinion.answer)
    return kept if kept is not None else opinion


_SUBJECT = frozenset({"question", "guide", "anchor", "tool", "status", "confidence"})


def _says(name: str, value: Any) -> bool:
    """A change that no longer knows what it is about must not wipe out what the first one knew."""
    return name not in _SUBJECT or bool(value)
