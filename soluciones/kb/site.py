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


class DialTarget(_Model):
    """A server of the tenant's own that ``server-check`` may connect to."""

    host: str
    """Exact name, lower case."""
    ports: tuple[int, ...]
    addresses: tuple[str, ...] = ()
    """Numeric addresses to connect to; resolved by DNS when empty."""


class DnsExpectations(_Model):
    """What the tenant's DNS set-up looks like. Not from a guide: results that use it say so."""

    mx: tuple[str, ...] = ()
    """Names of the MX hosts; empty when unknown, and then no MX is judged."""
    dkim_selectors: tuple[str, ...] = ()
    """Selectors to look for when the visitor names none."""
    nameservers: tuple[str, ...] = ()
    """Suffixes of the tenant's own name servers, e.g. ``ns.example``."""


class Autoconfig(_Model):
    """Whether this server answers mail programs that look for their settings at the well-known addresses."""

    serve: bool = False
    domains: tuple[str, ...] = ()
    """Mail domains (A-labels) to answer for; empty for any."""


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
    servers: tuple[DialTarget, ...] = ()
    """The only hosts that anything here connects to."""
    dns: DnsExpectations = DnsExpectations()
    autoconfig: Autoconfig = Autoconfig()
    out_of_scope: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    """Language → questions that sound near but that no guide answers; they teach the engine to decline."""
