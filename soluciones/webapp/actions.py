"""What visitors can do, the same for the API and the pages: ask, search, run a tool, rate, call for a person."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from soluciones.answer.service import AskRequest, ConversationState
from soluciones.answer.slots.blocks import fits
from soluciones.answer.types import Answer, ToolResult
from soluciones.index.types import SearchResult
from soluciones.webapp import languages
from soluciones.webapp.access import web
from soluciones.webapp.limits import MAX_QUESTION_CHARS
from soluciones.webapp.problems import Problem
from soluciones.webapp.state.store import Opinion, Request, StateFull, StateUnavailable, new_id
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
    web().store.save(known, after)
    return replace(answer, conversation=known)


def search(text: str, lang: str, *, product: str = "", kind: str = "", limit: int = 10) -> SearchResult:
    """Ranked passages.

    Raises:
        Problem: as ``ask``.
    """
    checked = checked_question(text)
    ready()
    return web().service.search(checked, lang, product=product, type=kind, limit=limit)


def run_tool(tool_id: str, slots: Mapping[str, Any], lang: str) -> ToolResult:
    """Runs one tool.

    Raises:
        Problem: 404 when there is no such tool.
    """
    ready()
    try:
        return web().service.run_tool(tool_id, slots, lang, visitor_key())
    except KeyError:
        raise Problem(404, "tool_not_found") from None


def rate(opinion: Opinion, conversation: str) -> None:
    """Keeps an opinion.

    Raises:
        Problem: 503 or 507 when it cannot be kept.
    """
    store = web().store
    try:
        store.add_feedback(opinion, store.load(conversation))
    except StateFull:
        raise Problem(507, "storage_full") from None
    except StateUnavailable:
        raise Problem(503, "storage") from None


def call_person(contact: str, message: str, conversation: str) -> str:
    """Keeps a request for a person and returns its id.

    Raises:
        Problem: 422 when the contact cannot be one; 503 or 507 when it cannot be kept.
    """
    contact = contact.strip()
    if "@" not in contact and sum(char.isdigit() for char in contact) < 6:
        raise Problem(422, "bad_contact")
    store = web().store
    try:
        return store.add_handoff(Request(contact, message, languages.current()), store.load(conversation))
    except StateFull:
        raise Problem(507, "storage_full") from None
    except StateUnavailable:
        raise Problem(503, "storage") from None
