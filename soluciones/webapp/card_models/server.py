"""``server-check``."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import ClassVar, Literal

from soluciones.webapp.card_models.base import CardData, Light


class Stage(CardData):
    """One step of a connection."""

    label: str
    status: Literal["ok", "bad", "unknown", "skipped"]
    status_label: str
    ms: float | None = None


class Certificate(CardData):
    """What the server showed of itself."""

    subject: str = ""
    issuer: str = ""
    names: tuple[str, ...] = ()
    matches: bool = False
    trusted: bool = False
    not_before: str = ""
    not_after: str = ""
    days_left: int = 0


class Probe(CardData):
    """One port."""

    port: int
    name: str
    tls_label: str = ""
    status: Light
    verdict: str
    stages: tuple[Stage, ...] = ()
    tls_version: str = ""
    cipher: str = ""
    greeting: str = ""
    detail: str = ""
    certificate: Certificate | None = None
    auth: tuple[str, ...] = ()
    capabilities: tuple[str, ...] = ()
    address: str = ""
    total_ms: float = 0


class ServerData(CardData):
    """See the module."""

    judges: ClassVar[bool] = True

    host: str
    checked_at: datetime
    ports: tuple[Probe, ...] = ()

    def told(self) -> Iterable[str]:
        """Each port's verdict stands with its port."""
        return (probe.verdict for probe in self.ports)
