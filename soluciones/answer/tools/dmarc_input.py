"""The slots of ``dmarc``, read."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, Literal, cast

from soluciones.answer.mailauth.dmarc_build import Choices
from soluciones.answer.mailauth.dmarc_parse import POLICIES
from soluciones.answer.mailauth.pasted_text import MAX_RECORDS, find_dmarc
from soluciones.answer.tools.address_domain import check_domain
from soluciones.answer.tools.base import Slots
from soluciones.answer.tools.dns_check_domain import DomainWish, read_domain
from soluciones.answer.tools.spf_input import MAX_DOMAIN, MAX_PASTED
from soluciones.answer.tools.values import SlotRefused, read_list, read_text

MAX_RUA = 5
ALIGNMENTS = ("relaxed", "strict")
_MAX_WORD = 32
_MAX_ADDRESS = 320
_MAX_LOCAL = 64
_SPLIT = re.compile(r"[\s,;]+")
_YES, _NO = ("true", "yes", "y", "1", "on", "si", "sí"), ("false", "no", "n", "0", "off")


@dataclass(frozen=True, slots=True)
class DmarcWish:
    """What was asked."""

    domain: DomainWish | None = None
    typed: tuple[str, ...] = ()
    records: tuple[str, ...] = ()
    """DMARC records found in what was pasted."""
    choices: Choices = field(default_factory=Choices)

    @property
    def name(self) -> str:
        """The domain in A-labels, "" for none."""
        return self.domain.name if self.domain else ""

    def slots(self) -> dict[str, Any]:
        """The slots it ran with."""
        chosen = self.choices
        found: dict[str, Any] = {
            "domain": self.name, "dmarc": list(self.typed), "policy": chosen.policy, "rua": list(chosen.rua),
            "alignment": chosen.alignment, "subdomain_policy": chosen.subdomain_policy,
        }  # fmt: skip
        found = {name: value for name, value in found.items() if value}
        return found if chosen.testing is None else {**found, "testing": chosen.testing}


def read_wish(slots: Slots) -> DmarcWish:
    """Reads the slots.

    Raises:
        SlotRefused: a value of the wrong kind or too long, or no address in ``rua``.
    """
    domain = read_text(slots, "domain", MAX_DOMAIN)
    texts = tuple(_text(value, "dmarc", MAX_PASTED) for value in read_list(slots, "dmarc", MAX_RECORDS))
    records = tuple(dict.fromkeys(record for text in texts for record in find_dmarc(text)))
    choices = Choices(
        _enum(slots, "policy", POLICIES),
        _flag(slots),
        _enum(slots, "subdomain_policy", POLICIES),
        cast(Literal["", "strict", "relaxed"], _enum(slots, "alignment", ALIGNMENTS)),
        _addresses(slots),
    )
    wish = read_domain(domain) if domain and domain.strip() else None
    return DmarcWish(wish, tuple(text for text in texts if text.strip()), records, choices)


def _text(value: Any, slot: str, limit: int) -> str:
    if not isinstance(value, str):
        raise SlotRefused(slot, "wrong_type")
    return read_text({slot: value}, slot, limit) or ""


def _enum(slots: Slots, name: str, values: tuple[str, ...]) -> str:
    value = read_text(slots, name, _MAX_WORD)
    if value is not None and value not in values:
        raise SlotRefused(name, "wrong_type")
    return value or ""


def _flag(slots: Slots) -> bool | None:
    """``testing``: a boolean, or a word of a form."""
    value = slots.get("testing")
    if isinstance(value, bool):
        return value
    word = read_text(slots, "testing", _MAX_WORD)
    if word is None:
        return None
    if word.casefold() not in (*_YES, *_NO):
        raise SlotRefused("testing", "wrong_type")
    return word.casefold() in _YES


def _addresses(slots: Slots) -> tuple[str, ...]:
    """The addresses of ``rua``, domains as A-labels. A comma inside a single address belongs to it."""
    found: list[str] = []
    for value in read_list(slots, "rua", MAX_RUA):
        text = _text(value, "rua", MAX_PASTED).strip()
        parts = [text] if text.count("@") == 1 else _SPLIT.split(text)
        found += [_address(part) for part in parts if part.strip(" ,;")]
    if len(found) > MAX_RUA:
        raise SlotRefused("rua", "too_long", MAX_RUA)
    return tuple(dict.fromkeys(found))


def _address(text: str) -> str:
    plain = text.strip(" \t<>\"'“”«»;,")
    plain = plain[7:] if plain[:7].casefold() == "mailto:" else plain
    local, at, domain = plain.rpartition("@")
    report = check_domain(domain)
    if not at or not 0 < len(local) <= _MAX_LOCAL or not report.valid or len(plain) > _MAX_ADDRESS:
        raise SlotRefused("rua", "wrong_type")
    if not local.isascii() or any(char <= " " or char in '<>"()@\x7f' for char in local):
        raise SlotRefused("rua", "wrong_type")
    return f"{local}@{report.ascii}"
