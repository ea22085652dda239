"""Links to files that tools offer. Nothing is stored: a link holds, encrypted, what makes the file again, or the file.

A file made from an upload cannot be made again without it: such a file is the link itself, a ``data:`` address.
"""

from __future__ import annotations

import base64
import json
import time
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal
from urllib.parse import quote

from soluciones.answer.types import Download, ToolResult
from soluciones.webapp.limits import MAX_INLINE_BYTES, MAX_TOKEN_CHARS
from soluciones.webapp.secret import secret_key

TTL_SECONDS = 24 * 3600
"""A link outlives a working day but not much longer."""
_MAX_PAYLOAD = 64 * 1024
"""No payload of ours is larger; a bound on what decompression may yield."""


class TokenError(ValueError):
    """The token was not made here, or was made for another file."""


class TokenExpired(TokenError):
    """The token is older than ``TTL_SECONDS``."""


@dataclass(frozen=True, slots=True)
class Ticket:
    """What a token says."""

    tool: str
    slots: Mapping[str, Any]
    lang: str
    name: str


class Tokens:
    """Makes and reads download tokens with the key of one state folder."""

    def __init__(self, folder: Path, now: Callable[[], float] = time.time) -> None:
        self._key = secret_key(folder)
        self._now = now

    def make(self, ticket: Ticket) -> str:
        """An opaque URL-safe token; nobody without the key can read the slots in it."""
        from cryptography.fernet import Fernet  # only tools with files need it: keep it out of the start

        payload = [ticket.tool, dict(ticket.slots), ticket.lang, ticket.name]
        packed = zlib.compress(json.dumps(payload, ensure_ascii=False).encode("utf-8", "replace"))
        return Fernet(self._key).encrypt_at_time(packed, int(self._now())).decode("ascii").rstrip("=")

    def read(self, token: str) -> Ticket:
        """What a token says.

        Raises:
            TokenExpired: made here, but too long ago.
            TokenError: anything else is wrong with it.
        """
        from cryptography.fernet import Fernet, InvalidToken

        if len(token) > MAX_TOKEN_CHARS or not token.isascii():
            raise TokenError("not a token")
        whole = (token + "=" * (-len(token) % 4)).encode("ascii")
        fernet = Fernet(self._key)
        try:
            packed = fernet.decrypt(whole)
        except InvalidToken as error:
            raise TokenError("not a token of ours") from error
        if fernet.extract_timestamp(whole) + TTL_SECONDS < self._now():
            raise TokenExpired("too old")
        raw = zlib.decompressobj().decompress(packed, _MAX_PAYLOAD)
        tool, slots, lang, name = json.loads(raw)
        return Ticket(tool=tool, slots=slots, lang=lang, name=name)

    def url(self, result: ToolResult, download: Download, lang: str) -> str:
        """The address of one file of a tool's result; "" when the slots are too large for a URL."""
        token = self.make(Ticket(result.tool, result.slots, lang, download.name))
        if len(token) > MAX_TOKEN_CHARS:
            return ""
        return f"{_files(result)}/{token}/{quote(download.name, safe='')}"


@dataclass(frozen=True, slots=True)
class FileLink:
    """Where one file of a result is had."""

    file: Download
    url: str
    method: Literal["GET", "POST"] = "GET"
    """``POST``: too large to travel along; send the same slots to ``url``."""


def file_links(result: ToolResult, lang: str, tokens: Tokens, *, private: bool) -> tuple[FileLink, ...]:
    """Links to all files of a result, in order.

    Args:
        result: the result.
        lang: the visitor's language.
        tokens: makes links.
        private: visitors' files are among the slots: no link may hold them.
    """
    links, room = [], MAX_INLINE_BYTES
    for file in result.downloads:
        url = "" if private else tokens.url(result, file, lang)
        if url:
            links.append(FileLink(file, url))
        elif len(file.content) <= room:
            room -= len(file.content)
            links.append(FileLink(file, _inline(file)))
        else:
            links.append(FileLink(file, f"{_files(result)}/{quote(file.name, safe='')}", "POST"))
    return tuple(links)


def _inline(file: Download) -> str:
    """The file as a ``data:`` address (RFC 2397), which holds no blanks."""
    return f"data:{file.mime.replace(' ', '')};base64,{base64.b64encode(file.content).decode('ascii')}"


def _files(result: ToolResult) -> str:
    return f"/api/v1/tools/{quote(result.tool, safe='')}/files"
