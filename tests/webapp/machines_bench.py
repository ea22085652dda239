"""Sites for the tests of what machines read: the real guides, and guides by somebody who means harm."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date
from functools import lru_cache
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient
from lxml import etree, html
from web_fake import GUIDES, SITE, FakeService

from soluciones.kb.content import read_content
from soluciones.kb.site import Site
from soluciones.kb.types import Content, Guide
from soluciones.settings import Settings
from soluciones.webapp import logs
from soluciones.webapp.app import create_app

CONTENT = Path(__file__).parents[2] / "content"
HOSTILE = (
    "</script><script>alert(1)</script>",
    "<!--<script>",
    "]]><evil/>",
    '"><img src=x onerror=alert(1)>',
    "&lt;b&gt; & <b>",
    "](javascript:alert(1)) [x](http://evil.example)",
    "\x00\x0b\x1f\ufffe\ufffftitle",
    "# Uno\n## Dos\r\nTres\u2028Cuatro",
    "--- \n---\nkey: value",
    "${7*7}{{7*7}}{% raw %}",
    "' onload='alert(1)",
    "مرحبا \u202e gnirts",
)
"""Titles and summaries that try to leave the place they stand in."""
AGENT = replace(GUIDES[1], id="solo-agentes", title="SECRETO interno", audience="agent", updated=date(2026, 12, 1))


class Bench(FakeService):
    """The fake service with any guides and site. ``guides`` hides nothing: what machines read must do so itself."""

    def __init__(self, guides: tuple[Guide, ...] = GUIDES, site: Site = SITE) -> None:
        super().__init__()
        self.all, self.settings = guides, site

    def site(self) -> Site:
        return self.settings

    def guides(self, lang: str = "") -> tuple[Guide, ...]:
        return self.all

    def guide(self, guide_id: str) -> Guide | None:
        return next((guide for guide in self.all if guide_id in (guide.id, *guide.aliases)), None)


def make_client(folder: Path, service: FakeService, **settings: object) -> FlaskClient:
    """A reader of an application with that service."""
    return make_app(folder, service, **settings).test_client()


def make_app(folder: Path, service: FakeService, **settings: object) -> Flask:
    """An application with that service."""
    logs.configure(io.StringIO())
    return create_app(Settings(state=folder / "state", **settings), service)  # type: ignore[arg-type]


@lru_cache(maxsize=1)
def content() -> Content:
    """The real content folder."""
    return read_content(CONTENT)


def real() -> Bench:
    """The real guides and site."""
    return Bench(content().guides, Site.model_validate(dict(content().site)))


def hostile() -> Bench:
    """A guide, a topic and a site name for each hostile text."""
    guides = tuple(
        replace(
            GUIDES[1],
            id=f"mal-{number}",
            title=text,
            summary=text,
            references=(text,),
            topics=("mal",),
            updated=date(2026, 1, 1),
            source=f"---\nid: mal-{number}\n---\nTexto.\n",
        )
        for number, text in enumerate(HOSTILE)
    )
    bad = " ".join(HOSTILE)
    topic = {"id": "mal", "title": {"es": bad}, "summary": {"es": bad}}
    changes = {"name": bad, "organisation": bad, "tagline": {"es": bad}, "topics": [topic]}
    return Bench((*guides, AGENT), Site.model_validate(SITE.model_dump() | changes))


def with_base(bench: Bench, base: str) -> Bench:
    """The same with a public address."""
    bench.settings = bench.settings.model_copy(update={"base_url": base})
    return bench


def xml(client: FlaskClient, path: str) -> etree._Element:
    """A well-formed document."""
    response = client.get(path)
    assert response.status_code == 200, path
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    return etree.fromstring(response.data, parser)


def page(client: FlaskClient, path: str) -> html.HtmlElement:
    """A page's tree."""
    response = client.get(path)
    assert response.status_code == 200, path
    return html.fromstring(response.get_data(as_text=True))


def local(url: str, base: str = "http://localhost") -> str:
    """The path of an address of ours."""
    assert url.startswith(base + "/"), url
    return url.removeprefix(base)
