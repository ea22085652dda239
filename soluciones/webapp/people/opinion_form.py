"""The form of an opinion: which reasons are offered for what, and what comes back."""

from __future__ import annotations

from flask import request

from soluciones.webapp import languages
from soluciones.webapp.access import web
from soluciones.webapp.json_provider import clean_text
from soluciones.webapp.limits import MAX_NOTE_CHARS
from soluciones.webapp.problems import Problem
from soluciones.webapp.state.opinions import KINDS, REASONS
from soluciones.webapp.state.store import Opinion
from soluciones.webapp.state.turns import Turn

_OFFERED = {
    "answer": ("wrong", "off_topic", "unclear", "outdated", "other"),
    "guide": ("wrong", "incomplete", "unclear", "outdated", "other"),
    "tool": ("wrong_result", "unclear", "incomplete", "other"),
}
_NOTHING_SAID = ("off_topic", "unclear", "other")
"""Where there was no answer, it cannot have been wrong or old."""


def offered(kind: str, turn: Turn | None) -> tuple[str, ...]:
    """The reasons to choose from, given what the opinion is of."""
    if kind != "answer":
        return _OFFERED[kind]
    if turn is not None and turn.status in {"no_answer", "clarify", "handoff"}:
        return _NOTHING_SAID
    reasons = _OFFERED["answer"]
    return ("wrong_result", *reasons) if turn is not None and turn.tools else reasons


def _text(name: str, limit: int) -> str:
    value = clean_text(request.form.get(name, ""))
    if len(value) > limit:
        raise Problem(422, "invalid")
    return value


def posted() -> tuple[Opinion, str]:
    """The opinion that was sent, and its conversation.

    Raises:
        Problem: 422 when it is not one of ours.
    """
    answer, useful, kind = _text("answer", 64), _text("useful", 1), _text("kind", 8) or "answer"
    reason = _text("reason", 32)
    if not answer or useful not in {"0", "1"} or kind not in KINDS or reason not in REASONS:
        raise Problem(422, "invalid")
    opinion = Opinion(
        answer,
        useful == "1",
        "" if useful == "1" else reason,
        # Browsers send line ends as CRLF, and count them as one character against the limit.
        clean_text(request.form.get("note", "")[: MAX_NOTE_CHARS * 4]).replace("\r\n", "\n").strip(),
        languages.current(),
        kind,
        _text("guide", 128),
        _text("tool", 64),
        whole=_text("step", 1) == "2",
    )
    return checked(opinion), _text("conversation", 64)


def checked(opinion: Opinion) -> Opinion:
    """The opinion, when there is such a guide or tool.

    Raises:
        Problem: 404 when there is none.
    """
    service = web().service
    if opinion.kind == "guide":
        found = service.guide(opinion.guide) if service.generation else None
        if found is None or found.audience != "visitor":
            raise Problem(404, "guide_not_found")
    if opinion.kind == "tool" and not (service.generation and opinion.tool in service.tool_titles(opinion.lang)):
        raise Problem(404, "tool_not_found")
    return opinion
