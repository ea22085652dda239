"""POST /api/v1/ask, GET /api/v1/search, GET /api/v1/suggest."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any
from urllib.parse import urlsplit

from soluciones.webapp import actions, languages
from soluciones.webapp.access import web
from soluciones.webapp.api.blueprint import api, responses
from soluciones.webapp.json_provider import clean_text
from soluciones.webapp.limits import MAX_QUESTION_CHARS
from soluciones.webapp.problems import Problem
from soluciones.webapp.schemas import AskBody, SearchQuery, SuggestQuery
from soluciones.webapp.schemas_out import AnswerOut, SearchOut, SuggestOut
from soluciones.webapp.wire import answer_json, search_json


def path_of(url: str) -> str:
    """The path of a page's address; query and fragment may hold personal data and are dropped."""
    try:
        return urlsplit(url).path[:500]
    except ValueError:
        return ""


@api.post("/ask", summary="Ask a question", responses=responses(AnswerOut, 400, 413, 415, 422, 503))
def ask(body: AskBody) -> dict[str, Any]:
    """Answers with passages of the guides, word for word, and with live tools."""
    page = body.page
    answer = actions.ask(
        body.question,
        lang=languages.known(body.lang),
        conversation=body.conversation or "",
        page=path_of(page.url) if page else "",
        page_title=page.title if page else "",
        products=tuple(body.products),
    )
    return answer_json(answer, web().tokens)


@api.get("/search", summary="Search passages", responses=responses(SearchOut, 413, 422, 503))
def search(query: SearchQuery) -> dict[str, Any]:
    """Ranked passages for people who want to choose for themselves."""
    lang = languages.current()
    text = clean_text(query.q)
    result = actions.search(text, lang, product=query.product, kind=query.type, limit=query.limit)
    return search_json(result, text, lang, explain=query.explain)


@api.get("/suggest", summary="Complete a question", responses=responses(SuggestOut, 413, 422))
def suggest(query: SuggestQuery) -> dict[str, Any]:
    """Questions and guides that go on from what has been typed; nothing for nothing."""
    if len(query.q) > MAX_QUESTION_CHARS:
        raise Problem(413, "question_too_long", limit=MAX_QUESTION_CHARS)
    text = clean_text(query.q).strip()
    found = web().service.suggest(text, languages.current(), query.limit) if text and web().service.generation else ()
    return {"suggestions": [asdict(item) for item in found]}
