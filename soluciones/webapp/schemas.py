"""What the API takes in, as pydantic models: unknown keys are refused, everything is bounded."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from soluciones.webapp.limits import (
    MAX_CONTACT_CHARS,
    MAX_MESSAGE_CHARS,
    MAX_NOTE_CHARS,
    MAX_QUESTION_CHARS,
    MAX_SEARCH_RESULTS,
    MAX_SLOTS,
)
from soluciones.webapp.state.opinions import OpinionKind, Reason

LangTag = Annotated[str, StringConstraints(max_length=35)]
"""A language tag (RFC 5646 §4.4.1 asks for 35 characters); one we do not speak falls back, it is no error."""
Name = Annotated[str, StringConstraints(max_length=128)]
ConversationId = Annotated[str, StringConstraints(max_length=64)]
_QUESTION_NOTE = f"At most {MAX_QUESTION_CHARS} characters; a longer one is answered with 413."


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", str_strip_whitespace=False)


class Page(_Body):
    """The page that a visitor asks from."""

    url: Annotated[str, StringConstraints(max_length=2_000)] = ""
    title: Annotated[str, StringConstraints(max_length=500)] = ""


class AskBody(_Body):
    """A question."""

    question: str = Field(description=_QUESTION_NOTE, examples=["¿Qué puerto uso para IMAP?"])
    lang: LangTag | None = Field(None, description="Language of the page; detected from the question when absent.")
    conversation: ConversationId | None = Field(None, description="Id of an earlier answer; absent for a new one.")
    page: Page | None = None
    products: list[Name] = Field(default_factory=list, max_length=20)


class SearchQuery(BaseModel):
    """A search."""

    q: str = Field(description=_QUESTION_NOTE)
    lang: LangTag | None = None
    product: Name = ""
    type: Literal["", "tutorial", "how-to", "reference", "explanation"] = ""
    limit: int = Field(10, ge=1, le=MAX_SEARCH_RESULTS)
    explain: bool = Field(False, description="Also tell the parts of each score.")


class SuggestQuery(BaseModel):
    """The beginning of a question."""

    q: str = Field(description=_QUESTION_NOTE)
    lang: LangTag | None = None
    limit: int = Field(8, ge=1, le=20)


class LangQuery(BaseModel):
    """Only the language of the texts."""

    lang: LangTag | None = None


class GuidePath(BaseModel):
    """A guide's id or one of its aliases."""

    guide_id: Name


class ToolPath(BaseModel):
    """A tool's id."""

    tool_id: Name


class FilePath(ToolPath):
    """A file of a tool's result."""

    token: str
    name: str


class MadeFilePath(ToolPath):
    """A file of a tool's result, made from slots that are sent along."""

    name: Name


class ToolBody(_Body):
    """The values a tool runs with."""

    slots: dict[str, Any] = Field(
        default_factory=dict, max_length=MAX_SLOTS, description="Slot → value, as in the tool's `schema`."
    )
    lang: LangTag | None = None


class FeedbackBody(_Body):
    """An opinion of an answer, of a tool's result or of a guide."""

    answer: Annotated[str, StringConstraints(min_length=1, max_length=64)] = Field(
        description="`id` of the answer. For a tool or a guide a random text of your own: it makes the opinion one."
    )
    useful: bool
    kind: OpinionKind = "answer"
    guide: Name = Field("", description="With `kind` `guide`: which.")
    tool: Name = Field("", description="With `kind` `tool`: which.")
    reason: Reason = Field("", description="Sent again with a reason or a note, the same opinion is changed.")
    note: Annotated[str, StringConstraints(max_length=MAX_NOTE_CHARS)] = ""
    conversation: ConversationId | None = None
    lang: LangTag | None = None


class HandoffBody(_Body):
    """A wish to talk to a person."""

    contact: Annotated[str, StringConstraints(min_length=3, max_length=MAX_CONTACT_CHARS, strip_whitespace=True)] = (
        Field(description="E-mail address or telephone number to answer to.")
    )
    message: Annotated[str, StringConstraints(max_length=MAX_MESSAGE_CHARS)] = ""
    conversation: ConversationId | None = None
    send_conversation: bool = Field(True, description="Whether the conversation's (masked) turns go along.")
    key: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{32}$")] | None = Field(
        None, description="128 random bits in hexadecimal: the same request sent again with them is kept once."
    )
    lang: LangTag | None = None
