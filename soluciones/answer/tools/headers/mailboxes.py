"""Who a header names: ``From``, ``Reply-To``, ``Return-Path``. An own parser, because the library's can be fooled.

``From: alice@example.org <bob@evil.example>`` is *bob*, shown as if it were alice; Python 3.11's parsers answer alice
or two addresses. Here the address is what stands in angle brackets, and what is only shown is kept beside it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

import idna

from soluciones.answer.tools.address_domain import public_suffix, registrable_domain
from soluciones.answer.tools.headers.source import shown
from soluciones.answer.tools.headers.words import decode_words

MAX_MAILBOXES = 20
_MAX_VALUE = 4_000
_ADDRESS = re.compile(r"[^\s<>()\[\],;:\"@\\]{1,64}@[^\s<>()\[\],;:\"@\\]{1,253}")


@dataclass(frozen=True, slots=True)
class Mailbox:
    """One sender or recipient."""

    address: str
    """What mail goes to, domain in A-labels and lower case; "" when none could be read."""
    name: str = ""
    """What mail programs show beside or instead of it, decoded."""

    @property
    def domain(self) -> str:
        """The part after the @, A-labels, lower case."""
        return self.address.rpartition("@")[2]

    @property
    def claimed(self) -> str:
        """An address that stands in the shown name and is not the real one; "" without."""
        found = _ADDRESS.search(unicodedata.normalize("NFKC", self.name))
        if found is None:
            return ""
        claimed = normal(found[0].strip("'`.<>"))
        return claimed if claimed and claimed != self.address else ""


def read_mailboxes(value: str) -> tuple[Mailbox, ...]:
    """The mailboxes of an address header, at most ``MAX_MAILBOXES``. Never raises."""
    found: list[Mailbox] = []
    for piece in _pieces(value[:_MAX_VALUE]):
        found.extend(_mailbox(piece))
        if len(found) >= MAX_MAILBOXES:
            break
    return tuple(found[:MAX_MAILBOXES])


def write_mailbox(mailbox: Mailbox) -> str:
    """``"Name" <address>``, the name quoted: ``read_mailboxes`` of it gives the same mailbox."""
    name = mailbox.name.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{name}" <{mailbox.address}>' if name else f"<{mailbox.address}>"


def find_address(text: str) -> str:
    """The first address in a text, normalised; "" without one."""
    found = _ADDRESS.search(text[:_MAX_VALUE])
    return normal(found[0].strip("'`.")) if found else ""


def normal(address: str) -> str:
    """An address to compare: domain in A-labels and lower case, local part in lower case; "" when it is none."""
    local, at, domain = address.strip().strip("<>").rpartition("@")
    if not at or not local or not domain or " " in local:
        return ""
    return f"{local.lower()}@{host(domain)}"


def host(name: str) -> str:
    """A host name to compare: A-labels, lower case, no final dot, at most 253 characters."""
    text = name.strip().rstrip(".").lower()[:253]
    if text.isascii():
        return text
    try:
        return idna.encode(text, uts46=True).decode("ascii").lower()
    except (idna.IDNAError, UnicodeError):
        return text


def organisation(domain: str) -> str:
    """The organisational domain, for relaxed alignment (RFC 9989 §4.10; public suffix list).

    An ending that the list does not know counts as a suffix of one label, as the list's default rule says.
    """
    name = host(domain)
    if not name or name.replace(".", "").isdigit() or ":" in name:
        return name
    if public_suffix(name):
        return host(registrable_domain(name))
    return ".".join(name.split(".")[-2:])


def aligned(first: str, second: str) -> bool:
    """Both domains belong to one organisation."""
    return bool(first and second) and organisation(first) == organisation(second)


def _pieces(value: str) -> Iterator[str]:
    """Cuts at commas and semicolons outside quotes, comments and angle brackets."""
    start, depth, quoted, angle, skip = 0, 0, False, False, False
    for index, char in enumerate(value):
        if skip:
            skip = False
        elif char == "\\":
            skip = True
        elif char == '"' and not depth:
            quoted = not quoted
        elif quoted:
            continue
        elif char in "()":
            depth = max(0, depth + (1 if char == "(" else -1))
        elif not depth and char in "<>":
            angle = char == "<"
        elif not depth and not angle and char in ",;":
            yield value[start:index]
            start = index + 1
    yield value[start:]


def _mailbox(piece: str) -> Iterator[Mailbox]:
    outside, comments, angles = _taken_apart(piece)
    names = [_clean_name(outside), *(_clean_name(text) for text in comments)]
    name = next((text for text in names if text), "")
    addresses = [address for text in angles if (address := find_address(text) or normal(text))]
    if addresses:
        # Two angle brackets in one mailbox are against RFC 5322; programs differ in which one they take: keep both.
        yield from (Mailbox(address, name) for address in dict.fromkeys(addresses))
        return
    found = find_address(outside)
    if found:
        rest = _clean_name(_ADDRESS.sub(" ", outside, count=1))
        yield Mailbox(found, rest or next((text for text in names[1:] if text), ""))
    elif name and (angles or outside.strip()):
        yield Mailbox("", name)


def _taken_apart(piece: str) -> tuple[str, list[str], list[str]]:
    """Text outside, comments in parentheses, contents of angle brackets; backslash pairs resolved."""
    outside: list[str] = []
    comments: list[str] = []
    angles: list[str] = []
    target, depth, quoted, skip = outside, 0, False, False
    current: list[str] = []
    for char in piece:
        if skip:
            target.append(char)
            skip = False
        elif char == "\\":
            skip = True
        elif char == '"' and not depth:
            quoted = not quoted
        elif not quoted and char == "(":
            depth += 1
            target = current = [] if depth == 1 else current
        elif not quoted and char == ")" and depth:
            depth -= 1
            if not depth:
                comments.append("".join(current))
                target = outside
        elif not quoted and not depth and char == "<":
            target = current = []
        elif not quoted and not depth and char == ">" and target is not outside:
            angles.append("".join(current))
            target = outside
        else:
            target.append(char)
    if target is not outside and current:
        (comments if depth else angles).append("".join(current))
    return "".join(outside), comments, angles


def _clean_name(text: str) -> str:
    return shown(decode_words(text.strip()), 200).strip("'\" ")
