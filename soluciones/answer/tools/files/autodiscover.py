"""Outlook's POX ``autodiscover.xml`` ([MS-OXDSCLI]), which only an administrator can serve.

All protocols stand in one account; ``SPA`` left out means *on*, so it is written ``off``; ``Encryption`` is ``SSL``
for TLS from the first byte and ``TLS`` for STARTTLS.
"""

from __future__ import annotations

from xml.etree import ElementTree as ET

from soluciones.answer.tools.files.settings import Account
from soluciones.kb.facts import Port

MIME = "application/xml"
FILE_NAME = "autodiscover.xml"
RESPONSE = "http://schemas.microsoft.com/exchange/autodiscover/responseschema/2006"
OUTLOOK = "http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a"
_TYPES = {"imap": "IMAP", "pop3": "POP3", "smtp": "SMTP"}
_ENCRYPTION = {"implicit": "SSL", "starttls": "TLS"}


def write(account: Account) -> bytes:
    """The answer that a server gives to Outlook for one address."""
    root = ET.Element("Autodiscover", xmlns=RESPONSE)
    response = ET.SubElement(root, "Response", xmlns=OUTLOOK)
    if account.display_name:
        _text(ET.SubElement(response, "User"), "DisplayName", account.display_name)
    holder = ET.SubElement(response, "Account")
    _text(holder, "AccountType", "email")
    _text(holder, "Action", "settings")
    for port in (account.incoming, *account.alternatives):
        _protocol(holder, port, account.incoming_host, account.email)
    _protocol(holder, account.outgoing, account.outgoing_host, account.email)
    ET.indent(root)
    return bytes(ET.tostring(root, encoding="UTF-8", xml_declaration=True)) + b"\n"


def _protocol(parent: ET.Element, port: Port, host: str, email: str) -> None:
    protocol = ET.SubElement(parent, "Protocol")
    _text(protocol, "Type", _TYPES[port.protocol])
    _text(protocol, "Server", host)
    _text(protocol, "Port", str(port.port))
    _text(protocol, "DomainRequired", "off")
    if email:
        _text(protocol, "LoginName", email)
    _text(protocol, "SPA", "off")
    _text(protocol, "SSL", "on")
    _text(protocol, "Encryption", _ENCRYPTION[port.tls])
    _text(protocol, "AuthRequired", "on")
    if port.protocol == "smtp":
        _text(protocol, "UsePOPAuth", "on")
        _text(protocol, "SMTPLast", "off")


def _text(parent: ET.Element, tag: str, text: str) -> None:
    ET.SubElement(parent, tag).text = text
