"""The tenant's facts."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from soluciones.kb.facts import Facts

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="session")
def facts() -> Facts:
    """The real ``facts.yml``."""
    return Facts.model_validate(yaml.safe_load((ROOT / "content" / "facts.yml").read_text("utf-8")))
