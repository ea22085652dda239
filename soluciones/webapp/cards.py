"""Answers and tool results as the templates show them: titles looked up, addresses made, forms laid out."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from soluciones.answer.links import guide_url
from soluciones.answer.types import Answer, AnswerBlock, Citation, Place, ToolResult
from soluciones.webapp import languages
from soluciones.webapp.access import web
from soluciones.webapp.card_data import AddressData, CardData, SetupData, SetupFile, card_data
from soluciones.webapp.forms import Field, fields, kept
from soluciones.webapp.wire import downloads_json

_PICTURE = "image/svg+xml"


@dataclass(frozen=True, slots=True)
class Link:
    """A title and where it leads."""

    title: str
    url: str
    lang: str = ""
    """Language of the title where it is not the page's."""


@dataclass(frozen=True, slots=True)
class FindingCard:
    """A finding with the way to its repair."""

    status: str
    text: str
    fix: Link | None


@dataclass(frozen=True, slots=True)
class FactCard:
    """A sentence of a guide with its source."""

    text: str
    source: Link | None


@dataclass(frozen=True, slots=True)
class FileCard:
    """A file to download."""

    name: str
    mime: str
    label: str
    url: str
    how: str = ""
    admin: bool = False
    """Only somebody with access to the domain's servers can use it."""


@dataclass(frozen=True, slots=True)
class NextStep:
    """What to do next: a question to ask, or a tool to run with slots that are known."""

    label: str
    question: str = ""
    tool: str = ""
    kept: str = ""
    """Slots as JSON, for the hidden field."""


@dataclass(frozen=True, slots=True)
class ToolCard:
    """A tool's result, ready to show."""

    id: str
    title: str
    status: str
    headline: str
    facts: tuple[FactCard, ...]
    findings: tuple[FindingCard, ...]
    files: tuple[FileCard, ...]
    pictures: tuple[FileCard, ...]
    """Files that are shown, such as QR codes."""
    data: CardData | None
    """Typed data of a tool that has a card of its own; None for the generic card."""
    fields: tuple[Field, ...]
    kept: str
    next: tuple[NextStep, ...]

    @property
    def verdict(self) -> bool:
        """Whether the status says something to people: "correct" of a table of ports would not."""
        return self.status not in {"ok", "need_input"} or isinstance(self.data, AddressData)

    @property
    def asks(self) -> bool:
        """Whether the form is the point of the card, and not a way to a better result."""
        return bool(self.fields) and self.status not in {"ok", "warn", "bad"}


@dataclass(frozen=True, slots=True)
class Passage:
    """Blocks of one citation that follow each other."""

    citation: Citation | None
    blocks: tuple[AnswerBlock, ...]
    lang: str = ""


@dataclass(frozen=True, slots=True)
class AnswerCard:
    """One reply, ready to show."""

    answer: Answer
    passages: tuple[Passage, ...]
    tools: tuple[ToolCard, ...]
    related: tuple[Link, ...] = field(default=())
    asking: tuple[ToolCard, ...] = field(default=())
    """Tools that still want a value; they stand below the passages, for the passage is the answer."""


def _guide_title(guide_id: str) -> tuple[str, str]:
    guide = web().service.guide(guide_id)
    if guide is None:
        return guide_id, ""
    return guide.title, guide.lang if guide.lang != languages.current() else ""


def _link(guide: str, anchor: str) -> Link | None:
    if not guide or web().service.guide(guide) is None:
        return None
    title, lang = _guide_title(guide)
    return Link(title, guide_url(languages.current(), guide, anchor), lang)


def _fix(place: Place | None) -> Link | None:
    return _link(place.guide, place.anchor) if place else None


def tool_titles() -> dict[str, str]:
    """Tool id → its title in the visitor's language."""
    return {str(form["id"]): str(form["title"]) for form in web().service.tool_forms(languages.current())}


def _files(result: ToolResult, data: CardData | None) -> tuple[FileCard, ...]:
    uses = {use.name: use for use in data.files} if isinstance(data, SetupData) else {}
    plain = SetupFile(name="", how="", admin=False)
    made = downloads_json(result, languages.current(), web().tokens)
    cards = []
    for file in made:
        use = uses.get(file["name"], plain)
        cards.append(FileCard(file["name"], file["mime"], file["label"], file["url"], use.how, use.admin))
    return tuple(cards)


def _next(result: ToolResult) -> tuple[NextStep, ...]:
    steps = []
    for step in result.next:
        label, question, tool = (str(step.get(key) or "") for key in ("label", "question", "tool"))
        repeats = tool == result.tool and isinstance(card_data(result), AddressData)
        if not repeats:  # the address card lists its suggestions itself, with buttons to copy them
            steps.append(NextStep(label, question, tool, json.dumps(step.get("slots") or {}, ensure_ascii=False)))
    return tuple(steps)


def tool_card(result: ToolResult, titles: Mapping[str, str] | None = None) -> ToolCard:
    """A tool's result, ready to show."""
    form = result.form
    data = card_data(result)
    files = _files(result, data)
    return ToolCard(
        id=result.tool,
        title=(titles if titles is not None else tool_titles()).get(result.tool, result.tool),
        status=result.status,
        headline=result.headline,
        facts=tuple(FactCard(f.text, _link(f.guide, f.anchor)) for f in result.facts),
        findings=tuple(FindingCard(f.status, f.text, _fix(f.fix)) for f in result.findings),
        files=tuple(file for file in files if file.mime != _PICTURE),
        pictures=tuple(file for file in files if file.mime == _PICTURE),
        data=data,
        fields=fields(form, result.slots) if form is not None else (),
        kept=kept(form, result.slots) if form is not None else "",
        next=_next(result),
    )


def _passages(answer: Answer) -> tuple[Passage, ...]:
    groups: list[tuple[int, list[AnswerBlock]]] = []
    for block in answer.answer:
        if groups and groups[-1][0] == block.citation:
            groups[-1][1].append(block)
        else:
            groups.append((block.citation, [block]))
    passages = []
    for number, blocks in groups:
        citation = answer.citations[number] if 0 <= number < len(answer.citations) else None
        lang = _guide_title(citation.guide)[1] if citation else ""
        passages.append(Passage(citation, tuple(blocks), lang))
    return tuple(passages)


def answer_card(answer: Answer) -> AnswerCard:
    """One reply, ready to show."""
    titles = tool_titles() if answer.tools else {}
    cards = [tool_card(result, titles) for result in answer.tools]
    return AnswerCard(
        answer=answer,
        passages=_passages(answer),
        tools=tuple(card for card in cards if card.status != "need_input"),
        related=tuple(Link(r.title, r.url, _guide_title(r.guide)[1]) for r in answer.related),
        asking=tuple(card for card in cards if card.status == "need_input"),
    )
