"""The tenant's facts and site, and a way to run a tool."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from soluciones.answer.tools.base import ToolContext
from soluciones.answer.tools.registry import TOOLS
from soluciones.answer.types import ToolResult
from soluciones.i18n import Catalogue
from soluciones.kb.facts import Facts
from soluciones.kb.site import Site

CONTENT = Path(__file__).parents[3] / "content"
Run = Callable[..., ToolResult]


def _yaml(name: str) -> Any:
    return yaml.safe_load((CONTENT / name).read_text("utf-8"))


@pytest.fixture(scope="session")
def facts() -> Facts:
    """The real ``facts.yml``."""
    return Facts.model_validate(_yaml("facts.yml"))


@pytest.fixture(scope="session")
def context(facts: Facts) -> ToolContext:
    """Spanish, the real tenant."""
    return ToolContext("es", facts, Site.model_validate(_yaml("site.yml")), Catalogue())


@pytest.fixture(scope="session")
def run(context: ToolContext) -> Run:
    """``run(tool_id, slots, lang="es")``."""

    def _run(tool: str, slots: Mapping[str, Any], lang: str = "es") -> ToolResult:
        return TOOLS[tool].run(slots, ToolContext(lang, context.facts, context.site, context.texts))

    return _run
