"""``recipients``."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, StringConstraints

from soluciones.webapp.card_models.base import CardData


class Entry(CardData):
    """One recipient."""

    text: str
    moved: bool = False
    guessed: bool = False


class Box(CardData):
    """One of the three fields of a message."""

    id: str
    label: str
    reason: str = ""
    who: str = ""
    quote: str = ""
    guide: str = ""
    anchor: str = ""
    count: int = 0
    entries: tuple[Entry, ...] = ()
    copied: str = Field("", alias="copy")
    copy_semicolon: str = ""


class Unusable(CardData):
    """A part of the list that is no recipient."""

    text: str
    code: str = ""


class RecipientsData(CardData):
    """See the module."""

    boxes: tuple[Box, ...]
    problems: tuple[Unusable, ...] = ()
    mailto: Annotated[str, StringConstraints(pattern=r"^(mailto:.*)?$")] = ""
    names: tuple[dict[str, Any], ...] = ()
