"""Addresses for machines, and guides as Markdown for those who ask for it."""

from __future__ import annotations

from flask import Blueprint, Response, current_app, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from soluciones.answer.links import guide_url
from soluciones.kb.types import Guide
from soluciones.webapp import actions, languages
from soluciones.webapp.access import web
from soluciones.webapp.machines import documents, feed, llms, opensearch, robots, sitemap, twin
from soluciones.webapp.machines.addresses import absolute, need_origin, twin_path
from soluciones.webapp.machines.head import head
from soluciones.webapp.machines.languages_of import default_language
from soluciones.webapp.pages import pull_lang
from soluciones.webapp.portal.blueprint import LANG, by_language
from soluciones.webapp.problems import Problem

machines = Blueprint("machines", __name__)
machines.url_value_preprocessor(pull_lang)
machines.record_once(lambda state: documents.init_app(state.app))
machines.add_app_template_global(head, "machine_head")

_MAX_ID_CHARS = 200
_GUIDE_PAGE = "portal.guide"


def _unlisted(response: Response) -> Response:
    """For files that stand beside pages: to be read, not to be found instead of them."""
    response.headers["X-Robots-Tag"] = "noindex"
    return response


@machines.get("/robots.txt")
def robots_txt() -> Response:
    """What crawlers may read; there without an index too."""
    response = Response(robots.rules(), content_type="text/plain; charset=utf-8")
    response.add_etag()
    response.headers["Cache-Control"] = f"public, max-age={documents.HOUR}"
    response.make_conditional(request)
    return response


@machines.get("/sitemap.xml")
def sitemap_xml() -> Response:
    """All pages in all languages, or where the lists of them are."""
    actions.ready()
    need_origin()
    languages.set_current(default_language())  # one file for everybody, kept once
    return documents.respond("sitemap", "application/xml", documents.HOUR, sitemap.whole)


@machines.get(f"{LANG}/sitemap.xml")
def sitemap_of_language() -> Response:
    """The pages in one language."""
    actions.ready()
    need_origin()
    one = (languages.current(),)
    return documents.respond("sitemap-language", "application/xml", documents.HOUR, lambda: sitemap.urlset(one))


@machines.get(f"{LANG}/changes.xml")
def changes_xml() -> Response:
    """What changed when, for feed readers."""
    actions.ready()
    need_origin()
    return _unlisted(documents.respond("changes", feed.MIME, documents.TEN_MINUTES, feed.changes))


@machines.get("/opensearch.xml")
def opensearch_root() -> AnyResponse:
    """The search description in the visitor's language."""
    actions.ready()
    return by_language("/opensearch.xml")


@machines.get(f"{LANG}/opensearch.xml")
def opensearch_xml() -> Response:
    """How a browser searches this site."""
    actions.ready()
    need_origin()
    return documents.respond("opensearch", opensearch.MIME, documents.HOUR, opensearch.description)


@machines.get(f"{LANG}/suggest.json")
def suggest_json() -> Response:
    """Completions for a browser's address bar."""
    found = current_app.json.dumps(opensearch.suggestions(request.args.get("q", "")))
    return _unlisted(Response(found, content_type=f"{opensearch.SUGGESTIONS_MIME}; charset=utf-8"))


@machines.get("/llms.txt")
def llms_root() -> Response:
    """The site for language models, in its default language."""
    actions.ready()
    languages.set_current(default_language())
    return llms_txt()


@machines.get(f"{LANG}/llms.txt")
def llms_txt() -> Response:
    """The site for language models."""
    return _unlisted(documents.respond("llms", "text/plain", documents.TEN_MINUTES, llms.index))


@machines.get("/llms-full.txt")
def llms_full_root() -> Response:
    """All guides in one file, under the default language's addresses."""
    actions.ready()
    languages.set_current(default_language())
    return llms_full()


@machines.get(f"{LANG}/llms-full.txt")
def llms_full() -> Response:
    """All guides in one file."""
    return _unlisted(documents.respond("llms-full", "text/plain", documents.TEN_MINUTES, llms.full))


def _send_twin(guide: Guide) -> Response:
    response = documents.respond(f"twin {guide.id}", twin.MIME, documents.ASK_AGAIN, lambda: twin.twin(guide))
    response.headers["Content-Language"] = guide.lang
    lang = languages.current()
    response.headers.add("Link", f'<{absolute(guide_url(lang, guide.id))}>; rel="canonical"')
    response.headers.add("Link", f'</{lang}/llms.txt>; rel="describedby"; type="text/plain"')
    return response


@machines.get(f"{LANG}/guides/<guide_id>.md")
def guide_md(guide_id: str) -> AnyResponse:
    """A guide's Markdown twin; an alias or a file name redirects to the guide's own address."""
    actions.ready()
    found = twin.find(guide_id[:_MAX_ID_CHARS])
    if found is None:
        raise Problem(404, "guide_not_found")
    if found.id != guide_id:
        return redirect(twin_path(languages.current(), found.id), 301)
    return _send_twin(found)


def _wants_markdown() -> bool:
    """Whether the reader names Markdown and likes it no less than HTML. Browsers never name it."""
    accepted = request.accept_mimetypes
    named = any(kind.lower() == twin.MIME for kind, _ in accepted)
    return named and accepted[twin.MIME] > 0 and accepted[twin.MIME] >= accepted["text/html"]


@machines.before_app_request
def _negotiate() -> Response | None:
    """Answers a request for a guide's page with the twin where Markdown is preferred; aliases redirect as ever."""
    if request.endpoint != _GUIDE_PAGE or request.method not in {"GET", "HEAD"} or not _wants_markdown():
        return None
    guide_id = str((request.view_args or {}).get("guide_id", ""))
    found = web().service.guide(guide_id[:_MAX_ID_CHARS]) if web().service.generation else None
    if found is None or found.audience != "visitor" or found.id != guide_id:
        return None
    return _send_twin(found)


@machines.after_app_request
def _announce(response: Response) -> Response:
    """Says in the headers of a guide's page, for readers that parse no HTML, that there is Markdown."""
    if request.endpoint != _GUIDE_PAGE:
        return response
    response.vary.add("Accept")
    if response.status_code == 200 and response.mimetype == "text/html" and request.view_args:
        lang = languages.current()
        path = twin_path(lang, str(request.view_args["guide_id"]))
        response.headers.add("Link", f'<{path}>; rel="alternate"; type="text/markdown"')
        response.headers.add("Link", f'</{lang}/llms.txt>; rel="describedby"; type="text/plain"')
    return response
