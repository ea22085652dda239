"""A guide's tools inside the guide: each after the section that speaks of what it does, else at the end."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from soluciones.answer.page_text import fold
from soluciones.i18n import MissingText
from soluciones.kb.types import Guide, Section
from soluciones.webapp import languages, toolbox
from soluciones.webapp.card_models import form_schema
from soluciones.webapp.forms import Field, fields
from soluciones.webapp.highlight import same

_WORD = re.compile(r"\w{3,}")
_LONG = 4
"""Letters; shorter words say little."""
_MIN_SCORE = 4
"""Words that a section must share with what a tool is called and does."""


@dataclass(frozen=True, slots=True)
class InlineTool:
    """A tool with its form, ready to be shown in a guide."""

    id: str
    title: str
    summary: str
    network: bool
    """Asks servers when it is run; says so beside its form."""
    fields: tuple[Field, ...]


def inline_tools(guide: Guide) -> dict[str, list[InlineTool]]:
    """The guide's tools by the anchor of the section they follow; ``""`` for those at the end of the guide."""
    placed: dict[str, list[InlineTool]] = {}
    titles = toolbox.titles()
    for tool_id in guide.tools:
        if tool_id not in titles:
            continue
        form = toolbox.form_of(tool_id)
        shown = tuple(fields(form_schema(tool_id, form["schema"]), {}))
        tool = InlineTool(tool_id, titles[tool_id], toolbox.summary(tool_id), form["mode"] == "network", shown)
        placed.setdefault(_place(guide.sections, _purpose(tool_id, guide.lang)), []).append(tool)
    return placed


def _purpose(tool_id: str, lang: str) -> str:
    """What a tool is called and does, in the guide's language."""
    domain = tool_id.replace("-", "_")
    found = []
    for key in (f"{domain}.title", f"{domain}.summary", f"web.summary.{domain}"):
        try:
            found.append(languages.texts.text(lang, key))
        except MissingText:
            continue
    return " ".join(found)


def _place(sections: Sequence[Section], purpose: str) -> str:
    """The anchor of the section that shares most words with a tool's purpose, its heading's words counted twice."""
    wanted: dict[str, list[str]] = {}
    for word in {fold(word) for word in _WORD.findall(purpose)}:
        if len(word) >= _LONG:
            wanted.setdefault(word[:_LONG], []).append(word)
    best, most = "", _MIN_SCORE - 1
    for section in sections[:-1]:  # behind the last section is the end of the guide
        told = _shared(" ".join(block.text for block in section.blocks), wanted)
        score = len(told | _shared(section.title, wanted)) + len(_shared(section.title, wanted))
        if section.anchor and score > most:
            best, most = section.anchor, score
    return best


def _shared(text: str, wanted: Mapping[str, Sequence[str]]) -> set[str]:
    """The wanted words that a text has, whatever their endings."""
    words = {fold(word) for word in _WORD.findall(text)}
    return {other for word in words for other in wanted.get(word[:_LONG], ()) if same(word, other)}
