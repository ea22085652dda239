"""``mail-address``."""

from __future__ import annotations

from typing import ClassVar

from soluciones.answer.tools.address_rules import CharCode
from soluciones.webapp.card_models.base import CardData


class CharacterCell(CardData):
    """One character of an address and its verdict."""

    shown: str
    name: str
    code: CharCode


class DomainInfo(CardData):
    """The part after the @."""

    typed: str = ""
    unicode: str = ""
    ascii: str = ""
    valid: bool = False


class AddressData(CardData):
    """See the module."""

    judges: ClassVar[bool] = True

    kind: str
    valid: bool
    characters: tuple[CharacterCell, ...] = ()
    suggestions: tuple[str, ...] = ()
    length: int = 0
    max_length: int = 0
    domain: DomainInfo | None = None
