"""``client-setup``."""

from __future__ import annotations

from pydantic import Field

from soluciones.webapp.card_models.base import CardData


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
    """See the module."""

    groups: tuple[SettingGroup, ...]
    alternatives: tuple[Alternative, ...] = ()
    files: tuple[SetupFile, ...] = ()
