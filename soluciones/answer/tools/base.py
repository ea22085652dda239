"""The one contract of all live tools."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal, Protocol

from soluciones.answer.net.contract import Network
from soluciones.answer.types import ToolResult
from soluciones.i18n import Catalogue
from soluciones.kb.facts import Facts
from soluciones.kb.site import Site

ToolMode = Literal["instant", "form", "network", "upload"]
Slots = Mapping[str, Any]
GOES_OUT: frozenset[ToolMode] = frozenset({"network", "upload"})
"""Modes whose tools may look something up (an uploaded message's signature needs a key from DNS)."""


@dataclass(frozen=True, slots=True)
class SlotSpec:
    """One value a tool takes."""

    name: str
    schema: Mapping[str, Any]
    """JSON Schema of the value, without titles, e.g. ``{"type": "string", "maxLength": 320}``."""
    required: bool = False
    pii: bool = False
    """Personal data: masked before anything is stored or logged."""


@dataclass(frozen=True, slots=True)
class ToolContext:
    """Everything a tool may use besides its slots; all of it can be replaced in a test."""

    lang: str
    facts: Facts
    site: Site
    texts: Catalogue
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    network: Network | None = None
    """None where nothing may go out: network tools then answer ``unknown``."""
    sign: Callable[[bytes], bytes] | None = None
    """Signs a configuration profile (CMS, DER); None when the site has no key."""

    def say(self, key: str, **params: object) -> str:
        """The catalogue text of ``key`` in the visitor's language."""
        return self.texts.text(self.lang, key, **params)


class Tool(Protocol):
    """A tool is one file: its slots, its findings, its ``run``. ``run`` never raises for any input within the caps."""

    id: str
    mode: ToolMode
    guides: tuple[str, ...]
    """Guides whose presence among the cited passages lets the tool show."""
    slots: tuple[SlotSpec, ...]
    findings: Mapping[str, tuple[str, str] | None]
    """Catalogue of finding codes → (guide, anchor) that repairs or explains it; ``None`` for purely positive codes."""

    def run(self, slots: Slots, context: ToolContext) -> ToolResult: ...

    def form(self, context: ToolContext) -> Mapping[str, Any]:
        """JSON Schema of all slots, with titles and choices in the visitor's language."""
        ...
