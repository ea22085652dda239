"""Keeping an opinion and a call for a person, the same for pages and API."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from flask import current_app, request

from soluciones.webapp import languages
from soluciones.webapp.access import web
from soluciones.webapp.delivery.channels import channels
from soluciones.webapp.delivery.courier import wake
from soluciones.webapp.people.contact import reachable
from soluciones.webapp.people.floods import Floods, share
from soluciones.webapp.people.reasons import why
from soluciones.webapp.problems import Problem
from soluciones.webapp.state.store import Opinion, Receipt, Request, StateFull, StateUnavailable, Turn, new_id
from soluciones.webapp.state.turns import sendable
from soluciones.webapp.visitor import visitor_key

FLOODS = "soluciones.floods"
"""Where the app keeps ``{"handoff": Floods, "feedback": Floods}``."""
OPINIONS_PER_HOUR = 300
"""Of one address. Nobody reads more guides; a program that votes does."""


@dataclass(frozen=True, slots=True)
class Letter:
    """What somebody sends who wants a person."""

    contact: str
    message: str = ""
    conversation: str = ""
    send_along: bool = True
    upto: int | None = None
    """Number of the last turn that the form showed; None for all."""
    key: str = ""
    pressed: str = ""


def _not_too_many(what: str) -> None:
    floods = cast("dict[str, Floods]", current_app.extensions[FLOODS])
    wait = floods[what].take(visitor_key(), share(request.remote_addr or ""))
    if wait:
        problem = Problem(429, "too_many")
        problem.headers["Retry-After"] = str(int(wait) + 1)
        raise problem


def _unkept(error: Exception) -> Problem:
    return Problem(507, "storage_full") if isinstance(error, StateFull) else Problem(503, "storage")


def rate(opinion: Opinion, conversation: str) -> Opinion:
    """Keeps an opinion, or changes it; returns it as it stands now.

    Raises:
        Problem: 429 when there are too many; 503 or 507 when it cannot be kept.
    """
    _not_too_many("feedback")
    store = web().store
    try:
        return store.add_feedback(opinion, store.load(conversation) if conversation else None, conversation)
    except (StateFull, StateUnavailable) as error:
        raise _unkept(error) from None


def conversation_of(letter: Letter) -> tuple[Turn, ...]:
    """The turns that go along with a letter, unless they are kept back."""
    return sendable(web().store.turns(letter.conversation, letter.upto)) if letter.conversation else ()


def _disliked(answer: str) -> bool:
    opinion = web().store.opinion(answer)
    return opinion is not None and not opinion.useful


def call_person(letter: Letter) -> Receipt:
    """Keeps a request for a person; the same form sent again gets the same receipt.

    Raises:
        Problem: 422 when the contact cannot be one; 429 when there are too many; 503 or 507 when it cannot be kept.
    """
    contact = letter.contact.strip()
    if not reachable(contact):
        raise Problem(422, "bad_contact")
    turns = conversation_of(letter)
    wanted = Request(
        contact,
        letter.message.strip(),
        languages.current(),
        key=letter.key or new_id(),
        reason=why(turns, _disliked, letter.pressed),
        turns=turns if letter.send_along else (),
    )
    store = web().store
    if not store.handoff_known(wanted):
        _not_too_many("handoff")
    try:
        receipt = store.add_handoff(wanted, channels(web().settings))
    except (StateFull, StateUnavailable) as error:
        raise _unkept(error) from None
    wake()
    return receipt
