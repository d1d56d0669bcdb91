from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from geotransfer import combined_weights, rank_order_weights, score_linear, swing_weights, weighted_sum
from geotransfer.errors import InputError

WEIGHTS = arrays(float, 4, elements=st.floats(0.01, 10))


# --- from an order


@pytest.mark.parametrize(
    ("n", "expected"),
    [
        (1, [1]),
        (3, np.array([1 + 1 / 2 + 1 / 3, 1 / 2 + 1 / 3, 1 / 3]) / 3),
        (4, np.array([25, 13, 7, 3]) / 48),
        (5, np.array([137, 77, 47, 27, 12]) / 300),
    ],
)
def test_centroid_closed_forms(n: int, expected: np.ndarray) -> None:
    # sums of 1/k over n: 1 + 1/2 + 1/3 + 1/4 = 25/12, ... + 1/5 = 137/60
    assert rank_order_weights(n) == pytest.approx(expected, abs=1e-15)


def test_rank_sum_and_reciprocal_by_hand() -> None:
    assert rank_order_weights(4, method="sum") == pytest.approx([0.4, 0.3, 0.2, 0.1])
    # 1, 1/2, 1/3, 1/4 sum to 25/12
    assert rank_order_weights(4, method="reciprocal") == pytest.approx(np.array([12, 6, 4, 3]) / 25)


def test_centroid_is_the_mean_of_weights_in_that_order() -> None:
    draws = np.sort(np.random.default_rng(1).dirichlet(np.ones(4), 100_000), axis=1)[:, ::-1]
    assert rank_order_weights(4) == pytest.approx(draws.mean(axis=0), abs=0.002)


@pytest.mark.parametrize("method", ["centroid", "sum", "reciprocal"])
def test_order_weights_fall_and_sum_to_1(method: str) -> None:
    weights = rank_order_weights(15, method=method)  # type: ignore[arg-type]
    assert (np.diff(weights) < 0).all()
    assert weights.sum() == pytest.approx(1, abs=1e-15)


def test_order_weights_what_does_not_fit() -> None:
    with pytest.raises(InputError, match="at least one criterion"):
        rank_order_weights(0)
    with pytest.raises(InputError, match="'centroid', 'sum' or 'reciprocal'"):
        rank_order_weights(3, method="roc")  # type: ignore[arg-type]


# --- from swings


def test_swings_are_points_over_their_sum() -> None:
    assert swing_weights([100, 60, 40]).tolist() == [0.5, 0.3, 0.2]


def test_a_narrower_scored_range_weighs_less() -> None:
    judged, scored = [(0.5, 0.3), (0.0, 10.0)], [(0.45, 0.35), (0.0, 10.0)]
    # half the range of the first: 50 and 50 points
    assert swing_weights([100, 50], judged=judged, scored=scored) == pytest.approx([0.5, 0.5])


@given(arrays(float, (6, 2), elements=st.floats(0, 1)), st.floats(0.1, 0.9), st.floats(1, 100))
def test_the_trade_offs_do_not_depend_on_the_scored_range(values: np.ndarray, width: float, points: float) -> None:
    """Two zones differ by the same amount (up to one factor) whether scored over the judged range or a wider one."""
    judged, wide = [(0.0, 1.0), (1.0, 0.0)], [(0.0, 1.0), (1.0 + width, 0.0 - width)]

    def total(ranges: list[tuple[float, float]]) -> np.ndarray:
        weights = swing_weights([points, 50], judged=judged, scored=ranges)
        scores = [score_linear(values[:, k], worst=ranges[k][0], best=ranges[k][1]) for k in range(2)]
        result = weighted_sum(np.column_stack(scores), weights)
        return (result - result[0]) / weights[0]

    np.testing.assert_allclose(total(judged), total(wide), atol=1e-9)


def test_swings_that_do_not_fit() -> None:
    with pytest.raises(InputError, match="both judged and scored"):
        swing_weights([1, 1], judged=[(0, 1), (0, 1)])
    with pytest.raises(InputError, match=r"judged .* worst != best"):
        swing_weights([1, 1], judged=[(0, 1), (1, 1)], scored=[(0, 1), (0, 1)])
    with pytest.raises(InputError, match=r"criterion 1 .* rises in one range"):
        swing_weights([1, 1], judged=[(0, 1), (0, 1)], scored=[(0, 1), (1, 0)])


# --- combined


def test_product_by_hand() -> None:
    # 0.6 * 0.2 = 0.12, 0.4 * 0.8 = 0.32
    assert combined_weights([0.6, 0.4], [0.2, 0.8]) == pytest.approx([12 / 44, 32 / 44])


def test_game_theory_by_hand() -> None:
    # s.s = 0.68, s.o = 0.40, o.o = 0.50: a = 0.50 * 0.28 and b = 0.68 * 0.10, both over one determinant
    a, b = 0.50 * 0.28, 0.68 * 0.10
    expected = (a * np.array([0.8, 0.2, 0.0]) + b * np.array([0.5, 0.0, 0.5])) / (a + b)
    assert combined_weights([0.8, 0.2, 0.0], [0.5, 0.0, 0.5], method="game_theory") == pytest.approx(expected)
    # the equations as they stand in the paper
    people, data = np.array([0.8, 0.2, 0.0]), np.array([0.5, 0.0, 0.5])
    solved = np.linalg.solve([[0.68, 0.40], [0.40, 0.50]], [0.68, 0.50])
    assert expected == pytest.approx((solved[0] * people + solved[1] * data) / solved.sum())


@given(WEIGHTS, WEIGHTS)
def test_game_theory_lies_between_both(people: np.ndarray, data: np.ndarray) -> None:
    mixed = combined_weights(people, data, method="game_theory")
    both = np.array([people / people.sum(), data / data.sum()])
    assert mixed.sum() == pytest.approx(1)
    assert (mixed >= both.min(axis=0) - 1e-9).all()
    assert (mixed <= both.max(axis=0) + 1e-9).all()
    np.testing.assert_allclose(mixed, combined_weights(data, people, method="game_theory"), atol=1e-9)


def test_game_theory_with_equal_or_uniform_sets() -> None:
    assert combined_weights([1, 3], [1, 3], method="game_theory").tolist() == [0.25, 0.75]
    assert combined_weights([1, 1], [1, 4], method="game_theory") == pytest.approx([0.2, 0.8])


def test_combinations_that_do_not_fit() -> None:
    with pytest.raises(InputError, match="sum to 0"):
        combined_weights([1, 0], [0, 1])
    with pytest.raises(InputError, match=r"expected \(2,\)"):
        combined_weights([1, 1], [1, 1, 1])
    with pytest.raises(InputError, match="'product' or 'game_theory'"):
        combined_weights([1, 1], [1, 1], method="mean")  # type: ignore[arg-type]
