"""The page on paper, and pictures of it to look at: kept in GEOTRANSFER_SCREENSHOTS or pytest's own folder."""

from __future__ import annotations

import io
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

pytestmark = pytest.mark.browser

SEA = (0xDF, 0xE9, 0xF0)
SCREENS = [(1366, 768, "zh-CN"), (1366, 768, "en"), (390, 844, "zh-CN")]


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    folder = Path(os.environ.get("GEOTRANSFER_SCREENSHOTS") or tmp_path)
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.mark.parametrize(("width", "height", "language"), SCREENS)
def test_the_page_is_drawn_and_nothing_is_cut_off(
    browser_page: Any,
    result: Any,
    write_page: Callable[[Any], Path],
    pictures: Path,
    width: int,
    height: int,
    language: str,
) -> None:
    page = browser_page.page
    page.set_viewport_size({"width": width, "height": height})
    browser_page.open(write_page(result))
    page.click(f"#gt-languages button[data-language='{language}']")
    page.wait_for_timeout(300)
    page.screenshot(path=pictures / f"map-{width}x{height}-{language[:2]}.png")
    assert page.evaluate("() => document.documentElement.scrollWidth") <= width
    wide = (
        "(all) => all.filter((one) => one.offsetParent && one.scrollWidth > one.clientWidth + 1).map((one) => one.id)"
    )
    assert page.locator("#gt-header, #gt-notes, #gt-left, #gt-right, #gt-tools, #gt-credit").evaluate_all(wide) == []
    assert browser_page.errors == []


def test_one_sheet_of_paper_holds_map_legend_banner_and_list(
    browser_page: Any, result: Any, write_page: Callable[[Any], Path], pictures: Path
) -> None:
    page = browser_page.open(write_page(result))
    before = page.locator("#gt-slot").screenshot()
    pdf = page.pdf(path=pictures / "map.pdf", prefer_css_page_size=True, print_background=True)
    assert len(re.findall(rb"/Type\s*/Page\b", pdf)) == 1
    assert re.search(rb"/MediaBox\s*\[0 0 841\.\d+ 59[45]\.\d+\]", pdf)
    page.evaluate("() => window.dispatchEvent(new Event('beforeprint'))")
    page.set_viewport_size({"width": 1100, "height": 760})
    shown = page.locator("#gt-page").screenshot(path=pictures / "map-print.png")
    for name in ("#gt-banner", "#gt-legend", "#gt-approval", "#gt-top", "#gt-slot"):
        assert page.locator(name).is_visible(), name
    assert page.locator("#gt-weights input:visible, #gt-finder:visible, #gt-languages:visible").count() == 0
    colours = np.asarray(Image.open(io.BytesIO(shown)).convert("RGB")).reshape(-1, 3)
    assert (colours == SEA).all(axis=1).mean() > 0.1
    assert (colours == (0x22, 0x5E, 0xA8)).all(axis=1).mean() > 0.005  # zones are drawn, not only the outline
    box = page.locator("#gt-top").bounding_box()
    assert box is not None
    assert box["y"] + box["height"] <= 189 / 25.4 * 96
    page.set_viewport_size({"width": 1280, "height": 800})
    page.evaluate("() => window.dispatchEvent(new Event('afterprint'))")
    page.wait_for_timeout(300)
    assert page.locator("#gt-sheet").count() == 0
    after = page.locator("#gt-slot").screenshot()
    first, second = (np.asarray(Image.open(io.BytesIO(one)).convert("RGB")) for one in (before, after))
    assert np.any(first != second, axis=2).mean() < 0.02
    assert browser_page.errors == []
