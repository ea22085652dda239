"""What was asked and answered in a conversation, masked and bounded: the transcript that a person is handed."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

from sqlalchemy import Connection, Row, delete, func, insert, select

from soluciones.answer.privacy import domains, mask, mask_domains
from soluciones.answer.types import Answer, ToolResult
from soluciones.webapp.state import tables

Kind = Literal["ask", "tool"]
MAX_TURNS = 200
"""Of one conversation; beyond it the oldest are forgotten."""
MAX_ROWS = 400_000
"""Of all conversations; beyond it the oldest are forgotten."""
_MAX_QUESTION = 4_000
_MAX_SENTENCE = 600
"""Characters of a sentence of the interface, a title, a tool's headline."""
_MAX_TOOLS = 5
_MAX_PAGE = 300
_SENT_TURNS = 50
_SENT_CHARS = 60_000
"""What a person is handed at most: nobody reads more, and mail and webhooks take it."""


@dataclass(frozen=True, slots=True)
class ToolSaid:
    """What one tool said."""

    id: str
    status: str
    headline: str


@dataclass(frozen=True, slots=True)
class Turn:
    """One question and what came of it. All texts are masked."""

    number: int = 0
    """1, 2, …; given when it is stored."""
    created: float = 0.0
    kind: Kind = "ask"
    question: str = ""
    answer: str = ""
    """The answer's id."""
    status: str = ""
    """Of the answer, or of the tool that was run."""
    lang: str = ""
    confidence: float = 0.0
    message: str = ""
    """The sentence of the interface that came first."""
    guide: str = ""
    anchor: str = ""
    title: str = ""
    """Title of the first guide cited."""
    section: str = ""
    tools: tuple[ToolSaid, ...] = ()
    page: str = ""
    """Path of the page that it was asked on."""
    generation: str = ""
    took_ms: float = 0.0


def _short(text: str, limit: int = _MAX_SENTENCE, public: frozenset[str] = frozenset()) -> str:
    return mask_domains(mask(text[:limit]), public)[:limit]


def _said(results: Sequence[ToolResult]) -> tuple[ToolSaid, ...]:
    """What each tool said, with no domain but those that stand in the sentences of guides it rests on."""
    return tuple(
        ToolSaid(item.tool[:64], item.status, _short(item.headline, public=_named(fact.text for fact in item.facts)))
        for item in results[:_MAX_TOOLS]
    )


def _named(sentences: Iterable[str]) -> frozenset[str]:
    return frozenset().union(*map(domains, sentences))


def turn_of(question: str, answer: Answer, page: str = "") -> Turn:
    """The turn of an answer."""
    cited = answer.citations[0] if answer.citations else None
    public = _named(block.text for block in answer.answer)
    return Turn(
        question=_short(question, _MAX_QUESTION, public),
        answer=answer.id[:64],
        status=answer.status,
        lang=answer.lang,
        confidence=answer.confidence,
        message=_short(answer.message),
        guide=cited.guide[:128] if cited else "",
        anchor=cited.anchor[:128] if cited else "",
        title=cited.title[:_MAX_SENTENCE] if cited else "",
        section=cited.section[:_MAX_SENTENCE] if cited else "",
        tools=_said(answer.tools),
        page=_short(page.partition("?")[0].partition("#")[0], _MAX_PAGE),
        generation=answer.generation[:64],
        took_ms=round(float(answer.took_ms.get("all", 0.0)), 1),
    )


def turn_of_tool(result: ToolResult, lang: str) -> Turn:
    """The turn of a tool's form sent within a conversation. What was typed into it is not kept."""
    return Turn(kind="tool", status=result.status, lang=lang, tools=_said((result,)))


def add(connection: Connection, conversation: str, turn: Turn, now: float) -> None:
    """Writes a turn as the conversation's last one; beyond ``MAX_TURNS`` the first ones go."""
    table = tables.turn
    last = select(func.max(table.c.number)).where(table.c.conversation == conversation)
    number = (connection.execute(last).scalar() or 0) + 1
    values = asdict(replace(turn, number=number, created=now)) | {"conversation": conversation}
    values["tools"] = json.dumps(values["tools"], ensure_ascii=False)
    connection.execute(insert(table).values(values))
    if number > MAX_TURNS:
        old = (table.c.conversation == conversation) & (table.c.number <= number - MAX_TURNS)
        connection.execute(delete(table).where(old))


def _turn(row: Row[Any]) -> Turn:
    values = dict(row._mapping)
    values.pop("conversation")
    tools = json.loads(values.pop("tools") or "[]")
    return Turn(**values, tools=tuple(ToolSaid(**item) for item in tools))


def of_conversation(connection: Connection, conversation: str, upto: int | None = None) -> tuple[Turn, ...]:
    """The turns of a conversation in order, those after number ``upto`` left out."""
    table = tables.turn
    wanted = select(table).where(table.c.conversation == conversation).order_by(table.c.number)
    if upto is not None:
        wanted = wanted.where(table.c.number <= upto)
    return tuple(_turn(row) for row in connection.execute(wanted))


def of_answer(connection: Connection, conversation: str, answer: str) -> Turn | None:
    """The turn with that answer; the last one, should there be several."""
    table = tables.turn
    same = (table.c.conversation == conversation) & (table.c.answer == answer)
    row = connection.execute(select(table).where(same).order_by(table.c.number.desc()).limit(1)).first()
    return _turn(row) if row is not None else None


def purge(connection: Connection) -> None:
    """Forgets the turns of conversations that are forgotten, and the oldest beyond ``MAX_ROWS``."""
    table = tables.turn
    connection.execute(delete(table).where(table.c.conversation.not_in(select(tables.conversation.c.id))))
    newest = select(table.c.created).order_by(table.c.created.desc()).offset(MAX_ROWS).limit(1)
    limit = connection.execute(newest).scalar()
    if limit is not None:
        connection.execute(delete(table).where(table.c.created <= limit))


def sendable(turns: Sequence[Turn]) -> tuple[Turn, ...]:
    """The last turns, as many as a person is handed."""
    kept = list(turns[-_SENT_TURNS:])
    while kept and len(as_json(kept)) > _SENT_CHARS:
        kept.pop(0)
    return tuple(kept)


_SENT = ("number", "created", "kind", "question", "status", "lang", "message", "guide", "anchor", "title", "section")


def as_json(turns: Sequence[Turn]) -> str:
    """The transcript as it is kept with a hand-off: nothing of the machinery, only what the visitor saw."""
    rows = [
        {name: getattr(turn, name) for name in _SENT} | {"tools": [asdict(t) for t in turn.tools]} for turn in turns
    ]
    return json.dumps(rows, ensure_ascii=False)


def from_json(raw: str) -> tuple[Turn, ...]:
    """The inverse of ``as_json``."""
    rows = json.loads(raw or "[]")
    return tuple(
        Turn(**{name: row[name] for name in _SENT}, tools=tuple(ToolSaid(**item) for item in row["tools"]))
        for row in rows
    )
