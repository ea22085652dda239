"""Data of the tools that have a card of their own, checked before a template touches it.

A tool whose data does not fit falls back to the generic card: a card may be plain, never broken.
"""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from soluciones.answer.types import ToolResult


class CardData(BaseModel):
    """Data of one kind of card. Keys that a card does not show are let pass."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class CharacterCell(CardData):
    """One character of an address and its verdict."""

    shown: str
    name: str
    code: str


class DomainInfo(CardData):
    """The part after the @."""

    typed: str = ""
    unicode: str = ""
    ascii: str = ""
    valid: bool = False


class AddressData(CardData):
    """``mail-address``."""

    kind: str
    valid: bool
    characters: tuple[CharacterCell, ...] = ()
    suggestions: tuple[str, ...] = ()
    length: int = 0
    max_length: int = 0
    domain: DomainInfo | None = None


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
    """``ports``."""

    host: str
    ports: tuple[PortRow, ...]


class Setting(CardData):
    """One value to type into a mail program."""

    label: str
    value: str
    copied: bool = Field(True, alias="copy")


class SettingGroup(CardData):
    """Values that stand on one screen of the program."""

    title: str
    settings: tuple[Setting, ...]


class SetupFile(CardData):
    """How a file is used."""

    name: str
    how: str
    admin: bool


class Alternative(CardData):
    """Another port to try."""

    text: str


class SetupData(CardData):
    """``client-setup``."""

    groups: tuple[SettingGroup, ...]
    alternatives: tuple[Alternative, ...] = ()
    files: tuple[SetupFile, ...] = ()


_MODELS: Mapping[str, type[CardData]] = {"mail-address": AddressData, "ports": PortsData, "client-setup": SetupData}


def card_data(result: ToolResult) -> CardData | None:
    """The checked data of a result; None for a tool without a card of its own or with data that does not fit."""
    model = _MODELS.get(result.tool)
    if model is None or not result.data:
        return None
    try:
        return model.model_validate(dict(result.data))
    except ValidationError:
        return None
