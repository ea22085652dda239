"""What may stand in a node tree: tags, attributes and addresses. Everything else is left out."""

from __future__ import annotations

import re


def words(text: str) -> frozenset[str]:
    """The words of a text, as a set."""
    return frozenset(text.split())


HTML_TAGS = words(
    "a abbr address article aside b bdi bdo blockquote br button caption cite code col colgroup dd del details dfn div "
    "dl dt em fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 header hr i input ins kbd label legend li main "
    "mark menu nav ol optgroup option output p pre progress q s samp search section select small span strong sub "
    "summary sup table tbody td textarea tfoot th thead time tr u ul var wbr"
)
VOID_TAGS = words("br col hr input wbr")
SVG_TAGS = {
    name.lower(): name
    for name in words("svg g path circle ellipse rect line polyline polygon text tspan title desc linearGradient stop")
}
"""Lower case, as parsers give it, → the name SVG wants."""
SKIPPED_TAGS = words(
    "script style template noscript iframe object embed applet frame frameset noframes noembed head title math base "
    "link meta param source track audio video canvas map area portal slot xmp plaintext"
)
"""Their text is not for people (or they are nothing a reply holds): they go with all that is in them."""
EMPTY_TAGS = words("base link meta param source track embed area")
"""Those of them that have no end tag."""

_GLOBAL = words("class id lang dir title role hidden tabindex")
_FORM = words(
    "name value type checked selected disabled readonly required multiple minlength maxlength min max step pattern "
    "placeholder inputmode autocomplete autocapitalize spellcheck enterkeyhint accept rows cols label for"
)
_OWN: dict[str, frozenset[str]] = {
    "a": words("href download hreflang"),
    "form": words("action method enctype autocomplete novalidate"),
    "input": _FORM,
    "textarea": _FORM,
    "select": _FORM,
    "option": _FORM,
    "optgroup": _FORM,
    "button": _FORM,
    "fieldset": words("disabled name"),
    "output": words("for name"),
    "label": frozenset(["for"]),
    "td": words("colspan rowspan headers"),
    "th": words("colspan rowspan headers scope abbr"),
    "col": frozenset(["span"]),
    "colgroup": frozenset(["span"]),
    "ol": words("start reversed type"),
    "li": frozenset(["value"]),
    "time": frozenset(["datetime"]),
    "del": frozenset(["datetime"]),
    "ins": frozenset(["datetime"]),
    "details": words("open name"),
    "progress": words("value max"),
}
_SVG = {
    name.lower(): name
    for name in words(
        "viewBox width height fill fill-rule stroke stroke-width stroke-linecap stroke-linejoin stroke-dasharray "
        "opacity transform d cx cy r rx ry x y x1 y1 x2 y2 dx dy points focusable preserveAspectRatio text-anchor "
        "font-size offset stop-color class id role"
    )
}
_DATA = re.compile(r"(?:data|aria)-[a-z0-9][a-z0-9-]{0,60}\Z")
_ID = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_:.-]{0,120}\Z")
_CLASS = re.compile(r"[A-Za-z0-9_ \t\n-]{0,300}\Z")
_PAINT = re.compile(r"[A-Za-z0-9#%.,()\s+-]{0,200}\Z")
INPUT_TYPES = words("text email search tel url number checkbox radio hidden file date time submit range")
"""No password: nothing here ever asks for one. No image: it would load something from somewhere."""
MAX_VALUE_CHARS = 64 * 1024
"""Of one attribute; a form may carry along the slots that are known."""
_URL_ATTRIBUTES = frozenset(["href", "action"])


def attribute(tag: str, name: str, svg: bool) -> str:
    """The spelling of an attribute that this tag may have; "" for one it may not."""
    if _DATA.match(name):
        return name
    if svg:
        return _SVG.get(name, "")
    return name if name in _GLOBAL or name in _OWN.get(tag, ()) else ""


def is_address(name: str) -> bool:
    """Whether an attribute leads somewhere."""
    return name in _URL_ATTRIBUTES


def value(name: str, text: str, svg: bool) -> str | None:
    """The value an attribute may have; None when it may not have this one. Addresses are not judged here."""
    if len(text) > MAX_VALUE_CHARS:
        return None
    if name == "id":
        return text if _ID.match(text) else None
    if name == "class":
        return text if _CLASS.match(text) else None
    if name == "tabindex":
        return text if text in {"0", "-1"} else None
    if svg and not name.startswith(("aria-", "data-")) and name != "d":
        return text if _PAINT.match(text) and "url" not in text.lower() else None
    return text
