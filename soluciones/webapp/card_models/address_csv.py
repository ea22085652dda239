"""``address-csv``."""

from __future__ import annotations

from typing import Literal

from soluciones.webapp.card_models.base import CardData


class Counts(CardData):
    """How many rows came out how."""

    rows: int = 0
    ok: int = 0
    repaired: int = 0
    error: int = 0
    duplicates: int = 0


class ListRow(CardData):
    """One row of the list."""

    row: int
    input: str
    status: Literal["ok", "repaired", "error"]
    status_label: str
    labels: tuple[str, ...] = ()
    result: str = ""
    proposal: str = ""
    twin: int = 0

    @property
    def light(self) -> str:
        """The status whose icon and colour the row gets."""
        return {"ok": "ok", "repaired": "warn", "error": "bad"}[self.status]


class AddressCsvData(CardData):
    """See the module."""

    rows: tuple[ListRow, ...]
    counts: Counts
    shown: int = 0
