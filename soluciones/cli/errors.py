"""Known errors as one line, a hint and an exit code."""

from __future__ import annotations

import sys


def fail(message: str, hint: str, code: int) -> int:
    """Prints ``message`` and ``hint`` to standard error and gives the exit code back."""
    print(f"kb: {message}\n    hint: {hint}", file=sys.stderr)
    return code


def explain(error: Exception) -> int | None:
    """Prints a known error and returns its exit code; None for an error nobody expected."""
    from pydantic import ValidationError

    from soluciones.index.embedding import ModelNotPrepared, PrepareError
    from soluciones.index.store.errors import StoreError
    from soluciones.kb.types import ContentError

    if isinstance(error, ContentError):
        print(error, file=sys.stderr)
        count = sum(problem.severity == "error" for problem in error.problems)
        return fail(
            f"{count} errors in the content folder; the index was left as it is",
            "mend them and run `kb build` again",
            1,
        )
    if isinstance(error, ValidationError):
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        return fail(f"setting «{where}»: {first['msg']}", "see soluciones.toml and the SOLUCIONES_* variables", 2)
    if isinstance(error, (StoreError, ModelNotPrepared, PrepareError)):
        return fail(str(error), getattr(error, "hint", "") or "`kb doctor` says what is in place and what is not", 1)
    if isinstance(error, (FileNotFoundError, PermissionError, NotADirectoryError, IsADirectoryError)):
        return fail(f"{error.strerror}: {error.filename}", "check the path and its permissions", 1)
    if isinstance(error, ValueError) and type(error).__module__.startswith("soluciones."):
        return fail(str(error), "mend the file and try again", 2)
    return None
