"""Caps on what strangers may send, in one place and with their reasons."""

from __future__ import annotations

import re

from soluciones.answer.service import MAX_QUESTION_CHARS
from soluciones.answer.slots.blocks import MAX_PASTE_CHARS
from soluciones.answer.tools.values import MAX_UPLOAD_BYTES

MAX_JSON_BYTES = 64 * 1024
"""A question of 4,000 characters is at most 16 KB of UTF-8; the rest is room for slots and escapes."""
MAX_ASK_BYTES = 256 * 1024
"""A question with a block pasted whole: ``MAX_PASTE_CHARS`` at four bytes each, and the other fields."""
MAX_TOOL_BYTES = 7 * 1024 * 1024
"""A request that runs a tool: a file of ``MAX_UPLOAD_BYTES`` as base64 (four bytes for three) and the other slots."""
MAX_INLINE_BYTES = 8 * 1024 * 1024
"""Files that cannot be made again from a link travel inside the page; more would weigh down a telephone."""
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
MAX_VALUES = 500
"""Values of one field of a form: no card has more boxes to tick."""
MAX_FORM_PARTS = MAX_VALUES + 100
"""No form of ours has more than a dozen fields besides."""
MAX_TOKEN_CHARS = 6_000
"""Download tokens travel in URLs; 8 KB is where proxies begin to refuse a request line."""
MAX_SEARCH_RESULTS = 50
"""Nobody reads further, and it bounds the work of one search."""

_TOOL_ROUTE = re.compile(r"(?:/api/v1|/widget/v1|/[a-z]{2})/tools/[^/]{1,128}(?:/files/[^/]{1,255})?/?\Z")
_ASK_ROUTE = re.compile(r"(?:/api/v1/ask|/widget/v1/ask|/[a-z]{2}/chat)/?\Z")
_ROOMY_TYPES = ("application/json", "multipart/form-data")


def body_limit(path: str, content_type: str) -> int:
    """How many bytes the body of a request may have: more where a tool can be given a file or something can be pasted
    into a question, else ``MAX_JSON_BYTES``.

    Forms that are not multipart carry no file, and each of their bytes can become an object: they stay small.
    """
    kind = content_type.partition(";")[0].strip().lower()
    if kind not in _ROOMY_TYPES:
        return MAX_JSON_BYTES
    if _TOOL_ROUTE.match(path):
        return MAX_TOOL_BYTES
    return MAX_ASK_BYTES if _ASK_ROUTE.match(path) else MAX_JSON_BYTES


__all__ = [
    "MAX_ASK_BYTES",
    "MAX_CONTACT_CHARS",
    "MAX_FORM_PARTS",
    "MAX_INLINE_BYTES",
    "MAX_JSON_BYTES",
    "MAX_JSON_DEPTH",
    "MAX_MESSAGE_CHARS",
    "MAX_NOTE_CHARS",
    "MAX_PASTE_CHARS",
    "MAX_QUESTION_CHARS",
    "MAX_SEARCH_RESULTS",
    "MAX_SLOTS",
    "MAX_TOKEN_CHARS",
    "MAX_TOOL_BYTES",
    "MAX_UPLOAD_BYTES",
    "MAX_VALUES",
    "body_limit",
]
