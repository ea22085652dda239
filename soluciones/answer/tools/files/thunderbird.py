"""Thunderbird's ``config-v1.1.xml``. Its parser wants ``SSL`` or ``STARTTLS``, never ``TLS``, and a domain."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from soluciones.answer.tools.files.settings import Account
from soluciones.kb.facts import Port

MIME = "application/xml"
FILE_NAME = "config-v1.1.xml"
"""The name under which Thunderbird looks for it on a web server."""
_SOCKETS = {"implicit": "SSL", "starttls": "STARTTLS"}
_USER = "%EMAILADDRESS%"
"""Thunderbird puts the address in: one file serves a whole domain and holds nothing personal."""


def write(account: Account, provider: str, title: str) -> bytes:
    """The file for a whole domain: the account's protocol first, then the others.

    Args:
        account: ports and hosts; its address is not written.
        provider: domain the file is for (A-label).
        title: what Thunderbird calls the account.
    """
    root = ET.Element("clientConfig", version="1.1")
    email_provider = ET.SubElement(root, "emailProvider", id=provider)
    _text(email_provider, "domain", provider)
    _text(email_provider, "displayName", title)
    _text(email_provider, "displayShortName", account.organisation or provider)
    for port in (account.incoming, *account.alternatives):
        _server(email_provider, "incomingServer", port, account.incoming_host)
    _server(email_provider, "outgoingServer", account.outgoing, account.outgoing_host)
    ET.indent(root)
    return bytes(ET.tostring(root, encoding="UTF-8", xml_declaration=True)) + b"\n"


def _server(parent: ET.Element, tag: str, port: Port, host: str) -> None:
    server = ET.SubElement(parent, tag, type=port.protocol)
    _text(server, "hostname", host)
    _text(server, "port", str(port.port))
    _text(server, "socketType", _SOCKETS[port.tls])
    _text(server, "username", _USER)
    _text(server, "authentication", "password-cleartext")


def _text(parent: ET.Element, tag: str, text: str) -> None:
    ET.SubElement(parent, tag).text = text
