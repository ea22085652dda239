"""Pages and fragments by which visitors say what they think and ask for a person."""

from __future__ import annotations

from flask import Blueprint, Flask, render_template

from soluciones.settings import Settings
from soluciones.webapp import languages
from soluciones.webapp.access import web
from soluciones.webapp.limits import MAX_CONTACT_CHARS, MAX_MESSAGE_CHARS, MAX_NOTE_CHARS
from soluciones.webapp.pages import is_fragment, pull_lang, same_origin_only
from soluciones.webapp.people import handoff_form, opinion_form
from soluciones.webapp.people.doing import FLOODS, OPINIONS_PER_HOUR, call_person, conversation_of, rate
from soluciones.webapp.people.floods import Floods
from soluciones.webapp.people.handoff_form import HandoffForm
from soluciones.webapp.portal.views import LANG
from soluciones.webapp.problems import Problem
from soluciones.webapp.state.store import Opinion, new_id
from soluciones.webapp.toolbox import titles

people = Blueprint("people", __name__)
people.url_value_preprocessor(pull_lang)
people.before_request(same_origin_only)
_LIMITS = {"contact": MAX_CONTACT_CHARS, "message": MAX_MESSAGE_CHARS}


def init_app(app: Flask, settings: Settings) -> None:
    """Puts the pages on the app, with its caps against floods."""
    app.extensions[FLOODS] = {
        "handoff": Floods(settings.handoffs_per_hour),
        "feedback": Floods(OPINIONS_PER_HOUR),
    }
    app.jinja_env.globals["new_opinion"] = new_id
    app.register_blueprint(people)


def _opinion_page(opinion: Opinion, conversation: str, *, saved: bool, error: str = "") -> str:
    """The thanks and the second step."""
    turn = web().store.turn(conversation, opinion.answer) if conversation else None
    template = "people/opinion_form.html" if is_fragment() else "people/feedback.html"
    return render_template(
        template,
        opinion=opinion,
        conversation=conversation,
        reasons=opinion_form.offered(opinion.kind, turn),
        told=opinion.whole,
        saved=saved,
        error=error,
        limit=MAX_NOTE_CHARS,
    )


@people.post(f"{LANG}/feedback")
def feedback() -> tuple[str, int]:
    """Keeps an opinion: a thumb first, then perhaps a reason and a note, which change the same opinion."""
    opinion, conversation = opinion_form.posted()
    if len(opinion.note) > MAX_NOTE_CHARS:
        error = languages.say_any("people.feedback.note_long", limit=MAX_NOTE_CHARS)
        return _opinion_page(opinion, conversation, saved=False, error=error), 200 if is_fragment() else 422
    rate(opinion, conversation)
    return _opinion_page(opinion, conversation, saved=True), 201


def _form_page(form: HandoffForm, errors: dict[str, str], trouble: Problem | None = None) -> str:
    turns = conversation_of(form.letter())
    template = "parts/handoff.html" if is_fragment() else "people/handoff.html"
    return render_template(
        template,
        form=form,
        turns=turns,
        tool_titles=titles() if web().service.generation else {},
        errors=errors,
        trouble=trouble,
        limits=_LIMITS,
    )


@people.get(f"{LANG}/handoff")
def handoff_page() -> str:
    """The form that calls for a person."""
    return _form_page(handoff_form.blank(), {})


@people.post(f"{LANG}/handoff")
def handoff() -> tuple[str, int] | tuple[str, int, dict[str, str]]:
    """Keeps the call for a person, or shows the form again with everything that was typed.

    A fragment with wrong fields is 200: our scripts put it in the form's place, and show only the words of an error.
    """
    form = handoff_form.posted()
    errors = handoff_form.wrong(form)
    if errors:
        return _form_page(form, errors), 200 if is_fragment() else 422
    try:
        receipt = call_person(form.letter())
    except Problem as problem:
        if is_fragment():
            raise  # the form is still there
        return _form_page(form, {}, problem), problem.status, problem.headers
    template = "parts/thanks.html" if is_fragment() else "people/thanks.html"
    words = languages.say_any
    reference = words("people.handoff.reference", reference=receipt.reference)
    detail = f"{reference}. {words('people.handoff.thanks_detail')}"
    return render_template(template, title=words("people.handoff.thanks"), detail=detail, receipt=receipt), 201
