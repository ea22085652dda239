"""What is known of each recipient: whether the address is valid, whose domain it is, what part its name suggests."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from email_validator import EmailNotValidError, validate_email

from soluciones.answer.slots.fold import fold
from soluciones.answer.tools.address_domain import OTHER_PROVIDERS, registrable_domain, to_ascii
from soluciones.answer.tools.recipient_labels import Kind
from soluciones.answer.tools.recipient_parse import Recipient

_PLAIN_LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
"""Dot-atom of RFC 5322: what the validator accepts without a closer look. A dot always separates, so it is linear."""
_MAX_LOCAL = 64
_SPLIT = re.compile(r"[^a-z0-9ñ]+")

_ROLE_WORDS: Mapping[str, str] = {
    "director": "director directora direccion direction direktor direktorin direzione direttore direttrice directeur"
    " directrice ceo gerencia presidencia presidente presidenta geschaeftsfuhrung geschaftsfuhrung geschaftsleitung",
    "manager": "manager gerente pm projectmanager projektleiter projektleiterin projektleitung responsable responsabile"
    " jefe jefa chef capoprogetto",
    "board": "junta consejo board vorstand conseil consiglio",
    "coordination": "coordination coordinacion coordinador coordinadora koordination coordinamento organizacion"
    " organisation organizzazione",
    "department": "rrhh hr contabilidad administracion finanzas ventas compras marketing legal soporte departamento"
    " accounting sales finance support comptabilite ventes achats buchhaltung vertrieb einkauf abteilung"
    " contabilita vendite acquisti",
}
"""Words in a name or address that suggest a part. General knowledge, not from the guides: results say «guessed»."""
_ROLES = {word: role for role, line in _ROLE_WORDS.items() for word in line.split()}


@dataclass(frozen=True, slots=True)
class Person:
    """A recipient with what was found out."""

    recipient: Recipient
    valid: bool
    key: str
    """Equal for two spellings of one mailbox: upper and lower case, U- and A-labels."""
    domain: str
    """A-label form; "" when the address is not valid."""
    owner: str
    """The registrable domain; the whole address at a public provider, where neighbours are strangers."""
    role: str
    """``director``, ``manager``, ``board``, ``coordination``, ``department`` or ""."""

    @property
    def box(self) -> Kind:
        """Field it was written in."""
        return self.recipient.box


def judge(recipients: Iterable[Recipient]) -> tuple[Person, ...]:
    """Everything about each recipient, in order."""
    return tuple(_person(recipient) for recipient in recipients)


def _person(recipient: Recipient) -> Person:
    local, _, domain_text = recipient.address.rpartition("@")
    valid = is_address(recipient.address)
    domain = (_ascii(domain_text) or domain_text.casefold()) if valid else ""
    key = f"{local.casefold()}@{domain}" if valid else recipient.address.casefold()
    owner = key if domain in OTHER_PROVIDERS else _registrable(domain)
    return Person(recipient, valid, key, domain, owner, _role(recipient, local))


def is_address(text: str) -> bool:
    """Whether mail could be addressed to it: RFC 5321/5322/6531 syntax, whatever can be *created* on this service."""
    local, at, domain = text.rpartition("@")
    if at and len(local) <= _MAX_LOCAL and _PLAIN_LOCAL.fullmatch(local) and len(text) < 254:
        return _domain_ok(domain)
    return _accepted(text)


@lru_cache(maxsize=4096)
def _domain_ok(domain: str) -> bool:
    return _accepted(f"a@{domain}")


def _accepted(text: str) -> bool:
    if len(text) > 320:
        return False
    try:
        validate_email(text, check_deliverability=False, allow_quoted_local=True, allow_domain_literal=True)
    except (EmailNotValidError, ValueError):
        return False
    return True


@lru_cache(maxsize=4096)
def _ascii(domain: str) -> str:
    return to_ascii(domain)


@lru_cache(maxsize=4096)
def _registrable(domain: str) -> str:
    return registrable_domain(domain)


def _role(recipient: Recipient, local: str) -> str:
    words = _SPLIT.split(fold(f"{recipient.name} {local}"))
    return next((_ROLES[word] for word in words if word in _ROLES), "")
