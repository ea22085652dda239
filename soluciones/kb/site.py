"""``site.yml``: who the tenant is, its products and topics, and what the home page shows."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from soluciones.kb.types import LANGUAGES

Localised = dict[str, str]
"""Language → text; ``es`` at least."""


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Topic(_Model):
    """A shelf of the help centre."""

    id: str
    title: Localised
    summary: Localised
    icon: str = "book"
    """Name of a bundled icon."""


class Product(_Model):
    """Something the tenant sells."""

    id: str
    title: Localised


class Support(_Model):
    """How a person is reached when the guides do not help. Everything optional."""

    email: str = ""
    url: str = ""
    phone: str = ""


class Site(_Model):
    """The whole file."""

    name: str
    """Shown in the page head, e.g. ``Centro de ayuda``."""
    organisation: str
    languages: tuple[str, ...] = LANGUAGES
    default_language: str = "es"
    base_url: str = ""
    """Public address without a trailing slash; empty when only served locally."""
    tagline: Localised
    topics: tuple[Topic, ...]
    products: tuple[Product, ...]
    featured: tuple[str, ...] = ()
    """Guide ids on the home page, in order."""
    suggestions: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    """Language → questions offered on the home and chat pages."""
    support: Support = Support()
    out_of_scope: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    """Language → questions that sound near but that no guide answers; they teach the engine to decline."""
