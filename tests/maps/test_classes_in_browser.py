"""Classes cut in the page beside mapclassify, which only the tests need."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import mapclassify
import numpy as np
import pytest
from numpy.testing import assert_allclose

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser


@pytest.fixture
def opened(browser_page: Any, result: Any, write_page: Callable[[Any], Path]) -> Any:
    yield browser_page.open(write_page(result))
    assert browser_page.errors == []


def breaks(page: Page, how: str, values: np.ndarray) -> np.ndarray:
    return np.array(page.evaluate(f"(values) => geotransfer.classes.{how}(values, 7)", values.tolist()))


def within(values: np.ndarray, bounds: np.ndarray) -> float:
    """Sum of squares around the means of the classes."""
    number = np.searchsorted(bounds, values)
    return float(sum(((values[number == k] - values[number == k].mean()) ** 2).sum() for k in np.unique(number)))


@pytest.mark.parametrize("seed", range(5))
def test_natural_breaks_are_fisher_jenks(opened: Page, seed: int) -> None:
    values = np.random.default_rng(seed).gamma(2.0, size=300)
    assert_allclose(breaks(opened, "natural", values), mapclassify.FisherJenks(values, k=7).bins, rtol=1e-12)


def test_natural_breaks_of_a_sample_are_nearly_as_good(opened: Page) -> None:
    values = np.random.default_rng(9).gamma(2.0, size=3000)
    best = within(values, mapclassify.FisherJenks(values, k=7).bins)
    found = breaks(opened, "natural", values)
    assert found[-1] == values.max()
    assert within(values, found) < 1.05 * best


def test_equal_intervals_are_equal(opened: Page) -> None:
    values = np.random.default_rng(2).uniform(size=200)
    assert_allclose(breaks(opened, "equal", values), mapclassify.EqualInterval(values, k=7).bins, rtol=1e-12)


@pytest.mark.parametrize("how", ["natural", "equal"])
def test_one_value_is_one_class_and_none_is_none(opened: Page, how: str) -> None:
    assert breaks(opened, how, np.full(9, 0.4)).tolist() == [0.4]
    assert breaks(opened, how, np.array([])).tolist() == []


def test_natural_breaks_of_few_values_are_the_values(opened: Page) -> None:
    assert breaks(opened, "natural", np.array([1.0, 5.0, 5.0, 9.0])).tolist() == [1.0, 5.0, 9.0]


def test_the_legend_says_which_classes_and_the_map_follows(opened: Page, result: Any) -> None:
    scores = result.ranking["score"].dropna().to_numpy()
    seen = set()
    for how, words in [("quantile", "分位数分级"), ("equal", "等距分级"), ("natural", "自然断点分级")]:
        opened.select_option("#gt-classing", how)
        legend = opened.locator("#gt-legend").inner_text()
        assert words in legend
        seen.add(legend)
    assert len(seen) == 3
    assert f"{mapclassify.FisherJenks(scores, k=7).bins[0]:.3f}" in legend
    opened.locator("#gt-layers input[type=radio]").last.check()  # the status has no classes to cut
    assert not opened.locator("#gt-classing").is_visible()
    opened.locator("#gt-layers input[type=radio]").first.check()
    opened.click("#gt-languages button[data-language=en]")
    assert "Natural breaks" in opened.locator("#gt-legend").inner_text()
    assert opened.locator("#gt-classing option:checked").inner_text() == "Natural breaks"
