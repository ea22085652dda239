"""Fixtures of the real embedding model. Prepared once in the checkout's ``var/models``, then reused by every run.

Use them by ``pytest_plugins = ["tests.model_fixture"]`` in the root conftest or by importing the names in a conftest.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from soluciones.index.embedding import open_embedder, prepare_model
from soluciones.index.types import Embedder
from soluciones.settings import Settings

CHECKOUT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def model_settings() -> Settings:
    """Settings whose bundled model is prepared (about half a minute the first time)."""
    settings = Settings(models=CHECKOUT / "var" / "models")
    prepare_model(settings, print)
    return settings


@pytest.fixture(scope="session")
def prepared_model(model_settings: Settings) -> Path:
    """The folder of the prepared bundled model."""
    return prepare_model(model_settings, print)


@pytest.fixture(scope="session")
def embedder(model_settings: Settings) -> Embedder:
    """The bundled model, open."""
    return open_embedder(model_settings)
