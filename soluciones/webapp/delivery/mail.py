"""Mails a hand-off by the mail server that the site's operator has set."""

from __future__ import annotations

import smtplib
import socket
import ssl
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from pathlib import Path
from typing import Literal

from soluciones.answer.net.operator import OperatorTarget, cut_off, within_own_network
from soluciones.webapp.delivery.failure import Undelivered
from soluciones.webapp.delivery.letter import Sender, as_text, subject
from soluciones.webapp.people.contact import mail_in
from soluciones.webapp.state.handoffs import Handoff

SECONDS = 45.0
"""One attempt: servers greet slowly on purpose."""


class _Client(smtplib.SMTP):
    """smtplib on a connection that somebody else has opened."""

    def __init__(self, sock: socket.socket, host: str, name: str, seconds: float) -> None:
        self._given = sock
        super().__init__(local_hostname=name, timeout=seconds)
        self._host = host  # what STARTTLS verifies the certificate against
        code, message = self.connect(host, 1)
        if code != 220:
            raise smtplib.SMTPConnectError(code, message)

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        return self._given


@dataclass(frozen=True, slots=True)
class MailRoute:
    """The operator's mail server and who the mail is for."""

    to: str
    host: str
    port: int
    tls: Literal["starttls", "tls", "none"] = "starttls"
    user: str = field(default="", repr=False)
    password_file: Path | None = None
    sender: str = ""
    """Address of the sender; "" for ``to``."""
    seconds: float = SECONDS
    context: Callable[[], ssl.SSLContext] = ssl.create_default_context

    @property
    def from_(self) -> str:
        """Address of the sender."""
        return self.sender or self.to

    def message(self, handoff: Handoff, sender: Sender) -> EmailMessage:
        """The mail. Its Message-ID is the hand-off's, so that a repetition is known as one."""
        message = EmailMessage(policy=SMTP)
        message["From"], message["To"] = self.from_, self.to
        message["Subject"] = " ".join(subject(handoff, sender).split())
        message["Date"] = format_datetime(datetime.fromtimestamp(handoff.created, UTC))
        message["Message-ID"] = f"<{handoff.id}@{self.from_.rpartition('@')[2]}>"
        message["X-Soluciones-Reference"] = handoff.reference
        answer_to = mail_in(handoff.contact)
        if answer_to.isascii() and answer_to.isprintable() and answer_to:
            message["Reply-To"] = answer_to
        message.set_content(as_text(handoff, sender))
        return message

    def send(self, message: EmailMessage) -> None:
        """One attempt.

        Raises:
            Undelivered, ConnectRefused, OSError, smtplib.SMTPException: it was not taken.
        """
        until = time.monotonic() + self.seconds
        dialled = OperatorTarget(self.host, self.port).dial(self.host, self.port, self.seconds)
        with closing(dialled.sock), cut_off(dialled.sock, until - time.monotonic()):
            if self.tls == "none" and not within_own_network(dialled.address):
                raise Undelivered("plain_smtp_outside")
            try:
                self._exchange(dialled.sock, message)
            except (OSError, smtplib.SMTPException):
                if time.monotonic() >= until:
                    raise Undelivered("timeout") from None
                raise

    def _exchange(self, sock: socket.socket, message: EmailMessage) -> None:
        sock.settimeout(self.seconds)
        given = self.context().wrap_socket(sock, server_hostname=self.host) if self.tls == "tls" else sock
        client = _Client(given, self.host, self.from_.rpartition("@")[2], self.seconds)
        try:
            if self.tls == "starttls":
                client.starttls(context=self.context())
            if self.user:
                client.login(self.user, self._password())
            client.send_message(message, self.from_, [self.to])
        finally:
            client.close()

    def _password(self) -> str:
        """Read for each mail, so that a changed password is taken up."""
        try:
            return self.password_file.read_text("utf-8").rstrip("\r\n") if self.password_file else ""
        except (OSError, UnicodeError):
            raise Undelivered("password_file") from None
