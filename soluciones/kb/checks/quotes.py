"""Every quote of ``facts.yml`` stands word for word in the section it names."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import BaseModel

from soluciones.kb.checks.base import Linted, fold_space
from soluciones.kb.facts import Source
from soluciones.kb.types import Guide, Section
from soluciones.kb.yaml_text import KeyPath

FILE = "facts.yml"


def quotes(linted: Linted) -> None:
    """Compare each ``source`` of the facts with its guide, white space folded."""
    if linted.facts is None or linted.facts_source is None:
        return
    for path, source in _sources(linted.facts, ()):
        line = linted.facts_source.line((*path, "quote"))
        guide = linted.guide(source.guide)
        if guide is None:
            message = f"there is no guide `{source.guide}`"
            linted.problems.error("quote_without_guide", FILE, line, message, "Correct `guide:`.")
            continue
        section = next((section for section in guide.sections if section.anchor == source.anchor), None)
        if section is None:
            known = ", ".join(section.anchor for section in guide.sections if section.anchor)
            message = f"guide `{guide.id}` has no section `{source.anchor}`"
            linted.problems.error("quote_without_section", FILE, line, message, f"Its sections: {known}.")
        elif fold_space(source.quote) not in section_text(section):
            place = f"{guide.id}#{section.anchor}"
            message = f"`{source.quote[:100]}` is not in {place}"
            linted.problems.error("quote_not_found", FILE, line, message, _hint(guide, source.quote))


def section_text(section: Section) -> str:
    """Heading and blocks of a section as a reader sees them, white space folded."""
    return fold_space("\n".join((section.title, *(block.text for block in section.blocks))))


def _hint(guide: Guide, quote: str) -> str:
    elsewhere = next((s for s in guide.sections if fold_space(quote) in section_text(s)), None)
    if elsewhere is not None:
        return f"It stands in `{elsewhere.anchor}`: correct `anchor:`."
    if fold_space(quote) in fold_space(guide.source):
        return "Write it as the reader sees it, without Markdown marks; cells of a table are joined by ` | `."
    return f"Copy the sentence from {guide.path}, or correct the guide."


def _sources(value: object, path: KeyPath) -> Iterator[tuple[KeyPath, Source]]:
    if isinstance(value, Source):
        yield path, value
    elif isinstance(value, BaseModel):
        for name in type(value).model_fields:
            yield from _sources(getattr(value, name), (*path, name))
    elif isinstance(value, tuple):
        for position, item in enumerate(value):
            yield from _sources(item, (*path, position))
