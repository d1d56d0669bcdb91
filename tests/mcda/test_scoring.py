from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geotransfer import score_categories, score_linear, score_logistic, score_piecewise
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


def test_logistic_by_hand_in_both_directions() -> None:
    # odds of 1/9 at worst, 9 at best; a quarter of the way they are 9 ** -0.5
    assert score_logistic([0, 25, 50, 100], worst=0, best=100, tail=0.1) == pytest.approx([0.1, 1 / 4, 0.5, 0.9])
    assert score_logistic([0.5, 0.3], worst=0.5, best=0.3) == pytest.approx([0.01, 0.99])


def test_logistic_never_overflows_and_tells_values_beyond_the_bounds_apart() -> None:
    assert score_logistic([-1e300, 1e300], worst=0, best=1).tolist() == [0, 1]
    beyond = score_logistic([1.1, 1.2, np.nan], worst=0, best=1)
    assert beyond[0] < beyond[1] < 1
    assert np.isnan(beyond[2])


def test_logistic_bad_bounds() -> None:
    with pytest.raises(InputError, match=r"above 0 and below 0\.5"):
        score_logistic([1], worst=0, best=1, tail=0.5)
    with pytest.raises(InputError, match=r"both 3\.0"):
        score_logistic([1], worst=3.0, best=3.0)


def test_categories_by_number_and_by_text() -> None:
    codes = np.array([[10.0, np.nan], [60.0, 10.0]])
    np.testing.assert_array_equal(score_categories(codes, scores={10: 0.2, 60: 1}), [[0.2, np.nan], [1.0, 0.2]])
    names = ["park", None, "farm", float("nan")]
    np.testing.assert_array_equal(score_categories(names, scores={"park": 1, "farm": 0}), [1, np.nan, 0, np.nan])
    assert score_categories(np.array(["a", "b"]), scores={"a": 0.5, "b": 0.25}).tolist() == [0.5, 0.25]
    assert score_categories([], scores={}).tolist() == []


def test_an_unknown_category_is_an_error_unless_it_is_scored_nan() -> None:
    with pytest.raises(InputError, match=r"hold 7, 9, which scores does not name \(it names 10\)"):
        score_categories([10, 7, 9, 9], scores={10: 0.2})
    with pytest.raises(InputError, match="and 2 more"):
        score_categories(range(7), scores={})
    assert np.isnan(score_categories([7], scores={7: np.nan}))[0]


def test_categories_have_scores_between_0_and_1() -> None:
    with pytest.raises(InputError, match="between 0 and 1"):
        score_categories([1], scores={1: 1.5})
