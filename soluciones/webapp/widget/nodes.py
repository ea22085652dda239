"""HTML that our templates have made → the JSON node tree that the widget builds with ``createElement``.

No page that hosts the widget has to allow anything for this: there is no ``innerHTML``, so no Trusted Types policy.
The shapes: a text is a string, an element ``[tag, {attribute: value}, *children]``. One pass, linear in the HTML.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, TypeAlias
from urllib.parse import urljoin, urlsplit

from soluciones.webapp.widget import allowed
from soluciones.webapp.widget.scan import End, Start, scan

Node: TypeAlias = "str | list[Any]"
MAX_DEPTH = 48
"""Deeper elements are dissolved into the one at this depth: their text stays, their tags go. Cards reach about 20."""
MAX_ELEMENTS = 20_000
"""Elements beyond it are dissolved likewise. A list of 500 checked addresses has some 8,000."""
_SPACE = re.compile(r"[ \t\n\r\f]+")
_KEEPS_SPACE = frozenset(["pre", "textarea"])
_NO_LOOSE_SPACE = allowed.words(
    "ul ol dl table thead tbody tfoot tr select optgroup svg g menu colgroup fieldset form details section article "
    "figure header footer div nav"
)
"""Blank text in them is the template's indentation."""
_CLOSES_BEFORE = {
    "li": frozenset(["li"]), "dt": frozenset(["dt", "dd"]), "dd": frozenset(["dt", "dd"]),
    "tr": frozenset(["tr", "td", "th"]), "td": frozenset(["td", "th"]), "th": frozenset(["td", "th"]),
    "option": frozenset(["option"]),
}  # fmt: skip
"""End tags that HTML lets people leave out, as far as guides do."""


def convert(html: str, base: str, pictures: Mapping[str, bytes] | None = None) -> list[Node]:
    """The nodes of an HTML fragment.

    Args:
        html: what a template has rendered.
        base: address of the page that relative addresses start from, e.g. ``https://help.example/es/``.
        pictures: address of an image → its SVG, to be shown in place; other images become links.
    """
    builder = _Builder(base, pictures or {})
    for token in scan(html):
        if isinstance(token, str):
            builder.text(token)
        elif isinstance(token, End):
            builder.end(token.tag)
        else:
            builder.start(token)
    return builder.finish()


class _Builder:
    """Builds the tree token by token."""

    def __init__(self, base: str, pictures: Mapping[str, bytes]) -> None:
        self.top: list[Node] = []
        self._base = base
        self._origin = "/".join(base.split("/")[:3]) + "/"
        self._pictures = pictures
        self._open: list[tuple[str, list[Node]]] = []
        """(tag as parsed, element) from the outside in; the list is the element itself."""
        self._skip: list[str] = []
        self._text: list[str] = []
        """Text read since the last tag that counted."""
        self._svg = 0
        self._verbatim = 0
        self._count = 0
        self._dissolved: dict[str, int] = {}
        """Tags that were dissolved and are still open."""

    def start(self, token: Start) -> None:
        """A start tag."""
        tag = token.tag
        if self._skip or (tag in allowed.SKIPPED_TAGS and not (self._svg and tag == "title")):
            self._begin_skip(tag)
            return
        if tag == "img":
            self._flush()
            self._image(token.attributes)
            return
        self._close_implied(tag)
        name = self._name(tag, token.attributes)
        ends_itself = tag in allowed.VOID_TAGS or (token.closed and bool(self._svg or tag == "svg"))
        if not name or len(self._open) >= MAX_DEPTH or self._count >= MAX_ELEMENTS:
            if not ends_itself:
                self._dissolved[tag] = self._dissolved.get(tag, 0) + 1
            return
        self._flush()
        self._count += 1
        svg = bool(self._svg) or tag == "svg"
        element: list[Any] = [name, self._attributes(tag, token.attributes, svg)]
        self._here().append(element)
        if not ends_itself:
            self._open.append((tag, element))
            self._svg += svg
            self._verbatim += tag in _KEEPS_SPACE

    def end(self, tag: str) -> None:
        """An end tag."""
        if self._skip:
            if tag == self._skip[-1]:
                self._skip.pop()
        elif self._dissolved.get(tag):
            self._dissolved[tag] -= 1
        else:
            self._close(tag)

    def text(self, text: str) -> None:
        """Text between tags."""
        if not self._skip:
            self._text.append(text)

    def finish(self) -> list[Node]:
        """The nodes; call once."""
        self._flush()
        return self.top

    def _flush(self) -> None:
        """Puts the text read so far into the element that is open."""
        text, self._text = "".join(self._text), []
        here = self._here()
        if self._verbatim:
            first = self._open[-1][0] in _KEEPS_SPACE and len(here) == 2
            text = text.removeprefix("\n") if first else text  # HTML ignores one line break after these start tags
        else:
            text = _SPACE.sub(" ", text)
            if text == " " and (not self._open or self._open[-1][0] in _NO_LOOSE_SPACE):
                return
        if text:
            here.append(text)

    def _here(self) -> list[Node]:
        return self._open[-1][1] if self._open else self.top

    def _begin_skip(self, tag: str) -> None:
        if tag in allowed.SKIPPED_TAGS - allowed.EMPTY_TAGS and len(self._skip) < MAX_DEPTH:
            self._skip.append(tag)

    def _name(self, tag: str, attributes: Mapping[str, str]) -> str:
        if self._svg or tag == "svg":
            return allowed.SVG_TAGS.get(tag, "")
        if tag == "input" and (attributes.get("type") or "text").lower() not in allowed.INPUT_TYPES:
            return ""
        return tag if tag in allowed.HTML_TAGS else ""

    def _close_implied(self, tag: str) -> None:
        closes = _CLOSES_BEFORE.get(tag)
        while closes and self._open and self._open[-1][0] in closes:
            self._pop()

    def _close(self, tag: str) -> None:
        """Closes the innermost element of that tag and what is left open in it; ends that close nothing are ignored."""
        for place in range(len(self._open) - 1, -1, -1):
            if self._open[place][0] == tag:
                while len(self._open) > place:
                    self._pop()
                return

    def _pop(self) -> None:
        self._flush()
        tag, _ = self._open.pop()
        self._svg -= self._svg > 0
        self._verbatim -= tag in _KEEPS_SPACE

    def _attributes(self, tag: str, attributes: Mapping[str, str], svg: bool) -> dict[str, str]:
        found: dict[str, str] = {}
        for name, text in attributes.items():
            kept = allowed.attribute(tag, name, svg)
            if not kept:
                continue
            value = allowed.value(kept, text, svg)
            if allowed.is_address(kept):
                value = self._address(text, download="download" in attributes)
                if kept == "action" and not (value or "").startswith(self._origin):
                    value = None  # nothing is ever sent to anybody else
            if value is not None:
                found[kept] = value
        return found

    def _address(self, text: str, download: bool) -> str | None:
        """An absolute address that may be followed; None for anything else. ``data:`` is for files to be saved."""
        text = text.strip("\x00\t\n\f\r ")
        if download and re.match(r"data:[a-z0-9.+/;=-]{0,120};base64,[A-Za-z0-9+/=]*\Z", text):
            return text
        if not text or text.startswith("#") or len(text) > allowed.MAX_VALUE_CHARS or re.search(r"[\x00-\x20\\]", text):
            return None
        try:
            whole = urljoin(self._base, text)
            scheme = urlsplit(whole).scheme
        except ValueError:
            return None
        return whole if scheme in {"http", "https", "mailto", "tel"} else None

    def _image(self, attributes: Mapping[str, str]) -> None:
        source, words = attributes.get("src", ""), attributes.get("alt", "")
        drawing = self._pictures.get(source)
        if self._svg:
            self._here().append(words)
        elif drawing is not None:
            self._here().append(_drawing(drawing, words, attributes))
        elif words or source:
            address = self._address(source, download=False)
            self._here().append(["a", {"href": address}, words or address] if address else words)


def _drawing(content: bytes, words: str, attributes: Mapping[str, str]) -> Node:
    """An SVG file of ours as nodes, named by the image's words and of the image's size."""
    inner = convert(content.decode("utf-8", "replace"), "https://picture.invalid/")
    found = next((node for node in inner if isinstance(node, list) and node[0] == "svg"), None)
    if found is None:
        return words
    size = {name: value for name in ("width", "height") if (value := attributes.get(name)) and value.isdecimal()}
    old = found[1]
    if "viewBox" not in old and {"width", "height"} <= old.keys():
        old["viewBox"] = f"0 0 {old['width']} {old['height']}"
    found[1] = {**old, **size, "role": "img", "aria-label": words, "class": "drawing"}
    return found


def text_of(nodes: list[Node]) -> str:
    """All text of a tree, in order."""
    parts: list[str] = []
    waiting: list[Node] = list(reversed(nodes))
    while waiting:
        node = waiting.pop()
        if isinstance(node, str):
            parts.append(node)
        else:
            waiting.extend(reversed(node[2:]))
    return "".join(parts)
