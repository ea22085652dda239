"""One line from one version of the format to the other, where a merged card needs lines of both."""

from __future__ import annotations

from dataclasses import replace

from soluciones.answer.tools.contacts.model import Param, Property

_BINARY = ("PHOTO", "LOGO", "SOUND", "KEY")
_MEDIA = {"JPEG": "image/jpeg", "JPG": "image/jpeg", "PNG": "image/png", "GIF": "image/gif"}
_KINDS = {"image/jpeg": "JPEG", "image/png": "PNG", "image/gif": "GIF"}


def converted(prop: Property, source: str, target: str) -> Property:
    """A line of a card of version ``source`` for a card of version ``target`` (2.1 lines are in 3.0 syntax already)."""
    if source == "4.0" and target != "4.0":
        return _to_3(prop)
    if source != "4.0" and target == "4.0":
        return _to_4(prop)
    return prop


def _to_3(prop: Property) -> Property:
    params = prop.params
    if prop.name == "TEL" and prop.value[:4].lower() == "tel:":
        return replace(prop, value=prop.value[4:], params=_preferred(_less(params, "VALUE")))
    if prop.name in _BINARY and prop.value[:5].lower() == "data:":
        head, comma, content = prop.value[5:].partition(",")
        media, _, encoding = head.lower().partition(";")
        if comma and encoding == "base64":
            kind: tuple[Param, ...] = (("TYPE", _KINDS[media]),) if media in _KINDS else ()
            kept = _less(_less(params, "VALUE"), "MEDIATYPE")
            return replace(prop, value=content, params=(*kept, ("ENCODING", "b"), *kind))
    return replace(prop, params=_preferred(params)) if params else prop


def _preferred(params: tuple[Param, ...]) -> tuple[Param, ...]:
    """``PREF=1`` of 4.0 is ``TYPE=pref`` of 3.0; other ranks have no like and stay as they are."""
    return tuple(("TYPE", "pref") if key == "PREF" and raw.strip('"') == "1" else (key, raw) for key, raw in params)


def _to_4(prop: Property) -> Property:
    encoding = prop.param("ENCODING").lower()
    if prop.name in _BINARY and encoding in ("b", "base64"):
        kinds = [kind.upper() for kind in prop.types()]
        media = next((_MEDIA[kind] for kind in kinds if kind in _MEDIA), "application/octet-stream")
        kept = _less(_less(_less(prop.params, "ENCODING"), "TYPE"), "")
        return replace(prop, value=f"data:{media};base64,{''.join(prop.value.split())}", params=kept)
    if not prop.params:
        return prop
    params: list[Param] = []
    for key, raw in prop.params:
        if key in ("TYPE", "") and raw.lower() == "pref":
            params.append(("PREF", "1"))
        else:
            params.append((key or "TYPE", raw))
    return replace(prop, params=tuple(params))


def _less(params: tuple[Param, ...], name: str) -> tuple[Param, ...]:
    return tuple(param for param in params if param[0] != name)
