"""Finds passages: one encoding, one keyword search."""

from __future__ import annotations

from dataclasses import replace

from soluciones.answer.steps.page import guide_of_page
from soluciones.answer.turn import Turn
from soluciones.index.types import Query

CANDIDATES = 40
"""Hits asked for: enough that every section of the right guide which matters is among them."""


def retrieve(turn: Turn) -> Turn:
    """Searches the snapshot's engine with the completed question."""
    request = turn.request
    query = Query(
        text=turn.query,
        lang=turn.lang,
        products=request.products,
        page=page_guide(turn),
        audience=request.audience,
        limit=CANDIDATES,
        per_guide=CANDIDATES,
    )
    return replace(turn, result=turn.know.engine.search(query))


def page_guide(turn: Turn) -> str:
    """Guide id of the page the visitor is on, or, in a follow-up, of the last answer."""
    return guide_of_page(turn) or (turn.request.state.guide if turn.follow_up else "")
