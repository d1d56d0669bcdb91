"""Fuzzy membership: the formulas of QGIS (qgsalgorithmfuzzifyraster.cpp) and of Zadeh, worked out by hand."""

from __future__ import annotations

from math import exp
from typing import get_args

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geotransfer import score_fuzzy
from geotransfer.errors import InputError
from geotransfer.mcda.fuzzy import FuzzyKind

KINDS = get_args(FuzzyKind)


@pytest.mark.parametrize(
    ("kind", "midpoint", "spread", "values", "expected"),
    [
        ("small", 50, 5, [25, 50, 100], [1 / (1 + 0.5**5), 0.5, 1 / (1 + 2**5)]),
        ("large", 50, 5, [25, 50, 100], [1 / (1 + 2**5), 0.5, 1 / (1 + 0.5**5)]),
        ("near", 50, 0.01, [40, 50, 70], [1 / (1 + 0.01 * 100), 1, 1 / (1 + 0.01 * 400)]),
        ("gaussian", 10, 0.01, [0, 10, 30], [exp(-0.01 * 100), 1, exp(-0.01 * 400)]),
        ("sigmoid", 10, 0.5, [6, 10, 14], [1 / (1 + exp(2)), 0.5, 1 / (1 + exp(-2))]),
        ("sigmoid", 10, -0.5, [6, 10, 14], [1 / (1 + exp(-2)), 0.5, 1 / (1 + exp(2))]),
        ("s_shaped", 10, 4, [5, 6, 8, 10, 12, 14, 15], [0, 0, 2 / 16, 0.5, 1 - 2 / 16, 1, 1]),
        ("s_shaped", 10, -4, [5, 6, 8, 10, 12, 14, 15], [1, 1, 1 - 2 / 16, 0.5, 2 / 16, 0, 0]),
    ],
)
def test_by_hand(kind: FuzzyKind, midpoint: float, spread: float, values: list[float], expected: list[float]) -> None:
    assert score_fuzzy(values, kind=kind, midpoint=midpoint, spread=spread) == pytest.approx(expected, abs=1e-15)


def test_zero_and_huge_values_reach_the_limits_without_a_warning() -> None:
    assert score_fuzzy([0, 1e300, np.inf], kind="large", midpoint=50, spread=5).tolist() == [0, 1, 1]
    assert score_fuzzy([0, 1e300, np.inf], kind="small", midpoint=50, spread=5).tolist() == [1, 0, 0]
    assert score_fuzzy([-1e300, 1e300], kind="sigmoid", midpoint=0, spread=5).tolist() == [0, 1]
    assert score_fuzzy([-1e300, 1e300], kind="near", midpoint=0, spread=5).tolist() == [0, 0]
    assert score_fuzzy([-1e300, 1e300], kind="gaussian", midpoint=0, spread=5).tolist() == [0, 0]


@pytest.mark.parametrize("kind", KINDS)
def test_nan_stays_nan_and_the_shape_stays(kind: FuzzyKind) -> None:
    scores = score_fuzzy([[1, np.nan, 3]], kind=kind, midpoint=2, spread=1)
    assert np.isnan(scores).tolist() == [[False, True, False]]


@given(st.sampled_from(KINDS), st.lists(st.floats(0, 1e4), min_size=1), st.floats(0.1, 1e3), st.floats(0.01, 10))
def test_scores_lie_between_0_and_1(kind: FuzzyKind, values: list[float], midpoint: float, spread: float) -> None:
    scores = score_fuzzy(values, kind=kind, midpoint=midpoint, spread=spread)
    assert ((scores >= 0) & (scores <= 1)).all()


@given(st.lists(st.floats(0, 1e4), min_size=2), st.floats(0.1, 1e3), st.floats(0.01, 10))
def test_large_sigmoid_and_s_rise_and_small_is_the_rest(values: list[float], midpoint: float, spread: float) -> None:
    ordered = np.sort(values)
    for kind in ("large", "sigmoid", "s_shaped"):
        assert (np.diff(score_fuzzy(ordered, kind=kind, midpoint=midpoint, spread=spread)) >= -1e-15).all()
    small, large = (score_fuzzy(values, kind=kind, midpoint=midpoint, spread=spread) for kind in ("small", "large"))
    np.testing.assert_allclose(small + large, 1, atol=1e-12)


def test_what_does_not_fit() -> None:
    with pytest.raises(InputError, match="expected one of small, large, near"):
        score_fuzzy([1], kind="linear", midpoint=1, spread=1)  # type: ignore[arg-type]
    with pytest.raises(InputError, match="two finite numbers"):
        score_fuzzy([1], kind="near", midpoint=float("nan"), spread=1)
    with pytest.raises(InputError, match="midpoint above 0"):
        score_fuzzy([1], kind="small", midpoint=0, spread=1)
    with pytest.raises(InputError, match="spread above 0"):
        score_fuzzy([1], kind="gaussian", midpoint=0, spread=-1)
    with pytest.raises(InputError, match="spread not 0"):
        score_fuzzy([1], kind="s_shaped", midpoint=0, spread=0)
    with pytest.raises(InputError, match=r"go down to -3\.0"):
        score_fuzzy([1, -3, np.nan], kind="large", midpoint=1, spread=1)
