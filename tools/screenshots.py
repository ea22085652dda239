"""Takes screenshots in Debian's Chromium.

``tools/screenshots.py http://127.0.0.1:8000`` takes those of the README from a running server.
``tools/screenshots.py --tools FOLDER [TOOL…]`` uses each live tool once with good and once with bad input, on the
made-up zone and servers of ``tests/webapp/tool_bench.py``, at 360 and 1280 pixels, light and dark, and exits with 1
when a page is wider than its window or the browser complains.
``tools/screenshots.py --states FOLDER [NAME]`` takes every page and state of ``tests/system/cases/pages.yml`` (those
whose name contains NAME) at both widths, light and dark, in Spanish, whole.
"""

from __future__ import annotations

import io
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).parents[1]
OUT = ROOT / "docs" / "screenshots"
CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
WIDTHS = (360, 1280)
SCHEMES = ("light", "dark")
_POST = """([address, fields]) => {
  const form = document.createElement("form");
  form.method = "post"; form.action = address; form.enctype = "multipart/form-data";
  for (const [name, value] of fields) {
    const field = document.createElement("textarea");
    field.name = name; field.value = value; form.append(field);
  }
  document.body.append(form);
  form.submit();
}"""


def ask(page: Page, base: str, question: str) -> None:
    """Opens the chat and waits for the answer."""
    page.goto(f"{base}/es/chat")
    box = page.locator("textarea, input[name=q]").first
    box.fill(question)
    box.press("Enter")
    page.locator("[data-tool]").first.wait_for()
    page.wait_for_timeout(400)


def readme(base: str) -> None:
    """Writes home.png, chat.png and widget.png."""
    OUT.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        page = browser.new_page(viewport={"width": 1120, "height": 860})
        ask(page, base, "¿Qué puerto uso para recibir por IMAP?")
        page.screenshot(path=OUT / "chat.png")
        page.goto(f"{base}/es/")
        page.screenshot(path=OUT / "home.png")
        page.goto(f"{base}/demo/host/bubble?lang=es&css=plain")
        page.locator("soluciones-kb .launcher").click()
        page.locator("soluciones-kb textarea").fill("¿es válida ana..lopez@ejemplo.com?")
        page.locator("soluciones-kb textarea").press("Enter")
        page.locator("soluciones-kb [data-tool]").first.wait_for()
        page.wait_for_timeout(600)
        page.screenshot(path=OUT / "widget.png")
        browser.close()


@contextmanager
def bench() -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """A server with the real tools and a made-up network; its address and the cases to try."""
    sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "webapp")]
    from tool_bench import ToolService, cases
    from werkzeug.serving import make_server

    from soluciones.settings import Settings
    from soluciones.webapp import logs
    from soluciones.webapp.app import create_app

    with tempfile.TemporaryDirectory() as folder:
        logs.configure(io.StringIO())
        app = create_app(Settings(state=Path(folder) / "state"), ToolService(Path(folder)))  # type: ignore[arg-type]
        server = make_server("127.0.0.1", 0, app, threaded=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}", cases()
        server.shutdown()


def shoot(browser: Browser, base: str, case: dict[str, Any], width: int, scheme: str, file: Path) -> list[str]:
    """One page after one use; returns what is wrong with it."""
    page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)  # type: ignore[arg-type]
    wrong: list[str] = []
    page.on("console", lambda message: wrong.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    address = f"/es/tools/{case['tool']}"
    page.goto(base + address)
    fields = [
        [name, one] for name, many in case["slots"].items() for one in (many if isinstance(many, list) else [many])
    ]
    page.evaluate(_POST, [address, fields])
    page.locator("#result .tool-headline").wait_for()
    wide = page.evaluate("document.documentElement.scrollWidth")
    if wide > width:
        wrong.append(f"{wide} pixels wide")
    page.screenshot(path=file, full_page=True)
    page.close()
    return wrong


def tools(folder: Path, wanted: list[str]) -> int:
    """Writes TOOL-CASE-WIDTH-SCHEME.png for each case."""
    folder.mkdir(parents=True, exist_ok=True)
    faults = 0
    with bench() as (base, cases), sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        for case in cases:
            if wanted and case["tool"] not in wanted:
                continue
            for width in WIDTHS:
                for scheme in SCHEMES:
                    file = folder / f"{case['tool']}-{case['name']}-{width}-{scheme}.png"
                    for line in shoot(browser, base, case, width, scheme, file):
                        faults += 1
                        print(f"{file.name}: {line}")
        browser.close()
    return 1 if faults else 0


def states(folder: Path, wanted: str) -> int:
    """Writes NAME-WIDTH-SCHEME.png for each state; a state that cannot be reached is told and counted."""
    sys.path.insert(0, str(ROOT))
    from tests.conftest import settings_in
    from tests.system.browser_guard import chromium, visitor
    from tests.system.page_states import reach, read_states
    from tests.system.scan_site import scan_site

    folder.mkdir(parents=True, exist_ok=True)
    faults = 0
    settings = settings_in(folder).model_copy(update={"index": ROOT / "var" / "test-index"})
    with scan_site(settings) as base, chromium() as browser:
        for state in (state for state in read_states() if wanted in state.name):
            for width in WIDTHS:
                viewport = {"width": width, "height": 900}
                try:
                    with visitor(browser, viewport=viewport) as (page, _):
                        page.emulate_media(color_scheme=SCHEMES[0])
                        reach(page, base, state, "es")
                        for scheme in SCHEMES:
                            page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
                            page.screenshot(path=folder / f"{state.name}-{width}-{scheme}.png", full_page=True)
                except AssertionError as error:
                    faults += 1
                    print(f"{state.name} at {width}: {error}")
    return 1 if faults else 0


def main(arguments: list[str]) -> int:
    """See the module."""
    if arguments[:1] == ["--tools"] and len(arguments) > 1:
        return tools(Path(arguments[1]), arguments[2:])
    if arguments[:1] == ["--states"] and len(arguments) > 1:
        return states(Path(arguments[1]), arguments[2] if len(arguments) > 2 else "")
    readme(arguments[0] if arguments else "http://127.0.0.1:8000")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
