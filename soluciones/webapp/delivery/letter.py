"""A hand-off in words: JSON for a program, text for a person."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any

from soluciones.answer.links import guide_url
from soluciones.i18n import Catalogue
from soluciones.webapp.people.reasons import WHYS
from soluciones.webapp.state.handoffs import Handoff
from soluciones.webapp.state.turns import Turn

EVENT = "handoff.created"
_texts = Catalogue()


@dataclass(frozen=True, slots=True)
class Sender:
    """Who sends: the site as its people know it."""

    name: str = ""
    lang: str = "es"
    """Language that the site's people read."""
    base_url: str = ""
    """Public address without a slash at the end; "" leaves links relative."""
    tools: Mapping[str, str] = field(default_factory=dict)
    """Tool id → title in that language."""


def _moment(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _link(turn: Turn, lang: str, sender: Sender) -> str:
    return sender.base_url + guide_url(lang, turn.guide, turn.anchor) if turn.guide else ""


def _turn(turn: Turn, handoff: Handoff, sender: Sender) -> dict[str, Any]:
    cited = {"guide": turn.guide, "anchor": turn.anchor, "title": turn.title, "section": turn.section}
    return {
        "number": turn.number,
        "created": _moment(turn.created),
        "kind": turn.kind,
        "question": turn.question,
        "status": turn.status,
        "lang": turn.lang,
        "message": turn.message,
        "cited": cited | {"url": _link(turn, handoff.lang, sender)} if turn.guide else None,
        "tools": [asdict(tool) for tool in turn.tools],
    }


def as_json(handoff: Handoff, sender: Sender) -> bytes:
    """The body of the webhook; the same bytes at every attempt."""
    body = {
        "event": EVENT,
        "id": handoff.id,
        "reference": handoff.reference,
        "created": _moment(handoff.created),
        "site": sender.name,
        "lang": handoff.lang,
        "reason": handoff.reason,
        "contact": handoff.contact,
        "message": handoff.message,
        "turns": [_turn(turn, handoff, sender) for turn in handoff.turns],
    }
    return json.dumps(body, ensure_ascii=False).encode("utf-8", "replace")


def subject(handoff: Handoff, sender: Sender) -> str:
    """The subject of the mail; nothing that a visitor typed stands in it."""
    return _texts.text(sender.lang, "people.mail.subject", reference=handoff.reference, site=sender.name)


def as_text(handoff: Handoff, sender: Sender) -> str:
    """The text of the mail."""
    return "\n".join(_lines(handoff, sender)) + "\n"


def _lines(handoff: Handoff, sender: Sender) -> Iterator[str]:
    def words(key: str) -> str:
        return _texts.text(sender.lang, f"people.{key}")

    reason = words(f"why.{handoff.reason}") if handoff.reason in WHYS else handoff.reason
    yield f"{words('mail.contact')}: {handoff.contact}"
    yield f"{words('mail.reference')}: {handoff.reference}"
    yield f"{words('mail.received')}: {_moment(handoff.created)}"
    yield f"{words('mail.language')}: {handoff.lang}"
    yield f"{words('mail.reason')}: {reason}"
    yield from ("", f"{words('mail.message')}:", handoff.message or words("mail.no_message"), "")
    yield f"{words('mail.conversation')}:"
    if not handoff.turns:
        yield words("mail.kept_back")
    for turn in handoff.turns:
        yield from _turn_lines(turn, handoff, sender)


def _turn_lines(turn: Turn, handoff: Handoff, sender: Sender) -> Iterator[str]:
    def words(key: str) -> str:
        return _texts.text(sender.lang, f"people.{key}")

    yield ""
    if turn.question:
        yield f"{turn.number}. {words('mail.asked')}: {turn.question}"
    if turn.kind == "ask":
        place = " › ".join(dict.fromkeys(part for part in (turn.title, turn.section) if part))
        told = f"{place} {_link(turn, handoff.lang, sender)}" if turn.status == "answered" and place else turn.message
        known = turn.status in {"answered", "clarify", "no_answer", "handoff", "chat"}
        yield f"   {words('said.' + turn.status) if known else turn.status}: {told}".rstrip(": ")
    for tool in turn.tools:
        yield f"   {words('said.tool')}: {sender.tools.get(tool.id, tool.id)} ({tool.status}): {tool.headline}"
