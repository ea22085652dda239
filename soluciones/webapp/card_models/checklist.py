"""``create-address``, ``transfer-product`` and ``password-devices``: the guide's path for one case, to tick off."""

from __future__ import annotations

from soluciones.webapp.card_models.base import CardData


class Step(CardData):
    """A sentence of a guide."""

    text: str
    guide: str = ""
    anchor: str = ""


class Group(CardData):
    """A part of the path."""

    title: str
    steps: tuple[Step, ...] = ()

    @property
    def place(self) -> Step | None:
        """The section that all steps stand in; None when there are several."""
        places = {(step.guide, step.anchor) for step in self.steps}
        return self.steps[0] if len(places) == 1 else None


class ChecklistData(CardData):
    """What all three have."""

    groups: tuple[Group, ...] = ()
    consequences: tuple[Step, ...] = ()


class CreateAddressData(ChecklistData):
    """``create-address``."""

    password_label: str = ""
