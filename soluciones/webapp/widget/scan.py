"""Reads HTML as a stream of tags and texts, in one pass, each character looked at a bounded number of times.

The library's ``HTMLParser`` goes back over unfinished tags: 100,000 times ``<a `` keeps it busy for minutes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape

_NAME = re.compile(r"[A-Za-z][^\s/>]*+")
_ATTRIBUTE = re.compile(r"""[\s/]*+([^\s/>][^\s/>=]*+)(?:\s*+=\s*+("[^"]*+"|'[^']*+'|[^\s>]*+))?+""")
_TAG_END = re.compile(r"[\s/]*+>")
_AREA_END = re.compile(r"</textarea(?=[\s/>])", re.IGNORECASE)
_MAX_ATTRIBUTES = 200
"""Of one tag; the rest of such a tag is passed over."""


@dataclass(frozen=True, slots=True)
class Start:
    """A start tag."""

    tag: str
    """Lower case."""
    attributes: dict[str, str] = field(default_factory=dict)
    """Lower-case name → decoded value; of equal names the first, as in browsers."""
    closed: bool = False
    """Written ``<tag/>``, which only SVG heeds."""


@dataclass(frozen=True, slots=True)
class End:
    """An end tag."""

    tag: str


def decode(text: str) -> str:
    """Text with its character references replaced."""
    if "&" not in text:
        return text
    try:
        return unescape(text)
    except ValueError:  # a number of thousands of digits
        return text


def scan(html: str) -> Iterator[Start | End | str]:
    """Tags and decoded texts in order; comments, declarations and an unfinished last tag are left out."""
    at, size = 0, len(html)
    while at < size:
        place = html.find("<", at)
        if place < 0:
            yield decode(html[at:])
            return
        if place > at:
            yield decode(html[at:place])
        token, at = _markup(html, place)
        if token is not None:
            yield token
        if isinstance(token, Start) and token.tag == "textarea":
            end = _AREA_END.search(html, at)
            stop = end.start() if end else size
            yield decode(html[at:stop])  # tags in it are text
            at = stop


def _markup(html: str, place: int) -> tuple[Start | End | str | None, int]:
    """What stands at a ``<``, and where it ends."""
    if html.startswith("<!--", place):
        return None, _behind(html, "-->", place + 4)
    if html.startswith(("<!", "<?"), place):
        return None, _behind(html, ">", place)
    closing = html.startswith("</", place)
    name = _NAME.match(html, place + 1 + closing)
    if name is None:
        if closing and place + 2 < len(html):
            return None, _behind(html, ">", place)
        return "<", place + 1
    if closing:
        return End(name.group().lower()), _behind(html, ">", name.end())
    return _start(html, name)


def _behind(html: str, mark: str, place: int) -> int:
    found = html.find(mark, place)
    return len(html) if found < 0 else found + len(mark)


def _start(html: str, name: re.Match[str]) -> tuple[Start | None, int]:
    attributes: dict[str, str] = {}
    at = name.end()
    while (end := _TAG_END.match(html, at)) is None:
        found = _ATTRIBUTE.match(html, at)
        if found is None:
            return None, len(html)
        at = found.end()
        if len(attributes) < _MAX_ATTRIBUTES:
            value = found[2] or ""
            if value[:1] in {'"', "'"} and value[-1:] == value[:1] and len(value) > 1:
                value = value[1:-1]
            attributes.setdefault(found[1].lower(), decode(value))
    return Start(name.group().lower(), attributes, "/" in end.group()), end.end()
