"""Sources open at the cited words, and Chromium highlights them: the picture is looked at, pixel by pixel."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from playwright.sync_api import Browser, Page

from soluciones.answer.answerer import Answerer
from soluciones.answer.service import AskRequest
from soluciones.kb.types import Guide
from soluciones.settings import Settings
from tests.system.browser_guard import chromium
from tests.system.scan_site import serving

pytestmark = [pytest.mark.browser, pytest.mark.model]

WANTED = 200
SHARE = 0.98
WIDTH, HEIGHT = 1280, 800
MARKED_PIXELS = 60
"""Fewer than a highlighted «993» has."""
_DIRECTIVE = re.compile(r":~:text=(.+)")
_FIND = (Path(__file__).parent / "text_range.js").read_text("utf-8")
_MARK = """() => {
  const probe = document.createElement("p");
  probe.className = "probe"; document.body.append(probe);
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(".probe { color: var(--mark); }");
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
  const found = getComputedStyle(probe).color.match(/\\d+/g).slice(0, 3).map(Number);
  probe.remove(); document.adoptedStyleSheets = document.adoptedStyleSheets.filter((one) => one !== sheet);
  return found;
}"""
_COUNT = """async ([picture, mark]) => {
  const bytes = Uint8Array.from(atob(picture), (char) => char.charCodeAt(0));
  const image = await createImageBitmap(new Blob([bytes], { type: "image/png" }));
  const canvas = new OffscreenCanvas(image.width, image.height);
  const context = canvas.getContext("2d");
  context.drawImage(image, 0, 0);
  const { data } = context.getImageData(0, 0, image.width, image.height);
  let found = 0;
  for (let at = 0; at < data.length; at += 4) {
    if ([0, 1, 2].every((one) => Math.abs(data[at + one] - mark[one]) <= 2)) found += 1;
  }
  return found;
}"""


@dataclass(frozen=True)
class Cited:
    """One source of an answer."""

    question: str
    url: str
    quote: str

    @property
    def words(self) -> dict[str, str]:
        """What the address names: the words themselves or where they begin and end, what stands before, the heading."""
        found = _DIRECTIVE.search(self.url)
        parts = found[1].split("&")[0].split(",") if found else []
        prefix = unquote(parts.pop(0)[:-1]) if parts and parts[0].endswith("-") else ""
        if parts and parts[-1].startswith("-"):
            parts.pop()
        named = [unquote(part) for part in parts] + ["", ""]
        return {"prefix": prefix, "start": named[0], "end": named[1], "anchor": self.anchor}

    @property
    def anchor(self) -> str:
        """The heading."""
        return unquote(self.url.partition("#")[2].partition(":~:")[0])


def _questions(guides: tuple[Guide, ...]) -> Iterator[str]:
    """What visitors ask, guide by guide in turns; then the headings, for sections that nobody asks for."""
    longest = max(len(guide.questions) for guide in guides)
    for place in range(longest):
        yield from (guide.questions[place] for guide in guides if place < len(guide.questions))
    for guide in guides:
        yield from (f"{section.title} {guide.title}" for section in guide.sections if section.anchor)


@pytest.fixture(scope="module")
def cited(service: Answerer) -> list[Cited]:
    """Different sources of real answers, 200 or a few more."""
    found: dict[str, Cited] = {}
    for question in _questions(tuple(service.guides())):
        answer, _ = service.ask(AskRequest(question=question, lang="es"))
        for citation in answer.citations:
            found.setdefault(citation.url, Cited(question, citation.url, citation.quote))
        if len(found) >= WANTED:
            break
    return list(found.values())


@pytest.fixture(scope="module")
def base(real_settings: Settings, service: Answerer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the site."""
    with serving(real_settings.model_copy(update={"state": tmp_path_factory.mktemp("state")}), service) as url:
        yield url


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium, headless."""
    with chromium() as made:
        yield made


@pytest.fixture(scope="module")
def pages(browser: Browser) -> Iterator[tuple[Page, Page]]:
    """A reader's page, and one that counts pixels."""
    context = browser.new_context(
        viewport={"width": WIDTH, "height": HEIGHT}, reduced_motion="reduce", color_scheme="light", locale="es-ES"
    )
    yield context.new_page(), context.new_page()
    context.close()


def _clip(boxes: list[dict[str, float]]) -> dict[str, Any] | None:
    """The part of the window that the first lines of a passage take, as a screenshot wants it; None: out of sight."""
    seen = [box for box in boxes[:6] if box["y"] >= 0 and box["y"] + box["height"] <= HEIGHT]
    if not seen:
        return None
    left, top = min(box["x"] for box in seen), min(box["y"] for box in seen)
    right = max(box["x"] + box["width"] for box in seen)
    bottom = max(box["y"] + box["height"] for box in seen)
    return {"x": left, "y": top, "width": min(right - left, 700), "height": min(bottom - top, 160)}


def _marked(page: Page, counter: Page, clip: dict[str, Any], mark: list[int]) -> int:
    picture = base64.b64encode(page.screenshot(clip=clip, animations="disabled")).decode("ascii")  # type: ignore[arg-type]
    found: int = counter.evaluate(_COUNT, [picture, mark])
    return found


def _fault(page: Page, counter: Page, base: str, one: Cited) -> str:
    """Opens a source as somebody does who clicks on it; says what is wrong, or "" when the words are highlighted."""
    page.goto("about:blank")  # inside the same document an address's words are not looked for again
    page.goto(base + one.url)
    page.evaluate(_FIND)
    if not one.words["start"]:
        return "the address names no words"
    boxes = page.evaluate("words => textRange.find(words)", one.words)
    if boxes is None:
        return "the words are not on the page"
    clip = _clip(boxes)
    if clip is None:
        return "the words are out of sight"
    if _marked(page, counter, clip, page.evaluate(_MARK)) < MARKED_PIXELS:
        return "the words are not highlighted"
    first = re.split(r"\s+", one.quote.strip())[:1]
    if first and first[0] not in page.locator("main").inner_text():
        return "the quote is not on the page"
    return ""


def test_words_without_a_highlight_have_none_of_its_pixels(
    pages: tuple[Page, Page], base: str, cited: list[Cited]
) -> None:
    """The judge is no friend: the same words, opened without the directive, are judged not highlighted."""
    page, counter = pages
    for one in cited[:3]:
        plain = Cited(one.question, one.url.partition(":~:")[0], one.quote)
        page.goto("about:blank")
        page.goto(base + plain.url)
        page.evaluate(_FIND)
        boxes = page.evaluate("words => textRange.find(words)", one.words)
        clip = _clip(boxes)
        assert clip is not None
        assert _marked(page, counter, clip, page.evaluate(_MARK)) < MARKED_PIXELS


def test_cited_words_are_highlighted_in_chromium(pages: tuple[Page, Page], base: str, cited: list[Cited]) -> None:
    """Of 200 sources of real answers at least 98 % open with the words in sight and highlighted."""
    assert len(cited) >= WANTED
    faults = [(one, fault) for one in cited if (fault := _fault(*pages, base, one))]
    lines = [f"{fault}: {one.url} — asked: {one.question}" for one, fault in faults]
    print(f"{len(cited) - len(faults)} of {len(cited)} sources highlighted", *lines, sep="\n")
    assert len(faults) <= (1 - SHARE) * len(cited), "\n".join(lines)
