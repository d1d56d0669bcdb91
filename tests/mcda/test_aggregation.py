from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from geotransfer import order_weights, ordered_weighted_average, vetoed, weighted_product, weighted_sum
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


# --- weighted product


def test_product_by_hand() -> None:
    assert weighted_product([[0.25, 1.0], [0.5, 0.5]], [1, 3]) == pytest.approx([0.25**0.25, 0.5])
    assert weighted_product([[0.0, 1.0]], [1, 99]).tolist() == [0]


def test_product_gaps_and_what_does_not_fit() -> None:
    assert np.isnan(weighted_product([[np.nan, 0.0]], [1, 1]))[0]
    assert weighted_product([[np.nan, 0.5]], [0, 1]).tolist() == [0.5]
    assert weighted_product([[-1.0, 0.5]], [0, 1]).tolist() == [0.5]
    for score in (-0.1, np.inf):
        with pytest.raises(InputError, match=r"criterion 1 .* negative or infinite"):
            weighted_product([[1.0, score]], [1, 1])


@given(SCORES, WEIGHTS)
def test_product_is_at_most_the_sum(scores: np.ndarray, weights: np.ndarray) -> None:
    # the geometric mean is at most the arithmetic one
    assert (weighted_product(scores, weights) <= weighted_sum(scores, weights) + 1e-12).all()


# --- ordered weighted average


@pytest.mark.parametrize("orness", [0, 0.1, 0.5, 0.6, 0.9, 1])
@pytest.mark.parametrize("n", [2, 3, 7])
def test_order_weights_meet_the_orness_and_are_a_geometric_sequence(n: int, orness: float) -> None:
    weights = order_weights(n, orness)
    assert weights.sum() == pytest.approx(1, abs=1e-14)
    assert (weights * np.arange(n - 1, -1, -1)).sum() / (n - 1) == pytest.approx(orness, abs=1e-12)
    assert weights[1:-1] ** 2 == pytest.approx(weights[:-2] * weights[2:], abs=1e-14)


def test_order_weights_of_three_by_hand() -> None:
    # weights 1, t, t^2 over their sum; orness (1 + t / 2) / (1 + t + t^2) = 5 / 7 for t = 1 / 2: 4, 2, 1 sevenths
    assert order_weights(3, 5 / 7) == pytest.approx([4 / 7, 2 / 7, 1 / 7])
    assert order_weights(3, 2 / 7) == pytest.approx([1 / 7, 2 / 7, 4 / 7])
    assert order_weights(1, 0.9).tolist() == [1]


def test_ordered_by_hand() -> None:
    # best 0.8 (weight 1/4), then 0.2 (3/4); order weights 0.9, 0.1: W(1/4) = 0.45
    result = ordered_weighted_average([[0.2, 0.8]], [3, 1], order_weights=[0.9, 0.1])
    assert result == pytest.approx([0.45 * 0.8 + 0.55 * 0.2])


def test_equally_important_criteria_are_plain_owa() -> None:
    result = ordered_weighted_average([[0.7, 1.0, 0.3, 0.6]], np.ones(4), order_weights=[0.4, 0.3, 0.2, 0.1])
    assert result == pytest.approx([0.4 * 1 + 0.3 * 0.7 + 0.2 * 0.6 + 0.1 * 0.3])


@given(SCORES, WEIGHTS)
def test_equal_order_weights_are_the_weighted_sum(scores: np.ndarray, weights: np.ndarray) -> None:
    result = ordered_weighted_average(scores, weights, order_weights=[1, 1, 1])
    np.testing.assert_allclose(result, weighted_sum(scores, weights), atol=1e-12)


@given(SCORES, WEIGHTS)
def test_ends_are_the_best_and_the_worst_score_of_equal_criteria(scores: np.ndarray, weights: np.ndarray) -> None:
    best = ordered_weighted_average(scores, [1, 1, 1], order_weights=order_weights(3, 1))
    worst = ordered_weighted_average(scores, [1, 1, 1], order_weights=order_weights(3, 0))
    np.testing.assert_allclose(best, scores.max(axis=1), atol=1e-12)
    np.testing.assert_allclose(worst, scores.min(axis=1), atol=1e-12)


@given(SCORES, WEIGHTS, WEIGHTS, st.permutations(range(3)))
def test_order_of_the_criteria_does_not_matter(
    scores: np.ndarray, weights: np.ndarray, emphasis: np.ndarray, order: list[int]
) -> None:
    result = ordered_weighted_average(scores, weights, order_weights=emphasis)
    other = ordered_weighted_average(scores[:, order], weights[order], order_weights=emphasis)
    np.testing.assert_allclose(result, other, atol=1e-12)


@given(SCORES, WEIGHTS, WEIGHTS, st.integers(0, 2), st.floats(0, 1))
def test_a_better_score_is_never_worse(
    scores: np.ndarray, weights: np.ndarray, emphasis: np.ndarray, criterion: int, step: float
) -> None:
    better = scores.copy()
    better[:, criterion] += step
    before = ordered_weighted_average(scores, weights, order_weights=emphasis)
    assert (ordered_weighted_average(better, weights, order_weights=emphasis) >= before - 1e-12).all()


def test_ordered_gaps_cells_and_what_does_not_fit() -> None:
    assert np.isnan(ordered_weighted_average([[np.nan, 0.5]], [1, 1], order_weights=[1, 0]))[0]
    assert ordered_weighted_average([[np.nan, 0.5]], [0, 1], order_weights=[1]).tolist() == [0.5]
    assert ordered_weighted_average(np.ones((4, 5, 3)), [1, 1, 1], order_weights=[3, 2, 1]).shape == (4, 5)
    with pytest.raises(InputError, match=r"expected \(2,\)"):
        ordered_weighted_average([[1, 1, 1]], [1, 1, 0], order_weights=[1, 1, 1])
    with pytest.raises(InputError, match="orness between 0 and 1"):
        order_weights(3, 1.1)


# --- veto


def test_one_score_below_its_veto_is_enough() -> None:
    scores = [[0.1, 1.0], [0.2, 0.0], [1.0, np.nan], [np.nan, 1.0], [0.1, np.nan]]
    assert vetoed(scores, minimum=[0.2, np.nan]).tolist() == [True, False, False, False, True]
    assert vetoed(np.ones((2, 3, 1)), minimum=[2]).all()
    with pytest.raises(InputError, match="one per criterion"):
        vetoed(scores, minimum=[0.2])
