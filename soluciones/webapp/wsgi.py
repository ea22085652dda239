"""``soluciones.webapp.wsgi:app``: the application of a server process, made from ``Settings`` when first asked for."""

from __future__ import annotations

from functools import lru_cache

from flask import Flask

from soluciones.answer.service import Service
from soluciones.settings import Settings
from soluciones.webapp.app import create_app


def make_service(settings: Settings) -> Service:
    """The answer layer; imported here so that tests of the web layer need no index."""
    from soluciones.answer.answerer import open_service

    return open_service(settings)


@lru_cache(maxsize=1)
def _app() -> Flask:
    settings = Settings()  # type: ignore[call-arg]  # every field has a default; pydantic fills them in
    return create_app(settings, make_service(settings))


def __getattr__(name: str) -> Flask:
    # Importing this module must not open an index; a server asks for `app` by name.
    if name == "app":
        return _app()
    raise AttributeError(name)
