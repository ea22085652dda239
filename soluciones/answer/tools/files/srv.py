"""SRV records by which programs may find the server (RFC 6186, 8314). Optional: Thunderbird does not ask."""

from __future__ import annotations

from soluciones.answer.tools.files.settings import Account
from soluciones.kb.facts import Port

MIME = "text/plain; charset=utf-8"
_SERVICES = {"imap": "_imaps", "pop3": "_pop3s", "smtp": "_submissions"}
"""Services with TLS from the first byte; those with STARTTLS are not announced."""
_PRIORITIES = {"imap": 0, "pop3": 10, "smtp": 0}
"""IMAP before POP3 (RFC 6186 §3.4: the lower number is preferred)."""


def file_name(account: Account) -> str:
    """``srv-<domain>.txt``."""
    return f"srv-{account.domain}.txt" if account.domain else "srv.txt"


def lines(account: Account) -> tuple[str, ...]:
    """Zone file lines; names are relative to the zone when there is no domain."""
    ports = sorted((account.incoming, *account.alternatives, account.outgoing), key=lambda port: port.port)
    ports.sort(key=lambda port: _PRIORITIES[port.protocol])
    return tuple(_line(port, account) for port in ports if port.tls == "implicit")


def write(account: Account, comments: tuple[str, ...]) -> bytes:
    """The lines below comments that say what they are."""
    rows = [*(f"; {comment}" for comment in comments), *lines(account)]
    return ("\n".join(rows) + "\n").encode()


def _line(port: Port, account: Account) -> str:
    owner = f"{_SERVICES[port.protocol]}._tcp" + (f".{account.domain}." if account.domain else "")
    host = account.outgoing_host if port.direction == "out" else account.incoming_host
    return f"{owner} IN SRV {_PRIORITIES[port.protocol]} 1 {port.port} {host}."
