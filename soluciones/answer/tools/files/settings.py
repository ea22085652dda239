"""What every set-up file says: one account's settings, checked and ready to be written."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from soluciones.kb.facts import Port

MAX_NAME = 100
"""Characters of a display name."""

# XML 1.0 §2.2: what may stand in a document at all. Tab and line breaks are turned into spaces besides.
_NOT_XML = re.compile("[^\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class Account:
    """Settings of one account, or of any account when ``email`` is empty."""

    incoming_host: str
    outgoing_host: str
    incoming: Port
    """The port chosen for receiving; IMAP or POP3."""
    outgoing: Port
    alternatives: tuple[Port, ...]
    """Other protocols for receiving that a program may choose (the best port of each)."""
    email: str = ""
    """With the domain as A-label; empty for a file without personal data."""
    domain: str = ""
    """A-label of the address's domain; empty without an address."""
    display_name: str = ""
    organisation: str = ""

    @property
    def generic(self) -> bool:
        """No address: nothing personal in the file."""
        return not self.email


def clean_name(text: str) -> str:
    """A display name without control characters and unseen marks, at most ``MAX_NAME`` characters.

    Angle brackets and ampersands stay: writers escape them.
    """
    spaced = _NOT_XML.sub("", re.sub(r"[\t\r\n]+", " ", text))
    seen = "".join(char for char in spaced if unicodedata.category(char) not in ("Cc", "Cf", "Cs", "Co", "Cn"))
    return " ".join(seen.split())[:MAX_NAME].strip()
