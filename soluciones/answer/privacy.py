"""Masks what may be personal before a question is remembered."""

from __future__ import annotations

import re

_EMAIL = re.compile(r"[^\s@<>,;:()]{1,64}@[^\s@<>,;:()]{1,255}")
_PHONE = re.compile(r"\+?\d[\d .()-]{6,20}\d")
_PHONE_DIGITS = range(9, 16)
"""E.164 allows 15; national numbers of the site's countries have nine and more."""
_IPV4 = re.compile(r"\d{1,3}(?:\.\d{1,3}){3}")
_DOMAIN = re.compile(r"(?<![\w@.-])(?:[\w-]{1,63}\.){1,8}[^\W\d_]{2,24}(?![\w-])")
_SECRET = re.compile(
    r"(?i)\b(contraseña|contrasena|clave|password|passwort|kennwort|mot de passe)"
    r"( es| is| ist| est| è)?\s{0,4}[:=]\s{0,4}\S{1,200}"
)


def mask(text: str) -> str:
    """Addresses, phone numbers and typed-in passwords replaced by a sign that keeps the sentence readable."""
    text = mask_secrets(text)
    text = _EMAIL.sub("…@…", text)
    return _PHONE.sub(_mask_phone, text)


def domains(text: str) -> frozenset[str]:
    """The domain names in a text, lower case."""
    return frozenset(match.lower() for match in _DOMAIN.findall(text))


def mask_domains(text: str, public: frozenset[str] = frozenset()) -> str:
    """Domain names replaced by a sign, but for those that stand in ``public``, e.g. the servers that a guide names."""
    return _DOMAIN.sub(lambda match: match[0] if match[0].lower() in public else "…", text)


def mask_secrets(text: str) -> str:
    """Only typed-in passwords replaced: for what somebody writes to a person, who must be able to act on it."""
    return _SECRET.sub(r"\1 …", text)


def _mask_phone(match: re.Match[str]) -> str:
    """IP addresses, dates, versions and port lists are what support is about: they stay."""
    digits = sum(char.isdigit() for char in match[0])
    return "…" if digits in _PHONE_DIGITS and not _IPV4.fullmatch(match[0]) else match[0]
