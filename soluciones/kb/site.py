"""``site.yml``: who the tenant is, its products and topics, and what the home page shows."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator

from soluciones.kb.origins import parse_rule
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


class Widget(_Model):
    """The widget on other people's pages. Nobody may embed it before their origin is listed."""

    id: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")] = "default"
    """What ``data-site`` names, and the audience of identity tokens."""
    origins: tuple[str, ...] = ()
    """``https://shop.example`` (exactly that one) or ``https://*.example.com`` (names below it, not itself)."""
    identity: Literal["off", "optional", "enforced"] = "off"
    """Signed visitors: never looked at, looked at when sent, or required of everybody."""
    tools: bool = True
    """Whether the widget shows and runs live tools; the portal always does."""

    @field_validator("identity", mode="before")
    @classmethod
    def _plain_off(cls, value: object) -> object:
        """YAML reads an unquoted ``off`` as false."""
        return "off" if value is False else value

    @field_validator("origins")
    @classmethod
    def _origins(cls, values: tuple[str, ...]) -> tuple[str, ...]:
        """Each origin in the spelling that browsers use, once."""
        return tuple(dict.fromkeys(str(parse_rule(value)) for value in values))


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
    widget: Widget = Widget()
    out_of_scope: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    """Language → questions that sound near but that no guide answers; they teach the engine to decline."""
