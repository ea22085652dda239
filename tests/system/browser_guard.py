"""Watches every page that a browser test opens: policy violations and uncaught errors fail the test that caused them.

Loaded as a pytest plugin by ``tests/conftest.py``. Two things in one place: ``chromium()`` and ``visitor()``, by which
tests open Debian's Chromium, and a guard that is put on *every* browser context of the run, also on those that a test
opens by itself, so that "no violation in the whole run" does not rest on anybody's memory.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import wraps
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Dialog, Page

ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
EXECUTABLE = "/usr/bin/chromium"
BINDING = "__guardReport"
PATIENCE = 15_000
"""Milliseconds for one step on a busy machine; it takes a tenth of a second."""

LISTEN = """(() => {
  const told = (e) => window.BINDING && window.BINDING([
    e.effectiveDirective, e.disposition, e.blockedURI, e.sample, e.sourceFile, e.lineNumber].join(" | "));
  document.addEventListener("securitypolicyviolation", told);
})();""".replace("BINDING", BINDING)
"""Tells of each violation with the blocked directive, what it blocked and where."""

_POLICY_WORDS = ("Content Security Policy", "Trusted Type", "TrustedHTML", "TrustedScript")
_NETWORK = "Failed to load resource"
"""Chromium's word for a 404 or a cut line: a test that wants an error page has it in the console too."""


@dataclass
class Record:
    """What one context, or the whole run, has done wrong."""

    pages: int = 0
    violations: list[str] = field(default_factory=list)
    thrown: list[str] = field(default_factory=list)
    """Exceptions that no script caught."""
    errors: list[str] = field(default_factory=list)
    """Console errors, without what the network says."""
    dialogs: list[str] = field(default_factory=list)

    def faults(self) -> list[str]:
        """Everything, as lines to show."""
        named = (
            ("violation", self.violations),
            ("thrown", self.thrown),
            ("error", self.errors),
            ("dialog", self.dialogs),
        )
        return [f"{name}: {text}" for name, found in named for text in found]


RUN = Record()
"""The whole run of this process."""


def is_policy(text: str) -> bool:
    """Whether a console message tells of a blocked script, style or sink."""
    return any(word in text for word in _POLICY_WORDS)


def watch(context: BrowserContext, record: Record) -> None:
    """Writes down what goes wrong in a context, from now on; several may watch the same one."""
    records: list[Record] | None = getattr(context, "guard_records", None)
    if records is not None:
        records.append(record)
        return
    records = [record]
    context.guard_records = records  # type: ignore[attr-defined]
    _listen(context, records)


def _listen(context: BrowserContext, records: list[Record]) -> None:
    def console(message: ConsoleMessage) -> None:
        if message.type != "error" or message.text.startswith(_NETWORK):
            return
        for record in records:
            (record.violations if is_policy(message.text) else record.errors).append(message.text)

    def told(_source: object, text: str) -> None:
        for record in records:
            record.violations.append(text)

    def thrown(error: Any) -> None:
        for record in records:
            record.thrown.append(f"{error.error.message} {error.error.stack or ''}"[:500])

    def opened(_page: Page) -> None:
        for record in records:
            record.pages += 1

    context.on("console", console)
    context.on("weberror", thrown)
    context.on("page", opened)
    context.expose_binding(BINDING, told)
    context.add_init_script(LISTEN)


# --- opening a browser


@contextmanager
def chromium() -> Iterator[Browser]:
    """Debian's Chromium, headless."""
    from playwright.sync_api import expect, sync_playwright

    with sync_playwright() as play:
        expect.set_options(timeout=PATIENCE)
        browser = play.chromium.launch(executable_path=EXECUTABLE, args=ARGUMENTS)
        yield browser
        browser.close()


@contextmanager
def visitor(browser: Browser, **options: Any) -> Iterator[tuple[Page, Record]]:
    """A fresh visitor and what goes wrong for them; any fault that is still on the record at the end is raised."""
    context = browser.new_context(**{"viewport": {"width": 1280, "height": 800}, "locale": "es-ES"} | options)
    context.set_default_timeout(PATIENCE)
    record = Record()
    watch(context, record)

    def dialog(found: Dialog) -> None:
        record.dialogs.append(f"{found.type} {found.message}")
        found.dismiss()

    context.on("dialog", dialog)
    page = context.new_page()
    try:
        yield page, record
        page.evaluate("0")  # whatever was told before is here now
    finally:
        context.close()
    assert not record.faults(), "\n".join(record.faults())


def forget(page: Page, origin: str) -> None:
    """Makes a visitor who has never been here: nothing in the storage of this origin."""
    session = page.context.new_cdp_session(page)
    session.send("Storage.clearDataForOrigin", {"origin": origin, "storageTypes": "local_storage,cookies,indexeddb"})
    session.detach()


# --- the plugin


def _guarded(make: Callable[..., Any], of: Callable[[Any], BrowserContext]) -> Callable[..., Any]:
    @wraps(make)
    def wrapper(*args: Any, **options: Any) -> Any:
        made = make(*args, **options)
        watch(of(made), RUN)
        RUN.pages += len(of(made).pages)
        return made

    return wrapper


def guard_everything(browser_type: Any) -> None:
    """Puts the guard on every context that this class of browsers opens."""
    if getattr(browser_type, "guarded", False):
        return
    browser_type.guarded = True
    browser_type.new_context = _guarded(browser_type.new_context, lambda context: context)
    browser_type.new_page = _guarded(browser_type.new_page, lambda page: page.context)


@pytest.fixture(autouse=True)
def no_violations(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fails the test in whose course a page broke its policy or threw; ``breaks_policy`` marks one that means to."""
    playwright = sys.modules.get("playwright.sync_api")
    if playwright is None:
        yield
        return
    guard_everything(playwright.Browser)
    before = (len(RUN.violations), len(RUN.thrown))
    yield
    if request.node.get_closest_marker("breaks_policy"):
        del RUN.violations[before[0] :], RUN.thrown[before[1] :]
        return
    found = [*RUN.violations[before[0] :], *RUN.thrown[before[1] :]]
    assert not found, "\n".join(found)


_TOTAL: dict[str, int] = {"pages": 0, "violations": 0, "thrown": 0}


def _add(counts: Mapping[str, int]) -> None:
    for name in _TOTAL:
        _TOTAL[name] += counts.get(name, 0)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Takes the counts of one of the test processes (pytest-xdist), when it has ended."""
    _add(getattr(node, "workeroutput", {}).get("browser_guard", {}))


def pytest_configure(config: pytest.Config) -> None:
    """Registers the marker."""
    config.addinivalue_line("markers", "breaks_policy: breaks a content policy on purpose; the guard looks away")


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Hands on what this process has counted."""
    counts = {"pages": RUN.pages, "violations": len(RUN.violations), "thrown": len(RUN.thrown)}
    output = getattr(session.config, "workeroutput", None)
    if output is not None:
        output["browser_guard"] = counts
    else:
        _add(counts)


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """One line on the whole run."""
    if _TOTAL["pages"]:
        pages, violations, thrown = _TOTAL["pages"], _TOTAL["violations"], _TOTAL["thrown"]
        terminalreporter.write_line(
            f"browser: {pages} pages watched, {violations} policy violations, {thrown} uncaught errors"
        )
