"""One ``Received`` line (RFC 5321 §4.4), in the dialects of Postfix, Exim, Sendmail, qmail, Google and Microsoft.

What stands behind ``from`` is what the other side *called itself*; only the address in brackets, and a name that the
receiving server looked up for it, are what the receiving server saw.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Literal

from soluciones.answer.tools.headers.mailboxes import find_address, host

MAX_VALUE = 4_000
IpKind = Literal["public", "private", "none"]
AUTHENTICATED = frozenset(
    [
        "ESMTPA",
        "ESMTPSA",
        "LMTPA",
        "LMTPSA",
        "UTF8SMTPA",
        "UTF8SMTPSA",
        "UTF8LMTPA",
        "UTF8LMTPSA",
        "ASMTP",
        "ASMTPS",
        "SMTPA",
        "SMTPSA",
    ]
)
"""``with`` keywords of a session with a login (RFC 3848, RFC 6531; ASMTP: old Exim)."""
WEB = frozenset(["HTTP", "HTTPS", "MAPI"])
"""Written by webmail servers and Exchange: the message was made inside, in the person's mailbox."""

_KEYS = frozenset(["from", "by", "via", "with", "id", "for"])
_HOST = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_.-]{0,251}[A-Za-z0-9_])?\.?")
_BRACKET = re.compile(r"\[([^\]\s]{2,64})\]")
_LOGIN = re.compile(
    r"(?:authenticated (?:sender|user|as|id)|authenticated_id|auth(?:enticated)?|account|user)\s{0,8}[:=]?\s{0,8}"
    r"(?:(?:login|plain|cram-md5|xoauth2)[ :]{1,8})?[<\"']?([^\s<>()\"',;=]{1,320})",
    re.IGNORECASE,
)
_LOGIN_MARK = re.compile(r"\s*(?:authenticated\b|auth:|user=|account:)", re.IGNORECASE)
_LOCAL = re.compile(r"from userid \d|invoked (?:by uid|from network|for bounce)|invoked by alias", re.IGNORECASE)
_MAX_COMMENTS = 40


@dataclass(frozen=True, slots=True)
class Hop:
    """One stop of the message."""

    helo: str = ""
    """What the handing machine called itself; anybody can choose it."""
    rdns: str = ""
    """Its name as the receiving server looked it up; "" when it did not or could not."""
    ip: str = ""
    """Its numeric address, as the receiving server saw it."""
    by: str = ""
    protocol: str = ""
    """The ``with`` word, upper case for the registered ones, e.g. ``ESMTPSA``."""
    via: str = ""
    account: str = ""
    """Who logged in, when the line says so."""
    login: bool = False
    """The handing side logged in."""
    local: bool = False
    """Made by a program on the server itself (``from userid 33``)."""
    recipient: str = ""
    """The ``for`` address."""
    time: datetime | None = None
    """UTC."""
    has_from: bool = False

    @property
    def ip_kind(self) -> IpKind:
        """Whether the address can be reached from outside."""
        return kind_of(self.ip)

    @property
    def web(self) -> bool:
        """Made in a webmail or Exchange mailbox."""
        return self.protocol.upper() in WEB

    @property
    def remark(self) -> bool:
        """No stop but a note of the server itself, e.g. ``(qmail 4319 invoked by uid 89)``."""
        return self.local and not self.by and not self.has_from

    @property
    def microsoft(self) -> bool:
        """Written by an Exchange server, which gives no looked-up name."""
        return self.protocol.upper().startswith("MICROSOFT") or self.protocol.upper() in ("HTTPS", "MAPI")


@dataclass(frozen=True, slots=True)
class _Token:
    text: str
    comment: bool = False


def kind_of(ip: str) -> IpKind:
    """``private`` for addresses that belong to one network or machine only (RFC 1918, 4193, 6598, loopback…)."""
    try:
        address = ipaddress.ip_address(ip)
    except ValueError:
        return "none"
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour  # Google writes its 10.x servers as 2002:a05:…
        if inner is not None:
            return kind_of(str(inner))
    if str(address).startswith(("192.0.2.", "198.51.100.", "203.0.113.", "2001:db8:")):
        return "public"  # documentation addresses stand for public ones (RFC 5737, RFC 3849)
    shared = address.version == 4 and address in ipaddress.ip_network("100.64.0.0/10")
    return "private" if shared or address.is_private or address.is_loopback or address.is_link_local else "public"


def read_received(value: str) -> Hop:
    """Reads one line; whatever cannot be read stays empty. Never raises."""
    text = value[:MAX_VALUE]
    clause, semicolon, date = text.rpartition(";")
    time = read_date(date) if semicolon else None
    if time is None:
        clause, time = text, time or read_date(text[-60:])
    sections = _sections(_tokens(clause))
    sender = sections.get("from", [])
    comments = [token.text for tokens in sections.values() for token in tokens if token.comment]
    helo, rdns, ip = _sender(sender)
    protocol = _protocol(sections.get("with", []))
    account = _account(comments)
    marked = any(_LOGIN_MARK.match(text) for text in comments)
    return Hop(
        helo=helo,
        rdns=rdns,
        ip=ip,
        by=_server(sections.get("by", [])),
        protocol=protocol,
        via=" ".join(token.text for token in sections.get("via", [])[:3] if not token.comment),
        account=account,
        login=marked or protocol.upper() in AUTHENTICATED,
        local=any(_LOCAL.search(text[:200]) for text in comments) or protocol.upper() == "LOCAL",
        recipient=next((found for t in sections.get("for", [])[:3] if (found := find_address(t.text))), ""),
        time=time,
        has_from=bool(sender),
    )


def read_date(text: str) -> datetime | None:
    """A date of RFC 5322 in UTC; None when it cannot be read."""
    text = text.strip()
    if not text or len(text) > 120:
        return None
    try:
        time = parsedate_to_datetime(text)
        return (time if time.tzinfo else time.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None


def _tokens(clause: str) -> Iterator[_Token]:
    """Words, and comments in parentheses (nested ones are part of the outer)."""
    position, size, comments = 0, len(clause), 0
    while position < size:
        if clause[position].isspace():
            position += 1
        elif clause[position] == "(":
            end = _closing(clause, position)
            comments += 1
            if comments <= _MAX_COMMENTS:
                yield _Token(clause[position + 1 : end].strip(), comment=True)
            position = end + 1
        else:
            end = position
            while end < size and not clause[end].isspace() and clause[end] != "(":
                end += 1
            yield _Token(clause[position:end])
            position = end


def _closing(text: str, start: int) -> int:
    depth = 0
    for index in range(start, len(text)):
        if text[index] == "(":
            depth += 1
        elif text[index] == ")":
            depth -= 1
            if not depth:
                return index
    return len(text)


def _sections(tokens: Iterator[_Token]) -> dict[str, list[_Token]]:
    """Tokens by the keyword before them. A keyword counts once; comments before any keyword go to ``from``."""
    found: dict[str, list[_Token]] = {}
    current: list[_Token] = found.setdefault("", [])
    for token in tokens:
        key = token.text.lower()
        if not token.comment and key in _KEYS and key not in found:
            current = found.setdefault(key, [])
        else:
            current.append(token)
    return found


def _sender(tokens: Sequence[_Token]) -> tuple[str, str, str]:
    """(name it called itself, name looked up, address)."""
    first = next((token.text for token in tokens if not token.comment), "")
    helo, rdns, ip = first.strip("[]"), "", ""
    for comment in (token.text for token in tokens if token.comment):
        low = comment.lower()
        address = "" if low.startswith(("helo ", "ehlo ")) else _ip(comment.partition("helo=")[0])
        if low.startswith(("helo ", "ehlo ")):  # qmail: from LOOKED-UP (HELO called) (address)
            helo, rdns = comment[5:].strip(), _name(first)
        elif "helo=" in low:  # Exim: from LOOKED-UP ([address] helo=called), or from [address] (helo=called)
            rdns = "" if first.startswith("[") else _name(first)
            helo = comment[low.index("helo=") + 5 :].split(" ")[0].strip()
        elif address and "may be forged" not in low and not rdns:  # Postfix, Sendmail, Google: (LOOKED-UP [address])
            rdns = _name(comment.partition("[")[0]) if "[" in comment else ""
        ip = ip or address
    return helo[:253], rdns, ip or _ip(first)


def _name(text: str) -> str:
    name = text.strip().split(" ")[-1].rpartition("@")[2]
    found = _HOST.fullmatch(name)
    return host(name) if found and "." in name and name.lower() != "unknown" and not _ip(name) else ""


def _ip(text: str) -> str:
    found = _BRACKET.search(text)
    candidate = found[1] if found else text.strip()
    candidate = candidate[5:] if candidate[:5].lower() == "ipv6:" else candidate
    try:
        return str(ipaddress.ip_address(candidate.partition("%")[0]))
    except ValueError:
        return ""


def _server(tokens: Sequence[_Token]) -> str:
    first = next((token.text for token in tokens if not token.comment), "").strip("[];,")
    return _ip(first) or (host(first) if _HOST.fullmatch(first) else "")


def _protocol(tokens: Sequence[_Token]) -> str:
    words = [token.text for token in tokens if not token.comment]
    if not words:
        return ""
    if words[0].lower() == "microsoft":
        return " ".join(words[:3])
    return words[0].upper()[:40] if len(words[0]) <= 12 else words[0][:40]


def _account(comments: Sequence[str]) -> str:
    for text in comments:
        if not _LOGIN_MARK.match(text):
            continue
        found = _LOGIN.search(text[:500])
        if found and found[1].lower() not in ("bits", "login", "plain") and not found[1].lower().startswith("bits"):
            return found[1].lower()
    return ""
