"""Other services that send mail with somebody's domain, by the names that people call them. Not from the guides."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import cache
from importlib import resources

import yaml

from soluciones.answer.mailauth.problem import shown
from soluciones.answer.mailauth.spf_parse import domain_problem
from soluciones.answer.tools.address_domain import to_ascii

_MAX_NAME = 253


@dataclass(frozen=True, slots=True)
class Sender:
    """A service, or just the host that somebody named."""

    id: str
    label: str
    host: str
    """What goes behind ``include:``; "" when the name is not known."""


def find_sender(text: str) -> Sender:
    """A service by its name, or the host itself; ``host`` is "" for any other word. Never raises."""
    word = _fold(text[:_MAX_NAME])
    known = _senders().get(word)
    if known:
        return known
    host = word.removeprefix("include:").removesuffix(".")
    if "." in host and "%" not in host and "/" not in host:
        host = host if host.isascii() else to_ascii(host)
        if host and not domain_problem(host) and all(char.isalnum() or char in "._-" for char in host):
            return Sender("", host, host)
    return Sender("", shown(text.strip()), "")


def _fold(text: str) -> str:
    plain = unicodedata.normalize("NFC", text).casefold()
    return " ".join(plain.split()).strip("\"'«»“”,;")


@cache
def _senders() -> dict[str, Sender]:
    raw = yaml.safe_load(resources.files("soluciones.answer.mailauth").joinpath("senders.yml").read_text("utf-8"))
    return {name: Sender(row["id"], row["label"], row["host"]) for row in raw for name in row["names"]}
