"""The shape of the code, held by reading its imports."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1] / "soluciones"
ORDER = ("kb", "index", "answer", "webapp", "cli")
ANYONE = {"settings", "i18n"}
MAX_FUNCTION_LINES = 60
FILES = sorted(ROOT.rglob("*.py"))


def imports(path: Path) -> Iterator[str]:
    """Dotted names of everything a file imports, wherever the import stands."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            assert node.level == 0, f"{path}: relative imports hide the direction"
            yield node.module


def layer(path: Path) -> str:
    """The first folder below the package, or the module's own name."""
    return path.relative_to(ROOT).parts[0].removesuffix(".py")


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(ROOT)))
def test_imports_go_one_way(path: Path) -> None:
    """A layer imports only itself and the layers before it: webapp → answer → index → kb, never back."""
    own = layer(path)
    for name in imports(path):
        parts = name.split(".")
        if parts[0] != "soluciones" or len(parts) < 2 or own == "__init__":
            continue
        target = parts[1]
        if own in ANYONE:
            assert target in ANYONE | {"kb"} and target != own, f"{path.name} must not import {name}"
        elif target not in ANYONE:
            assert ORDER.index(target) <= ORDER.index(own), f"{own} must not import {name}"


@pytest.mark.parametrize("path", [p for p in FILES if layer(p) != "webapp"], ids=lambda p: str(p.relative_to(ROOT)))
def test_only_webapp_knows_flask(path: Path) -> None:
    """Neither Flask nor Werkzeug is imported outside webapp."""
    assert not [name for name in imports(path) if name.split(".")[0] in {"flask", "werkzeug", "flask_openapi3"}]


def test_functions_stay_short() -> None:
    """No function is longer than 60 lines."""
    long = [
        f"{path.relative_to(ROOT)}:{node.name} {node.end_lineno - node.lineno + 1}"
        for path in FILES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
        and (node.end_lineno or 0) - node.lineno + 1 > MAX_FUNCTION_LINES
    ]
    assert not long
