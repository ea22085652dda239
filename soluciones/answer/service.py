"""The one door to the answer layer: what the web pages, the API and the CLI call."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from soluciones.answer.dialogue.pending import Stack
from soluciones.answer.types import Answer, Download, ToolResult
from soluciones.index.types import SearchResult
from soluciones.kb.site import Site
from soluciones.kb.types import Audience, Guide

MAX_QUESTION_CHARS = 4_000
"""Longer questions are refused with 413: nobody reads that much of a question, and it bounds the work."""


@dataclass(frozen=True, slots=True)
class ConversationState:
    """What a conversation remembers: enough for "¿y para enviar?", nothing personal. Plain JSON when stored."""

    lang: str = ""
    guide: str = ""
    anchor: str = ""
    tool: str = ""
    question: str = ""
    """The last stand-alone question, addresses and domains masked."""
    slots: Mapping[str, Any] = field(default_factory=dict)
    """Slots of the last tool that are not personal, e.g. ``{"client": "thunderbird"}``."""
    turns: int = 0
    pending: Stack = ()
    """Tools that wait for a value, the one to go on with last. May hold what the visitor typed: sealed when stored."""


@dataclass(frozen=True, slots=True)
class AskRequest:
    """One question."""

    question: str
    lang: str = ""
    """Language the visitor's page is in; "" to detect from the question alone."""
    conversation: str = ""
    """Conversation id; a new one is made when empty."""
    state: ConversationState = ConversationState()
    page: str = ""
    """Guide id or URL path of the page the visitor is on."""
    page_title: str = ""
    products: tuple[str, ...] = ()
    audience: Audience = "visitor"
    visitor: str = ""
    """Opaque key of whoever asks, for budgets of outgoing connections; never stored."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One line of the search box's list."""

    text: str
    """A question or a guide's title."""
    guide: str
    title: str
    url: str
    kind: str
    """``question`` or ``guide``."""


class Service(Protocol):
    """Implemented by ``answer.answerer.Answerer``. Every call uses one generation from start to end."""

    @property
    def generation(self) -> str:
        """Id of the generation that serves now; "" when there is none."""
        ...

    def ask(self, request: AskRequest) -> tuple[Answer, ConversationState]:
        """Answers, never raises for any text up to ``MAX_QUESTION_CHARS``."""
        ...

    def search(
        self, text: str, lang: str = "es", *, product: str = "", type: str = "", limit: int = 10
    ) -> SearchResult:
        """Ranked passages for the search page and API."""
        ...

    def suggest(self, text: str, lang: str = "es", limit: int = 8) -> tuple[Suggestion, ...]:
        """Questions and guides that go on from what has been typed."""
        ...

    def site(self) -> Site:
        """The tenant's site settings as built."""
        ...

    def guides(self, lang: str = "") -> tuple[Guide, ...]:
        """Guides that visitors may read, in the site's order."""
        ...

    def guide(self, guide_id: str) -> Guide | None:
        """By id or alias."""
        ...

    def tool_titles(self, lang: str) -> Mapping[str, str]:
        """Tool id → its title, in the order in which tools are listed; loads no tool."""
        ...

    def tool_form(self, tool_id: str, lang: str) -> Mapping[str, Any] | None:
        """``{"id", "title", "mode", "guides", "schema"}`` of one tool; None when there is no such tool."""
        ...

    def tool_forms(self, lang: str) -> tuple[Mapping[str, Any], ...]:
        """``{"id", "title", "mode", "guides", "schema"}`` of every tool."""
        ...

    def run_tool(self, tool_id: str, slots: Mapping[str, Any], lang: str, visitor: str = "") -> ToolResult:
        """Runs one tool for the visitor with that opaque key.

        Raises:
            KeyError: no such tool.
        """
        ...

    def mail_config(self, kind: str, address: str, host: str, lang: str) -> Download | None:
        """The set-up file that a mail program fetches: ``thunderbird``, ``autodiscover`` or ``mobileconfig``.

        Args:
            kind: which.
            address: the mail address asked for, may be empty.
            host: the host name of the request.
            lang: language of the texts in it.

        Returns:
            None where the site does not serve such files, or not for that domain.
        """
        ...
