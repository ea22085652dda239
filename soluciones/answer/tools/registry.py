"""All live tools, in the order in which they are listed to people.

A tool's module is imported when the tool is first used: certificates, telephone numbers or mail signatures need
libraries that would double the time until the server is ready, and most questions need none of them.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from importlib import import_module

from soluciones.answer.tools.base import Tool

_CLASSES: Mapping[str, str] = {
    "mail-address": "MailAddressTool",
    "address-csv": "AddressCsvTool",
    "ports": "PortsTool",
    "client-setup": "ClientSetupTool",
    "server-check": "ServerCheckTool",
    "snippets": "SnippetsTool",
    "dns-check": "DnsCheckTool",
    "spf": "SpfTool",
    "dmarc": "DmarcTool",
    "message-headers": "MessageHeadersTool",
    "contacts-dedupe": "ContactsDedupeTool",
    "recipients": "RecipientsTool",
    "create-address": "CreateAddressTool",
    "transfer-product": "TransferProductTool",
    "password-devices": "PasswordDevicesTool",
}
"""Tool id → its class, in the module of the same name."""


class Registry(Mapping[str, Tool]):
    """Tool id → tool; made on first use, once."""

    def __init__(self, classes: Mapping[str, str]) -> None:
        self._classes = classes
        self._made: dict[str, Tool] = {}
        self._lock = threading.Lock()

    def __getitem__(self, tool_id: str) -> Tool:
        made = self._made.get(tool_id)
        if made is None:
            name = self._classes[tool_id]
            module = import_module(f"soluciones.answer.tools.{tool_id.replace('-', '_')}")
            with self._lock:
                made = self._made.setdefault(tool_id, getattr(module, name)())
        return made

    def __contains__(self, tool_id: object) -> bool:
        return tool_id in self._classes

    def __iter__(self) -> Iterator[str]:
        return iter(self._classes)

    def __len__(self) -> int:
        return len(self._classes)


TOOLS: Mapping[str, Tool] = Registry(_CLASSES)
"""Tool id → tool."""
