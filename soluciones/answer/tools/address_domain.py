"""The part after the @: its two spellings (U-label, A-label), its public suffix, and what is odd about it.

Our own checks come first, because they have codes; ``email-validator`` (RFC 5321, 5890 and the special-use names of
RFC 6761) has the last word.
"""

from __future__ import annotations

import ipaddress
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources

import idna
from email_validator import SPECIAL_USE_DOMAIN_NAMES, EmailNotValidError, validate_email
from publicsuffixlist import PublicSuffixList  # type: ignore[import-untyped,unused-ignore]

MAX_DOMAIN = 253
"""Characters of a name in its A-label form (RFC 1035: 255 octets on the wire)."""

OTHER_PROVIDERS: frozenset[str] = frozenset(
    resources.files("soluciones.answer.tools").joinpath("other_providers.txt").read_text("utf-8").split()
)
"""Public mailboxes of other companies. Not from the guides: general knowledge, used for a hint only."""

_SCRIPTS = ("LATIN", "CYRILLIC", "GREEK")
_MAX_LABEL = 63


@dataclass(frozen=True, slots=True)
class DomainReport:
    """What can be said of a domain without asking the network."""

    domain: str
    """As typed, without a trailing dot."""
    unicode: str = ""
    """U-label spelling in lower case; empty when the domain is not valid."""
    ascii: str = ""
    """A-label spelling, the one that goes into files and DNS; empty when the domain is not valid."""
    suffix: str = ""
    """Public suffix, e.g. ``co.uk``; empty when the list does not know it."""
    codes: tuple[str, ...] = ()
    """Reasons for refusal (``domain_…``)."""
    warnings: tuple[str, ...] = ()

    @property
    def valid(self) -> bool:
        """Mail could be sent there as far as its spelling goes."""
        return not self.codes


@cache
def _suffixes() -> PublicSuffixList:
    return PublicSuffixList(accept_unknown=False)


def public_suffix(domain: str) -> str:
    """The public suffix of a domain (U- or A-labels), "" when the list does not know its ending."""
    return str(_suffixes().publicsuffix(domain.casefold()) or "")


def registrable_domain(domain: str) -> str:
    """The part of a host name that somebody registered: ``mail.ejemplo.co.uk`` → ``ejemplo.co.uk``; else the name."""
    return str(_suffixes().privatesuffix(domain.casefold()) or domain)


@lru_cache(maxsize=1_024)  # the rows of a list mostly share a domain, and the libraries take a fifth of a millisecond
def check_domain(domain: str) -> DomainReport:
    """Judges a domain name. Never raises, whatever the text."""
    name = domain.removesuffix(".")
    if not name:
        return DomainReport(domain, codes=("domain_empty",))
    if _is_ip_literal(name):
        return DomainReport(domain, codes=("domain_ip_literal",))
    a_label = to_ascii(name)
    if a_label.rpartition(".")[2] in SPECIAL_USE_DOMAIN_NAMES:
        return DomainReport(name, codes=("domain_special_use",))
    if not a_label or not _is_accepted(a_label):
        return DomainReport(name, codes=("domain_invalid",))
    u_label = to_unicode(a_label)
    suffix = public_suffix(a_label)
    codes: tuple[str, ...] = ()
    if "." not in a_label:
        codes = ("domain_incomplete",)
    elif suffix == a_label:
        codes = ("domain_is_suffix",)
    return DomainReport(name, u_label, a_label, suffix, codes, _warnings(u_label, a_label, suffix))


def _warnings(u_label: str, a_label: str, suffix: str) -> tuple[str, ...]:
    found = []
    if not suffix and "." in a_label:
        found.append("domain_unknown_suffix")
    if any(_mixes_scripts(label) for label in u_label.split(".")):
        found.append("domain_confusable")
    if u_label != a_label:
        found.append("domain_idn")
    return tuple(found)


def to_ascii(domain: str) -> str:
    """The A-label spelling in lower case (UTS 46, non-transitional); "" when there is none."""
    if len(domain) > MAX_DOMAIN or any(len(label) > MAX_DOMAIN for label in domain.split(".")):
        return ""
    try:
        return idna.encode(domain, uts46=True, transitional=False).decode("ascii").lower()
    except (idna.IDNAError, UnicodeError, ValueError):
        return ""


def to_unicode(domain: str) -> str:
    """The U-label spelling of an A-label domain; the domain itself when it cannot be decoded."""
    try:
        return idna.decode(domain)
    except (idna.IDNAError, UnicodeError):
        return domain


def _is_accepted(a_label: str) -> bool:
    labels = a_label.split(".")
    if len(a_label) > MAX_DOMAIN or any(not label or len(label) > _MAX_LABEL for label in labels):
        return False
    if "." not in a_label:
        return True  # told apart as incomplete by the caller
    try:
        validate_email(f"a@{a_label}", check_deliverability=False)
    except EmailNotValidError:
        return False
    return True


def _is_ip_literal(name: str) -> bool:
    inner = name.removeprefix("[").removesuffix("]").removeprefix("IPv6:")
    try:
        ipaddress.ip_address(inner)
    except ValueError:
        return name.startswith("[")
    return True


def _mixes_scripts(label: str) -> bool:
    """Latin with Cyrillic or Greek in one label, as in ``аpple``; Japanese with Latin is ordinary and not meant."""
    scripts = {script for char in label if char.isalpha() for script in _SCRIPTS if _name(char).startswith(script)}
    return len(scripts) > 1


def _name(char: str) -> str:
    return unicodedata.name(char, "")
