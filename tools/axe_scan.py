"""Scans the whole product with axe in Debian's Chromium and writes the counts; exits with 1 on any violation.

``tools/axe_scan.py --all`` looks at every page and state of ``tests/system/cases/pages.yml`` in light and dark at 320,
768 and 1280 pixels, in every language and from right to left. Without ``--all`` it looks at each state once, as
``make test`` does. ``--only NAME`` takes the states whose name contains NAME, ``--lang LANG`` the looks in a language.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from soluciones.index.builder import build  # noqa: E402
from soluciones.index.embedding import open_embedder, prepare_model  # noqa: E402
from soluciones.index.store.store import Store  # noqa: E402
from soluciones.kb.content import read_content  # noqa: E402
from soluciones.settings import Settings  # noqa: E402
from tests.conftest import settings_in  # noqa: E402
from tests.system.browser_guard import chromium, visitor  # noqa: E402
from tests.system.page_scan import by_load, check, full, open_state, scan, summary, tenth  # noqa: E402
from tests.system.page_states import State, read_states  # noqa: E402
from tests.system.scan_site import scan_site  # noqa: E402

AXE_VERSION = "axe.version"


def _settings(folder: Path) -> Settings:
    settings = settings_in(folder).model_copy(update={"index": ROOT / "var" / "test-index"})
    prepare_model(settings, print)
    build(read_content(settings.content), open_embedder(settings), Store(settings.index))
    return settings


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--all", action="store_true", help="the whole plan instead of each state once")
    parser.add_argument("--only", default="", help="states whose name contains this")
    parser.add_argument("--lang", action="append", default=[], help="looks in this language alone; may be repeated")
    parser.add_argument("--out", type=Path, help="write the counts here as JSON")
    return parser.parse_args()


def _scan(
    states: Sequence[State], whole: bool, langs: Sequence[str]
) -> tuple[dict[str, dict[str, int]], dict[str, str]]:
    counts = {state.name: {"scans": 0, "violations": 0, "faults": 0} for state in states}
    versions: dict[str, str] = {}
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        base = stack.enter_context(scan_site(_settings(folder)))
        browser = stack.enter_context(chromium())
        plan = ((s, look) for s, look in (full if whole else tenth)(states) if not langs or look.lang in langs)
        for state, _, looks in by_load(plan):
            count = counts[state.name]
            try:
                with visitor(browser) as (page, _):
                    open_state(page, base, state, looks[0])
                    versions = {"axe": page.evaluate(AXE_VERSION), "chromium": browser.version}
                    for look in looks:
                        found = scan(page, look, state.scope)
                        count["scans"] += 1
                        count["violations"] += len(found)
                        for line in found:
                            print(f"{state.name} [{look}] {line}", flush=True)
                    for line in check(page, state, looks[0]):
                        count["faults"] += 1
                        print(f"{state.name} [{looks[0]}] {line}", flush=True)
            except Exception as error:
                count["faults"] += 1
                print(f"{state.name} [{looks[0]}] could not be looked at: {str(error)[:400]}", flush=True)
    return counts, versions


def main() -> int:
    """Scans, prints what is wrong line by line, and says by its exit status whether anything is."""
    given = _arguments()
    states = [state for state in read_states() if given.only in state.name]
    counts, versions = _scan(states, given.all, given.lang)
    found = summary(counts, versions)
    faults = sum(count["faults"] for count in counts.values())
    print(
        f"{found['scans']} scans of {found['states']} states: {found['violations']} violations, {faults} other faults"
    )
    if given.out:
        given.out.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return 1 if found["violations"] or faults else 0


if __name__ == "__main__":
    sys.exit(main())
