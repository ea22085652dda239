"""What all pages share: the template environment, versioned assets, and who may post a form."""

from __future__ import annotations

from datetime import date
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, abort, current_app, request
from jinja2 import StrictUndefined

from soluciones.answer.links import guide_url
from soluciones.kb.site import Localised, Site
from soluciones.kb.types import Guide
from soluciones.webapp import languages
from soluciones.webapp.access import web
from soluciones.webapp.assets import Assets
from soluciones.webapp.problems import Problem


def asset(name: str) -> str:
    """The address of a static file, changing with the files' content so that browsers may keep it for ever."""
    assets: Assets = current_app.extensions["soluciones.assets"]
    return assets.url(name)


def localised(words: Localised) -> str:
    """A text of ``site.yml`` in the visitor's language, else in Spanish."""
    return words.get(languages.current()) or words.get(languages.DEFAULT) or ""


def other_language(lang: str) -> str:
    """The address of this page in another language; the home page where this one has no language."""
    parts = request.path.split("/")
    if len(parts) > 1 and languages.known(parts[1]):
        query = request.query_string.decode("ascii", "replace")
        keep = f"?{query}" if query and request.method == "GET" else ""
        return "/" + "/".join([lang, *parts[2:]]) + keep
    return f"/{lang}/"


def offered() -> list[str]:
    """Languages in the switcher."""
    return [lang for lang in site().languages if languages.known(lang)]


FRAGMENT = "Soluciones-Fragment"
"""Header by which our scripts ask for a piece of a page: ``1``, or ``page`` for the middle of a tool's page."""
PLACE = "page"


def is_fragment() -> bool:
    """Whether a script of ours asked for a piece of a page rather than a page."""
    return request.headers.get(FRAGMENT) in {"1", PLACE}


def same_origin_only() -> None:
    """Lets only our own pages post forms. There are no cookies to steal; this stops others from filling our database.

    Raises:
        Problem: 403 when the browser says that the form stands on another site.
    """
    if request.method != "POST":
        return
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in {"same-origin", "none"}:
        raise Problem(403, "forbidden")
    origin = request.headers.get("Origin")
    if origin and origin != "null" and urlsplit(origin).netloc != request.host:
        raise Problem(403, "forbidden")


def pull_lang(_endpoint: str | None, values: dict[str, Any] | None) -> None:
    """Takes the language out of a page's address and fixes it for the request."""
    lang = (values or {}).pop("lang", None)
    if lang is None:
        return
    if not languages.known(lang):
        abort(404)
    languages.set_current(lang)


def _guide_link(guide: str, anchor: str = "") -> str:
    return guide_url(languages.current(), guide, anchor)


def _guide_lang(guide: Guide) -> str:
    """The ``lang`` attribute of a guide's words where they differ from the page's language; "" where not."""
    return guide.lang if guide.lang != languages.current() else ""


def site() -> Site:
    """The tenant's words; plain ones while there is no index, so that an error page can always be shown."""
    if web().service.generation:
        return web().service.site()
    return Site(name=languages.say("site.name"), organisation="", tagline={}, topics=(), products=())


def long_date(day: date) -> str:
    """A date as people write it, e.g. ``23 de noviembre de 2026``."""
    from babel.dates import format_date  # brings its time zones along: not before the first guide is read

    return format_date(day, format="long", locale=languages.current())


def milliseconds(value: float) -> str:
    """A time as people read it: ``12 ms``, ``<1 ms``, ``2.4 s``."""
    if value >= 1000:
        from babel.numbers import format_decimal

        return f"{format_decimal(value / 1000, '#,##0.0', locale=languages.current())} s"
    return f"{round(value)} ms" if value >= 1 else "<1 ms"


def _common() -> dict[str, Any]:
    return {
        "lang": languages.current(),
        "site": site(),
        "language_names": languages.NAMES,
        "offered_languages": offered(),
    }


def init_app(app: Flask) -> None:
    """Sets up templates and static files."""
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals.update(
        t=languages.say,
        tt=languages.say_any,
        asset=asset,
        guide_link=_guide_link,
        guide_lang=_guide_lang,
        localised=localised,
        other_language=other_language,
    )
    app.jinja_env.filters["long_date"] = long_date
    app.jinja_env.filters["milliseconds"] = milliseconds
    app.context_processor(_common)
