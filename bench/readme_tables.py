"""Writes the figures of README.md and DESIGN.md from committed result files, between ``<!-- table:NAME -->`` marks.

``--check`` writes nothing and exits 1 when a table is stale; a test runs it.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
RESULTS = ROOT / "bench" / "results"
PAGES = (ROOT / "README.md", ROOT / "DESIGN.md")

_COLUMNS = {
    "guide1": "right guide first",
    "fact": "fact shown",
    "declined_rightly": "unanswerable declined",
    "declined_wrongly": "answerable declined",
    "tool": "right tool",
    "wrong_tool": "wrong tool shown",
}


def _percent(value: float | None) -> str:
    return "–" if value is None else f"{100 * value:.1f} %"


def dev_table() -> str:
    """The dev set: all, the reporting half, and each language."""
    result: dict[str, Any] = json.loads((RESULTS / "dev.json").read_text("utf-8"))
    rows = {"all": result["all"], "reporting half": result["half"]["reporting"], **result["lang"]}
    lines = ["| questions | n | " + " | ".join(_COLUMNS.values()) + " |", "|---|---|" + "---|" * len(_COLUMNS)]
    lines += [
        f"| {name} | {row['n']} | " + " | ".join(_percent(row[c]) for c in _COLUMNS) + " |"
        for name, row in rows.items()
    ]
    return "\n".join(lines)


TABLES: dict[str, Callable[[], str]] = {"dev": dev_table}
_BLOCK = re.compile(r"(<!-- table:(\w+) -->\n).*?(<!-- /table -->)", re.DOTALL)


def filled(text: str) -> str:
    """The page with every table made anew."""
    return _BLOCK.sub(lambda m: f"{m[1]}{TABLES[m[2]]()}\n{m[3]}", text)


def main() -> int:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    check = parser.parse_args().check
    stale = [page for page in PAGES if filled(page.read_text("utf-8")) != page.read_text("utf-8")]
    for page in stale:
        if not check:
            page.write_text(filled(page.read_text("utf-8")), "utf-8")
        print(f"{page.name}: {'stale, run `make bench`' if check else 'written'}")
    return 1 if stale and check else 0


if __name__ == "__main__":
    sys.exit(main())
