"""Shared by the tests of the embeddings."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.model_fixture import embedder, model_settings, prepared_model

__all__ = ["embedder", "model_settings", "prepared_model"]

TEXTS = Path(__file__).with_name("texts.tsv")


@pytest.fixture(scope="session")
def texts() -> list[str]:
    """The 50 texts of ``texts.tsv`` (language, tab, text): 10 in each of es, en, fr, de, it."""
    lines = TEXTS.read_text(encoding="utf-8").splitlines()
    return [line.split("\t", 1)[1] for line in lines]
