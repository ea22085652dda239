"""``message-headers``."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import ClassVar, Literal

from pydantic import Field

from soluciones.webapp.card_models.base import CardData

_ICONS = {"yours": "ok", "forged": "bad", "neutral": "info", "missing": "unknown"}


class Evidence(CardData):
    """One thing that speaks for a verdict."""

    text: str
    shows: Literal["yours", "forged", "neutral", "missing"]
    shows_label: str
    trusted_label: str = ""

    @property
    def icon(self) -> str:
        """The icon beside its label."""
        return _ICONS[self.shows]


class Identity(CardData):
    """Somebody whom the header names."""

    label: str
    name: str = ""
    address: str = ""
    claimed: str = ""
    aligned: bool | None = None
    aligned_label: str = ""


class Hop(CardData):
    """A stop of the message."""

    n: int
    sender: str = Field("", alias="from")
    ip: str = ""
    ip_label: str = ""
    by: str = ""
    protocol: str = ""
    account: str = ""
    time: datetime | None = None
    delay_s: int | None = None
    trusted: bool = False
    trusted_label: str = ""
    boundary: bool = False


class Check(CardData):
    """A result that a server wrote into the header."""

    server: str = ""
    method: str = ""
    result: str = ""
    domain: str = ""
    trusted: bool = False
    trusted_label: str = ""


class Dkim(CardData):
    """Our own check of the signature."""

    label: str
    domains: tuple[str, ...] = ()


class Delivery(CardData):
    """One recipient of a returned message."""

    recipient: str = ""
    action_label: str = ""
    status: str = ""
    meaning: str = ""
    permanence_label: str = ""
    diagnostic: str = ""


class Original(CardData):
    """The message that came back."""

    sender: str = Field("", alias="from")
    to: str = ""
    subject: str = ""
    date: str = ""


class HeadersData(CardData):
    """See the module."""

    judges: ClassVar[bool] = True
    findings_first: ClassVar[bool] = True

    verdict: str
    verdict_label: str
    evidence: tuple[Evidence, ...] = ()
    identities: tuple[Identity, ...] = ()
    hops: tuple[Hop, ...] = ()
    hops_total: int = 0
    auth_results: tuple[Check, ...] = ()
    dkim: Dkim | None = None
    deliveries: tuple[Delivery, ...] = ()
    original: Original | None = None

    def told(self) -> Iterable[str]:
        """What stands among the evidence."""
        return (item.text for item in self.evidence)
