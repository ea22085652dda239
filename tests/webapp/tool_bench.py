"""The real tools on the real content, with a small zone and three made-up servers instead of the internet.

Enough of a ``Service`` to serve the pages of the tools. Used by the tests of the cards and by ``tools/screenshots.py``.
"""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import trustme
import yaml

from soluciones.answer.net.contract import ConnectRefused, Dialled, DnsReply, Network
from soluciones.answer.tools.base import Tool, ToolContext
from soluciones.answer.tools.registry import TOOLS
from soluciones.answer.tools.server_check import ServerCheckTool
from soluciones.answer.types import ToolResult
from soluciones.i18n import Catalogue
from soluciones.kb.content import read_content
from soluciones.kb.facts import Facts
from soluciones.kb.site import Site
from soluciones.kb.types import Guide

CONTENT = Path(__file__).parents[2] / "content"
CASES = Path(__file__).parent / "cases"
_IMAP = b"* CAPABILITY IMAP4rev1 ID IDLE AUTH=PLAIN AUTH=LOGIN\r\n"
_EHLO = b"250-mail.infomaniak.com\r\n250-AUTH PLAIN LOGIN\r\n250 8BITMIME\r\n"


class Zone:
    """Answers DNS questions from ``cases/zone.yml``; names that begin with ``lento`` time out."""

    def __init__(self) -> None:
        self.asked = 0
        found = yaml.safe_load((CASES / "zone.yml").read_text("utf-8"))
        self._records = {(name, kind): tuple(r) for name, kinds in found.items() for kind, r in kinds.items()}
        self._names = set(found)

    def lookup(self, name: str, rdtype: str) -> DnsReply:
        """One question."""
        self.asked += 1
        wanted = name.lower().rstrip(".")
        if wanted.split(".")[-2:-1] == ["lento"]:
            return DnsReply(name, rdtype, "timeout")
        records = self._records.get((wanted, rdtype))
        if records:
            strings = tuple((record,) for record in records) if rdtype == "TXT" else ()
            return DnsReply(name, rdtype, "ok", records, strings, ttl=3600)
        there = any(known == wanted or known.endswith(f".{wanted}") for known in self._names)
        return DnsReply(name, rdtype, "no_data" if there else "no_name")

    def lookup_all(self, questions: Sequence[tuple[str, str]]) -> tuple[DnsReply, ...]:
        """Several."""
        return tuple(self.lookup(*question) for question in questions)


class Servers:
    """993 and 465 answer well, 587 refuses, 25 is silent, the others speak no mail."""

    def __init__(self, folder: Path) -> None:
        authority = trustme.CA()
        self.authority = folder / "authority.pem"
        authority.cert_pem.write_to_path(str(self.authority))
        self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert("mail.infomaniak.com").configure_cert(self._tls)
        self.dialled = 0

    def dial(self, host: str, port: int, timeout: float) -> Dialled:
        """Connects to a thread that plays the server for one conversation."""
        self.dialled += 1
        if port in (587, 25):
            raise ConnectRefused("refused" if port == 587 else "timeout")
        near, far = socket.socketpair()
        near.settimeout(timeout)
        far.settimeout(5)
        play = {993: self._imap, 465: self._smtp}.get(port, _web)
        threading.Thread(target=_quietly, args=(play, far), daemon=True).start()
        return Dialled(near, "192.0.2.10", 2.0, 11.0)

    def _imap(self, sock: socket.socket) -> None:
        with self._tls.wrap_socket(sock, server_side=True) as talk:
            talk.sendall(b"* OK Dovecot ready.\r\n")
            while line := talk.recv(1_000):
                tag = line.split()[0]
                talk.sendall((_IMAP if b"CAPABILITY" in line else b"* BYE\r\n") + tag + b" OK done\r\n")

    def _smtp(self, sock: socket.socket) -> None:
        with self._tls.wrap_socket(sock, server_side=True) as talk:
            talk.sendall(b"220 mail.infomaniak.com ESMTP\r\n")
            while line := talk.recv(1_000):
                talk.sendall(_EHLO if line.upper().startswith(b"EHLO") else b"221 bye\r\n")


def _web(sock: socket.socket) -> None:
    sock.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")


def _quietly(play: Callable[[socket.socket], None], sock: socket.socket) -> None:
    try:
        play(sock)
    except OSError:
        pass
    finally:
        sock.close()


@lru_cache(maxsize=1)
def _content() -> tuple[Facts, Site, Mapping[str, Guide]]:
    def load(name: str) -> Any:
        return yaml.safe_load((CONTENT / name).read_text("utf-8"))

    guides = {guide.id: guide for guide in read_content(CONTENT).guides}
    return Facts.model_validate(load("facts.yml")), Site.model_validate(load("site.yml")), guides


class ToolService:
    """The part of ``Service`` that tool pages need."""

    generation = "000001-bench"

    def __init__(self, folder: Path) -> None:
        """``folder`` gets the certificate of the made-up servers."""
        self.zone, self.servers = Zone(), Servers(folder)
        self._facts, self._site, self._guides = _content()
        check: Tool = ServerCheckTool(extra_ca=str(self.servers.authority))
        self.tools: dict[str, Tool] = {**TOOLS, "server-check": check}

    def context(self, lang: str) -> ToolContext:
        """Everything a tool may use."""
        return ToolContext(lang, self._facts, self._site, Catalogue(), network=Network(self.zone, self.servers))

    def site(self) -> Site:
        return self._site

    def guides(self, lang: str = "") -> tuple[Guide, ...]:
        return tuple(self._guides.values())

    def guide(self, guide_id: str) -> Guide | None:
        return self._guides.get(guide_id)

    def tool_titles(self, lang: str) -> Mapping[str, str]:
        return {str(form["id"]): str(form["title"]) for form in self.tool_forms(lang)}

    def tool_form(self, tool_id: str, lang: str) -> Mapping[str, Any] | None:
        return next((form for form in self.tool_forms(lang) if form["id"] == tool_id), None)

    def tool_forms(self, lang: str) -> tuple[Mapping[str, Any], ...]:
        context = self.context(lang)
        return tuple(
            {
                "id": tool.id,
                "title": context.say(f"{tool.id.replace('-', '_')}.title"),
                "mode": tool.mode,
                "guides": list(tool.guides),
                "schema": tool.form(context),
            }
            for tool in self.tools.values()
        )

    def run_tool(self, tool_id: str, slots: Mapping[str, Any], lang: str, visitor: str = "") -> ToolResult:
        return self.tools[tool_id].run(slots, self.context(lang))


def cases() -> list[dict[str, Any]]:
    """``{"tool", "name", "slots", "shows"}`` of ``cases/tool_cards.yml``; slots ``@file`` are read from ``cases``."""
    found: list[dict[str, Any]] = yaml.safe_load((CASES / "tool_cards.yml").read_text("utf-8"))
    for case in found:
        case["slots"] = {
            name: (CASES / value[1:]).read_text("utf-8") if isinstance(value, str) and value.startswith("@") else value
            for name, value in case["slots"].items()
        }
    return found
