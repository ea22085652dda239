"""One guide: from its text and its front matter to sections."""

from __future__ import annotations

from soluciones.kb.front_matter import Head
from soluciones.kb.lines import SourceLines
from soluciones.kb.markdown.page import Link, Page, Resolve
from soluciones.kb.markdown.parser import TooMuch, parser
from soluciones.kb.problems import Problems
from soluciones.kb.sections import build_sections
from soluciones.kb.types import Guide, Section


def build_guide(
    source: str, head: Head, lang: str, path: str, resolve: Resolve, problems: Problems
) -> tuple[Guide, tuple[Link, ...]]:
    """Parse the body of a guide. Problems go to ``problems``; the links are for checking when all guides are known."""
    meta = head.meta
    page = Page(meta.id, meta.title, lang, path, SourceLines(source), head.body_line, resolve, problems)
    sections = _sections(source, page)
    if sections is not None and not any(section.blocks for section in sections):
        problems.error("empty_guide", path, head.body_line, "the guide has no text", "Write the body under the `---`.")
    guide = Guide(
        id=meta.id,
        title=meta.title,
        summary=meta.summary,
        lang=lang,
        type=meta.type,
        path=path,
        source=source,
        sections=sections or (),
        products=meta.products,
        topics=meta.topics,
        questions=meta.questions,
        tools=meta.tools,
        related=meta.related,
        aliases=meta.aliases,
        audience=meta.audience,
        references=meta.source,
        updated=meta.updated,
        review_by=meta.review_by,
    )
    return guide, tuple(page.links)


def _sections(source: str, page: Page) -> tuple[Section, ...] | None:
    """None when the body is refused; the reason is in the problems."""
    if page.body_line > len(page.lines):
        return ()
    body = source.split("\n", page.body_line - 1)[-1]
    try:
        return build_sections(parser().parse(body), page)
    except TooMuch as error:
        page.problems.error(error.code, page.path, page.body_line + error.line, error.message, error.hint)
    except Exception as error:  # a parser bug on somebody's text must name the file, not end the build
        message = f"the Markdown cannot be read ({type(error).__name__})"
        page.problems.error("markdown_failed", page.path, page.body_line, message, "Please report this guide to us.")
    return None
