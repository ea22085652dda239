"""The tenant's facts for the extractors."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from soluciones.kb.facts import Facts

CONTENT = Path(__file__).parents[3] / "content"


@pytest.fixture(scope="session")
def facts() -> Facts:
    """The real ``facts.yml``."""
    return Facts.model_validate(yaml.safe_load((CONTENT / "facts.yml").read_text("utf-8")))
