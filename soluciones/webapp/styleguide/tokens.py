"""The design tokens as ``tokens.css`` defines them, and how well their colours can be read on each other."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from soluciones.webapp.assets import SOURCE

_TOKEN = re.compile(r"^ {2}--([a-z0-9-]+): (.+);$", re.MULTILINE)
_PAIR = re.compile(r"light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)\Z")
AA_TEXT = 4.5
"""Least contrast of text (WCAG 2.2, 1.4.3)."""
AA_PARTS = 3.0
"""Least contrast of a control's edge or a sign (WCAG 2.2, 1.4.11)."""

TEXT_ON = (
    ("ink", "paper"), ("ink", "surface"), ("ink", "sunk"), ("muted", "paper"), ("muted", "surface"), ("muted", "sunk"),
    ("accent-text", "paper"), ("accent-text", "surface"), ("accent-text", "accent-soft"), ("accent-ink", "accent"),
    ("accent-ink", "accent-hover"), ("ok", "ok-soft"), ("ok", "surface"), ("warn", "warn-soft"), ("warn", "surface"),
    ("bad", "bad-soft"), ("bad", "surface"), ("bad", "paper"), ("ink", "bad-soft"), ("ink", "warn-soft"),
    ("mark-ink", "mark"), ("ink", "accent-soft"),
)  # fmt: skip
"""(text, ground) that occur together."""
PARTS_ON = (("line-strong", "surface"), ("line-strong", "paper"), ("accent", "surface"), ("accent", "paper"))
"""(edge or sign, ground) that must be told apart."""


@dataclass(frozen=True, slots=True)
class Token:
    """One token; ``light`` and ``dark`` are "" for those that are no colour."""

    name: str
    value: str
    light: str = ""
    dark: str = ""


@dataclass(frozen=True, slots=True)
class Contrast:
    """How well a colour stands out from its ground, as the ratio of WCAG 2.2 in the light and the dark theme."""

    front: str
    ground: str
    light: float
    dark: float
    least: float

    @property
    def enough(self) -> bool:
        """Whether both themes reach the least contrast."""
        return min(self.light, self.dark) >= self.least


def luminance(colour: str) -> float:
    """Relative luminance of ``#rrggbb``, 0 to 1 (WCAG 2.2, definition of relative luminance)."""
    channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def ratio(one: str, other: str) -> float:
    """Contrast of two colours, 1 to 21."""
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@lru_cache(maxsize=1)
def tokens() -> tuple[Token, ...]:
    """All tokens in the order of the file."""
    found = []
    for name, value in _TOKEN.findall((SOURCE / "tokens.css").read_text("utf-8")):
        pair = _PAIR.match(value)
        found.append(Token(name, value, *(pair.groups() if pair else ())))
    return tuple(found)


def contrasts() -> tuple[Contrast, ...]:
    """Every pair of colours that occur together.

    Raises:
        KeyError: a pair names a token that is no colour.
    """
    by_name = {token.name: token for token in tokens() if token.light}

    def measured(front: str, ground: str, least: float) -> Contrast:
        one, other = by_name[front], by_name[ground]
        return Contrast(front, ground, ratio(one.light, other.light), ratio(one.dark, other.dark), least)

    texts = [measured(front, ground, AA_TEXT) for front, ground in TEXT_ON]
    return tuple(texts + [measured(front, ground, AA_PARTS) for front, ground in PARTS_ON])
