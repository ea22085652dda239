"""What the API answers, as pydantic models for the OpenAPI document; tests hold the answers to them."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field


class _Out(BaseModel):
    model_config = ConfigDict(extra="forbid")


class PlaceOut(_Out):
    """A section of a guide."""

    guide: str
    anchor: str


class FactOut(PlaceOut):
    """A sentence of a guide that a tool rests on."""

    text: str


class FindingOut(_Out):
    """A coded result and the section that repairs it."""

    code: str
    status: str
    text: str
    fix: PlaceOut | None


class DownloadOut(_Out):
    """A file a tool offers."""

    name: str
    mime: str
    label: str
    url: str = Field(description="A path that lasts 24 hours, or a `data:` address where the file came of an upload.")
    method: Literal["GET", "POST"] = Field(description="`POST`: too large to send along; post the same slots to `url`.")


class ToolOut(_Out):
    """What a tool says."""

    id: str
    status: Literal["ok", "warn", "bad", "unknown", "need_input", "refused", "error"]
    headline: str
    facts: list[FactOut]
    data: dict[str, Any]
    findings: list[FindingOut]
    downloads: list[DownloadOut]
    form: dict[str, Any] | None
    next: list[dict[str, Any]]
    asks: str


class AnswerBlockOut(_Out):
    """A verbatim piece of a guide."""

    text: str
    html: str
    kind: str
    citation: int


class CitationOut(_Out):
    """Where an answer block stands."""

    guide: str
    title: str
    section: str
    anchor: str
    url: str
    quote: str


class ChoiceOut(_Out):
    """A way on."""

    label: str
    question: str


class RelatedOut(_Out):
    """A guide worth reading next."""

    guide: str
    title: str
    url: str


class AnswerOut(_Out):
    """One reply."""

    id: str
    conversation: str
    lang: str
    status: Literal["answered", "clarify", "no_answer", "handoff", "chat"]
    confidence: float
    message: str
    answer: list[AnswerBlockOut]
    citations: list[CitationOut]
    tools: list[ToolOut]
    choices: list[ChoiceOut]
    related: list[RelatedOut]
    suggestion: str
    generation: str
    took_ms: dict[str, float]


class HitOut(_Out):
    """A passage found."""

    chunk: str
    guide: str
    title: str
    section: str
    path: list[str]
    anchor: str
    kind: str
    text: str
    html: str
    lang: str
    url: str
    score: float
    parts: dict[str, float] | None = None


class GuideHitOut(_Out):
    """A guide found."""

    guide: str
    score: float
    url: str


class SearchOut(_Out):
    """What a search found, best first."""

    q: str
    lang: str
    generation: str
    suggestion: str
    hits: list[HitOut]
    guides: list[GuideHitOut]
    signals: dict[str, float] | None = None


class SuggestionOut(_Out):
    """One line under the search box."""

    text: str
    guide: str
    title: str
    url: str
    kind: str


class SuggestOut(_Out):
    """Lines under the search box."""

    suggestions: list[SuggestionOut]


class GuideSummaryOut(_Out):
    """A guide as one line of a list."""

    id: str
    title: str
    summary: str
    lang: str
    type: str
    products: list[str]
    topics: list[str]
    updated: str | None
    url: str


class GuidesOut(_Out):
    """All guides."""

    guides: list[GuideSummaryOut]


class BlockOut(_Out):
    """One block of a section."""

    kind: str
    text: str
    html: str


class SectionOut(_Out):
    """A heading and what stands under it."""

    anchor: str
    title: str
    level: int
    path: list[str]
    blocks: list[BlockOut]


class GuideOut(GuideSummaryOut):
    """A whole guide."""

    questions: list[str]
    tools: list[str]
    related: list[str]
    aliases: list[str]
    references: list[str]
    review_by: str | None
    sections: list[SectionOut]


class ToolsOut(_Out):
    """Every tool with its form."""

    tools: list[dict[str, Any]]


class StoredOut(_Out):
    """A write that is on disk."""

    id: str
    message: str


class HandoffOut(StoredOut):
    """A call for a person that is on disk."""

    reference: str = Field(description="Short number for the visitor, e.g. `7K3M-9QXD`.")
    reason: str = Field(description="Why, as a code read from the conversation: `customer_request`, `no_answer`, …")


class HealthOut(_Out):
    """How the server is."""

    status: str
    generation: str | None = None


class FieldErrorOut(_Out):
    """One wrong field."""

    field: str
    message: str


class ProblemOut(_Out):
    """An RFC 9457 problem."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    request_id: str
    errors: list[FieldErrorOut] | None = None
