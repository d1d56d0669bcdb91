"""The page without a mouse and for a screen reader, in Chromium with the network off."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from geotransfer.report import render_report

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser

FOCUS = """() => {
    const one = document.activeElement;
    const style = getComputedStyle(one);
    const outline = style.outlineStyle === 'none' ? 0 : parseFloat(style.outlineWidth);
    return [one.id || one.className || one.tagName, one.matches(':focus-visible'), outline];
}"""


def serious(page: Page) -> list[tuple[str, str]]:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    found = axe.run(page).response["violations"]
    return [(one["id"], one["nodes"][0]["html"]) for one in found if one["impact"] in ("serious", "critical")]


@pytest.fixture
def opened(browser_page: Any, result: Any, write_page: Callable[[Any], Path]) -> Any:
    page = browser_page.open(write_page(result))
    page.select_option("#gt-province", "-1")
    yield page
    assert browser_page.errors == []
    assert browser_page.requests == []


@pytest.mark.parametrize("width", [1366, 390])
@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_axe_finds_nothing_serious_in_the_map(opened: Page, language: str, width: int) -> None:
    opened.set_viewport_size({"width": width, "height": 768})
    opened.click(f"#gt-languages button[data-language='{language}']")
    assert serious(opened) == []
    opened.locator("#gt-top button").first.click()
    assert serious(opened) == []


def test_axe_finds_nothing_serious_in_the_report(browser_page: Any, result: Any, tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    path.write_text(render_report(result), encoding="utf-8")
    assert serious(browser_page.open(path)) == []


def test_axe_would_find_a_nameless_button(opened: Page) -> None:
    opened.evaluate("() => document.querySelector('#gt-map').append(document.createElement('button'))")
    assert [name for name, _ in serious(opened)] == ["button-name"]


def test_the_tab_key_reaches_every_control_in_order_and_the_focus_is_seen(opened: Page) -> None:
    wanted = ["gt-left", "gt-zoom-in", "gt-zoom-out", "gt-home", "gt-right", "gt-reset", "gt-csv", "gt-search"]
    seen = []
    for _ in range(60):
        opened.keyboard.press("Tab")
        name, visible, outline = opened.evaluate(FOCUS)
        if name == "BODY":
            break
        seen.append(name)
        assert visible, name
        assert outline > 0, name
    places = [seen.index(name) for name in wanted]
    assert places == sorted(places)
    assert "gt-weight-0" in seen
    assert "gt-province" in seen


def test_arrows_walk_the_list_enter_opens_the_card_and_escape_closes_it(opened: Page) -> None:
    buttons = opened.locator("#gt-top button")
    assert buttons.evaluate_all("(all) => all.filter((one) => one.tabIndex === 0).length") == 1
    opened.focus("#gt-province")
    opened.keyboard.press("Tab")
    names = buttons.evaluate_all("(all) => all.map((one) => one.dataset.zone)")

    def at() -> str | None:
        zone: str | None = opened.evaluate("() => document.activeElement.dataset.zone || null")
        return zone

    assert at() == names[0]
    for key, place in [("ArrowDown", 1), ("ArrowDown", 2), ("ArrowUp", 1), ("End", -1), ("ArrowDown", -1), ("Home", 0)]:
        opened.keyboard.press(key)
        assert at() == names[place]
    opened.keyboard.press("ArrowDown")
    opened.keyboard.press("Enter")
    content = opened.locator(".leaflet-popup-content")
    assert content.evaluate("(one) => one === document.activeElement")
    assert content.get_attribute("aria-label") is not None
    opened.keyboard.press("Escape")
    assert content.count() == 0
    assert at() == names[1]
    assert buttons.evaluate_all("(all) => all.filter((one) => one.tabIndex === 0).map((one) => one.dataset.zone)") == [
        names[1]
    ]


def test_a_slider_is_moved_by_keys(opened: Page) -> None:
    before = opened.evaluate("() => Array.from(geotransfer.state.score)")
    opened.focus("#gt-weight-0")
    opened.keyboard.press("Home")
    opened.wait_for_function("(before) => geotransfer.state.score.some((one, k) => one !== before[k])", arg=before)
    assert opened.input_value("#gt-weight-0") == "0"
