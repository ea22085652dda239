"""Word lists of the extractors, from ``words.yml``."""

from __future__ import annotations

from functools import cache
from importlib import resources

import yaml


@cache
def words(name: str) -> frozenset[str]:
    """One list.

    Raises:
        KeyError: no list of that name (a programming error).
    """
    raw = yaml.safe_load(resources.files("soluciones.answer.slots").joinpath("words.yml").read_text("utf-8"))
    return frozenset(raw[name].split())
