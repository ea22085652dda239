"""``create-address``, ``transfer-product`` and ``password-devices``: the guide's path for one case, to tick off."""

from __future__ import annotations

from soluciones.webapp.card_models.base import CardData, Light


class Step(CardData):
    """A sentence of a guide."""

    text: str
    guide: str = ""
    anchor: str = ""


class Group(CardData):
    """A part of the path."""

    id: str = ""
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


class Requirement(CardData):
    """A condition of a transfer."""

    status: Light
    label: str
    quote: str = ""
    guide: str = ""
    anchor: str = ""


class Message(CardData):
    """A text for somebody else."""

    subject: str = ""
    body: str


class TransferData(ChecklistData):
    """``transfer-product``."""

    go: str
    checks: tuple[Requirement, ...] = ()
    message: Message | None = None


class Device(CardData):
    """A program where the password must be typed."""

    label: str
    quote: str = ""
    guide: str = ""
    anchor: str = ""
    steps: tuple[str, ...] = ()


class Sign(CardData):
    """How an old stored password shows itself."""

    protocol: str
    action: str = ""
    message: str
    standard: str = ""


class PasswordDevicesData(ChecklistData):
    """``password-devices``."""

    devices: tuple[Device, ...] = ()
    username: str = ""
    signs: tuple[Sign, ...] = ()

    @property
    def before(self) -> tuple[Group, ...]:
        """What comes before the devices: the change itself."""
        return tuple(group for group in self.groups if group.id == "change")

    @property
    def after(self) -> tuple[Group, ...]:
        """The other parts."""
        return tuple(group for group in self.groups if group.id != "change")
