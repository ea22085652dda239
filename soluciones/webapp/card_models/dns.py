"""``dns-check``."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from soluciones.webapp.card_models.base import CardData, Light


class Entry(CardData):
    """A record to type into the panel of whoever runs the zone."""

    host: str
    type: str
    value: str
    from_guide: bool = False


class DnsLight(CardData):
    """One of the five lights."""

    id: str
    label: str
    status: Light
    status_label: str
    text: str
    host: str = ""
    type: str = ""
    ttl_label: str = ""
    records: tuple[str, ...] = ()
    entries: tuple[Entry, ...] = ()


class DnsData(CardData):
    """See the module."""

    judges: ClassVar[bool] = True

    domain: str
    ascii: str = ""
    checked: str = ""
    fell_back: bool = False
    lights: tuple[DnsLight, ...] = ()

    def told(self) -> Iterable[str]:
        """Each light says its gravest finding."""
        return (light.text for light in self.lights)
