"""The form that calls for a person: as it is shown, as it comes back, and what is wrong with it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from flask import request

from soluciones.webapp import languages
from soluciones.webapp.json_provider import clean_text
from soluciones.webapp.limits import MAX_CONTACT_CHARS, MAX_MESSAGE_CHARS
from soluciones.webapp.people.contact import reachable
from soluciones.webapp.people.doing import Letter
from soluciones.webapp.state.store import new_id

KEY = re.compile(r"[0-9a-f]{32}\Z")
_NUMBER = re.compile(r"[0-9]{1,6}\Z")
_SHOWN_AGAIN = 2
"""How many times the allowed length is shown again: cutting a text would lose what was typed, but not without end."""


@dataclass(frozen=True, slots=True)
class HandoffForm:
    """The fields, as typed."""

    key: str
    contact: str = ""
    message: str = ""
    conversation: str = ""
    send_along: bool = True
    upto: int | None = None
    pressed: str = ""
    trap: str = ""
    """A field that people do not see and programs fill in."""

    def letter(self) -> Letter:
        """What is to be kept."""
        return Letter(self.contact, self.message, self.conversation, self.send_along, self.upto, self.key, self.pressed)


def blank() -> HandoffForm:
    """The form as it is first shown. Nothing personal is filled in."""
    conversation, pressed = request.args.get("conversation", "")[:64], request.args.get("why", "")[:16]
    return HandoffForm(new_id(), conversation=clean_text(conversation), pressed=clean_text(pressed))


def posted() -> HandoffForm:
    """The form as it was sent."""
    values = request.form

    def text(name: str, limit: int) -> str:
        return clean_text(values.get(name, "")[:limit])

    key, upto = values.get("key", ""), values.get("upto", "")
    return HandoffForm(
        key=key if KEY.match(key) else new_id(),
        contact=text("contact", MAX_CONTACT_CHARS * _SHOWN_AGAIN).strip(),
        # Browsers send line ends as CRLF, and count them as one character against the limit.
        message=text("message", MAX_MESSAGE_CHARS * _SHOWN_AGAIN).replace("\r\n", "\n"),
        conversation=text("conversation", 64),
        # A form that showed no conversation has no box to tick, and then nothing goes along.
        send_along=values.get("send_along") == "1",
        upto=int(upto) if _NUMBER.match(upto) else None,
        pressed=text("pressed", 16),
        trap=text("website", 200),
    )


def wrong(form: HandoffForm) -> dict[str, str]:
    """Field → what is wrong with it, in the visitor's language."""
    words, errors = languages.say_any, {}
    if not form.contact:
        errors["contact"] = words("people.error.contact_missing")
    elif len(form.contact) > MAX_CONTACT_CHARS:
        errors["contact"] = words("people.error.contact_long", limit=MAX_CONTACT_CHARS)
    elif not reachable(form.contact):
        errors["contact"] = words("people.error.contact_bad")
    if len(form.message) > MAX_MESSAGE_CHARS:
        errors["message"] = words("people.error.message_long", limit=MAX_MESSAGE_CHARS)
    if form.trap:
        errors["website"] = words("people.error.trap")
    return errors
