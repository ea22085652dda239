"""Bringing a page into a state: the data file of states, and the small actions that its lines are made of."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from playwright.sync_api import Locator, Page, expect

from soluciones.answer.tools.registry import TOOLS

CASES = Path(__file__).parent / "cases"
LANGUAGES = ("es", "en", "fr", "de", "it")


@dataclass(frozen=True)
class State:
    """One page in one state."""

    name: str
    path: str
    do: tuple[Mapping[str, Any], ...] = ()
    status: int = 200
    langs: tuple[str, ...] = LANGUAGES
    wait: str = ""
    whole: bool = False
    """The path is one of the server, not of a language."""
    scope: str = ""
    """The element that is ours on a page that is not; "" for the whole page."""
    query_lang: bool = False
    """The language is said in the query, not in the path."""


def _states(line: Mapping[str, Any]) -> Iterator[State]:
    fixed = {"do": tuple(line.get("do", ())), "status": line.get("status", 200), "wait": line.get("wait", "")}
    more = fixed | {"langs": tuple(line.get("langs", LANGUAGES)), "whole": line.get("whole", False)}
    more |= {"scope": line.get("scope", ""), "query_lang": line.get("query-lang", False)}
    if line.get("each") == "case":
        for case in yaml.safe_load((CASES / "browser_tools.yml").read_text("utf-8"))["tools"]:
            steps = tuple({"step": step} for step in case["steps"])
            name = line["name"].format(it=f"{case['tool']}-{case['name']}")
            yield State(name, f"/tools/{case['tool']}", **more | {"do": steps})
    elif line.get("each") == "tool":
        for tool in TOOLS:
            yield State(line["name"].format(it=tool), line["path"].format(it=tool), **more)
    else:
        yield State(line["name"], line["path"], **more)


def read_states() -> tuple[State, ...]:
    """All states of ``cases/pages.yml``, in its order."""
    lines = yaml.safe_load((CASES / "pages.yml").read_text("utf-8"))["states"]
    return tuple(state for line in lines for state in _states(line))


# --- forms of tools


def unfold(control: Locator) -> None:
    """Opens what hides a control, as one opens it: by its summary."""
    fold = control.locator("xpath=ancestor::details[not(@open)]")
    if fold.count():
        fold.first.locator("summary").first.click()


def fill(form: Locator, name: str, value: Any) -> None:
    """Fills one field of a form, whatever control it is."""
    if isinstance(value, Mapping):
        file = {"name": value["file"], "mimeType": "application/octet-stream", "buffer": value["text"].encode()}
        form.locator(f"input[type=file][name='{name}']").set_input_files(file)  # type: ignore[arg-type]
        return
    boxes = form.locator(f"input[name='{name}']:is([type=checkbox], [type=radio])")
    if boxes.count():
        for one in value if isinstance(value, list) else ["1" if value is True else value]:
            form.locator("label").filter(has=form.page.locator(f"input[name='{name}'][value='{one}']")).click()
        return
    control = form.locator(f":is(input, textarea, select)[name='{name}']:not([type=file])").first
    if control.evaluate("control => control.tagName") == "SELECT":
        control.select_option(value)
    else:
        control.fill(value)


def _press(button: Locator) -> None:
    """Presses a button that sends a tool's form, and waits until the result has taken the place of what was there."""
    page = button.page
    page.locator("[data-tool-place]").evaluate("place => { place.dataset.before = '1'; }")
    button.click()
    expect(page.locator("[data-tool-place]:not([data-before])")).to_be_attached()


def step(page: Page, fields: Mapping[str, Any]) -> None:
    """Fills a tool's form and sends it, or taps an answer: the first one where the page is not Spanish."""
    place = page.locator("[data-tool-place]")
    if "tap" in fields:
        named = place.get_by_role("button", name=fields["tap"], exact=True)
        _press(named if named.count() else place.locator("form button").first)
        return
    first = next(iter(fields))
    forms = place.locator("form").filter(has=page.locator(f"[name='{first}']"))
    if not forms.count():  # another answer was tapped in another language, and another question came
        return
    unfold(forms.first)
    for name, value in fields.items():
        fill(forms.first, name, value)
    _press(forms.first.locator("button:is([type=submit], :not([type])):not([name]):not([data-ask])").last)


# --- actions


def suggest(page: Page, text: str) -> None:
    """Types into the search box until suggestions are there."""
    box = page.locator("main input[type=search]").first
    box.click()
    box.press_sequentially(text)
    expect(page.locator("[role=listbox] [role=option]").first).to_be_visible()


def say(page: Page, text: str) -> None:
    """Asks in the chat and waits for the reply."""
    replies = page.locator("[data-log] [data-answer]")
    before = replies.count()
    ask_only(page, text)
    expect(replies).to_have_count(before + 1)


def ask_only(page: Page, text: str) -> None:
    """Types a question into the chat and sends it."""
    box = page.locator("[data-composer] textarea")
    box.fill(text)
    box.press("Enter")


def ask_in_vain(page: Page, text: str) -> None:
    """Asks and waits until the page says that it did not work."""
    ask_only(page, text)
    expect(
        page.locator("[data-going]:is([data-going=failed], [data-going=offline], [data-going=retrying])")
    ).to_be_visible()


def break_route(page: Page, pattern: str) -> None:
    """Lets the server fail from now on when a form is posted there."""

    def answer(route: Any) -> None:
        if route.request.method == "POST":
            route.fulfill(status=500, content_type="text/html", body="<p class='failed'>500</p>")
        else:
            route.continue_()

    page.route(pattern, answer)


def submit(page: Page, selector: str) -> None:
    """Presses a button that leads to a new page, or changes this one."""
    before = page.url
    page.locator(selector).first.click()
    page.wait_for_load_state("networkidle")
    assert page.url != before or page.locator(selector).count() == 0


def widget_ask(page: Page, text: str) -> None:
    """Asks in the widget and waits for the reply."""
    box = page.locator("soluciones-kb textarea").first  # the inline one, where the page has a panel too
    box.fill(text)
    box.press("Enter")
    expect(page.locator("soluciones-kb .reply").first).to_be_visible()


def hand_off(page: Page, contact: str) -> None:
    """Fills the hand-off form and sends it."""
    form = page.locator("[data-handoff-form]")
    form.locator("[name=contact]").fill(contact)
    form.locator("[name=message]").fill("No me llegan los correos.")
    with page.expect_navigation():
        form.locator("button[type=submit]").last.click()


def click_in(page: Page, selector: str) -> None:
    """Clicks the first thing of that selector."""
    page.locator(selector).first.click()


ACTIONS: Mapping[str, Callable[[Page, Any], object]] = {
    "suggest": suggest,
    "press": lambda page, key: page.keyboard.press(key),
    "open": lambda page, selector: page.locator(f"{selector} > summary").first.click(),
    "click": click_in,
    "hover": lambda page, selector: page.locator(selector).first.hover(),
    "wait": lambda page, selector: expect(page.locator(selector).first).to_be_visible(),
    "gone": lambda page, selector: expect(page.locator(selector)).to_have_count(0),
    "type": lambda page, values: [page.locator(where).first.fill(text) for where, text in values.items()],
    "ask": say,
    "ask-in-vain": ask_in_vain,
    "break": break_route,
    "offline": lambda page, off: page.context.set_offline(off),
    "reload": lambda page, _: page.reload(),
    "submit": submit,
    "widget-ask": widget_ask,
    "hand-off": hand_off,
    "step": step,
}


def reach(page: Page, base: str, state: State, lang: str) -> None:
    """Opens the page of a state in a language and does what leads to the state.

    Raises:
        AssertionError: the page has another status, or an action does not work; it says which.
    """
    path = state.path if state.whole else f"/{lang}{state.path}"
    if state.query_lang:
        path += f"{'&' if '?' in path else '?'}lang={lang}"
    reply = page.goto(base + path)
    assert reply is not None, state.name
    assert reply.status == state.status, f"{state.name}: {path} answers {reply.status}"
    page.wait_for_function("!document.documentElement.classList.contains('no-js')")
    for action in state.do:
        ((name, value),) = action.items()
        try:
            ACTIONS[name](page, value)
        except Exception as error:
            told = json.dumps(action, ensure_ascii=False)[:200]
            raise AssertionError(f"{state.name} [{lang}]: {told}: {str(error)[:600]}") from error
    if state.wait:
        expect(page.locator(state.wait).first).to_be_visible()
