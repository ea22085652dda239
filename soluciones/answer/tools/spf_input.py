"""The slots of ``spf``, read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from soluciones.answer.mailauth.pasted_text import MAX_RECORDS, find_records
from soluciones.answer.mailauth.senders import Sender, find_sender
from soluciones.answer.tools.base import Slots
from soluciones.answer.tools.dns_check_domain import DomainWish, read_domain
from soluciones.answer.tools.values import SlotRefused, read_list, read_text

MAX_DOMAIN = 1_000
MAX_PASTED = 3_500
"""Characters of pasted records; a real record has some hundreds."""
MAX_SENDERS = 10
REGISTRARS = ("wix", "jimdo", "other")
_MAX_WORD = 253


@dataclass(frozen=True, slots=True)
class SpfWish:
    """What was asked."""

    domain: DomainWish | None = None
    typed: tuple[str, ...] = ()
    """What was pasted, as it came."""
    records: tuple[str, ...] = ()
    """The records found in it."""
    type99: bool = False
    registrar: str = ""
    senders: tuple[Sender, ...] = ()

    @property
    def name(self) -> str:
        """The domain in A-labels, "" for none."""
        return self.domain.name if self.domain else ""

    def slots(self) -> dict[str, Any]:
        """The slots it ran with."""
        senders = [sender.id or sender.host or sender.label for sender in self.senders]
        found = {"domain": self.name, "spf": list(self.typed), "registrar": self.registrar, "senders": senders}
        return {name: value for name, value in found.items() if value}


def read_wish(slots: Slots) -> SpfWish:
    """Reads the slots.

    Raises:
        SlotRefused: a value of the wrong kind or too long.
    """
    domain = read_text(slots, "domain", MAX_DOMAIN)
    texts = tuple(_text(value, "spf", MAX_PASTED) for value in read_list(slots, "spf", MAX_RECORDS))
    found = [find_records(text) for text in texts]
    records = tuple(dict.fromkeys(record for item in found for record in item.records))[:MAX_RECORDS]
    registrar = read_text(slots, "registrar", _MAX_WORD)
    if registrar is not None and registrar not in REGISTRARS:
        raise SlotRefused("registrar", "wrong_type")
    names = (_text(value, "senders", MAX_PASTED) for value in read_list(slots, "senders", MAX_SENDERS))
    words = [word.strip() for name in names for word in name.replace(";", ",").replace("\n", ",").split(",")]
    senders = tuple(dict.fromkeys(find_sender(word) for word in words if word))
    if len(senders) > MAX_SENDERS:
        raise SlotRefused("senders", "too_long", MAX_SENDERS)
    return SpfWish(
        read_domain(domain) if domain and domain.strip() else None,
        tuple(text for text in texts if text.strip()),
        records,
        any(item.type99 for item in found),
        registrar or "",
        senders,
    )


def _text(value: Any, slot: str, limit: int) -> str:
    if not isinstance(value, str):
        raise SlotRefused(slot, "wrong_type")
    return read_text({slot: value}, slot, limit) or ""
