"""POST /api/v1/feedback and POST /api/v1/handoff."""

from __future__ import annotations

from typing import Any

from soluciones.webapp import actions, languages
from soluciones.webapp.api.blueprint import api, responses
from soluciones.webapp.schemas import FeedbackBody, HandoffBody
from soluciones.webapp.schemas_out import StoredOut
from soluciones.webapp.state.store import Opinion

_ERRORS = (400, 413, 415, 422, 503, 507)


@api.post("/feedback", summary="Rate an answer", responses=responses(StoredOut, *_ERRORS, created=True))
def feedback(body: FeedbackBody) -> tuple[dict[str, Any], int]:
    """Keeps an opinion durably; a second opinion of the same answer replaces the first."""
    opinion = Opinion(body.answer, body.useful, body.reason, body.note, languages.current())
    actions.rate(opinion, body.conversation or "")
    return {"id": body.answer, "message": languages.say("feedback.thanks")}, 201


@api.post("/handoff", summary="Ask for a person", responses=responses(StoredOut, *_ERRORS, created=True))
def handoff(body: HandoffBody) -> tuple[dict[str, Any], int]:
    """Keeps a request for a person durably."""
    stored = actions.call_person(body.contact, body.message, body.conversation or "")
    return {"id": stored, "message": languages.say("handoff.thanks")}, 201
