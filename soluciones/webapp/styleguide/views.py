"""``/styleguide``: for those who work on the pages; in English, and not for search engines."""

from __future__ import annotations

from flask import Blueprint, make_response, render_template
from werkzeug.wrappers import Response

from soluciones.answer.links import guide_url
from soluciones.answer.types import Answer, AnswerBlock, Choice, Citation, ToolResult
from soluciones.kb.types import Block, Guide
from soluciones.webapp import actions, languages, toolbox
from soluciones.webapp.access import web
from soluciones.webapp.cards import answer_card, tool_card
from soluciones.webapp.pages import asset
from soluciones.webapp.styleguide.tokens import contrasts, tokens

styleguide = Blueprint("styleguide", __name__)

SAMPLES: tuple[tuple[str, dict[str, str]], ...] = (
    ("ports", {}),
    ("mail-address", {"email": "ana..lópez@ejemplo.com"}),
    ("client-setup", {}),
)
"""Tools that say something without a network: a table, a verdict, a form."""
_KINDS = ("prose", "steps", "table", "note", "code")


def _blocks() -> tuple[tuple[Guide, Block], ...]:
    """One block of each kind, from the guides."""
    found: dict[str, tuple[Guide, Block]] = {}
    for guide in web().service.guides():
        for section in guide.sections:
            for block in section.blocks:
                found.setdefault(block.kind, (guide, block))
    return tuple(found[kind] for kind in _KINDS if kind in found)


def _answer(status: str, message: str = "", blocks: tuple[tuple[Guide, Block], ...] = ()) -> Answer:
    citations = tuple(
        Citation(g.id, g.title, b.kind.capitalize(), "", guide_url(languages.current(), g.id), b.text)
        for g, b in blocks
    )
    shown = tuple(AnswerBlock(b.text, b.html, b.kind, place) for place, (_, b) in enumerate(blocks))
    choices = (Choice("IMAP", "IMAP"), Choice("SMTP", "SMTP")) if status == "clarify" else ()
    return Answer(
        id=f"sample-{status}", conversation="", lang=languages.current(), status=status, confidence=0.0,  # type: ignore[arg-type]
        answer=shown, citations=citations, choices=choices, message=message,
    )  # fmt: skip


def _sample_tools() -> tuple[ToolResult, ...]:
    known = toolbox.titles()
    return tuple(actions.run_tool(tool, slots, languages.current()) for tool, slots in SAMPLES if tool in known)


@styleguide.get("/styleguide")
def page() -> Response:
    """Tokens and components."""
    actions.ready()
    languages.set_current("en")
    samples = [_answer("answered", blocks=_blocks()), _answer("clarify", "…"), _answer("no_answer", "…")]
    response = make_response(
        render_template(
            "styleguide/page.html",
            tokens=tokens(),
            contrasts=contrasts(),
            answers=[answer_card(answer) for answer in samples],
            tools=[tool_card(result) for result in _sample_tools()],
            sheet=asset("styleguide.css"),
        )
    )
    response.headers["X-Robots-Tag"] = "noindex"
    return response
