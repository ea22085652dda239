"""Why a delivery did not work, as a code: what a server said may repeat what was sent, and is never kept or logged."""

from __future__ import annotations

import http.client
import smtplib
import ssl

from soluciones.answer.net.contract import ConnectRefused


class Undelivered(Exception):
    """It did not work; ``code`` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def code_of(error: Exception) -> str:
    """The code of whatever a connection may raise; "" for an error that is none of the network's."""
    if isinstance(error, Undelivered | ConnectRefused):
        return error.code
    if isinstance(error, ssl.SSLCertVerificationError):
        return "tls_certificate"
    if isinstance(error, ssl.SSLError):
        return "tls"
    if isinstance(error, smtplib.SMTPException):
        return _smtp_code(error)
    if isinstance(error, TimeoutError):
        return "timeout"
    if isinstance(error, http.client.RemoteDisconnected | ConnectionError):
        return "disconnected"
    if isinstance(error, http.client.HTTPException):
        return "bad_reply"
    return "connection" if isinstance(error, OSError) else ""


def _smtp_code(error: smtplib.SMTPException) -> str:
    if isinstance(error, smtplib.SMTPServerDisconnected):
        return "disconnected"
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return "smtp_not_supported"
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return "smtp_login"
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        codes = [code for code, _ in error.recipients.values()]
        return f"smtp_recipient_{codes[0] if codes else 0}"
    if isinstance(error, smtplib.SMTPResponseException):
        return f"smtp_{error.smtp_code}"
    return "smtp"
