"""``spf``."""

from __future__ import annotations

from typing import ClassVar, Literal

from soluciones.webapp.card_models.base import CardData


class Term(CardData):
    """One term of the record."""

    text: str
    qualifier_label: str = ""
    mechanism: str = ""
    value: str = ""
    label: str = ""
    lookups: int = 0
    problem: str = ""
    read: bool = True


class Cost(CardData):
    """What one term costs, at any depth."""

    depth: int
    domain: str = ""
    text: str
    lookups: int = 0
    problem: str = ""


class Change(CardData):
    """One word of the difference."""

    op: Literal["same", "add", "remove", "change"]
    text: str
    was: str = ""


class Step(CardData):
    """A sentence of the guide, with the value that it pastes."""

    text: str
    value: str = ""
    guide: str = ""
    anchor: str = ""


class SpfData(CardData):
    """See the module."""

    judges: ClassVar[bool] = True
    findings_first: ClassVar[bool] = True

    domain_shown: str = ""
    current: tuple[str, ...] = ()
    terms: tuple[Term, ...] = ()
    lookups: int | None = None
    lookups_limit: int = 10
    lookups_complete: bool = False
    voids: int | None = None
    voids_limit: int = 2
    costs: tuple[Cost, ...] = ()
    merged: str = ""
    merged_lookups: int | None = None
    merged_complete: bool = False
    merged_strings: tuple[str, ...] = ()
    change_needed: bool = False
    diff: tuple[Change, ...] = ()
    delete: tuple[str, ...] = ()
    record_type: str = "TXT"
    host: str = "@"
    registrar_label: str = ""
    steps: tuple[Step, ...] = ()
