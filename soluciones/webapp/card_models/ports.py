"""``ports``."""

from __future__ import annotations

from soluciones.webapp.card_models.base import CardData


class PortRow(CardData):
    """One port of the table."""

    port: int
    rank: str
    rank_label: str
    name: str = ""
    direction_label: str = ""
    type_in_client: str = ""
    asked: bool = False


class PortsData(CardData):
    """See the module."""

    host: str
    ports: tuple[PortRow, ...]
