"""Takes the wrapping off a pasted address; what stands inside it is left for the rules to judge."""

from __future__ import annotations

from urllib.parse import unquote

INVISIBLE = frozenset(
    "\u00a0\u00ad\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff"
)
"""NBSP, soft hyphen, zero-width characters, direction marks and BOM: they travel with pasted text unseen."""

_PAIRS = {"<": ">", "«": "»", "“": "”", "„": "“", "‘": "’", "(": ")", "[": "]"}
_QUOTES = "\"'`"
_TRAILING = ".,;:!?…"
_MAX_LAYERS = 4
"""``"<mailto:a@b>"`` has three; more is not a paste."""


def clean_address(text: str) -> str:
    """A pasted address without ``<…>``, quotes, ``mailto:``, a sentence's last period and unseen characters around it.

    A text without an @ keeps its dots and signs: they may be what is asked about.
    """
    for _ in range(_MAX_LAYERS):
        before = text
        text = _trim(text)
        text = _unwrap(text)
        text = _without_mailto(text)
        if "@" in text[:-1]:
            text = text.rstrip(_TRAILING)
        if text == before:
            break
    return text


def _trim(text: str) -> str:
    start, end = 0, len(text)
    while start < end and (text[start].isspace() or text[start] in INVISIBLE):
        start += 1
    while end > start and (text[end - 1].isspace() or text[end - 1] in INVISIBLE):
        end -= 1
    return text[start:end]


def _unwrap(text: str) -> str:
    """``Ana <ana@x.com>`` and ``<ana@x.com>`` → ``ana@x.com``; quotes and brackets around the whole go."""
    if text.endswith(">") and "<" in text and "@" in text[text.rindex("<") :]:
        return text[text.rindex("<") + 1 : -1].rstrip(">")
    if len(text) > 2 and (_PAIRS.get(text[0]) == text[-1] or (text[0] in _QUOTES and text[-1] == text[0])):
        return text[1:-1]
    return text


def _without_mailto(text: str) -> str:
    if text[:7].casefold() != "mailto:":
        return text
    return unquote(text[7:].partition("?")[0])
