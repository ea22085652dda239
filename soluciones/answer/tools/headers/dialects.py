"""Bounces that are only text: which program wrote it, whom it could not reach and why, where the original begins.

Sources: qmail-send's own format (QSBMF), Exim's and Postfix's default templates, what Exchange and Gmail write.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from soluciones.answer.tools.headers.delivery import MAX_RECIPIENTS, Delivery, Report, completed, read_report
from soluciones.answer.tools.headers.mailboxes import find_address, host
from soluciones.answer.tools.headers.source import shown
from soluciones.answer.tools.headers.status_codes import find_basic, find_enhanced

MAX_LINES = 600
_MARKS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("qmail", ("this is the qmail-send program", "--- below this line is a copy of the message")),
    ("exim", ("this message was created automatically by mail delivery software",)),
    ("postfix", ("this is the mail system at host", "this is the postfix program at host")),
    (
        "exchange",
        (
            "delivery has failed to these recipients or groups", "diagnostic information for administrators",
            "generating server:", "your message did not reach some or all of the intended recipients",
            "no se pudo entregar a estos destinatarios o grupos", "información de diagnóstico para administradores",
            "échec de la remise à ces destinataires ou groupes",
            "fehler bei der nachrichtenzustellung an folgende empfänger oder gruppen",
        ),
    ),
    (
        "gmail",
        (
            "** address not found **", "** message blocked **", "** message not delivered **",
            "** delivery incomplete **", "** no se ha encontrado la dirección **", "** mensaje bloqueado **",
            "** no se ha entregado el mensaje **", "delivery to the following recipient failed permanently",
        ),
    ),
    (
        "generic",
        (
            "undelivered mail returned to sender", "delivery status notification", "mail delivery failed",
            "returned mail:", "undeliverable:", "no se pudo entregar", "undelivered message", "final-recipient:",
            "the following address failed", "delivery failure", "message could not be delivered",
            "message was not delivered", "unzustellbar", "mancata consegna",
        ),
    ),
)  # fmt: skip
_ORIGINAL_MARKS = (
    "--- below this line is a copy of the message",
    "------ this is a copy of the message",
    "original message headers:",
    "encabezados del mensaje original:",
    "----- original message -----",
    "----- mensaje original -----",
    "------ this is a copy of your message",
    "--- the header of the original message is following",
)
_TEXT_CODE = re.compile(
    r"(?<![\d.])[245]\d\d[ -]|\(#[245]\.\d{1,3}\.\d{1,3}\)|(?<![\d.])[245]\.\d{1,3}\.\d{1,3}(?![\d.])"
)
_REPORTERS = ("qmail-send program at ", "mail system at host ", "postfix program at host ", "generating server:")
_WORDS = (
    "error", "erreur", "fehler", "errore", "smtp", "server", "servidor", "serveur", "reject", "rechaz", "rejet",
    "mailbox", "buz", "relay", "deliver", "undeliver", "denied", "unknown user", "user unknown", "recipient",
)  # fmt: skip
_SAID = re.compile(r"(?:host|server) ([A-Za-z0-9_.-]{1,253})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class TextBounce:
    """What a bounce's text says."""

    dialect: str
    report: Report
    original: int | None
    """Line where the returned message begins, in the lines given."""


def dialect_of(text: str) -> str:
    """``qmail``, ``exim``, ``postfix``, ``exchange``, ``gmail``, ``generic``; "" when it is no bounce."""
    low = text[:20_000].lower()
    return next((name for name, marks in _MARKS if any(mark in low for mark in marks)), "")


def read_text_bounce(lines: Sequence[str]) -> TextBounce | None:
    """Reads the text of a bounce; None when nothing in it looks like one. Never raises."""
    some = lines[:MAX_LINES]
    dialect = dialect_of("\n".join(some))
    original = _original(some)
    text = some[:original] if original is not None else some
    report = read_report(_status_lines(text))
    if not report.deliveries:
        report = Report(report.reporting_server or _reporter(text), tuple(_loose(text)))
    if not dialect and not (report.deliveries and _error_lines(text)):
        return None
    return TextBounce(dialect or "generic", report, original)


def complete(report: Report, text: str) -> Report:
    """A report whose single delivery lacks codes, with those of the human text."""
    if len(report.deliveries) != 1:
        return report
    return Report(report.reporting_server, (completed(report.deliveries[0], text),))


def _error_lines(lines: Sequence[str]) -> bool:
    """A pasted error line or two: short, with a code x.y.z or the words of mail servers («550 euros» is no error)."""
    text = "\n".join(lines)
    return len(text) < 2_000 and bool(find_enhanced(text) or any(word in text.lower() for word in _WORDS))


def _status_lines(lines: Sequence[str]) -> Sequence[str]:
    """From the first field of RFC 3464 on."""
    for index, line in enumerate(lines):
        if line.lower().startswith(("reporting-mta:", "final-recipient:", "original-recipient:", "action:")):
            return lines[index:]
    return ()


def _reporter(lines: Sequence[str]) -> str:
    for line in lines:
        low = line.lower()
        for mark in (
            "qmail-send program at ",
            "mail system at host ",
            "postfix program at host ",
            "generating server:",
        ):
            if mark in low:
                return host(low.partition(mark)[2].strip().split(" ")[0].rstrip(".,"))
    return ""


def _loose(lines: Sequence[str]) -> Iterator[Delivery]:
    """An address, and the next code after it; or a code with the address in its own line."""
    address, before, count = "", ("", ""), 0
    for index, line in enumerate(lines):
        mark = _TEXT_CODE.search(line[:2_000])
        found = find_address(line)
        if mark is None:
            address = found if found and _lonely(line) else address
            continue
        after = " ".join(part.strip() for part in (line[mark.start() :], *lines[index + 1 : index + 3]))[:2_000]
        codes = (find_enhanced(after), find_basic(line))
        if not any(codes) or (codes == before and not address):  # a reply of several lines repeats its code
            continue
        said = _SAID.search(line[:500])
        yield Delivery(
            recipient=address or found,
            action="failed" if max(codes).startswith("5") else "",
            status=codes[0],
            basic=codes[1],
            diagnostic=shown(after, 400),
            server=host(said[1]) if said else "",
        )
        address, before, count = "", codes, count + 1
        if count >= MAX_RECIPIENTS:
            return


def _lonely(line: str) -> bool:
    """The line is about the address: little else stands in it."""
    rest = line.strip().strip("<>:,;*")
    return len(rest) < 320 and (" " not in rest or "(" in rest or len(rest.split(" ")) < 12)


def _original(lines: Sequence[str]) -> int | None:
    for index, line in enumerate(lines):
        low = line.strip().lower()
        if low.startswith(_ORIGINAL_MARKS) or low.startswith(("received: from ", "received: by ", "return-path:")):
            return index if low.startswith(("received", "return-path")) else index + 1
    return None
