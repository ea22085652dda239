"""What a look at one port found out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

StageId = Literal["connect", "tls", "certificate", "greeting", "starttls", "capabilities"]
StageStatus = Literal["ok", "bad", "unknown", "skipped"]
MailProtocol = Literal["imap", "pop3", "smtp"]

NOT_CHECKED = frozenset(
    {
        "host_not_allowed", "port_not_allowed", "address_forbidden", "name_unknown", "name_unresolved", "unreachable",
        "over_budget", "circuit_open", "network_off", "not_configured", "out_of_time", "connect_timeout",
        "trust_store_missing",
    }
)  # fmt: skip
"""Failures that say nothing about the server: the fault may lie on our side."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of a server's time and words is taken."""

    step_seconds: float = 3.0
    total_seconds: float = 10.0
    line_bytes: int = 8192
    lines: int = 60
    """Per connection."""


@dataclass(frozen=True, slots=True)
class Target:
    """One port of the tenant's own server."""

    host: str
    port: int
    protocol: MailProtocol
    implicit: bool
    """TLS from the first byte; else STARTTLS."""

    @property
    def stages(self) -> tuple[StageId, ...]:
        """The stages in the order in which they come."""
        if self.implicit:
            return ("connect", "tls", "certificate", "greeting", "capabilities")
        return ("connect", "greeting", "starttls", "tls", "certificate", "capabilities")


class ProbeFailed(Exception):
    """A stage did not succeed.

    Attributes:
        code: English snake_case, a finding of the tool.
        detail: the technical word for it, e.g. OpenSSL's reason; never text of the server.
    """

    def __init__(self, code: str, detail: str = "") -> None:
        self.code = code
        self.detail = detail
        super().__init__(f"{code} {detail}".strip())


@dataclass(frozen=True, slots=True)
class Stage:
    """One step of the conversation."""

    id: StageId
    status: StageStatus
    ms: float | None = None
    """Milliseconds; None when it was not reached."""


@dataclass(frozen=True, slots=True)
class Certificate:
    """The server's certificate as far as people need it."""

    subject: str
    issuer: str
    names: tuple[str, ...]
    """DNS names and addresses it is good for."""
    not_before: datetime
    not_after: datetime
    matches: bool
    """Whether one of the names is that of the server (RFC 9525)."""
    trusted: bool
    """Whether the chain, the dates and the name were all accepted."""
    verify_code: int = 0
    """OpenSSL's number: 10 expired, 62 other name, 18 to 21 not recognised; 0 accepted."""


@dataclass(frozen=True, slots=True)
class PortReport:
    """One port's outcome."""

    target: Target
    stages: tuple[Stage, ...]
    failure: str = ""
    """Code of what went wrong; empty when everything went well."""
    failed_stage: StageId | None = None
    detail: str = ""
    address: str = ""
    tls_version: str = ""
    cipher: str = ""
    certificate: Certificate | None = None
    greeting: str = ""
    """The server's first line, cleaned."""
    auth: tuple[str, ...] = ()
    """AUTH mechanisms, upper case, as offered at the end."""
    capabilities: tuple[str, ...] = ()
    total_ms: float = 0.0
    at: datetime | None = None
    """When it was seen; None when nothing was looked at."""

    @property
    def told(self) -> bool:
        """Whether it says something that holds for the next visitor too."""
        return self.failure not in NOT_CHECKED or self.failure == "connect_timeout"
