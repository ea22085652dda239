"""Masks what may be personal before a question is remembered."""

from __future__ import annotations

import re

_EMAIL = re.compile(r"[^\s@<>,;:()]{1,64}@[^\s@<>,;:()]{1,255}")
_PHONE = re.compile(r"\+?\d[\d ./()-]{6,20}\d")
_SECRET = re.compile(
    r"(?i)\b(contraseña|contrasena|clave|password|passwort|kennwort|mot de passe)"
    r"( es| is| ist| est| è)?\s{0,4}[:=]\s{0,4}\S{1,200}"
)


def mask(text: str) -> str:
    """Addresses, phone numbers and typed-in passwords replaced by a sign that keeps the sentence readable."""
    text = _SECRET.sub(r"\1 …", text)
    text = _EMAIL.sub("…@…", text)
    return _PHONE.sub("…", text)
