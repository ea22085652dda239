"""``dmarc``."""

from __future__ import annotations

from typing import ClassVar, Literal

from soluciones.webapp.card_models.base import CardData
from soluciones.webapp.card_models.checklist import Step
from soluciones.webapp.card_models.spf import Change


class Tag(CardData):
    """One tag of the record there is."""

    tag: str
    value: str = ""
    label: str = ""
    problem: str = ""


class Stage(CardData):
    """One stage of the plan."""

    id: str
    label: str
    record: str = ""
    state: Literal["done", "now", "next", "later"]


class External(CardData):
    """A record that somebody else has to publish, so that reports may go there."""

    domain: str
    name: str
    value: str
    permitted: bool | None = None


class DmarcData(CardData):
    """See the module."""

    judges: ClassVar[bool] = True
    findings_first: ClassVar[bool] = True

    current: str = ""
    current_records: tuple[str, ...] = ()
    found_at: str = ""
    inherited: bool = False
    tags: tuple[Tag, ...] = ()
    record: str = ""
    kind: str = ""
    host: str = "_dmarc"
    name: str = ""
    record_type: str = "TXT"
    diff: tuple[Change, ...] = ()
    stages: tuple[Stage, ...] = ()
    plan: tuple[Step, ...] = ()
    external: tuple[External, ...] = ()
