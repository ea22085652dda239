"""Caps on what strangers may send, in one place and with their reasons."""

from __future__ import annotations

from soluciones.answer.service import MAX_QUESTION_CHARS

MAX_JSON_BYTES = 64 * 1024
"""A question of 4,000 characters is at most 16 KB of UTF-8; the rest is room for slots and escapes."""
MAX_FORM_PARTS = 100
"""No form of ours has more than a dozen fields."""
MAX_NOTE_CHARS = 1_000
"""A feedback note is a remark, not a report."""
MAX_MESSAGE_CHARS = MAX_QUESTION_CHARS
"""A message to a person may be as long as a question."""
MAX_CONTACT_CHARS = 254
"""The longest e-mail address that can be delivered to (RFC 5321 §4.5.3.1.3 less the angle brackets)."""
MAX_JSON_DEPTH = 32
"""Slots are flat; anything deeper is an attack on a recursive reader."""
MAX_SLOTS = 40
"""More slots than any tool has."""
MAX_TOKEN_CHARS = 6_000
"""Download tokens travel in URLs; 8 KB is where proxies begin to refuse a request line."""
MAX_SEARCH_RESULTS = 50
"""Nobody reads further, and it bounds the work of one search."""

__all__ = [
    "MAX_CONTACT_CHARS",
    "MAX_FORM_PARTS",
    "MAX_JSON_BYTES",
    "MAX_JSON_DEPTH",
    "MAX_MESSAGE_CHARS",
    "MAX_NOTE_CHARS",
    "MAX_QUESTION_CHARS",
    "MAX_SEARCH_RESULTS",
    "MAX_SLOTS",
    "MAX_TOKEN_CHARS",
]
