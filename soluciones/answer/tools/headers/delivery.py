"""Delivery status blocks (RFC 3464): which recipient, what happened, why."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from soluciones.answer.tools.headers.block import Field, read_block
from soluciones.answer.tools.headers.mailboxes import find_address, host
from soluciones.answer.tools.headers.source import shown
from soluciones.answer.tools.headers.status_codes import (
    Permanence,
    find_basic,
    find_enhanced,
    kind_of_status,
    permanence,
)

MAX_RECIPIENTS = 50
ACTIONS = frozenset(("failed", "delayed", "delivered", "relayed", "expanded"))
_MAX_BLOCKS = 200


@dataclass(frozen=True, slots=True)
class Delivery:
    """What became of one recipient."""

    recipient: str = ""
    action: str = ""
    """One of ``ACTIONS``, "" when not said."""
    status: str = ""
    """``x.y.z``, "" when not said."""
    basic: str = ""
    """Three-digit reply code, "" when not said."""
    diagnostic: str = ""
    """The refusing server's own words, one line."""
    server: str = ""
    """Who refused (``Remote-MTA``)."""

    @property
    def kind(self) -> str:
        """Kind of reason, see ``status_codes.KINDS``; "" for successes."""
        if self.action in ("delivered", "relayed", "expanded"):
            return ""
        return kind_of_status(self.status, self.basic, self.diagnostic)

    @property
    def permanence(self) -> Permanence:
        """Whether trying again makes sense."""
        return permanence(self.status, self.basic, self.action)


@dataclass(frozen=True, slots=True)
class Report:
    """A whole ``message/delivery-status``."""

    reporting_server: str = ""
    deliveries: tuple[Delivery, ...] = ()


def read_report(lines: Sequence[str]) -> Report:
    """Reads status blocks; fields in any order, blank lines missing or doubled. Never raises."""
    server = ""
    found: list[Delivery] = []
    current: dict[str, str] = {}
    for field in _fields(lines):
        key = field.key
        if key in ("final-recipient", "action", "status") and key in current:
            found.append(_delivery(current))
            current = {}
        if key == "reporting-mta":
            server = server or host(_typed(field.value)[:253])
        elif key == "" and current.keys() & {"final-recipient", "status", "action"}:
            found.append(_delivery(current))
            current = {}
        elif key:
            current.setdefault(key, field.value)
        if len(found) >= MAX_RECIPIENTS:
            break
    if current.keys() & {"final-recipient", "status", "action"}:
        found.append(_delivery(current))
    return Report(server, tuple(found[:MAX_RECIPIENTS]))


def completed(delivery: Delivery, text: str) -> Delivery:
    """A delivery whose codes are vague or missing, with those of a further text."""
    status = delivery.status
    if not status or status.endswith(".0.0"):
        status = find_enhanced(text) or status
    return replace(delivery, status=status, basic=delivery.basic or find_basic(text))


def _fields(lines: Sequence[str]) -> Iterable[Field]:
    """All fields, with a nameless one between blocks."""
    start = 0
    for _ in range(_MAX_BLOCKS):
        while start < len(lines) and not lines[start].strip():
            start += 1
        if start >= len(lines):
            return
        block = read_block(lines, start)
        yield from block.fields
        yield Field("", "")
        start = max(block.body, start + 1)


def _delivery(fields: dict[str, str]) -> Delivery:
    diagnostic = _typed(fields.get("diagnostic-code", ""))
    action = fields.get("action", "").strip().lower().split(" ")[0]
    recipient = fields.get("final-recipient", "") or fields.get("original-recipient", "")
    status = find_enhanced(fields.get("status", ""))
    found = Delivery(
        recipient=find_address(_typed(recipient)) or shown(_typed(recipient), 254),
        action=action if action in ACTIONS else "",
        status=status,
        diagnostic=shown(diagnostic, 600),
        server=shown(_typed(fields.get("remote-mta", "")).split(" ")[0].strip("[]"), 253),
    )
    return completed(found, diagnostic)


def _typed(value: str) -> str:
    """``rfc822; ana@x`` → ``ana@x`` (the address or name type is of no use here)."""
    kind, semicolon, rest = value.partition(";")
    return rest.strip() if semicolon and len(kind) < 20 and " " not in kind.strip() else value.strip()
