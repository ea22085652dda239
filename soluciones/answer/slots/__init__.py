"""Values that tools need, taken out of a question in any of the five languages. Pure and linear in its length."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from soluciones.answer.slots.addresses import find_email, find_local_part
from soluciones.answer.slots.blocks import find_recipients
from soluciones.answer.slots.characters import find_characters
from soluciones.answer.slots.clients import find_client, find_devices, find_system
from soluciones.answer.slots.domains import find_domain
from soluciones.answer.slots.port_numbers import find_ports
from soluciones.answer.slots.protocols import find_direction, find_problem, find_protocols
from soluciones.answer.slots.records import find_count, find_dmarc, find_error_code, find_selector, find_spf
from soluciones.answer.slots.tokens import MAX_CHARS, Question, prepare
from soluciones.kb.facts import Facts

__all__ = ["MAX_CHARS", "extract"]


def extract(question: str, lang: str, facts: Facts) -> Mapping[str, Any]:
    """The slots of a question; only those found are keys.

    Args:
        question: any text; what lies beyond ``MAX_CHARS`` is not looked at.
        lang: language of the question; the extractors know all five at once, so it decides nothing today.
        facts: ports, clients and reserved names of the tenant.

    Returns:
        ``email``, ``local_part``, ``character``, ``domain``, ``problem``, ``direction`` (in|out), ``client`` (an id),
        ``os``, ``protocol`` (imap|pop), ``spf``, ``dmarc``, ``selector``, ``recipients``, ``error_code``: str.
        ``port``: list of int, ``proto`` and ``devices`` (client ids): list of str. ``count``: int.
    """
    prepared = prepare(question)
    found = _address_slots(prepared, facts) | _port_slots(prepared, facts) | _client_slots(prepared, facts)
    found["spf"] = find_spf(prepared)
    found["dmarc"] = find_dmarc(prepared)
    found["selector"] = find_selector(prepared)
    found["recipients"] = find_recipients(prepared.text)
    found["count"] = find_count(prepared)
    found["error_code"] = find_error_code(prepared, found["port"])
    return {name: value for name, value in found.items() if value}


def _address_slots(question: Question, facts: Facts) -> dict[str, Any]:
    email = find_email(question)
    local = None if email else find_local_part(question, facts)
    host = find_domain(question, email)
    if host and local and host[0] == local.casefold():
        host = None
    return {
        "email": email,
        "local_part": local,
        "character": None if email else find_characters(question),
        "domain": host[0] if host else None,
    }


def _port_slots(question: Question, facts: Facts) -> dict[str, Any]:
    protocols = find_protocols(question)
    retrieving = [name for name in protocols if name != "smtp"]
    return {
        "port": find_ports(question, facts),
        "proto": protocols,
        "direction": find_direction(question),
        "problem": find_problem(question),
        "protocol": retrieving[0].rstrip("3") if len(retrieving) == 1 else None,
    }


def _client_slots(question: Question, facts: Facts) -> dict[str, Any]:
    system = find_system(question.folded)
    client = find_client(question.folded, facts, system)
    return {
        "client": client.id if client else None,
        "os": system,
        "devices": [app.id for app in find_devices(question.folded, facts)],
    }
