"""An application on the fake service, with a state folder of its own."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from web_fake import FakeService

from soluciones.settings import Settings
from soluciones.webapp import logs
from soluciones.webapp.app import create_app


@pytest.fixture
def log_lines() -> io.StringIO:
    """What is logged."""
    stream = io.StringIO()
    logs.configure(stream)
    return stream


@pytest.fixture
def service() -> FakeService:
    """The fake service of the test."""
    return FakeService()


@pytest.fixture
def app(tmp_path: Path, service: FakeService, log_lines: io.StringIO) -> Flask:
    """The application."""
    return create_app(Settings(state=tmp_path / "state"), service)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser without cookies."""
    return app.test_client()
