"""A guide's Markdown twin: its text as the author wrote it, under a head that says what it is and where it stands."""

from __future__ import annotations

from datetime import date
from pathlib import PurePosixPath

from soluciones.answer.links import guide_url
from soluciones.kb.types import Guide
from soluciones.webapp import languages
from soluciones.webapp.access import web
from soluciones.webapp.machines.addresses import absolute
from soluciones.webapp.machines.comments import without_comments
from soluciones.webapp.machines.texts import markdown_line

MIME = "text/markdown"


def body(guide: Guide) -> str:
    """The guide's own Markdown, word for word: the file without its front matter and without authors' comments."""
    from soluciones.kb.front_matter import GuideHandler  # python-frontmatter: not before somebody reads a twin

    handler = GuideHandler()
    text = handler.split(guide.source)[1] if handler.detect(guide.source) else guide.source
    return without_comments(text).strip("\n") + "\n"


def twin(guide: Guide) -> str:
    """The whole file. The head holds what the page shows too, and nothing that is meant for authors."""
    import yaml

    head: dict[str, str | date] = {"title": guide.title, "description": guide.summary, "lang": guide.lang}
    if guide.updated:
        head["updated"] = guide.updated
    head["url"] = absolute(guide_url(languages.current(), guide.id))
    front = yaml.safe_dump(head, allow_unicode=True, sort_keys=False, width=10_000)
    return f"---\n{front}---\n\n# {markdown_line(guide.title)}\n\n{body(guide)}"


def find(name: str) -> Guide | None:
    """A guide by id, alias or the stem of its file: guides link to each other by file name, ``[SPF](spf.md)``."""
    service = web().service
    found = service.guide(name) or next((g for g in service.guides() if PurePosixPath(g.path).stem == name), None)
    return found if found is not None and found.audience == "visitor" else None
