"""Whether somebody can be reached at what they have typed. Lenient: a form that refuses a good address loses people."""

from __future__ import annotations

import re
import unicodedata

_MAIL = re.compile(r"[^\s@<>,;:()\"']{1,64}@(?:[^\s@<>,;:()\"'.]{1,63}\.){1,10}[^\s@<>,;:()\"'.]{2,63}")
_DIGITS = range(6, 31)
"""Digits of a telephone number, or of two."""


def mail_in(contact: str) -> str:
    """The first mail address in it; "" when there is none."""
    found = _MAIL.search(contact)
    return found[0] if found else ""


def reachable(contact: str) -> bool:
    """Whether it holds a mail address or a telephone number, on one line."""
    if any(unicodedata.category(char) == "Cc" for char in contact):
        return False
    return bool(mail_in(contact)) or ("@" not in contact and sum(char.isdigit() for char in contact) in _DIGITS)
