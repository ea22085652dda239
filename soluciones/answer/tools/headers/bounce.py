"""Is it a bounce? If so: who wrote it, what became of each recipient, and the headers of the message it is about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from soluciones.answer.tools.headers.block import Block, prepare, read_block
from soluciones.answer.tools.headers.delivery import Delivery, read_report
from soluciones.answer.tools.headers.dialects import complete, dialect_of, read_text_bounce
from soluciones.answer.tools.headers.mailboxes import find_address, read_mailboxes
from soluciones.answer.tools.headers.parts import HEADERS_ONLY, MESSAGES, STATUS, Part

_ROBOTS = frozenset(["mailer-daemon", "postmaster", "mail-daemon", "mdaemon", "maildaemon", "microsoftexchange"])
_SUBJECTS = (
    "undelivered mail", "delivery status notification", "mail delivery failed", "mail delivery failure",
    "returned mail", "undeliverable", "failure notice", "delivery failure", "mail delivery system",
    "no se puede entregar", "no se pudo entregar", "mensaje devuelto", "unzustellbar", "non remis", "mancata consegna",
    "warning: could not send", "delayed mail", "non recapitabile", "message non distribuable",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Bounce:
    """A delivery report."""

    dialect: str
    """``postfix``, ``exim``, ``exchange``, ``gmail``, ``qmail``, ``generic``."""
    reporting_server: str = ""
    deliveries: tuple[Delivery, ...] = ()
    original: Block = field(default_factory=Block)
    """Headers of the returned message; without fields when none came back."""
    standard: bool = False
    """It follows RFC 3464."""


def find_bounce(block: Block, parts: Sequence[Part]) -> Bounce | None:
    """The report that a message is, from its parts or its text; None when it is none. Never raises."""
    status = next((part for part in parts if part.type in STATUS and part.inside == 0), None)
    text = _human_text(parts)
    if status is not None:
        report = complete(read_report(status.body_lines()), text)
        original = _returned(parts, status.inside) or _from_text(text)
        return Bounce(_dialect(block, text), report.reporting_server, report.deliveries, original, standard=True)
    if not _looks_returned(block):
        return None
    return _text_bounce(block, parts, text)


def bounce_in_text(lines: Sequence[str]) -> Bounce | None:
    """The report in a pasted text without headers of its own."""
    found = read_text_bounce(lines)
    if found is None:
        return None
    original = _headers_at(lines[found.original :]) if found.original is not None else Block()
    return Bounce(found.dialect, found.report.reporting_server, found.report.deliveries, original)


def is_automatic_reply(block: Block) -> bool:
    """An absence notice or another answer by a program (RFC 3834), not a delivery report."""
    word = block.first("auto-submitted").strip().lower()
    precedence = block.first("precedence").strip().lower()
    marks = block.first("x-autoreply") or block.first("x-autorespond") or block.first("x-auto-response-suppress")
    return word.startswith("auto-replied") or precedence == "auto_reply" or bool(marks and not word.startswith("no"))


def _looks_returned(block: Block) -> bool:
    if block.first("x-failed-recipients"):
        return True
    subject = block.first("subject").lower()[:200]
    senders = read_mailboxes(block.first("from"))
    local = senders[0].address.partition("@")[0] if senders else ""
    robot = any(local.startswith(name) for name in _ROBOTS)
    failed = any(word in subject for word in _SUBJECTS)
    empty = block.first("return-path").strip() == "<>"
    return (robot or (empty and failed)) and (failed or not is_automatic_reply(block))


def _text_bounce(block: Block, parts: Sequence[Part], text: str) -> Bounce | None:
    found = read_text_bounce(text.split("\n"))
    if found is None:
        failed = find_address(block.first("x-failed-recipients"))
        only = (Delivery(failed, "failed"),) if failed else ()
        return Bounce(_dialect(block, text), "", only, _returned(parts, 0) or Block())
    deliveries = found.report.deliveries
    if not deliveries and (failed := find_address(block.first("x-failed-recipients"))):
        deliveries = (Delivery(failed, "failed"),)
    original = _returned(parts, 0)
    if original is None and found.original is not None:
        original = _headers_at(text.split("\n")[found.original :])
    return Bounce(found.dialect, found.report.reporting_server, deliveries, original or Block())


def _dialect(block: Block, text: str) -> str:
    if block.first("x-gm-message-state") or "mailer-daemon@googlemail.com" in block.first("from").lower():
        return "gmail"
    named = dialect_of(text)
    if named not in ("", "generic"):
        return named
    if block.first("x-failed-recipients"):
        return "exim"
    return "exchange" if any(f.key.startswith("x-ms-exchange") for f in block.fields) else "generic"


def _human_text(parts: Sequence[Part]) -> str:
    """The part for people: the first plain text that belongs to the message itself, else its HTML."""
    for kind in ("text/plain", "text/html"):
        for part in parts:
            if part.inside == 0 and part.type == kind:
                return part.text()
    return ""


def _returned(parts: Sequence[Part], inside: int) -> Block | None:
    """Headers of the enclosed message."""
    for index, part in enumerate(parts):
        if part.inside != inside:
            continue
        if part.type in HEADERS_ONLY:
            block = _headers_at(part.body_lines())
            return block if block.fields else None
        if part.type in MESSAGES and index + 1 < len(parts) and parts[index + 1].inside == inside + 1:
            block = parts[index + 1].block
            return block if block.fields else None
    return None


def _from_text(text: str) -> Block:
    found = read_text_bounce(text.split("\n"))
    return _headers_at(text.split("\n")[found.original :]) if found and found.original is not None else Block()


def _headers_at(lines: Sequence[str]) -> Block:
    _, rest = prepare(lines)
    return read_block(rest, repair=True)
