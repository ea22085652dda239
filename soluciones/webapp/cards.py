"""Answers and tool results as the templates show them: titles looked up, addresses made, forms laid out."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from soluciones.answer.links import guide_url
from soluciones.answer.types import Answer, AnswerBlock, Citation, Place, RelatedGuide, ToolResult
from soluciones.kb.types import Guide
from soluciones.webapp import languages, toolbox
from soluciones.webapp.access import web
from soluciones.webapp.card_models import card_data, form_schema
from soluciones.webapp.card_models.base import CardData
from soluciones.webapp.card_models.mail_address import AddressData
from soluciones.webapp.card_models.setup import SetupData, SetupFile
from soluciones.webapp.chat.follow_ups import follow_ups
from soluciones.webapp.downloads import file_links
from soluciones.webapp.forms import Field, buttons, fields, kept, with_uploads
from soluciones.webapp.uploads import holds_uploads, upload_slots
from soluciones.webapp.wire import next_slots

_PICTURE = "image/svg+xml"


@dataclass(frozen=True, slots=True)
class Link:
    """A title and where it leads."""

    title: str
    url: str
    lang: str = ""
    """Language of the title where it is not the page's."""
    summary: str = ""
    """What the guide is about, in one line."""


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
    buttons: tuple[tuple[str, str], ...]
    """(value, label) of the answers to the one question that the tool asks."""
    own_fields: tuple[Field, ...]
    """File fields for the form that stands inside the card itself; () for a card without one."""
    own_kept: str
    next: tuple[NextStep, ...]
    private: bool = False
    """Made from a visitor's file: not to be remembered anywhere."""
    too_large: tuple[str, ...] = ()
    """Names of files that are too large to be offered on a page."""
    conversation: str = ""
    """The conversation that the card stands in; its forms take it along."""

    @property
    def template(self) -> str:
        """The template that shows ``data``; "" for the generic card."""
        return f"parts/cards/{self.id}.html" if self.data is not None else ""

    @property
    def verdict(self) -> bool:
        """Whether the status says something to people: "correct" of a table of ports would not."""
        return self.status not in {"ok", "need_input"} or (self.data is not None and self.data.judges)

    @property
    def listed(self) -> tuple[FindingCard, ...]:
        """Findings that the card does not show elsewhere."""
        told = {self.headline, *(self.data.told() if self.data is not None else ())}
        return tuple(item for item in self.findings if item.text not in told)

    @property
    def headline_fix(self) -> Link | None:
        """The repair of the finding that the headline says."""
        return self.fix_of(self.headline)

    def fix_of(self, text: str) -> Link | None:
        """The repair of the finding with that text."""
        return next((item.fix for item in self.findings if item.text == text), None)

    def place(self, guide: str, anchor: str = "") -> Link | None:
        """A section of a guide, for templates."""
        return _link(guide, anchor)

    @property
    def asks(self) -> bool:
        """Whether the form is the point of the card, and not a way to a better result."""
        shows = self.status in {"ok", "warn", "bad"} or (self.status == "unknown" and self.data is not None)
        return bool(self.fields) and not shows


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
    follow_ups: tuple[str, ...] = field(default=())
    """Questions to go on with."""
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
    return dict(toolbox.titles())


def _files(result: ToolResult, data: CardData | None, private: bool) -> tuple[tuple[FileCard, ...], tuple[str, ...]]:
    """The files that can be offered, and the names of those that cannot."""
    uses = {use.name: use for use in data.files} if isinstance(data, SetupData) else {}
    plain = SetupFile(name="", how="", admin=False)
    cards, too_large = [], []
    for link in file_links(result, languages.current(), web().tokens, private=private):
        use = uses.get(link.file.name, plain)
        if link.method == "GET":
            cards.append(FileCard(link.file.name, link.file.mime, link.file.label, link.url, use.how, use.admin))
        else:
            too_large.append(link.file.name)
    return tuple(cards), tuple(too_large)


def _next(result: ToolResult) -> tuple[NextStep, ...]:
    steps = []
    for step in result.next:
        label, question, tool = (str(step.get(key) or "") for key in ("label", "question", "tool"))
        repeats = tool == result.tool and isinstance(card_data(result), AddressData)
        if not repeats:  # the address card lists its suggestions itself, with buttons to copy them
            steps.append(NextStep(label, question, tool, json.dumps(next_slots(step), ensure_ascii=False)))
    return tuple(steps)


def _own_form(data: CardData | None, whole: Mapping[str, Any]) -> Mapping[str, Any]:
    """The schema of what the card's own form must send besides its controls; {} for a card without one."""
    if data is None or not data.own_slots:
        return {}
    uploads = upload_slots(whole)
    return {"type": "object", "properties": {n: s for n, s in whole["properties"].items() if n in uploads}}


def tool_card(result: ToolResult, conversation: str = "") -> ToolCard:
    """A tool's result, ready to show; ``conversation`` is the one that it is shown in."""
    whole = toolbox.schema_of(result.tool)
    data = card_data(result)
    form = None
    if result.form is not None:
        form = with_uploads(form_schema(result.tool, result.form), whole, result.slots)
    own = _own_form(data, whole)
    private = holds_uploads(whole, result.slots)
    files, too_large = _files(result, data, private)
    yes_no = (languages.say("form.yes"), languages.say("form.no"))
    return ToolCard(
        id=result.tool,
        title=tool_titles().get(result.tool, result.tool),
        status=result.status,
        headline=result.headline,
        facts=tuple(FactCard(f.text, _link(f.guide, f.anchor)) for f in result.facts),
        findings=tuple(FindingCard(f.status, f.text, _fix(f.fix)) for f in result.findings),
        files=tuple(file for file in files if file.mime != _PICTURE),
        pictures=tuple(file for file in files if file.mime == _PICTURE),
        data=data,
        fields=fields(form, result.slots) if form is not None else (),
        kept=kept(form, whole, result.slots) if form is not None else "",
        buttons=buttons(form, result.asks, yes_no) if form is not None and result.status == "need_input" else (),
        own_fields=fields(own, result.slots) if own else (),
        own_kept=kept(own, form_schema(result.tool, whole), result.slots) if own else "",
        next=_next(result),
        private=private,
        too_large=too_large,
        conversation=conversation,
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


def _guides(answer: Answer) -> list[Guide]:
    """The guide that the answer is from, then the related ones."""
    ids = [citation.guide for citation in answer.citations[:1]] + [item.guide for item in answer.related]
    found = (web().service.guide(guide_id) for guide_id in dict.fromkeys(ids))
    return [guide for guide in found if guide is not None]


def _related(item: RelatedGuide) -> Link:
    guide = web().service.guide(item.guide)
    lang = guide.lang if guide is not None and guide.lang != languages.current() else ""
    return Link(item.title, item.url, lang, guide.summary if guide is not None else "")


def answer_card(answer: Answer, question: str = "") -> AnswerCard:
    """One reply, ready to show; with its question it also offers others."""
    cards = [tool_card(result, answer.conversation) for result in answer.tools]
    return AnswerCard(
        answer=answer,
        passages=_passages(answer),
        tools=tuple(card for card in cards if card.status != "need_input"),
        related=tuple(_related(item) for item in answer.related),
        follow_ups=follow_ups(answer, question, _guides(answer), languages.current()) if question else (),
        asking=tuple(card for card in cards if card.status == "need_input"),
    )
