"""What the views share: settings, service, store and download tokens, kept with the app."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from flask import Flask, current_app

from soluciones.answer.service import Service
from soluciones.settings import Settings
from soluciones.webapp.downloads import Tokens
from soluciones.webapp.state.store import Store

_KEY = "soluciones"


@dataclass(frozen=True, slots=True)
class Web:
    """Everything a view may use."""

    settings: Settings
    service: Service
    store: Store
    tokens: Tokens


def attach(app: Flask, web: Web) -> None:
    """Keeps ``web`` with the app."""
    app.extensions[_KEY] = web


def web() -> Web:
    """The ``Web`` of the app that handles this request."""
    return cast(Web, current_app.extensions[_KEY])
