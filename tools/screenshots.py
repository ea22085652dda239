"""Takes the screenshots of the README from a running server: ``tools/screenshots.py http://127.0.0.1:8000``."""

from __future__ import annotations

import sys
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

OUT = Path(__file__).parents[1] / "docs" / "screenshots"
CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]


def ask(page: Page, base: str, question: str) -> None:
    """Opens the chat and waits for the answer."""
    page.goto(f"{base}/es/chat")
    box = page.locator("textarea, input[name=q]").first
    box.fill(question)
    box.press("Enter")
    page.locator("[data-tool], .answer").first.wait_for()
    page.wait_for_timeout(400)


def main(base: str) -> None:
    """Writes chat.png, home.png and guide.png."""
    OUT.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        page = browser.new_page(viewport={"width": 1120, "height": 860})
        ask(page, base, "¿Qué puerto uso para recibir por IMAP?")
        page.screenshot(path=OUT / "chat.png")
        page.goto(f"{base}/es/")
        page.screenshot(path=OUT / "home.png")
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8000")
