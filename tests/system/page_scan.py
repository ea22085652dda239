"""Looking at a page in a state: axe's rules and our own checks, in a plan of themes, widths and languages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import groupby
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

from tests.system.page_states import LANGUAGES, State, reach

THEMES = ("light", "dark")
WIDTHS = (320, 768, 1280)
HEIGHT = 900
ZOOMED = 640
"""What is left of 1280 pixels at 200 % zoom."""
RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
_RUN = """async ([tags, scope]) => {
  const found = await axe.run(scope ? { include: [[scope]] } : document, {
    runOnly: { type: "tag", values: tags }, rules: { "target-size": { enabled: true } },
    resultTypes: ["violations"], iframes: false,
  });
  return found.violations.flatMap((one) => one.nodes.map((node) =>
    `axe ${one.id} (${one.impact}): ${node.target.flat().join(" ")} — ${node.html.slice(0, 160)}` +
    ` — ${(node.failureSummary || "").split("\\n").slice(1).join(";").slice(0, 220)}`));
}"""
_SETTLED = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"


@dataclass(frozen=True)
class Look:
    """One way to look at a state."""

    lang: str
    theme: str
    width: int
    rtl: bool = False

    def __str__(self) -> str:
        return f"{self.lang} {self.theme} {self.width}{' rtl' if self.rtl else ''}"


def full(states: Sequence[State]) -> Iterator[tuple[State, Look]]:
    """Every state × theme × width in its first language; × every other language once; × right to left once."""
    for number, state in enumerate(states):
        first, *others = [lang for lang in LANGUAGES if lang in state.langs]
        for theme in THEMES:
            for width in WIDTHS:
                yield state, Look(first, theme, width)
        yield state, Look(first, THEMES[number % 2], WIDTHS[number % 3], rtl=True)
        for place, lang in enumerate(others):
            yield state, Look(lang, THEMES[(number + place) % 2], WIDTHS[(number + place) % 3])


def tenth(states: Sequence[State]) -> Iterator[tuple[State, Look]]:
    """Every state once; themes, widths and languages take turns."""
    for number, state in enumerate(states):
        langs = [lang for lang in LANGUAGES if lang in state.langs]
        yield state, Look(langs[number % len(langs)], THEMES[number // 3 % 2], WIDTHS[number % 3])


@cache
def _scripts() -> tuple[str, str]:
    axe = files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8")
    return axe, (Path(__file__).parent / "page_checks.js").read_text("utf-8")


def prepare(page: Page) -> None:
    """Brings axe and our checks into a page that has been loaded."""
    for script in _scripts():
        page.evaluate(script)


def _set(page: Page, look: Look) -> None:
    page.set_viewport_size({"width": look.width, "height": HEIGHT})
    page.emulate_media(color_scheme=look.theme, reduced_motion="reduce")  # type: ignore[arg-type]
    page.evaluate("dir => { document.documentElement.dir = dir; }", "rtl" if look.rtl else "ltr")
    page.evaluate(_SETTLED)


def scan(page: Page, look: Look, scope: str = "") -> list[str]:
    """Axe's violations in a page, or in one element of it, looked at that way; one line each."""
    _set(page, look)
    found: list[str] = page.evaluate(_RUN, [list(RULES), scope])
    return found


def check(page: Page, state: State, look: Look) -> list[str]:
    """What our own checks say, at this look and at the sizes that matter."""
    faults: list[str] = []

    def run(name: str, *given: object) -> None:
        where = f"[{page.viewport_size['width'] if page.viewport_size else 0}] "
        told = page.evaluate("([name, given]) => pageChecks[name](...given)", [name, list(given)])
        faults.extend(where + line for line in told)

    if state.scope:  # the rest of the page is somebody else's
        run("moving")
        return faults
    # A page outside the languages says its own language.
    run("names", look.lang if not state.whole else page.evaluate("document.documentElement.lang"))
    run("moving")
    run("unfocused")
    for width, rtl in ((320, False), (320, True), (ZOOMED, False)):
        _set(page, Look(look.lang, look.theme, width, rtl))
        run("sideways")
        run("cut")
    page.emulate_media(forced_colors="active")
    run("edgeless")
    page.emulate_media(forced_colors="none")
    return list(dict.fromkeys(faults))


def below_44(page: Page) -> list[str]:
    """Targets that are smaller than the 44 pixels that we want (24 are demanded, by axe's ``target-size``)."""
    found: list[str] = page.evaluate("pageChecks.small()")
    return found


def by_load(plan: Iterator[tuple[State, Look]]) -> Iterator[tuple[State, str, list[Look]]]:
    """The plan by what needs the page loaded anew: state and language."""
    ordered = sorted(plan, key=lambda item: (item[0].name, LANGUAGES.index(item[1].lang)))
    for (state, lang), items in groupby(ordered, key=lambda item: (item[0], item[1].lang)):
        yield state, lang, [look for _, look in items]


def open_state(page: Page, base: str, state: State, look: Look) -> None:
    """Reaches a state, in the look's language, theme and width, ready to be scanned."""
    page.set_viewport_size({"width": look.width, "height": HEIGHT})
    page.emulate_media(color_scheme=look.theme, reduced_motion="reduce")  # type: ignore[arg-type]
    reach(page, base, state, look.lang)
    prepare(page)


def summary(counts: Mapping[str, Mapping[str, int]], versions: Mapping[str, str]) -> dict[str, Any]:
    """The committed result: counts for each state and what counted them; no dates, it changes with the product."""
    return {
        "versions": dict(versions),
        "rules": list(RULES),
        "states": len(counts),
        "scans": sum(count["scans"] for count in counts.values()),
        "violations": sum(count["violations"] for count in counts.values()),
        "by_state": {name: dict(count) for name, count in sorted(counts.items())},
    }
