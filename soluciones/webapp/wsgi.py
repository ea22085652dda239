"""The application of a server process, made from ``Settings`` when first asked for.

``soluciones.webapp.wsgi:app`` is the WSGI application for any server; ``soluciones.webapp.wsgi:gateway`` is what our
own ``serve`` gives to granian.
"""

from __future__ import annotations

import gc
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from typing import TYPE_CHECKING

from soluciones.settings import Settings
from soluciones.webapp.delivery.courier import courier_of
from soluciones.webapp.gateway import Gateway

if TYPE_CHECKING:
    from flask import Flask

    from soluciones.answer.service import Service


def make_service(settings: Settings) -> Service:
    """The answer layer; imported here so that tests of the web layer need no index."""
    from soluciones.answer.answerer import open_service

    return open_service(settings)


@lru_cache(maxsize=1)
def _app() -> Flask:
    settings = Settings()  # type: ignore[call-arg]  # every field has a default; pydantic fills them in
    # Opening the model and the index leaves Python's lock free for long enough to import the web layer meanwhile.
    with ThreadPoolExecutor(max_workers=1) as other:
        service = other.submit(make_service, settings)
        from soluciones.webapp.app import create_app

        return create_app(settings, service.result())


@lru_cache(maxsize=1)
def _gateway() -> Gateway:
    app = _app()
    gc.freeze()  # what was made while starting stays: the collector need not walk it again
    gc.enable()
    settings = Settings()  # type: ignore[call-arg]
    courier = courier_of(app)
    if courier is not None:
        courier.ensure()  # granian asks for the gateway in its worker processes only, which never fork
    return Gateway(app, settings.threads)


def __getattr__(name: str) -> object:
    # Importing this module must not open an index; a server asks for what it serves by name.
    if name == "app":
        return _app()
    if name == "gateway":
        return _gateway()
    raise AttributeError(name)
