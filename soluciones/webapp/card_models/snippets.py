"""``snippets``."""

from __future__ import annotations

from soluciones.webapp.card_models.base import CardData


class Snippet(CardData):
    """One program."""

    language_label: str
    action_label: str
    file: str
    code: str
    run: str = ""
    environment: tuple[str, ...] = ()


class SnippetsData(CardData):
    """See the module."""

    snippets: tuple[Snippet, ...]
