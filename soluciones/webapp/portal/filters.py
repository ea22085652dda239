"""The search page's filters: plain links that work without a script, each with the number of guides it would leave."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from soluciones.kb.types import Guide
from soluciones.webapp import languages
from soluciones.webapp.access import web

TYPES = ("how-to", "tutorial", "reference", "explanation")
NAMES = ("topic", "product", "type", "language", "tool")
"""Names of the filters in the page's address, in the order in which they are shown."""
YES = "1"


@dataclass(frozen=True, slots=True)
class Option:
    """One value of a filter."""

    value: str
    label: str
    count: int
    """Guides that it would leave, the other filters as they are."""
    on: bool
    url: str
    """Where it is set, or taken away when it is on."""


@dataclass(frozen=True, slots=True)
class Filter:
    """One filter with the values that the results have."""

    name: str
    title: str
    options: tuple[Option, ...]

    @property
    def chosen(self) -> Option | None:
        """The value that is on."""
        return next((option for option in self.options if option.on), None)


def _values(name: str, guide: Guide) -> Sequence[str]:
    """What a guide has under a filter."""
    ways: dict[str, Callable[[], Sequence[str]]] = {
        "topic": lambda: guide.topics,
        "product": lambda: guide.products,
        "type": lambda: (guide.type,),
        "language": lambda: (guide.lang,),
        "tool": lambda: (YES,) if guide.tools else (),
    }
    return ways[name]()


def _labels(name: str) -> dict[str, str]:
    """Value → its name in the visitor's language, in the order of the site."""
    site, lang = web().service.site(), languages.current()
    if name == "topic":
        return {topic.id: topic.title.get(lang) or topic.title[languages.DEFAULT] for topic in site.topics}
    if name == "product":
        return {item.id: item.title.get(lang) or item.title[languages.DEFAULT] for item in site.products}
    if name == "type":
        return {kind: languages.say_any(f"portal.type.{kind}") for kind in TYPES}
    if name == "language":
        return {code: languages.say(f"language.{code}") for code in languages.NAMES}
    return {YES: languages.say_any("portal.filter.with_tool")}


def wanted(args: dict[str, str]) -> dict[str, str]:
    """The filters that an address sets to values there are; anything else in it is not looked at."""
    return {name: args[name] for name in NAMES if args.get(name) and args[name] in _labels(name)}


def keep(guides: Sequence[Guide], chosen: dict[str, str]) -> list[Guide]:
    """The guides that all filters leave."""
    return [guide for guide in guides if all(value in _values(name, guide) for name, value in chosen.items())]


def _address(query: str, chosen: dict[str, str]) -> str:
    return f"/{languages.current()}/search?" + urlencode({"q": query, **chosen})


def filters(guides: Sequence[Guide], chosen: dict[str, str], query: str) -> list[Filter]:
    """The filters that would change something, or that are on. ``guides``: all that were found, unfiltered."""
    made = []
    for name in NAMES:
        others = {key: value for key, value in chosen.items() if key != name}
        left = keep(guides, others)
        options = []
        for value, label in _labels(name).items():
            count = sum(value in _values(name, guide) for guide in left)
            on = chosen.get(name) == value
            if count or on:
                url = _address(query, others if on else {**chosen, name: value})
                options.append(Option(value, label, count, on, url))
        useful = any(option.on or option.count < len(left) for option in options)
        if options and useful:
            made.append(Filter(name, languages.say_any(f"portal.filter.{name}"), tuple(options)))
    return made
