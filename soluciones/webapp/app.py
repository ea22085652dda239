"""Makes the web application."""

from __future__ import annotations

from flask import Flask, Response, request
from flask_compress import Compress
from flask_openapi3.models.info import Info
from flask_openapi3.openapi import OpenAPI
from pydantic import ValidationError

from soluciones import __version__
from soluciones.answer.service import Service
from soluciones.settings import Settings
from soluciones.webapp import assets, headers, logs, pages, problems, uploads
from soluciones.webapp.access import Web, attach
from soluciones.webapp.api import ask, guides, people, tools
from soluciones.webapp.api.blueprint import api
from soluciones.webapp.api.health import health
from soluciones.webapp.autoconfig import autoconfig
from soluciones.webapp.chat.views import chat
from soluciones.webapp.delivery import setup as delivery
from soluciones.webapp.downloads import Tokens
from soluciones.webapp.gateway import TIMED_OUT, TOO_BUSY
from soluciones.webapp.json_provider import StrictJSON
from soluciones.webapp.limits import MAX_FORM_PARTS, MAX_JSON_BYTES
from soluciones.webapp.machines.views import machines
from soluciones.webapp.people import views as people_pages
from soluciones.webapp.portal.views import portal
from soluciones.webapp.schemas_out import ProblemOut
from soluciones.webapp.state.store import Store
from soluciones.webapp.styleguide.views import styleguide
from soluciones.webapp.widget.api import widget
from soluciones.webapp.widget.pages import widget_pages

_ROUTES = (ask, guides, people, tools)
"""Importing them puts their routes on ``api``."""


_COMPRESSION = {
    "COMPRESS_ALGORITHM": ["br", "gzip"],
    "COMPRESS_BR_LEVEL": 4,  # a page in a fraction of a millisecond; static files are compressed once, elsewhere
    "COMPRESS_LEVEL": 5,
    "COMPRESS_MIN_SIZE": 1_000,
    "COMPRESS_MIMETYPES": [
        *("text/html", "text/plain", "text/markdown", "text/css", "application/json", "application/problem+json"),
        *("application/xml", "application/rss+xml", "application/opensearchdescription+xml"),
    ],
}
"""Pages hold nothing secret beside what a stranger could put there, so compressing them tells nobody anything."""


def _refuse(error: ValidationError) -> Response:
    return problems.problem_response(problems.invalid(error))


def _whole() -> None:
    if TIMED_OUT in request.environ:
        raise problems.Problem(408, "too_slow")
    if TOO_BUSY in request.environ:
        problem = problems.Problem(503, "too_busy")
        problem.headers["Retry-After"] = "10"
        raise problem


def create_app(settings: Settings, service: Service) -> Flask:
    """The whole application on one service. Opens (and migrates) the state database; a broken one is only logged."""
    app = OpenAPI(
        "soluciones.webapp",
        info=Info(title="Soluciones", version=__version__, description="Cited answers and live tools."),
        doc_ui=False,
        static_folder=None,
        validation_error_model=ProblemOut,
        validation_error_callback=_refuse,
    )
    app.json = StrictJSON(app)
    app.config.update(
        MAX_CONTENT_LENGTH=MAX_JSON_BYTES,
        MAX_FORM_MEMORY_SIZE=MAX_JSON_BYTES,
        MAX_FORM_PARTS=MAX_FORM_PARTS,
        TRUSTED_HOSTS=list(settings.trusted_hosts) or None,
        **_COMPRESSION,
    )
    app.url_map.strict_slashes = False
    store = Store(settings.state)
    store.open()
    attach(app, Web(settings, service, store, Tokens(settings.state)))
    # Later registered after_request functions run first: the log line sees the finished response.
    logs.init_app(app)
    Compress(app)
    headers.init_app(app)
    problems.init_app(app)
    app.before_request(_whole)
    uploads.init_app(app)
    pages.init_app(app)
    assets.init_app(app, settings.state)
    app.register_api(api)
    people_pages.init_app(app, settings)
    delivery.init_app(app, settings, service, store)
    for blueprint in (health, portal, machines, chat, autoconfig, styleguide, widget, widget_pages):
        app.register_blueprint(blueprint)
    app.add_url_rule("/openapi/openapi.json", "openapi_json", lambda: app.api_doc)
    return app
