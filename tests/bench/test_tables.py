"""The figures of the pages are those of the committed result files."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_tables_are_generated_from_the_results() -> None:
    """README.md and DESIGN.md hold exactly what bench/readme_tables.py would write."""
    run = subprocess.run(
        [sys.executable, "bench/readme_tables.py", "--check"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stdout


def test_pages_have_a_table_to_fill() -> None:
    """Both pages have the marks between which the table stands, with rows in it."""
    for name in ("README.md", "DESIGN.md"):
        text = (ROOT / name).read_text("utf-8")
        table = text.split("<!-- table:dev -->\n")[1].split("<!-- /table -->")[0]
        assert table.count("\n|") >= 7
