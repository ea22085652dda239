"""/livez and /readyz, for whatever watches the process."""

from __future__ import annotations

from flask import Blueprint

from soluciones.webapp.access import web
from soluciones.webapp.problems import Problem

health = Blueprint("health", __name__)


@health.get("/livez")
def livez() -> dict[str, str]:
    """The process answers; depends on nothing outside it."""
    return {"status": "ok"}


@health.get("/readyz")
def readyz() -> dict[str, str]:
    """Questions can be answered and writes can be kept.

    Raises:
        Problem: 503, saying which of the two is missing.
    """
    generation = web().service.generation
    if not generation:
        raise Problem(503, "no_index")
    if not web().store.writable():
        raise Problem(503, "storage")
    return {"status": "ok", "generation": generation}
