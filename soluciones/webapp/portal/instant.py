"""What the search box shows while one types: questions and guides, passages with the words marked, tools."""

from __future__ import annotations

from dataclasses import dataclass

from soluciones.answer.page_text import fold
from soluciones.answer.service import Suggestion
from soluciones.webapp import actions
from soluciones.webapp.access import web
from soluciones.webapp.highlight import LINE
from soluciones.webapp.portal.results import GuideResult, PassageResult, guides_found, results, worth_showing
from soluciones.webapp.portal.shelves import ToolLink, tools

MAX_CHARS = 200
"""Longer texts are questions for the results page or the chat, not something to look up at every key."""
_SUGGESTIONS = 4
_PASSAGES = 4
_TOOLS = 2


@dataclass(frozen=True, slots=True)
class Instant:
    """The groups of the list."""

    suggestions: list[tuple[Suggestion, str]]
    """Each with its language where that is not the page's."""
    passages: list[tuple[GuideResult, PassageResult]]
    tools: list[ToolLink]

    @property
    def count(self) -> int:
        """Lines that lead somewhere."""
        return len(self.suggestions) + len(self.passages) + len(self.tools)


def instant(text: str, lang: str) -> Instant:
    """The list for what has been typed so far.

    Raises:
        Problem: there is no index yet.
    """
    suggestions = [(item, _lang(item, lang)) for item in web().service.suggest(text, lang, _SUGGESTIONS)]
    hits = worth_showing(actions.search(text, lang, limit=3 * _PASSAGES))
    groups = results(hits, guides_found(hits), text, lang, LINE)
    passages = [(group, passage) for group in groups for passage in group.passages]
    # The best passage of each guide first: four lines of one guide would hide that others know more.
    passages.sort(key=lambda pair: pair[0].passages.index(pair[1]))
    return Instant(suggestions, passages[:_PASSAGES], _tools(text))


def _lang(item: Suggestion, lang: str) -> str:
    guide = web().service.guide(item.guide)
    return guide.lang if guide is not None and guide.lang != lang else ""


def _tools(text: str) -> list[ToolLink]:
    """Tools in whose title or summary every typed word begins a word."""
    typed = [fold(word) for word in text.split()]
    fitting = []
    for tool in tools():
        words = [fold(word).strip("«»¿?¡!.,;:()") for word in f"{tool.title} {tool.summary}".split()]
        if typed and all(any(word.startswith(part) for word in words) for part in typed):
            fitting.append(tool)
    return fitting[:_TOOLS]
