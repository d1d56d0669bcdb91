from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from geotransfer import weighted_sum
from geotransfer.errors import InputError
from geotransfer.mcda.weighting import normalized_weights

SCORES = arrays(float, (6, 3), elements=st.floats(0, 1))
WEIGHTS = arrays(float, 3, elements=st.floats(0.01, 10))


def test_by_hand() -> None:
    assert weighted_sum([[0.2, 0.8], [1.0, 0.0]], [1, 3]) == pytest.approx([(0.2 + 3 * 0.8) / 4, 0.25])


def test_cells_and_zones_give_the_same() -> None:
    scores = np.random.default_rng(1).random((4, 5, 3))
    flat = weighted_sum(scores.reshape(-1, 3), [1, 2, 3])
    np.testing.assert_array_equal(weighted_sum(scores, [1, 2, 3]).ravel(), flat)


def test_a_weighted_gap_is_unknown_and_an_unweighted_one_does_not_count() -> None:
    assert np.isnan(weighted_sum([[np.nan, 0.5]], [1, 1]))[0]
    assert weighted_sum([[np.nan, 0.5]], [0, 1]).tolist() == [0.5]


@given(SCORES, WEIGHTS, st.floats(0.1, 100))
def test_scaled_weights_change_nothing(scores: np.ndarray, weights: np.ndarray, factor: float) -> None:
    np.testing.assert_allclose(weighted_sum(scores, weights), weighted_sum(scores, weights * factor), atol=1e-12)


@given(SCORES, WEIGHTS)
def test_between_the_worst_and_the_best_score(scores: np.ndarray, weights: np.ndarray) -> None:
    total = weighted_sum(scores, weights)
    assert (total >= scores.min(axis=1) - 1e-12).all()
    assert (total <= scores.max(axis=1) + 1e-12).all()


@pytest.mark.parametrize("weights", [[np.nan, 1], [-1, 2], [np.inf, 1]])
def test_weights_must_be_finite_and_not_negative(weights: list[float]) -> None:
    with pytest.raises(InputError, match="finite numbers >= 0"):
        weighted_sum([[1, 1]], weights)


def test_weights_that_sum_to_zero_or_do_not_fit() -> None:
    with pytest.raises(InputError, match="sum to 0"):
        normalized_weights([0, 0])
    with pytest.raises(InputError, match=r"expected \(2,\)"):
        weighted_sum([[1, 1]], [1, 1, 1])
    with pytest.raises(InputError, match="single number"):
        weighted_sum(1.0, [1])
