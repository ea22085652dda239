"""What the widget sends, as pydantic models: unknown keys are refused, everything is bounded."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from soluciones.webapp.limits import MAX_VALUES
from soluciones.webapp.schemas import ConversationId, LangTag, Page

SiteId = Annotated[str, StringConstraints(max_length=64)]
FieldName = Annotated[str, StringConstraints(max_length=64)]
FieldText = Annotated[str, StringConstraints(max_length=8_000)]
"""Each field has a limit of its own, smaller, which the form's page tells in words."""
MAX_FIELDS = 40


class _Call(BaseModel):
    model_config = ConfigDict(extra="forbid")

    site: SiteId
    lang: LangTag | None = None
    conversation: ConversationId | None = None


class AskCall(_Call):
    """A question, and the page that it was asked on."""

    question: str
    page: Page | None = None
    ask: Annotated[str, StringConstraints(max_length=64)] = ""
    """Random text of the client's: the same question sent again gets the same answer again."""


class FormCall(_Call):
    """A form of ours, filled in."""

    fields: dict[FieldName, FieldText | Annotated[list[FieldText], Field(max_length=MAX_VALUES)]] = Field(
        default_factory=dict, max_length=MAX_FIELDS
    )
