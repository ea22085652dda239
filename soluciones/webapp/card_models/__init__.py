"""Data of the tools' cards, one module a tool, checked before a template touches it.

A tool whose data does not fit falls back to the generic card: a card may be plain, never broken.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from soluciones.answer.types import ToolResult
from soluciones.webapp.card_models.address_csv import AddressCsvData
from soluciones.webapp.card_models.base import CardData
from soluciones.webapp.card_models.checklist import CreateAddressData, PasswordDevicesData, TransferData
from soluciones.webapp.card_models.contacts import ContactsData
from soluciones.webapp.card_models.dmarc import DmarcData
from soluciones.webapp.card_models.dns import DnsData
from soluciones.webapp.card_models.headers import HeadersData
from soluciones.webapp.card_models.mail_address import AddressData
from soluciones.webapp.card_models.ports import PortsData
from soluciones.webapp.card_models.recipients import RecipientsData
from soluciones.webapp.card_models.server import ServerData
from soluciones.webapp.card_models.setup import SetupData
from soluciones.webapp.card_models.snippets import SnippetsData
from soluciones.webapp.card_models.spf import SpfData

MODELS: Mapping[str, type[CardData]] = {
    "mail-address": AddressData,
    "address-csv": AddressCsvData,
    "ports": PortsData,
    "client-setup": SetupData,
    "snippets": SnippetsData,
    "server-check": ServerData,
    "dns-check": DnsData,
    "spf": SpfData,
    "dmarc": DmarcData,
    "message-headers": HeadersData,
    "contacts-dedupe": ContactsData,
    "recipients": RecipientsData,
    "create-address": CreateAddressData,
    "transfer-product": TransferData,
    "password-devices": PasswordDevicesData,
}
"""Tool id → its data. Each has a template of the same id in ``templates/parts/cards``."""


def form_schema(tool_id: str, schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """A schema without the slots that the tool's card has controls for."""
    model = MODELS.get(tool_id)
    own = model.own_slots if model is not None else frozenset()
    if not own:
        return schema
    properties = schema.get("properties") or {}
    return {**schema, "properties": {name: one for name, one in properties.items() if name not in own}}


def card_data(result: ToolResult) -> CardData | None:
    """The checked data of a result; None for a tool without a card of its own or with data that does not fit."""
    model = MODELS.get(result.tool)
    if model is None or not result.data:
        return None
    try:
        return model.model_validate(dict(result.data))
    except ValidationError:
        return None
