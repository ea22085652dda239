"""Links between guides: ``otra-guia.md#seccion`` becomes the address of that guide's page."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import unquote, urlsplit

from markdown_it.token import Token

from soluciones.kb.markdown.page import Link, Page
from soluciones.kb.safe_html import URL_SCHEMES


def guide_url(lang: str, guide: str, anchor: str = "") -> str:
    """The page of a guide, relative to the site's root."""
    return f"/{lang}/guides/{guide}" + (f"#{anchor}" if anchor else "")


def rewrite_links(tokens: Sequence[Token], page: Page) -> None:
    """Point links to guides at their pages, in place; note each one for checking; report those that lead nowhere."""
    for token in tokens:
        line = page.line(token) if token.map else 0
        for child in token.children or ():
            if child.type == "link_open":
                child.attrSet("href", _rewritten(str(child.attrGet("href") or ""), line, page))
            elif child.type == "image":
                _check_image(child, line, page)
            elif child.type in ("softbreak", "hardbreak"):
                line += 1


def _rewritten(href: str, line: int, page: Page) -> str:
    try:
        parts = urlsplit(href)
    except ValueError:
        page.problems.error("bad_link", page.path, line, f"{href[:80]!r} is not an address", "Correct the address.")
        return ""
    if parts.scheme or parts.netloc:
        if parts.scheme and parts.scheme.lower() not in URL_SCHEMES:
            hint = "Use http, https or mailto."
            page.problems.error("bad_link", page.path, line, f"links to `{parts.scheme}:` are not allowed", hint)
        return href
    anchor = unquote(parts.fragment)
    if not parts.path:
        page.links.append(Link(line, page.id, anchor))
        return guide_url(page.lang, page.id, anchor)
    if parts.path.startswith("/"):
        return href
    name = unquote(parts.path).rpartition("/")[2].removesuffix(".md")
    found = page.resolve(name)
    if found is None:
        hint = f"Write the id of a guide, e.g. `[…]({page.id}.md)`, or a full https address."
        page.problems.error("dead_link", page.path, line, f"there is no guide `{name[:80]}`", hint)
        return href
    target, lang = found
    page.links.append(Link(line, target, anchor))
    return guide_url(lang, target, anchor)


def _check_image(image: Token, line: int, page: Page) -> None:
    source = str(image.attrGet("src") or "")
    if not image.content.strip():
        hint = "Write what it shows between the brackets: `![…](…)`."
        page.problems.warning("image_without_text", page.path, line, "an image without alternative text", hint)
    if not source.startswith(("https://", "http://", "/")):
        hint = "Use a full https address."
        page.problems.warning("image_not_served", page.path, line, f"image {source[:80]!r} cannot be shown", hint)
