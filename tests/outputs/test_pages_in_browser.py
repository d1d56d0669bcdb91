"""Names, titles and records that carry HTML and scripts, in the pages that are made of them: nothing runs."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from finished_folders import edit_ranking, edit_record

from geotransfer.outputs.folder import write_map, write_report

if TYPE_CHECKING:
    from conftest import BrowserPage

pytestmark = pytest.mark.browser

RUNS = "window.ran=(window.ran||0)+1"
PAYLOADS = (
    f"<script>{RUNS}</script>", f'"><img src=x onerror="{RUNS}">', f"</script><script>{RUNS}</script>",
    f"javascript:{RUNS}", f"<svg onload={RUNS}>", f"</style><script>{RUNS}</script>", f"<!--<script>{RUNS}",
    f"<a href='javascript:{RUNS}'>a</a>",
    f"{{{{ 7 * 7 }}}}{{% raw %}}<iframe srcdoc='<script>parent.{RUNS}</script>'>",
    f"]]><script>{RUNS}</script>", f"`;{RUNS};//", f"' autofocus onfocus='{RUNS}' x='", f"$x$\\u003cscript>{RUNS}",
    f"<math><mtext></form><form><mglyph><style></math><img src onerror={RUNS}>",
    f"\u2028;{RUNS}//</title><script>{RUNS}</script>",
)  # fmt: skip
HELD = {"id", "direction", "scale", "mode", "method", "methods", "column", "tiles", "power", "weights_drawn"}
"""Keys whose text must be one of a few words or an id: others are refused (test_reading.py)."""


def poisoned(value: Any, payloads: Iterator[str], *, texts_only: bool = False, key: str = "") -> Any:
    """Return a record with a payload behind every text in it."""
    if isinstance(value, dict):
        pair = set(value) == {"zh", "en"}
        return {
            k: part if k == "scenario" else poisoned(part, payloads, texts_only=texts_only and not pair, key=k)
            for k, part in value.items()
        }
    if isinstance(value, list):
        return [poisoned(part, payloads, texts_only=texts_only, key=key) for part in value]
    return f"{value} {next(payloads)}" if isinstance(value, str) and key not in HELD and not texts_only else value


@pytest.fixture
def poison(finished: Path) -> Path:
    payloads = itertools.cycle(PAYLOADS)

    def change(record: dict[str, Any]) -> None:
        scenario = record["result"]["scenario"]
        record["result"] = poisoned(record["result"], payloads)
        record["execution"] = poisoned(record["execution"], payloads)
        record["result"]["scenario"] = poisoned(scenario, payloads, texts_only=True)
        record["result"]["comparison"]["collinearity"]["pairs"] = []
        record["result"]["map"]["approval_number"] = PAYLOADS[0]

    texts = ["zone", "adcode", "name", "province", "prefecture", "region", "unchecked_rules", "product_unit",
             "co2_verdict", "water_note", "stability", "policy_direction", "policy_special_area", "reason"]  # fmt: skip
    edit_record(finished, change)
    edit_ranking(
        finished,
        lambda table: table.assign(
            **{name: [f"{cell} {next(payloads)} {row}" for row, cell in enumerate(table[name])] for name in texts}
        ),
    )
    return finished


def test_the_map(poison: Path, browser_page: BrowserPage) -> None:
    page = browser_page.open(write_map(poison, sandbox=True))
    assert page.locator("#gt-top li").count() > 0
    assert "window.ran=" in page.locator("h1").inner_text()
    page.evaluate(
        """() => { // every card, tooltip and popup
            const map = Object.values(window).find((value) => value instanceof L.Map);
            map.eachLayer((one) => {
                try {
                    if (one.openTooltip) { one.openTooltip(); }
                    if (one.fire && one.getCenter) { one.fire('mouseover', { latlng: one.getCenter() });
                                                     one.fire('click', { latlng: one.getCenter() }); }
                    if (one.openPopup) { one.openPopup(); }
                } catch (error) { /* a layer that is no shape */ }
            });
        }"""
    )
    page.evaluate(
        """() => document.querySelectorAll(
            '#gt-top li, #gt-top button, #gt-layers input, #gt-presets button, #gt-sources summary, #gt-csv, #gt-copy'
        ).forEach((one) => one.click())"""
    )
    page.locator('[data-language="en"]').click()
    page.locator("#gt-search").fill("<script>")
    page.wait_for_timeout(300)
    nothing_ran(browser_page)


def test_the_report(poison: Path, browser_page: BrowserPage) -> None:
    (report,) = write_report(poison, sandbox=True)
    page = browser_page.open(report)
    assert "window.ran=" in page.locator("h1").inner_text()
    page.locator('label[for="english"]').click()
    nothing_ran(browser_page)
    assert page.locator("script, iframe, object, embed, form, a").count() == 0


def nothing_ran(browser_page: BrowserPage) -> None:
    page = browser_page.page
    assert page.evaluate("window.ran") is None
    assert browser_page.requests == []
    handlers = "[onerror], [onload], [onfocus], [href^='javascript' i], iframe, object, embed, img[src='x']"
    assert page.locator(handlers).count() == 0
