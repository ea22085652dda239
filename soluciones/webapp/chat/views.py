"""The chat: a page that answers without JavaScript, and fragments for the script that makes it a conversation."""

from __future__ import annotations

from flask import Blueprint, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from soluciones.webapp import actions, languages
from soluciones.webapp.access import web
from soluciones.webapp.cards import AnswerCard, answer_card
from soluciones.webapp.json_provider import clean_text
from soluciones.webapp.limits import MAX_QUESTION_CHARS
from soluciones.webapp.pages import is_fragment, pull_lang, same_origin_only
from soluciones.webapp.portal.views import LANG, by_language

chat = Blueprint("chat", __name__)
chat.url_value_preprocessor(pull_lang)
chat.before_request(same_origin_only)


@chat.get("/chat")
def root() -> AnyResponse:
    """The chat in the visitor's language."""
    return by_language("/chat")


def _page(question: str, card: AnswerCard | None) -> str:
    site = web().service.site()
    return render_template(
        "chat/page.html",
        question=question,
        card=card,
        conversation=card.answer.conversation if card else "",
        suggestions=site.suggestions.get(languages.current(), ()),
        max_chars=MAX_QUESTION_CHARS,
    )


@chat.get(f"{LANG}/chat")
def page() -> str:
    """The chat; with ``?q=`` its first question is answered on the server."""
    question = clean_text(request.args.get("q", ""))
    if not question.strip():
        return _page("", None)
    return _page(question, answer_card(actions.ask(question, lang=languages.current())))


@chat.post(f"{LANG}/chat")
def answer() -> str:
    """One more question: a page without JavaScript, a fragment with it."""
    question = clean_text(request.form.get("q", ""))
    conversation = request.form.get("conversation", "")[:64]
    card = answer_card(actions.ask(question, lang=languages.current(), conversation=conversation))
    if is_fragment():
        return render_template("parts/turn_fragment.html", question=question, card=card)
    return _page(question, card)
