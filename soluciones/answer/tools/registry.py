"""All live tools, in the order in which they are listed to people."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from soluciones.answer.tools.address_csv import AddressCsvTool
from soluciones.answer.tools.base import Tool
from soluciones.answer.tools.client_setup import ClientSetupTool
from soluciones.answer.tools.contacts_dedupe import ContactsDedupeTool
from soluciones.answer.tools.create_address import CreateAddressTool
from soluciones.answer.tools.dmarc import DmarcTool
from soluciones.answer.tools.dns_check import DnsCheckTool
from soluciones.answer.tools.mail_address import MailAddressTool
from soluciones.answer.tools.password_devices import PasswordDevicesTool
from soluciones.answer.tools.message_headers import MessageHeadersTool
from soluciones.answer.tools.ports import PortsTool
from soluciones.answer.tools.recipients import RecipientsTool
from soluciones.answer.tools.server_check import ServerCheckTool
from soluciones.answer.tools.snippets import SnippetsTool
from soluciones.answer.tools.spf import SpfTool
from soluciones.answer.tools.transfer_product import TransferProductTool

_ALL: tuple[Tool, ...] = (
    MailAddressTool(),
    AddressCsvTool(),
    PortsTool(),
    ClientSetupTool(),
    ServerCheckTool(),
    SnippetsTool(),
    DnsCheckTool(),
    SpfTool(),
    DmarcTool(),
    ContactsDedupeTool(),
    RecipientsTool(),
    CreateAddressTool(),
    TransferProductTool(),
    PasswordDevicesTool(),
    MessageHeadersTool(),
)

TOOLS: Mapping[str, Tool] = MappingProxyType({tool.id: tool for tool in _ALL})
"""Tool id → tool."""
