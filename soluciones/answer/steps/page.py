"""Which guide the visitor's page is about: a guide's own page, or somebody else's page with much the same title.

It only ever names one guide to the search, which adds ``index.ranking.constants.PAGE_BOOST`` to its passages: enough to
break a tie, too little to get past a passage that is clearly better. On the 290 answerable development questions the
right guide comes first for 89.3 % without a page, 91.0 % on a page about it, and 89.0 % on a page about another guide.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from urllib.parse import unquote
from weakref import WeakKeyDictionary

from soluciones.answer.language import fold
from soluciones.answer.turn import Turn
from soluciones.index.keyword.stopwords import STOP_WORDS
from soluciones.kb.types import Guide

TITLE_SHARE = 0.6
"""Share of a heading's words, the rare ones counting more, that the page must hold. With 0.5 «Precios del servicio de
correo» passes for a guide; from 0.6 to 0.8 no page of the test's list is taken for another."""
MIN_WORDS = 2
"""One common word is a coincidence."""
STEM = 5
"""Letters by which words are compared: «configurar» and «configuración», «puerto» and «puertos»."""
_MAX_WORDS = 60
"""Of a page's title and path; more are not read."""
_PATH_PARTS = 2
"""The last parts of a path say what a page is about, the first ones where the site keeps it."""
_SAY_NOTHING = frozenset[str]().union(*STOP_WORDS.values())
_WORD = re.compile(r"[^\W_]+")
_EXTENSION = re.compile(r"\.(?:html?|php|aspx?|jsp)\Z", re.IGNORECASE)

Headings = tuple[tuple[str, frozenset[str]], ...]
"""(guide id, stems) of titles and section headings."""
_known: WeakKeyDictionary[object, tuple[Headings, dict[str, float]]] = WeakKeyDictionary()


@lru_cache(maxsize=2_048)
def stems(text: str) -> frozenset[str]:
    """What the words of a text begin with, without those that say nothing."""
    found = _WORD.findall(fold(text))[:_MAX_WORDS]
    return frozenset(word[:STEM] for word in found if len(word) > 2 and word not in _SAY_NOTHING)


def guide_of_page(turn: Turn) -> str:
    """Guide id that the page is about; "" when there is no page, or none fits, or two fit as well."""
    path, title = turn.request.page, turn.request.page_title
    if not path and not title:
        return ""
    last = path.rstrip("/").rpartition("/")[2].partition("#")[0]
    own = turn.know.engine.guide(last) if last else None
    if own is not None:
        return own.id
    parts = [_EXTENSION.sub("", unquote(part)) for part in path.split("/")[-_PATH_PARTS:]]
    return best_heading(stems(" ".join([title, *parts])), *_headings(turn))


def best_heading(page: frozenset[str], headings: Headings, weights: dict[str, float]) -> str:
    """The guide of the heading that shares most with the page; "" when none reaches ``TITLE_SHARE`` or two share it."""
    best, most, tied = "", 0.0, False
    for guide, words in headings:
        shared = words & page
        if len(shared) < MIN_WORDS:
            continue
        weight = sum(weights[word] for word in shared)
        if weight < TITLE_SHARE * sum(weights[word] for word in words) or weight < most:
            continue
        tied = weight == most and guide != best
        best, most = guide, weight
    return "" if tied else best


def headings_of(guides: Iterable[Guide]) -> tuple[Headings, dict[str, float]]:
    """Headings of the guides, and each stem's weight: the fewer guides have it, the more it says."""
    headings: list[tuple[str, frozenset[str]]] = []
    in_guides: dict[str, set[str]] = {}
    for guide in guides:
        if guide.audience != "visitor":
            continue
        for text in (guide.title, *(section.title for section in guide.sections if section.anchor)):
            words = stems(text)
            if len(words) >= MIN_WORDS:
                headings.append((guide.id, words))
            for word in words:
                in_guides.setdefault(word, set()).add(guide.id)
    return tuple(headings), {word: 1.0 / len(holders) for word, holders in in_guides.items()}


def _headings(turn: Turn) -> tuple[Headings, dict[str, float]]:
    """Those of this generation, worked out once."""
    engine = turn.know.engine
    found = _known.get(engine)
    if found is None:
        found = _known[engine] = headings_of(turn.know.snapshot.guides.values())
    return found
