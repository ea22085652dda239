"""A domain as people paste it: bare, in a URL, behind an @, with ``www.``, or as the name of one of its records."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from soluciones.answer.net.names import SPECIAL, QueryName, query_name
from soluciones.answer.tools.address_clean import INVISIBLE
from soluciones.answer.tools.address_domain import public_suffix, registrable_domain, to_unicode

Problem = Literal["", "not_a_name", "is_address", "single_label", "public_suffix"]

_UNSEEN = {ord(char): None for char in INVISIBLE} | {0xA0: " "}
_WRAPPING = " \t\r\n\"'`<>«»“”„‘’()[]{},;:!¡?¿…"
_END_OF_HOST = re.compile(r"[/?#\\]")
_PORT = re.compile(r":\d{0,6}\Z")
_SELECTOR = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?(?:\.[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?){0,5}")
MAX_SELECTOR = 120


@dataclass(frozen=True, slots=True)
class DomainWish:
    """What was asked to be checked."""

    name: str = ""
    """A-labels; "" when there is a problem."""
    shown: str = ""
    """The same in U-labels, for people."""
    selector: str = ""
    """DKIM selector, when the name of a DKIM record was pasted."""
    special: bool = False
    """A name that the public DNS does not know, such as ``.local``; the connector decides whether it asks."""
    problem: Problem = ""

    @property
    def organisation(self) -> str:
        """The domain that somebody registered, which ``name`` is or stands below."""
        return organisational(self.name)


def read_domain(text: str) -> DomainWish:
    """Finds the domain in what was pasted. Never raises; the user part of an address is dropped here."""
    labels = _host(text).rstrip(".").split(".")
    selector = ""
    if "_domainkey" in (label.casefold() for label in labels):
        place = [label.casefold() for label in labels].index("_domainkey")
        selector = read_selector(".".join(labels[:place])) or ""
        labels = labels[place + 1 :]
    while len(labels) > 2 and labels[0].startswith("_"):  # _dmarc.ejemplo.com, _imaps._tcp.ejemplo.com
        labels = labels[1:]
    if len(labels) > 2 and labels[0].casefold() == "www":
        labels = labels[1:]
    judged = query_name(".".join(labels), allow_special=SPECIAL)
    if judged.problem:
        return DomainWish(problem=_problem(judged))
    special = bool(query_name(judged.name).problem)
    if not special and public_suffix(judged.name) == judged.name:
        return DomainWish(problem="public_suffix")
    return DomainWish(judged.name, to_unicode(judged.name), selector, special)


def read_selector(text: str) -> str | None:
    """The selector in what was pasted: ``s1``, ``s=s1;`` or ``s1._domainkey.ejemplo.com``; None when it is none."""
    plain = text.translate(_UNSEEN).strip(_WRAPPING).casefold()[: MAX_SELECTOR * 4]
    plain = plain.partition("._domainkey")[0].removeprefix("s=").strip(_WRAPPING + ".")
    return plain if len(plain) <= MAX_SELECTOR and _SELECTOR.fullmatch(plain) else None


def organisational(name: str) -> str:
    """The registered domain; the last two labels where the public suffix list does not know the ending."""
    if not public_suffix(name):
        return ".".join(name.split(".")[-2:])
    return registrable_domain(name)


def _host(text: str) -> str:
    """The run of text that may be a host name."""
    plain = text.translate(_UNSEEN).strip(_WRAPPING)
    scheme, found, rest = plain.partition("://")
    if found and len(scheme) <= 12:
        plain = rest
    elif plain[:7].casefold() == "mailto:":
        plain = plain[7:]
    plain = _END_OF_HOST.split(plain.removeprefix("//"), maxsplit=1)[0]
    plain = plain.rpartition("@")[2].strip(_WRAPPING)
    return _PORT.sub("", plain)


def _problem(judged: QueryName) -> Problem:
    if judged.problem == "is_address":
        return "is_address"
    return "single_label" if judged.problem == "single_label" else "not_a_name"
