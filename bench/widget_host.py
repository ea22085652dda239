"""What the widget costs the page that embeds it: layout shift, long tasks, largest paint, with and without it in turn.

``bench/widget_host.py http://127.0.0.1:8000 --out bench/results/widget_host.json`` opens ``/demo/host/bubble`` of a
running server in Debian's Chromium with the processor slowed four times, with ``widget.js`` and with it blocked in
turn, and writes the medians. A long task is one of more than 50 ms (W3C Long Tasks).
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from statistics import median
from typing import Any

from playwright.sync_api import Browser, sync_playwright

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
SLOWER = 4
SETTLE_MS = 1_500
PAGE = "/demo/host/bubble?css=plain&lang=es"
WATCH = """
window.seen = {shift: 0, tasks: [], paint: 0};
new PerformanceObserver((l) => { for (const e of l.getEntries()) if (!e.hadRecentInput) seen.shift += e.value; })
  .observe({type: "layout-shift", buffered: true});
new PerformanceObserver((l) => { for (const e of l.getEntries()) seen.tasks.push(e.duration); })
  .observe({type: "longtask", buffered: true});
new PerformanceObserver((l) => { for (const e of l.getEntries()) seen.paint = e.startTime; })
  .observe({type: "largest-contentful-paint", buffered: true});
"""


def visit(browser: Browser, url: str, embedded: bool) -> dict[str, Any]:
    """One load: layout shift, long tasks in ms, largest paint in ms."""
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    page = context.new_page()
    if not embedded:
        page.route("**/widget.js", lambda route: route.abort())
    page.add_init_script(WATCH)
    context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    page.goto(url)
    page.wait_for_timeout(SETTLE_MS)
    seen: dict[str, Any] = page.evaluate("seen")
    context.close()
    return seen


def summary(loads: list[dict[str, Any]]) -> dict[str, float]:
    """Medians of several loads; blocking is what long tasks take beyond 50 ms each."""
    blocking = [sum(task - 50 for task in load["tasks"]) for load in loads]
    return {
        "layout_shift_worst": round(max(load["shift"] for load in loads), 4),
        "long_tasks": median(len(load["tasks"]) for load in loads),
        "blocking_ms": round(median(blocking), 1),
        "largest_paint_ms": round(median(load["paint"] for load in loads), 1),
    }


def main() -> None:
    """See the module."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("base")
    parser.add_argument("--loads", type=int, default=15)
    parser.add_argument("--out", type=Path)
    given = parser.parse_args()
    loads: dict[str, list[dict[str, Any]]] = {"with": [], "without": []}
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        visit(browser, given.base + PAGE, True)  # the first one fills caches
        for _ in range(given.loads):
            for name, found in loads.items():
                found.append(visit(browser, given.base + PAGE, name == "with"))
        version = browser.version
        browser.close()
    measured = {name: summary(found) for name, found in loads.items()}
    result = {"loads": given.loads, "slowed": SLOWER, "chromium": version, **measured}
    print(json.dumps(result, indent=1))
    if given.out:
        given.out.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
