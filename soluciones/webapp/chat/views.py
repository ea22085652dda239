"""The chat: a page that answers without JavaScript, and fragments for the script that makes it a conversation."""

from __future__ import annotations

import secrets

from flask import Blueprint, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from soluciones.webapp import actions, languages
from soluciones.webapp.access import web
from soluciones.webapp.cards import AnswerCard, answer_card
from soluciones.webapp.chat import once
from soluciones.webapp.json_provider import clean_text
from soluciones.webapp.limits import MAX_PASTE_CHARS, MAX_QUESTION_CHARS
from soluciones.webapp.pages import is_fragment, pull_lang, same_origin_only
from soluciones.webapp.portal.views import LANG, by_language

chat = Blueprint("chat", __name__)
chat.url_value_preprocessor(pull_lang)
chat.before_request(same_origin_only)

PAGE = "chat/page.html"
_UI = "chat.ui."


@chat.get("/chat")
def root() -> AnyResponse:
    """The chat in the visitor's language."""
    return by_language("/chat")


def ui_texts() -> dict[str, str]:
    """The texts that the page's script shows, by their keys without ``chat.ui.``."""
    known = languages.texts.domain(languages.current(), "chat")
    return {key.removeprefix(_UI): text for key, text in known.items() if key.startswith(_UI)}


def chat_page(question: str, card: AnswerCard | None, template: str = PAGE) -> str:
    """The page of a conversation, with an answer or without one."""
    site = web().service.site()
    return render_template(
        template,
        question=question,
        card=card,
        conversation=card.answer.conversation if card else "",
        suggestions=site.suggestions.get(languages.current(), ()),
        max_chars=MAX_QUESTION_CHARS,
        max_paste=MAX_PASTE_CHARS,
        texts=ui_texts(),
        ask=secrets.token_urlsafe(12),
        storage="off" if request.args.get("storage") == "off" else "device",
    )


@chat.get(f"{LANG}/chat")
def page() -> str:
    """The chat; with ``?q=`` its first question is answered on the server."""
    question = clean_text(request.args.get("q", ""))
    if not question.strip():
        return chat_page("", None)
    return chat_page(question, answer_card(actions.ask(question, lang=languages.current()), question))


@chat.post(f"{LANG}/chat")
def answer() -> str:
    """One more question: a page without JavaScript, a fragment with it. The same question sent again (by its field
    ``ask``) gets the same answer again.
    """
    question = clean_text(request.form.get("q", ""))
    conversation = request.form.get("conversation", "")[:64]
    lang, fragment = languages.current(), is_fragment()

    def make() -> str:
        card = answer_card(actions.ask(question, lang=lang, conversation=conversation), question)
        if fragment:
            return render_template("parts/turn_fragment.html", question=question, card=card)
        return chat_page(question, card)

    kind = "fragment" if fragment else "page"
    key = once.key_of(request.form.get("ask", ""), kind, lang, conversation, question)
    return once.answers.answer(key, make)
