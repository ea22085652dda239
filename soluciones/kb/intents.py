"""``intents/*.yml``: what a visitor wants done, bound to one tool and to guides."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Intent(_Model):
    """One file."""

    id: str
    tool: str
    guides: tuple[str, ...]
    """The tool shows only beside one of these guides, except when a hard slot (a pasted record…) opens it."""
    slots: tuple[str, ...] = ()
    """Names of the slot extractors that feed the tool."""
    hard_slots: tuple[str, ...] = ()
    """Slots whose presence alone opens the tool, e.g. an address asked about."""
    examples: dict[str, tuple[str, ...]]
    """Language → utterances."""
    cues: tuple[str, ...] = ()
    """Linear-time regular expressions over the folded question (lower case, no accents); verb + noun, not one word."""
    negatives: tuple[str, ...] = Field(default=(), alias="not")
    """Near misses: utterances that look alike and are not this intent."""
