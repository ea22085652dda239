"""What all cards have in common."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, Literal

from pydantic import BaseModel, ConfigDict

Light = Literal["ok", "warn", "bad", "unknown"]


class CardData(BaseModel):
    """Data of one kind of card. Keys that a card does not show are let pass."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    judges: ClassVar[bool] = False
    """Whether ``ok`` is a verdict worth a badge: "correct" says nothing above a table of ports."""

    findings_first: ClassVar[bool] = False
    """Whether what is wrong stands above the card's own part, which repairs it."""
    own_slots: ClassVar[frozenset[str]] = frozenset()
    """Slots that controls inside the card set; forms do not ask for them."""

    def told(self) -> Iterable[str]:
        """Texts of findings that the card shows in their place; they are not listed once more below it."""
        return ()
