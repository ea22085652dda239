"""What mail programs are called in the visitor's language. ``facts.yml`` names them in the tenant's."""

from __future__ import annotations

from soluciones.answer.tools.base import ToolContext
from soluciones.kb.facts import ClientApp
from soluciones.kb.types import LANGUAGES


def client_label(client: ClientApp, context: ToolContext) -> str:
    """The catalogue's name of a well-known program, else the tenant's own."""
    if context.lang == LANGUAGES[0]:
        return client.label
    return context.texts.domain(context.lang, "client_setup").get(f"client_setup.client.{client.id}") or client.label
