"""What visitors can do, the same for the API and the pages: ask, search, run a tool."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from soluciones.answer.dialogue.forms import after_form
from soluciones.answer.service import AskRequest, ConversationState
from soluciones.answer.slots.blocks import fits
from soluciones.answer.types import Answer, ToolResult
from soluciones.index.types import SearchResult
from soluciones.webapp.access import web
from soluciones.webapp.limits import MAX_QUESTION_CHARS
from soluciones.webapp.problems import Problem
from soluciones.webapp.state.store import new_id
from soluciones.webapp.state.turns import turn_of, turn_of_tool
from soluciones.webapp.visitor import visitor_key


def checked_question(text: str) -> str:
    """The question as it may be handed on.

    Raises:
        Problem: 413 when it is too long, 422 when nothing of it can be read (blank or only control characters).
    """
    if not fits(text, MAX_QUESTION_CHARS):
        raise Problem(413, "question_too_long", limit=MAX_QUESTION_CHARS)
    # Categories C* (control, format, unassigned) and Z* (spaces) leave nothing to look for; emoji are So and pass.
    if not any(unicodedata.category(char)[0] not in "CZ" for char in text):
        raise Problem(422, "empty_question")
    return text


def ready() -> None:
    """Makes sure that there is an index to answer from.

    Raises:
        Problem: 503 when there is none yet.
    """
    if not web().service.generation:
        problem = Problem(503, "not_ready")
        problem.headers["Retry-After"] = "5"
        raise problem


def ask(
    question: str,
    *,
    lang: str = "",
    conversation: str = "",
    page: str = "",
    page_title: str = "",
    products: tuple[str, ...] = (),
) -> Answer:
    """One answer. An unknown conversation id starts a new conversation.

    Raises:
        Problem: the question is empty or too long, or there is no index yet.
    """
    text = checked_question(question)
    ready()
    state = web().store.load(conversation) if conversation else None
    known = conversation if state is not None else new_id()
    request = AskRequest(
        question=text,
        lang=lang,
        conversation=known,
        state=state or ConversationState(),
        page=page,
        page_title=page_title,
        products=products,
        visitor=visitor_key(),
    )
    answer, after = web().service.ask(request)
    web().store.save(known, after, turn_of(text, answer, page))
    return replace(answer, conversation=known)


def search(text: str, lang: str, *, product: str = "", kind: str = "", limit: int = 10) -> SearchResult:
    """Ranked passages.

    Raises:
        Problem: as ``ask``.
    """
    checked = checked_question(text)
    ready()
    return web().service.search(checked, lang, product=product, type=kind, limit=limit)


def run_tool(tool_id: str, slots: Mapping[str, Any], lang: str, conversation: str = "") -> ToolResult:
    """Runs one tool; a form within a conversation takes the conversation on.

    Raises:
        Problem: 404 when there is no such tool.
    """
    ready()
    try:
        result = web().service.run_tool(tool_id, slots, lang, visitor_key())
    except KeyError:
        raise Problem(404, "tool_not_found") from None
    if conversation:
        _remember_form(conversation, result, lang)
    return result


def _remember_form(conversation: str, result: ToolResult, lang: str) -> None:
    """The conversation's state after a tool's form; an unknown conversation is not begun by a form."""
    state = web().store.load(conversation)
    if state is not None:
        web().store.save(conversation, after_form(state, result, lang), turn_of_tool(result, lang))
