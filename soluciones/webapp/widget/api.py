"""``/widget/v1``: what the widget's script asks for, as JSON. Cards are node trees, made from the chat's own HTML."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, replace
from typing import Any, TypeVar
from urllib.parse import quote, urljoin

from flask import Blueprint, Response, current_app, render_template, request
from pydantic import ValidationError

from soluciones.answer.types import Answer, ToolResult
from soluciones.webapp import actions, languages, toolbox
from soluciones.webapp.access import web
from soluciones.webapp.api.ask import path_of
from soluciones.webapp.cards import ToolCard, answer_card, tool_card
from soluciones.webapp.chat import once
from soluciones.webapp.forms import CONVERSATION
from soluciones.webapp.json_provider import clean_text
from soluciones.webapp.limits import MAX_QUESTION_CHARS
from soluciones.webapp.pages import site as site_now
from soluciones.webapp.portal.results import guides_found, results, worth_showing
from soluciones.webapp.problems import Problem, invalid
from soluciones.webapp.widget import guard
from soluciones.webapp.widget.guard import caller
from soluciones.webapp.widget.nodes import Node, convert
from soluciones.webapp.widget.origins import own_origin
from soluciones.webapp.widget.portal_forms import fragment
from soluciones.webapp.widget.schemas import AskCall, FormCall

Model = TypeVar("Model", AskCall, FormCall)
UI = "widget.ui."
MAX_SUGGESTIONS = 20
_PASSAGES = 24
_HANDOFF_QUERY = frozenset(["why", "tool", "conversation"])

widget = Blueprint("widget", __name__, url_prefix="/widget/v1")
for _check in (guard.preflight, guard.check_origin, guard.check_body, guard.check_site, guard.identify):
    widget.before_request(_check)
widget.after_request(guard.share)


def base_url() -> str:
    """Where relative addresses of our pages start: the portal in the visitor's language."""
    return f"{own_origin(site_now())}/{languages.current()}/"


def ui_texts(lang: str) -> dict[str, str]:
    """The texts of the widget, by their keys without ``widget.ui.``."""
    found = languages.texts.domain(lang, "widget")
    return {key.removeprefix(UI): text for key, text in found.items() if key.startswith(UI)}


@widget.route("/config", methods=["GET", "OPTIONS"])
def config() -> dict[str, Any]:
    """The widget's words and what it can do here."""
    site, lang = site_now(), languages.known(request.args.get("lang")) or _site_language()
    languages.set_current(lang)
    return {
        "site": site.widget.id,
        "lang": lang,
        "dir": "ltr",
        "name": site.name,
        "organisation": site.organisation,
        "suggestions": list(site.suggestions.get(lang, ())),
        "texts": ui_texts(lang),
        "limits": {"question": MAX_QUESTION_CHARS},
        "tools": site.widget.tools and bool(web().service.generation and web().service.tool_titles(lang)),
        "identity": site.widget.identity,
        "handoff_url": urljoin(base_url(), "handoff"),
        "portal_url": base_url(),
    }


def _site_language() -> str:
    return languages.accepted(default=languages.known(site_now().default_language) or languages.DEFAULT)


@widget.route("/ask", methods=["POST", "OPTIONS"])
def ask() -> Response:
    """One answer: what the chat would show. The same question sent again (by its ``ask``) gets it again."""
    call = _call(AskCall)
    stored = caller().stored(call.conversation or "")
    lang = languages.known(call.lang)
    key = once.key_of(call.ask, f"widget {caller().visitor}", lang, stored, call.question)
    body = once.answers.answer(key, lambda: _dumps(_answered(call, lang, stored)))
    return current_app.response_class(body, mimetype="application/json")


def _dumps(body: dict[str, Any]) -> str:
    return current_app.json.dumps(body, separators=(",", ":"))


def _answered(call: AskCall, lang: str, stored: str) -> dict[str, Any]:
    page = call.page
    answer = actions.ask(
        call.question,
        lang=lang,
        conversation=stored,
        page=path_of(page.url) if page else "",
        page_title=page.title if page else "",
    )
    answer = replace(answer, conversation=caller().shown(answer.conversation))
    if not site_now().widget.tools:
        answer = replace(answer, tools=())
    return {
        "id": answer.id,
        "conversation": answer.conversation,
        "lang": answer.lang,
        "status": answer.status,
        "nodes": _answer_nodes(answer, call.question),
    }


def _answer_nodes(answer: Answer, question: str) -> list[Node]:
    card = answer_card(answer, question)
    html = render_template("widget/reply.html", card=card, question=question)
    return convert(html, base_url(), _pictures((*card.tools, *card.asking), answer.tools))


def _pictures(cards: Iterable[ToolCard], made: Iterable[ToolResult]) -> dict[str, bytes]:
    """Address → content of the drawings on cards."""
    contents = {(result.tool, file.name): file.content for result in made for file in result.downloads}
    return {
        file.url: contents[card.id, file.name]
        for card in cards
        for file in card.pictures
        if (card.id, file.name) in contents
    }


@widget.route("/suggest", methods=["GET", "OPTIONS"])
def suggest() -> dict[str, Any]:
    """Questions and guides that go on from what has been typed."""
    text = _query()
    found = web().service.suggest(text, languages.current(), _limit(8)) if text and web().service.generation else ()
    return {"suggestions": [asdict(item) | {"url": urljoin(base_url(), item.url)} for item in found]}


@widget.route("/search", methods=["GET", "OPTIONS"])
def search() -> dict[str, Any]:
    """Passages by guide, as on the search page."""
    text, lang = _query(), languages.current()
    more = urljoin(base_url(), f"search?q={quote(text, safe='')}")
    if not text:
        return {"groups": [], "more_url": more}
    hits = worth_showing(actions.search(text, lang, limit=_PASSAGES))
    found = results(hits, guides_found(hits)[: _limit(8)], text, lang)
    groups = [
        {
            "title": group.title,
            "url": urljoin(base_url(), group.url),
            "lang": group.lang,
            "passages": [
                {
                    "section": item.section,
                    "url": urljoin(base_url(), item.url),
                    "pieces": [[piece.text, piece.marked] for piece in item.pieces],
                }
                for item in group.passages
            ],
        }
        for group in found
    ]
    return {"groups": groups, "more_url": more}


@widget.route("/tools/<tool_id>", methods=["POST", "OPTIONS"])
def run_tool(tool_id: str) -> dict[str, Any]:
    """A tool's card, run with the form's fields."""
    if not site_now().widget.tools:
        raise Problem(404, "tool_not_found")
    form = toolbox.form_of(tool_id[:128])
    shown = request.form.get(CONVERSATION, "")[:64]
    slots = toolbox.posted_slots(form["schema"])
    result = actions.run_tool(form["id"], slots, languages.current(), caller().stored(shown))
    card = tool_card(result, shown)
    html = render_template("parts/tool_fragment.html", card=card)
    nodes = convert(html, base_url(), _pictures([card], [result]))
    return {"tool": result.tool, "status": result.status, "nodes": nodes}


@widget.route("/feedback", methods=["POST", "OPTIONS"])
def feedback() -> tuple[dict[str, Any], int]:
    """Keeps an opinion, as the portal does, and says what it says."""
    return _send("feedback")


@widget.route("/handoff", methods=["GET", "POST", "OPTIONS"])
def handoff() -> tuple[dict[str, Any], int]:
    """The form that calls for a person, and what it sends."""
    if request.method == "POST":
        return _send("handoff")
    query = {name: value[:300] for name, value in request.args.items() if name in _HANDOFF_QUERY}
    shown = query.pop("conversation", "")[:64]
    html, status = fragment("GET", "handoff", query | {"conversation": caller().stored(shown)})
    nodes = _with_own_id(convert(html, base_url()), caller().stored(shown), shown)
    return {"nodes": _filled_in(nodes)}, status


def _send(name: str) -> tuple[dict[str, Any], int]:
    call = _call(FormCall)
    shown = call.conversation or _one(call.fields.get("conversation"))
    stored = caller().stored(shown[:64])
    html, status = fragment("POST", name, call.fields | {"conversation": stored})
    return {"nodes": _with_own_id(convert(html, base_url()), stored, shown)}, status


def _one(value: str | list[str] | None) -> str:
    return value if isinstance(value, str) else ""


def _with_own_id(nodes: list[Node], stored: str, shown: str) -> list[Node]:
    """The nodes of a portal's form with the conversation's id as this visitor knows it."""
    if not stored or stored == shown:
        return nodes
    for element in _elements(nodes):
        for name, value in element[1].items():
            if stored in value:
                element[1][name] = value.replace(stored, shown)
    return nodes


def _filled_in(nodes: list[Node]) -> list[Node]:
    """The form with what the visitor's site has vouched for; they may change it."""
    who = caller().identity
    if who is None:
        return nodes
    known = {"contact": who.email, "email": who.email, "name": who.name}
    for element in _elements(nodes):
        attributes = element[1]
        value = known.get(attributes.get("name", ""), "")
        if element[0] == "input" and value and not attributes.get("value"):
            attributes["value"] = value
    return nodes


def _elements(nodes: list[Node]) -> Iterable[list[Any]]:
    waiting = [node for node in nodes if isinstance(node, list)]
    while waiting:
        element = waiting.pop()
        yield element
        waiting.extend(child for child in element[2:] if isinstance(child, list))


def _query() -> str:
    text = clean_text(request.args.get("q", ""))
    if len(text) > MAX_QUESTION_CHARS:
        raise Problem(413, "question_too_long", limit=MAX_QUESTION_CHARS)
    return text.strip()


def _limit(default: int) -> int:
    text = request.args.get("limit", "")
    return min(int(text), MAX_SUGGESTIONS) if text.isdecimal() and 0 < len(text) < 4 and int(text) else default


def _call(model: type[Model]) -> Model:
    try:
        return model.model_validate(request.get_json())
    except ValidationError as error:
        raise invalid(error) from None
