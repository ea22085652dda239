"""The words of the answer layer. Field names of ``Answer`` are those of the API contract in DESIGN.md."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

ToolStatus = Literal["ok", "warn", "bad", "unknown", "need_input", "refused", "error"]
"""``unknown`` means it could not be told; it is never shown as ``bad``."""
AnswerStatus = Literal["answered", "clarify", "no_answer", "handoff", "chat"]


@dataclass(frozen=True, slots=True)
class Place:
    """A section of a guide."""

    guide: str
    anchor: str = ""


@dataclass(frozen=True, slots=True)
class Fact:
    """A sentence a tool rests on, verbatim from a guide."""

    text: str
    guide: str
    anchor: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """A tool's coded result; the code leads to the section that repairs it."""

    code: str
    """English snake_case, listed in the tool's catalogue."""
    status: ToolStatus
    text: str
    """In the visitor's language."""
    fix: Place | None = None


@dataclass(frozen=True, slots=True)
class Download:
    """A file a tool offers. ``content`` never leaves the process but by the download route."""

    name: str
    """Deterministic and free of personal data, e.g. ``correo-ejemplo.com.mobileconfig``."""
    mime: str
    content: bytes
    label: str = ""
    """What it is for, in the visitor's language."""


@dataclass(frozen=True, slots=True)
class ToolResult:
    """What a tool says."""

    tool: str
    status: ToolStatus
    headline: str
    facts: tuple[Fact, ...] = ()
    data: Mapping[str, Any] = field(default_factory=dict)
    """Plain JSON data for the card."""
    findings: tuple[Finding, ...] = ()
    downloads: tuple[Download, ...] = ()
    form: Mapping[str, Any] | None = None
    """JSON Schema of the slots still wanted, with titles in the visitor's language."""
    next: tuple[Mapping[str, Any], ...] = ()
    """What to do next: ``{"label", "question"}`` or ``{"label", "tool", "slots"}``."""
    slots: Mapping[str, Any] = field(default_factory=dict)
    """The slots it ran with, so that a download can be made again."""
    asks: str = ""
    """With ``need_input``: the one slot that ``headline`` asks for, so that the next message can answer it."""


@dataclass(frozen=True, slots=True)
class AnswerBlock:
    """A verbatim piece of a guide."""

    text: str
    html: str
    kind: str
    citation: int
    """Index into ``Answer.citations``."""


@dataclass(frozen=True, slots=True)
class Citation:
    """Where an answer block stands."""

    guide: str
    title: str
    section: str
    anchor: str
    url: str
    """Deep link with a text fragment, e.g. ``/es/guides/x#y:~:text=…``."""
    quote: str


@dataclass(frozen=True, slots=True)
class Choice:
    """A way on that the visitor can tap."""

    label: str
    question: str


@dataclass(frozen=True, slots=True)
class RelatedGuide:
    """A guide worth reading next."""

    guide: str
    title: str
    url: str


@dataclass(frozen=True, slots=True)
class Answer:
    """One reply, in the shape of ``POST /api/v1/ask``."""

    id: str
    conversation: str
    lang: str
    status: AnswerStatus
    confidence: float
    message: str = ""
    """A sentence of the interface (greeting, apology, lead-in), from the catalogues; never a claim about the topic."""
    answer: tuple[AnswerBlock, ...] = ()
    citations: tuple[Citation, ...] = ()
    tools: tuple[ToolResult, ...] = ()
    choices: tuple[Choice, ...] = ()
    related: tuple[RelatedGuide, ...] = ()
    suggestion: str = ""
    generation: str = ""
    took_ms: Mapping[str, float] = field(default_factory=dict)
