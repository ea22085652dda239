"""The site's search in the browser's own address bar: OpenSearch 1.1 description and suggestions."""

from __future__ import annotations

from typing import Any
from xml.etree.ElementTree import Element, SubElement, tostring

from soluciones.answer.service import MAX_QUESTION_CHARS
from soluciones.webapp import languages
from soluciones.webapp.access import web
from soluciones.webapp.json_provider import clean_text
from soluciones.webapp.machines.addresses import absolute, need_origin
from soluciones.webapp.machines.texts import xml_text
from soluciones.webapp.pages import asset, localised
from soluciones.webapp.problems import Problem

MIME = "application/opensearchdescription+xml"
SUGGESTIONS_MIME = "application/x-suggestions+json"
_NAMESPACE = "http://a9.com/-/spec/opensearch/1.1/"
_SHORT_NAME, _LONG_NAME, _DESCRIPTION = 16, 48, 1024
"""Most characters that the specification allows."""
_SUGGESTIONS = 8


def _cut(text: str, limit: int) -> str:
    """The text, ended at a word where it is too long."""
    if len(text) <= limit:
        return text
    kept = text[: limit - 1]
    return (kept.rpartition(" ")[0] or kept).rstrip() + "…"


def description() -> str:
    """The description document in the language of the request.

    Raises:
        Problem: 404 without a public address.
    """
    base, lang, site = need_origin(), languages.current(), web().service.site()
    root = Element("OpenSearchDescription", xmlns=_NAMESPACE)
    long_name = f"{site.name} · {site.organisation}" if site.organisation else site.name
    SubElement(root, "ShortName").text = _cut(xml_text(site.name), _SHORT_NAME)
    about = localised(site.tagline) or languages.say_any("machines.search.description", site=site.name)
    SubElement(root, "Description").text = _cut(xml_text(about), _DESCRIPTION)
    _url(root, "text/html", f"{base}/{lang}/search?q={{searchTerms}}")
    _url(root, SUGGESTIONS_MIME, f"{base}/{lang}/suggest.json?q={{searchTerms}}")
    SubElement(root, "Url", type=MIME, rel="self", template=f"{base}/{lang}/opensearch.xml")
    SubElement(root, "LongName").text = _cut(xml_text(long_name), _LONG_NAME)
    SubElement(root, "Image", width="16", height="16", type="image/svg+xml").text = base + asset("icon.svg")
    SubElement(root, "Language").text = lang
    SubElement(root, "OutputEncoding").text = "UTF-8"
    SubElement(root, "InputEncoding").text = "UTF-8"
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(root, encoding="unicode") + "\n"


def _url(root: Element, mimetype: str, template: str) -> None:
    SubElement(root, "Url", type=mimetype, method="get", template=template)


def suggestions(typed: str) -> list[Any]:
    """``[typed, [texts], [titles], [addresses]]``, as browsers read it.

    Raises:
        Problem: 413 for a text that is too long to be a question.
    """
    if len(typed) > MAX_QUESTION_CHARS:
        raise Problem(413, "question_too_long", limit=MAX_QUESTION_CHARS)
    text = clean_text(typed).strip()
    service, lang = web().service, languages.current()
    found = service.suggest(text, lang, _SUGGESTIONS) if text and service.generation else ()
    titles = ["" if item.title == item.text else item.title for item in found]
    return [clean_text(typed), [item.text for item in found], titles, [absolute(item.url) for item in found]]
