"""``glossary.yml``: words that mean the same to a visitor, in all languages the site answers."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Entry(_Model):
    """One idea and its names."""

    term: str
    """The word the guides use."""
    synonyms: tuple[str, ...]
    """Other Spanish words for it, lower case; several words allowed."""
    translations: dict[str, tuple[str, ...]] = {}
    """Language (en, fr, de, it) → words for it there."""
    definition: str = ""


class Glossary(_Model):
    """The whole file."""

    entries: tuple[Entry, ...] = ()
