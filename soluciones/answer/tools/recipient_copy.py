"""Recipients as text to paste (RFC 5322) and as a ``mailto:`` link (RFC 6068)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from urllib.parse import quote

from soluciones.answer.tools.recipient_labels import Box
from soluciones.answer.tools.recipient_people import Person

MAX_MAILTO = 1_900
"""Characters of a link that every browser and mail program takes. A cautious cap, from no guide."""
_PLAIN_NAME = re.compile(r"[^\W_]+(?:[ -][^\W_]+){0,3}")
"""Letters and digits, words apart by a space or hyphen: needs no quotes."""
_UNSAFE = re.compile(r'(["\\])')


def as_text(person: Person) -> str:
    """``Ana <ana@ejemplo.com>``; the name in quotes where RFC 5322 wants them."""
    name, address = person.recipient.name, person.recipient.address
    if not name:
        return address
    return f"{name if _PLAIN_NAME.fullmatch(name) else _quoted(name)} <{address}>"


def as_list(people: Iterable[Person], separator: str = ", ") -> str:
    """A whole field."""
    return separator.join(as_text(person) for person in people)


def mailto(boxes: Mapping[Box, Sequence[Person]]) -> str:
    """``mailto:a%40…?cc=…&bcc=…`` with addresses only; "" when nothing or too much would stand in it."""
    fields = {name: ",".join(_encoded(person) for person in people) for name, people in boxes.items()}
    extra = "&".join(f"{name}={value}" for name, value in fields.items() if name != "to" and value)
    link = f"mailto:{fields.get('to', '')}{'?' if extra else ''}{extra}"
    return link if len(link) <= MAX_MAILTO and any(fields.values()) else ""


def _encoded(person: Person) -> str:
    """Everything but unreserved characters and the @ is percent-encoded; the domain in A-labels."""
    local = person.recipient.address.rpartition("@")[0]
    return f"{quote(local, safe='')}@{quote(person.domain, safe='.-')}"


def _quoted(name: str) -> str:
    return '"' + _UNSAFE.sub(r"\\\1", name) + '"'
