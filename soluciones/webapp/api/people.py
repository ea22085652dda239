"""POST /api/v1/feedback and POST /api/v1/handoff."""

from __future__ import annotations

from typing import Any

from soluciones.webapp import languages
from soluciones.webapp.api.blueprint import api, responses
from soluciones.webapp.people.doing import Letter, call_person, rate
from soluciones.webapp.people.opinion_form import checked
from soluciones.webapp.schemas import FeedbackBody, HandoffBody
from soluciones.webapp.schemas_out import HandoffOut, StoredOut
from soluciones.webapp.state.store import Opinion

_ERRORS = (400, 413, 415, 422, 429, 503, 507)


@api.post("/feedback", summary="Rate an answer", responses=responses(StoredOut, 404, *_ERRORS, created=True))
def feedback(body: FeedbackBody) -> tuple[dict[str, Any], int]:
    """Keeps an opinion durably; a second one with the same `answer` changes the first."""
    opinion = Opinion(
        body.answer,
        body.useful,
        "" if body.useful else body.reason,
        body.note,
        languages.current(),
        body.kind,
        body.guide,
        body.tool,
        whole=bool({"reason", "note"} & body.model_fields_set),
    )
    rate(checked(opinion), body.conversation or "")
    return {"id": body.answer, "message": languages.say_any("people.feedback.thanks")}, 201


@api.post("/handoff", summary="Ask for a person", responses=responses(HandoffOut, *_ERRORS, created=True))
def handoff(body: HandoffBody) -> tuple[dict[str, Any], int]:
    """Keeps a request for a person durably; the same one with the same `key` is kept once."""
    letter = Letter(body.contact, body.message, body.conversation or "", body.send_conversation, key=body.key or "")
    receipt = call_person(letter)
    message = languages.say_any("people.handoff.thanks")
    return {"id": receipt.id, "message": message, "reference": receipt.reference, "reason": receipt.reason}, 201
