"""``/widget.js``, the chat in a frame, the demo, and the page for people who put the widget on their site."""

from __future__ import annotations

from flask import Blueprint, Response, current_app, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from soluciones.webapp import languages
from soluciones.webapp.chat.views import chat_page
from soluciones.webapp.headers import PAGE_POLICY
from soluciones.webapp.pages import pull_lang
from soluciones.webapp.pages import site as site_now
from soluciones.webapp.portal.views import LANG, by_language
from soluciones.webapp.problems import Problem
from soluciones.webapp.widget import loader
from soluciones.webapp.widget.examples import example
from soluciones.webapp.widget.identity import MAX_LIFE_SECONDS
from soluciones.webapp.widget.options import MODES, Mode, csp_lines, reference, snippet
from soluciones.webapp.widget.origins import frame_ancestors, own_origin

HOST_POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "connect-src": "'self'",
    "style-src": "'self'",
    "base-uri": "'none'",
    "form-action": "'none'",
    "frame-ancestors": "'self'",
    "require-trusted-types-for": "'script'",
    "trusted-types": "'none'",
}
"""What the demo's host page allows: its own style sheet, our scripts, our answers. Not one Trusted Types policy."""
_MODE_ROUTE = "/demo/host/<any(bubble,modal,inline,search,searchbox,frame):mode>"
_MAX_OPTION_CHARS = 2_000

widget_pages = Blueprint("widget_pages", __name__)
widget_pages.url_value_preprocessor(pull_lang)
widget_pages.add_url_rule("/widget.js", "loader", loader.loader)


def snippets() -> dict[Mode, str]:
    """Mode → what to paste, for this server and language."""
    site, lang = site_now(), languages.current()
    title = languages.say_any("widget.demo.frame_title")
    return {mode: snippet(own_origin(site), site.widget.id, mode, lang, title) for mode in MODES}


@widget_pages.get(f"{LANG}/widget/frame")
def frame() -> Response:
    """The chat for a frame on a listed site. The portal's chat, without its head."""
    site = site_now()
    if request.args.get("site", site.widget.id) != site.widget.id:
        raise Problem(404, "widget_site")
    if site.widget.identity == "enforced":
        raise Problem(403, "widget_frame")
    response = current_app.make_response(chat_page("", None, "widget/frame.html"))
    response.headers["Content-Security-Policy"] = PAGE_POLICY.replace("frame-ancestors 'none'", frame_ancestors(site))
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


@widget_pages.app_template_global()
def framing_origins() -> list[str]:
    """Who may frame the chat, for the frame's script."""
    return [own_origin(site_now()), *site_now().widget.origins]


@widget_pages.get("/demo")
def demo_root() -> AnyResponse:
    """The demo in the visitor's language."""
    return by_language("/demo")


@widget_pages.get(f"{LANG}/demo")
def demo() -> str:
    """Every mode with its snippet and a page to try it on."""
    return render_template("widget/demo.html", snippets=snippets(), site_id=site_now().widget.id)


@widget_pages.get(_MODE_ROUTE)
def host(mode: str) -> Response:
    """Somebody else's page, as bad as they get, with the widget on it.

    Query: any option by its name; ``widget=off`` leaves the widget out, ``css=plain`` the hostile style sheet.
    """
    mode = "search" if mode == "searchbox" else mode
    known = reference().option_names - {"mode"}
    given = {name: value[:_MAX_OPTION_CHARS] for name, value in request.args.items() if name in known}
    options = {"site": site_now().widget.id, "mode": mode, "lang": languages.current(), **given}
    if mode in {"inline", "search"}:
        options.setdefault("target", "#help")
    html = render_template(
        "widget/host.html",
        mode=mode,
        options=options,
        plain=request.args.get("css") == "plain",
        with_widget=request.args.get("widget") != "off",
    )
    response = current_app.make_response(html)
    policy = HOST_POLICY | ({"frame-src": "'self'"} if mode == "frame" else {})
    response.headers["Content-Security-Policy"] = "; ".join(f"{name} {value}" for name, value in policy.items())
    return response


@widget_pages.get("/embed")
def embed_root() -> AnyResponse:
    """The page for site owners in the visitor's language."""
    return by_language("/embed")


@widget_pages.get(f"{LANG}/embed")
def embed() -> str:
    """How to put the widget on a site: the snippet, and everything that can be set."""
    site = site_now()
    origin = own_origin(site)
    return render_template(
        "widget/embed.html",
        origin=origin,
        site_id=site.widget.id,
        snippets=snippets(),
        csp=csp_lines(origin),
        csp_frame=csp_lines(origin, "frame"),
        reference=reference(),
        examples={name: example(name, site.widget.id) for name in ("python", "node")},
        hours=MAX_LIFE_SECONDS // 3600,
    )
