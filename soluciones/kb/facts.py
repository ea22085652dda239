"""``facts.yml``: the one place of ports, hosts, records, address rules and reserved names. Tools read nothing else."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

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


class Facts(_Model):
    """The whole file."""

    mail: MailServer
    ports: tuple[Port, ...]
    addresses: AddressRules
    spf: SpfRecord
    clients: tuple[ClientApp, ...]
    hosts: tuple[HostFact, ...] = ()

    def port(self, number: int) -> Port | None:
        """The port of that number, or None when the guides do not know it."""
        return next((port for port in self.ports if port.port == number), None)
