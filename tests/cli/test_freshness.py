"""``kb serve`` builds only when a file has changed."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from soluciones.cli.freshness import is_fresh, note, seen
from soluciones.settings import Settings


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A content folder with one guide and an index that serves something."""
    (tmp_path / "content").mkdir()
    (tmp_path / "content" / "guia.md").write_text("hola", "utf-8")
    (tmp_path / "index").mkdir()
    (tmp_path / "index" / "CURRENT").write_text("000001", "utf-8")
    return Settings(content=tmp_path / "content", index=tmp_path / "index", models=tmp_path / "models")


def test_nothing_is_fresh_before_a_build(settings: Settings) -> None:
    """An index without a note is built."""
    assert not is_fresh(settings)


def test_a_noted_build_is_fresh(settings: Settings) -> None:
    """After a build that ends as it began nothing has to be done."""
    note(settings, seen(settings))
    assert is_fresh(settings)


@pytest.mark.parametrize("change", ["edit", "add", "remove", "touch", "generation", "model"])
def test_any_change_asks_for_a_build(settings: Settings, change: str) -> None:
    """A guide edited, added, removed or touched, another generation or another model: build again."""
    note(settings, seen(settings))
    guide = settings.content / "guia.md"
    if change == "edit":
        guide.write_text("adiós", "utf-8")
    elif change == "add":
        (settings.content / "otra.md").write_text("x", "utf-8")
    elif change == "remove":
        guide.unlink()
    elif change == "touch":
        os.utime(guide, (1, 1))
    elif change == "generation":
        (settings.index / "CURRENT").write_text("000002", "utf-8")
    else:
        settings = settings.model_copy(update={"model": "another"})
    assert not is_fresh(settings)


def test_a_guide_edited_during_the_build_is_built_next_time(settings: Settings) -> None:
    """The note tells what was there when the build began."""
    before = seen(settings)
    (settings.content / "guia.md").write_text("cambiada", "utf-8")
    note(settings, before)
    assert not is_fresh(settings)
