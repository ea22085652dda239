"""Every page and state in Chromium: axe finds nothing, and what else must hold on any page holds."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import BrowserContext, Page

from soluciones.settings import Settings
from tests.system.browser_guard import Record, chromium, forget, watch
from tests.system.page_scan import Look, check, full, open_state, prepare, scan, tenth
from tests.system.page_states import LANGUAGES, State, read_states
from tests.system.scan_site import scan_site

pytestmark = [pytest.mark.browser, pytest.mark.model]

STATES = read_states()
PLAN = tuple(tenth(STATES))
MOST_PATIENCE = 15_000


@pytest.fixture(scope="module")
def base(real_settings: Settings) -> Iterator[str]:
    """The whole site, with a made-up DNS and a mail server that answers."""
    with scan_site(real_settings) as url:
        yield url


@pytest.fixture(scope="module")
def context() -> Iterator[BrowserContext]:
    """One visitor for all states: what pages load stays in the cache."""
    with chromium() as browser:
        made = browser.new_context(locale="es-ES", reduced_motion="reduce")
        made.set_default_timeout(MOST_PATIENCE)
        yield made
        made.close()


@pytest.fixture
def record(context: BrowserContext) -> Record:
    """What goes wrong in the course of the test."""
    made = Record()
    watch(context, made)
    return made


@pytest.fixture
def page(context: BrowserContext, base: str) -> Iterator[Page]:
    """A tab of a visitor who remembers nothing."""
    context.set_offline(False)
    tab = context.new_page()
    forget(tab, base)
    yield tab
    tab.close()


@pytest.mark.parametrize(
    ("state", "look"), PLAN, ids=[f"{state.name}-{look}".replace(" ", "-") for state, look in PLAN]
)
def test_a_page_in_a_state_is_for_everyone(page: Page, record: Record, base: str, state: State, look: Look) -> None:
    """No axe violation; no sideways scroll at 320 px, from right to left or at 200 %; nothing cut, nothing moves when
    less motion is wanted, the keyboard's place is seen, one h1, the right language; and no error in the console.
    """
    open_state(page, base, state, look)
    faults = scan(page, look, state.scope) + check(page, state, look)
    assert not faults, "\n".join(faults)
    assert not record.faults(), "\n".join(record.faults())


def test_the_whole_plan_is_large_and_covers_every_combination() -> None:
    """At least 300 scans: each state in both themes at each width, and in each of its languages."""
    plan = list(full(STATES))
    assert len(plan) == len({(state.name, look) for state, look in plan}) >= 300
    for state in STATES:
        looks = [look for of, look in plan if of is state]
        assert {(look.theme, look.width) for look in looks if look.lang == state.langs[0] and not look.rtl} >= {
            (theme, width) for theme in ("light", "dark") for width in (320, 768, 1280)
        }
        assert {look.lang for look in looks} == set(state.langs)
        assert any(look.rtl for look in looks)


def test_the_part_that_is_scanned_here_covers_every_state_and_dimension() -> None:
    """Each state once; every language, theme and width is among them."""
    assert [state for state, _ in PLAN] == list(STATES)
    assert {look.lang for _, look in PLAN} == set(LANGUAGES)
    assert {(look.theme, look.width) for _, look in PLAN} == {
        (theme, width) for theme in ("light", "dark") for width in (320, 768, 1280)
    }


def test_the_checks_see_what_they_look_for(page: Page) -> None:
    """A page with one fault of each kind is told of each of them."""
    page.goto("about:blank")
    page.set_content(
        "<html lang=xx dir=ltr><head><title>t</title><style>.b:focus{outline:none}"
        "@keyframes k{from{opacity:.5}to{opacity:1}}.m{animation:k 9s infinite}</style></head><body>"
        "<h1>a</h1><h1>b</h1><p style='width:2000px'>wide</p><p lang='???'>l</p><i id=a></i><i id=a></i>"
        "<div style='width:40px;height:10px;overflow:hidden;white-space:nowrap'>long long long text</div>"
        "<a class=b style='outline:none;display:block' href=#a>focus</a><p class=m>moves</p>"
        "<button style='border:0;background:none'><svg></svg></button><img src='data:,'></body></html>"
    )
    prepare(page)
    look = Look("es", "light", 1280)
    told = "\n".join(scan(page, look) + check(page, STATES[0], look))
    for word in ("axe image-alt", "2 h1", "html lang", "lang «???»", "id twice", "sideways", "text cut", "moves:"):
        assert word in told, told
    assert "focus not visible" in told
