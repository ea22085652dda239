"""``facts.yml``: the one place of ports, hosts, records, address rules and reserved names. Tools read nothing else."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

PortRank = Literal["recommended", "supported", "tolerated"]
TlsMode = Literal["implicit", "starttls"]
PortNumber = Annotated[int, Field(ge=1, le=65535)]
Host = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$")]


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Source(_Model):
    """Where a fact is said: ``kb lint`` fails unless ``quote`` stands word for word in that section."""

    guide: str
    anchor: str = ""
    quote: str


class Port(_Model):
    """A port of the mail service."""

    port: PortNumber
    protocol: Literal["imap", "pop3", "smtp"]
    name: str
    """As the guide writes it, e.g. ``IMAPs``."""
    direction: Literal["in", "out"]
    tls: TlsMode
    """``implicit``: TLS from the first byte (a client's "SSL/TLS"); ``starttls``: clear text first, then upgraded."""
    rank: PortRank
    source: Source


class MailServer(_Model):
    """The one server name for everything."""

    incoming: Host
    outgoing: Host
    webmail: Host
    username: Literal["full_address"]
    smtp_auth: tuple[Literal["LOGIN", "PLAIN"], ...]
    same_settings_outgoing: bool
    source: Source


class CharacterRule(_Model):
    """A character that the guide's table names."""

    char: str
    """One character."""
    source: Source


class ReservedName(_Model):
    """A local part that must not be created."""

    name: str
    look_alikes: tuple[str, ...] = ()
    """Warned of, not refused: not named by the guide."""
    source: Source


class AddressRules(_Model):
    """What the part before the @ may be."""

    max_length: int
    max_length_applies_to: Literal["local_part"]
    max_length_source: Source
    allowed_source: Source
    """Allowed are A–Z, a–z, 0–9 and the characters of ``allowed_punctuation``."""
    allowed_punctuation: tuple[CharacterRule, ...]
    dot_source: Source
    """The dot: not first, not last, not doubled."""
    forbidden: tuple[CharacterRule, ...]
    """Expressly forbidden by the table; whatever is in neither list is refused with another reason."""
    non_ascii_source: Source
    control_source: Source
    reserved: tuple[ReservedName, ...]


class SpfRecord(_Model):
    """The SPF record of the tenant."""

    include: Host
    record: str
    source: Source


class ClientApp(_Model):
    """A mail program that the set-up guide names."""

    id: str
    """e.g. ``apple_mail_ios``."""
    label: str
    names: tuple[str, ...]
    """What people call it in any of the five languages, lower case, e.g. ``iphone``, ``ipad``."""
    systems: tuple[str, ...] = ()
    source: Source | None = None


class HostFact(_Model):
    """Another host name that guides may mention."""

    host: Host
    purpose: str
    source: Source


class Procedure(_Model):
    """Sentences of one section, in their order: the steps of a checklist, or remarks that belong together."""

    id: str
    """e.g. ``create_address.form``."""
    guide: str
    anchor: str
    steps: tuple[Source, ...]
    """Written in the file as plain sentences; guide and anchor are those of the procedure."""

    @model_validator(mode="before")
    @classmethod
    def _spread(cls, raw: Any) -> Any:
        """Gives every sentence the place of the procedure, so that it is checked like any other quote."""
        if not isinstance(raw, dict) or not isinstance(raw.get("steps"), list | tuple):
            return raw
        place = {"guide": raw.get("guide"), "anchor": raw.get("anchor")}
        return {**raw, "steps": [{**place, "quote": s} if isinstance(s, str) else s for s in raw["steps"]]}


class RecipientExample(_Model):
    """Who goes where in one kind of message."""

    purpose: Literal["team", "marketing", "announcement", "meeting", "event"]
    to: Source
    cc: Source
    bcc: Source


class RecipientRules(_Model):
    """What the fields To, Cc and Bcc are for."""

    names: Source
    """The names of the hidden copy."""
    to: Source
    cc: Source
    cc_visible: Source
    bcc: Source
    overload: Source
    protect: Source
    ethics: Source
    mass: Source
    separator: Source
    complete: Source
    once: Source
    examples: tuple[RecipientExample, ...]


class PasswordApp(_Model):
    """Programs that the guide on changing a password names in one line."""

    clients: tuple[str, ...]
    """Ids of ``clients``."""
    source: Source


class Facts(_Model):
    """The whole file."""

    mail: MailServer
    ports: tuple[Port, ...]
    addresses: AddressRules
    spf: SpfRecord
    clients: tuple[ClientApp, ...]
    hosts: tuple[HostFact, ...] = ()
    dns_diagnosis: Source | None = None
    """Which zones the tenant's own DNS tool looks at."""
    procedures: tuple[Procedure, ...] = ()
    recipients: RecipientRules | None = None
    password_apps: tuple[PasswordApp, ...] = ()

    def procedure(self, name: str) -> tuple[Source, ...]:
        """The sentences of a procedure; none when the file lacks it."""
        return next((procedure.steps for procedure in self.procedures if procedure.id == name), ())

    def port(self, number: int) -> Port | None:
        """The port of that number, or None when the guides do not know it."""
        return next((port for port in self.ports if port.port == number), None)
