from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geotransfer import score_linear, score_piecewise
from geotransfer.errors import InputError

NUMBER = st.floats(-1e6, 1e6)


def test_linear_by_hand_in_both_directions() -> None:
    assert score_linear([0, 25, 100, 130], worst=0, best=100).tolist() == [0, 0.25, 1, 1]
    assert score_linear([0.28, 0.45, 0.365], worst=0.45, best=0.28) == pytest.approx([1, 0, 0.5])


def test_zero_is_a_bound_like_any_other() -> None:
    assert score_linear([0.0, -1.0], worst=-2.0, best=0.0).tolist() == [1, 0.5]


def test_nan_stays_nan() -> None:
    assert np.isnan(score_linear([np.nan], worst=0, best=1))[0]
    assert np.isnan(score_piecewise([np.nan], points=[(0, 0), (1, 1)]))[0]


@given(st.lists(NUMBER, min_size=2, max_size=20), NUMBER, NUMBER)
def test_linear_is_bounded_and_monotone(values: list[float], worst: float, best: float) -> None:
    if abs(worst - best) < 1e-9:
        return
    ordered = np.sort(values) if best > worst else np.sort(values)[::-1]
    scores = score_linear(ordered, worst=worst, best=best)
    assert ((scores >= 0) & (scores <= 1)).all()
    assert (np.diff(scores) >= -1e-12).all()


@given(st.lists(NUMBER, min_size=1, max_size=20))
def test_piecewise_through_two_points_is_linear(values: list[float]) -> None:
    line = score_linear(values, worst=-10, best=30)
    np.testing.assert_allclose(score_piecewise(values, points=[(-10, 0), (30, 1)]), line, atol=1e-12)


def test_a_middle_may_be_best() -> None:
    assert score_piecewise([5, 15, 25], points=[(0, 0), (10, 1), (20, 1), (30, 0)]).tolist() == [0.5, 1, 0.5]


def test_bad_bounds() -> None:
    with pytest.raises(InputError, match=r"both 3\.0"):
        score_linear([1], worst=3.0, best=3.0)
    with pytest.raises(InputError, match="two finite numbers"):
        score_linear([1], worst=float("nan"), best=1)
    with pytest.raises(InputError, match="strictly rising"):
        score_piecewise([1], points=[(1, 0), (1, 1)])
    with pytest.raises(InputError, match="between 0 and 1"):
        score_piecewise([1], points=[(0, 0), (1, 2)])
    with pytest.raises(InputError, match="at least two"):
        score_piecewise([1], points=[(0, 0)])
