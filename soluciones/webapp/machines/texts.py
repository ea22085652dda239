"""Words of a site inside XML and Markdown: whatever an author has written, the file around it stays whole."""

from __future__ import annotations

import re

_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Everything outside ``Char`` of XML 1.0, section 2.2: no escape can carry it."""
_MARKDOWN = re.compile(r"([\\`*_\[\]<>])")
_SPACE = re.compile(r"\s+")


def xml_text(text: str) -> str:
    """The text with U+FFFD for every character that XML forbids; escaping is left to the XML writer."""
    return _NOT_XML.sub("\ufffd", text)


def markdown_line(text: str) -> str:
    """Plain text as one line of Markdown that shows exactly that text."""
    return _MARKDOWN.sub(r"\\\1", _SPACE.sub(" ", text).strip()).encode("utf-8", "replace").decode()
