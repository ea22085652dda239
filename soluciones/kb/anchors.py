"""Heading ids: the one rule that guides, tools, facts and the web pages share."""

from __future__ import annotations

import re
import unicodedata

from soluciones.kb.limits import MAX_TITLE_CHARS

FALLBACK = "section"
"""For headings without a Latin letter or digit."""
_EXPLICIT = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}")
_OTHER = re.compile(r"[^a-z0-9]+")


def slug(text: str) -> str:
    """Accents folded (ñ → n), lower case, every run of anything but a–z and 0–9 one ``-``, trimmed."""
    folded = unicodedata.normalize("NFKD", text[:MAX_TITLE_CHARS])
    plain = "".join(char for char in folded if not unicodedata.combining(char)).lower()
    return _OTHER.sub("-", plain).strip("-")


def explicit_id(content: str) -> tuple[str, str]:
    """Split ``Puertos {#puertos}`` into ``("Puertos", "puertos")``; the id is empty when there is none."""
    text = content.rstrip()
    start = text.rfind("{#")
    if start >= 0 and text.endswith("}") and _EXPLICIT.fullmatch(text, start + 2, len(text) - 1):
        return text[:start].rstrip(), text[start + 2 : -1]
    return content, ""


class AnchorBook:
    """Gives every heading of one guide an id of its own."""

    def __init__(self) -> None:
        self._used: set[str] = set()
        self._next: dict[str, int] = {}

    def claim(self, anchor: str) -> bool:
        """Reserve an explicit id; False when it is taken."""
        if anchor in self._used:
            return False
        self._used.add(anchor)
        return True

    def automatic(self, title: str) -> str:
        """The id of a heading without an explicit one; repeats get ``-2``, ``-3``."""
        base = slug(title) or FALLBACK
        if self.claim(base):
            return base
        number = self._next.get(base, 2)
        while not self.claim(f"{base}-{number}"):
            number += 1
        self._next[base] = number + 1
        return f"{base}-{number}"
