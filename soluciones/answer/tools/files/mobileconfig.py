"""Apple configuration profile with one mail account (``com.apple.mail.managed``); ``signing`` signs it.

Rules of Apple's device-management schema that bite: ports are integers; ``…UseSSL`` is false unless said; without an
outgoing port the device tries 25, 587 and 465 in that order; the user name defaults to the part before the @; without
an address the device asks for it, so a profile without personal data is possible; passwords belong in encrypted
profiles only, so there is never one here and the device asks for it.
"""

from __future__ import annotations

import plistlib
import uuid
from typing import Any

from soluciones.answer.tools.files.settings import Account

MIME = "application/x-apple-aspen-config"
_ACCOUNT_TYPES = {"imap": "EmailTypeIMAP", "pop3": "EmailTypePOP"}
_NAMESPACE = uuid.NAMESPACE_URL


def file_name(account: Account) -> str:
    """``correo-<domain>.mobileconfig``: no local part in a name that ends up in download lists."""
    return f"correo-{account.domain}.mobileconfig" if account.domain else "correo.mobileconfig"


def write(account: Account, title: str, description: str) -> bytes:
    """The profile as an XML property list.

    Args:
        account: what to set up.
        title: name shown in the list of profiles and as the account's name.
        description: one sentence shown when the profile is opened.
    """
    identifier = _identifier(account)
    profile: dict[str, Any] = {
        "PayloadType": "Configuration",
        "PayloadVersion": 1,
        "PayloadIdentifier": identifier,
        "PayloadUUID": _uuid(f"{identifier}#profile"),
        "PayloadDisplayName": title,
        "PayloadDescription": description,
        "PayloadRemovalDisallowed": False,
        "PayloadContent": [_mail(account, identifier, title)],
    }
    if account.organisation:
        profile["PayloadOrganization"] = account.organisation
    return plistlib.dumps(profile, fmt=plistlib.FMT_XML, sort_keys=True)


def _mail(account: Account, identifier: str, title: str) -> dict[str, Any]:
    payload: dict[str, Any] = {
        "PayloadType": "com.apple.mail.managed",
        "PayloadVersion": 1,
        "PayloadIdentifier": f"{identifier}.account",
        "PayloadUUID": _uuid(f"{identifier}#account"),
        "PayloadDisplayName": title,
        "EmailAccountDescription": title,
        "EmailAccountType": _ACCOUNT_TYPES[account.incoming.protocol],
        "IncomingMailServerAuthentication": "EmailAuthPassword",
        "IncomingMailServerHostName": account.incoming_host,
        "IncomingMailServerPortNumber": account.incoming.port,
        "IncomingMailServerUseSSL": True,
        "OutgoingMailServerAuthentication": "EmailAuthPassword",
        "OutgoingMailServerHostName": account.outgoing_host,
        "OutgoingMailServerPortNumber": account.outgoing.port,
        "OutgoingMailServerUseSSL": True,
        "OutgoingPasswordSameAsIncomingPassword": True,
    }
    if account.email:
        payload["EmailAddress"] = account.email
        payload["IncomingMailServerUsername"] = account.email
        payload["OutgoingMailServerUsername"] = account.email
    if account.display_name:
        payload["EmailAccountName"] = account.display_name
    return payload


def _identifier(account: Account) -> str:
    """Decides whether a device replaces a profile or adds one: the same for ever for the same address.

    A name-based UUID, so that the address itself is not readable in it.
    """
    reverse = ".".join(reversed(account.incoming_host.split(".")))
    return f"{reverse}.profile.{_uuid('mailto:' + account.email.lower())}"


def _uuid(name: str) -> str:
    return str(uuid.uuid5(_NAMESPACE, name)).upper()
