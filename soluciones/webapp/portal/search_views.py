"""The search page, and the list under the search box."""

from __future__ import annotations

from flask import Response, make_response, render_template, request

from soluciones.index.types import SearchResult
from soluciones.kb.types import Guide
from soluciones.webapp import actions, languages
from soluciones.webapp.access import web
from soluciones.webapp.json_provider import clean_text
from soluciones.webapp.portal import filters
from soluciones.webapp.portal.blueprint import LANG, portal
from soluciones.webapp.portal.instant import MAX_CHARS, Instant, instant
from soluciones.webapp.portal.results import POOL, guides_found, results, worth_showing
from soluciones.webapp.portal.shelves import featured

_GUIDES = 10
"""Guides on the page of results; filters lead to the others."""
_NEAREST = 4


@portal.get(f"{LANG}/search")
def search() -> str:
    """Passages found, by guide, with filters; without a question, an empty search page."""
    text = clean_text(request.args.get("q", ""))
    asked = bool(text.strip())
    lang = languages.current()
    found = actions.search(text, lang, limit=POOL) if asked else None
    hits = worth_showing(found) if found else []
    guides = guides_found(hits)
    chosen = filters.wanted(request.args.to_dict())
    kept = filters.keep(guides, chosen)
    return render_template(
        "portal/search.html",
        query=text,
        asked=asked,
        groups=results(hits, kept[:_GUIDES], text, lang),
        count=len(kept),
        filters=filters.filters(guides, chosen, text) if guides else [],
        unfiltered=len(guides),
        suggestion=found.suggestion if found else "",
        nearest=_nearest(found) if not guides else [],
        suggestions=web().service.site().suggestions.get(lang, ()),
    )


def _nearest(found: SearchResult | None) -> list[Guide]:
    """What may help when nothing was found: the guides for the words that were perhaps meant, else the useful ones."""
    if found is not None and found.suggestion:
        meant = actions.search(found.suggestion, languages.current(), limit=POOL)
        guides = guides_found(worth_showing(meant))
        if guides:
            return guides[:_NEAREST]
    return featured()[:_NEAREST]


@portal.get(f"{LANG}/instant")
def instant_list() -> Response:
    """The list under the search box, as a fragment; empty for a text that is blank or too long to look up."""
    text = clean_text(request.args.get("q", "")).strip()
    readable = any(map(str.isalnum, text)) and len(text) <= MAX_CHARS
    found = instant(text, languages.current()) if readable else Instant([], [], [])
    response = make_response(render_template("portal/instant.html", found=found, query=text))
    response.headers["X-Robots-Tag"] = "noindex"
    return response
