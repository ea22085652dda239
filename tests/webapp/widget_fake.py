"""Somebody else's page with the widget on it, and the help centre it talks to, each on an origin of its own."""

from __future__ import annotations

import html
import io
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlencode

from web_fake import SITE, FakeService
from werkzeug.serving import BaseWSGIServer, make_server
from werkzeug.wrappers import Request, Response

from soluciones.kb.site import Site
from soluciones.settings import Settings
from soluciones.webapp import logs
from soluciones.webapp.app import create_app

HOSTILE = """
* { all: unset !important; }
html { font-size: 62.5% !important; }
body { transform: translateX(1px) rotate(0.01deg); filter: contrast(1); overflow: hidden; }
soluciones-kb, aside, button, dialog { display: none !important; visibility: hidden !important; opacity: 0 !important; }
div { position: relative; z-index: 2147483647; }
"""
"""What host pages do to everything that stands on them. The page's own words are hidden so that only ours are left."""
PLAIN = "html, body { margin: 0; } main { font: 16px sans-serif; padding: 24px; }"
PATCH = """
const broken = () => { throw new Error("patched"); };
for (const name of ["map", "forEach", "filter", "reduce", "find", "includes", "indexOf", "push"])
  Array.prototype[name] = broken;
Array.prototype.toJSON = () => "patched";
Object.prototype.extra = () => "extra";
Object.prototype.mode = undefined;
Element.prototype.closestOld = 1;
window.$ = window.jQuery = () => null;
"""
"""Libraries of old that change the language under everybody else's feet."""


class Host:
    """Pages of a site that uses the widget; `?` options become ``data-*`` of the script."""

    def __init__(self, help_url: str) -> None:
        self.help = help_url
        self.frames = False

    def policy(self, own_scripts: bool) -> str:
        """The strictest policy that the widget promises to work under."""
        return "; ".join(
            [
                "default-src 'none'",
                f"script-src {self.help}{' ' + chr(39) + 'self' + chr(39) if own_scripts else ''}",
                f"connect-src {self.help}",
                "style-src 'self'",
                *([f"frame-src {self.help}"] if self.frames else []),
                "base-uri 'none'",
                "form-action 'none'",
                "require-trusted-types-for 'script'",
                "trusted-types 'none'",
            ]
        )

    def __call__(self, environ: Mapping[str, object], start: object) -> object:
        request = Request(dict(environ))
        return self.answer(request)(environ, start)  # type: ignore[arg-type]

    def answer(self, request: Request) -> Response:
        """A style sheet, a script, or the page."""
        texts = {"/hostile.css": HOSTILE, "/plain.css": PLAIN, "/patch.js": PATCH}
        if request.path in texts:
            kind = "text/css" if request.path.endswith("css") else "text/javascript"
            return Response(texts[request.path], mimetype=kind)
        if request.path == "/favicon.ico":
            return Response(status=204)
        args = request.args
        self.frames = args.get("mode") == "frame"
        response = Response(self.page(args), mimetype="text/html")
        response.headers["Content-Security-Policy"] = self.policy("_patched" in args)
        return response

    def page(self, args: Mapping[str, str]) -> str:
        """One page. ``_css`` names its style sheet, ``_lang`` its language, ``_no`` leaves the widget out…"""
        options = "".join(f' data-{k}="{html.escape(v)}"' for k, v in args.items() if not k.startswith("_"))
        script = f'<script {args.get("_how", "async")} src="{self.help}/widget.js"{options}></script>'
        script = "" if "_no" in args else script * int(args.get("_times", "1"))
        patch = '<script src="/patch.js"></script>' if "_patched" in args else ""
        where = args.get("_where", "end")
        return (
            f'<!doctype html><html lang="{args.get("_lang", "es")}" dir="{args.get("_dir", "ltr")}"><head>'
            '<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'
            f"<title>{args.get('_title', 'Tienda')}</title>"
            f'<link rel="stylesheet" href="/{args.get("_css", "plain")}.css">'
            f'{patch}{script if where == "head" else ""}</head><body class="{args.get("_class", "")}"><main>'
            '<h1>Tienda</h1><p>Una página cualquiera.</p><p><label>Nombre <input id="name"></label></p>'
            f'<div id="help"></div>{args.get("_extra", "")}<p>Más abajo.</p></main>'
            f"{script if where == 'end' else ''}</body></html>"
        )


class WidgetService(FakeService):
    """The fake service on a site that lets the host page in."""

    def __init__(self) -> None:
        super().__init__()
        self.origins: tuple[str, ...] = ()

    def site(self) -> Site:
        widget = SITE.widget.model_copy(update={"origins": self.origins})
        return SITE.model_copy(update={"widget": widget})


class Pair:
    """Both servers."""

    def __init__(self, help_url: str, host_url: str, service: WidgetService) -> None:
        self.help = help_url
        self.host = host_url
        self.service = service

    def page(self, **options: str) -> str:
        """Address of the host page with these options."""
        return f"{self.host}/shop/page?{urlencode(options)}"


def _running(app: object) -> BaseWSGIServer:
    server = make_server("127.0.0.1", 0, app, threaded=True)  # type: ignore[arg-type]
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


@contextmanager
def pair(state: Path, service: WidgetService | None = None) -> Iterator[Pair]:
    """Both servers, running."""
    logs.configure(io.StringIO())
    service = service or WidgetService()
    helper = _running(create_app(Settings(state=state), service))  # type: ignore[arg-type]
    help_url = f"http://127.0.0.1:{helper.server_port}"
    host = _running(Host(help_url))
    host_url = f"http://localhost:{host.server_port}"
    service.origins = (host_url,)
    try:
        yield Pair(help_url, host_url, service)
    finally:
        helper.shutdown()
        host.shutdown()
