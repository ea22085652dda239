"""Which language a visitor is answered in, and the texts of that language."""

from __future__ import annotations

from collections.abc import Sequence

from flask import g, has_request_context, request

from soluciones.i18n import Catalogue
from soluciones.kb.types import LANGUAGES

DEFAULT = LANGUAGES[0]
NAMES = {"es": "Español", "en": "English", "fr": "Français", "de": "Deutsch", "it": "Italiano"}
"""Each language in its own words."""
_MAX_HEADER = 500
"""Longer Accept-Language headers are cut: only the first few entries can matter."""

texts = Catalogue()


def known(tag: str | None, languages: Sequence[str] = LANGUAGES) -> str:
    """The language of a tag such as ``es-ES``, or "" when we do not speak it."""
    base = (tag or "").strip().lower().replace("_", "-").partition("-")[0]
    return base if base in languages else ""


def accepted(languages: Sequence[str] = LANGUAGES, default: str = DEFAULT) -> str:
    """The best language by the request's Accept-Language header."""
    header = request.headers.get("Accept-Language", "")[:_MAX_HEADER]
    ranked: list[tuple[float, int, str]] = []
    for place, part in enumerate(header.split(",")):
        tag, _, weight = part.partition(";")
        lang = known(tag, languages)
        if not lang:
            continue
        try:
            quality = float(weight.strip().removeprefix("q=")) if weight else 1.0
        except ValueError:
            quality = 0.0
        if quality > 0:
            ranked.append((-quality, place, lang))
    return min(ranked)[2] if ranked else default


def set_current(lang: str) -> None:
    """Fixes the language of this request."""
    g.lang = lang


def current() -> str:
    """The language of this request: fixed by the page or body, else ``lang`` in the query, else Accept-Language."""
    if not has_request_context():
        return DEFAULT
    fixed: str = g.get("lang", "")
    return fixed or known(request.args.get("lang")) or accepted()


def say(key: str, **params: object) -> str:
    """The text of ``web.<key>`` in the language of this request."""
    return texts.text(current(), f"web.{key}", **params)


def say_any(key: str, **params: object) -> str:
    """The text of any catalogue's ``key`` in the language of this request."""
    return texts.text(current(), key, **params)
