"""What every method that compares zones refuses, and what it does about gaps, ties and weights of 0."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from geotransfer import promethee_ii, spotis, topsis, vikor
from geotransfer.errors import InputError

BOUNDS = [(0, 10), (0, 10), (0, 10)]
UP = ["max", "max", "min"]
MATRIX = np.array([[1.0, 9.0, 3.0], [4.0, 2.0, 5.0], [8.0, 6.0, 7.0], [2.0, 2.0, 2.0]])


def by_topsis(matrix: object, weights: object, directions: object = UP) -> np.ndarray:
    return topsis(matrix, weights, directions=directions)  # type: ignore[arg-type]


def by_minmax(matrix: object, weights: object, directions: object = UP) -> np.ndarray:
    return topsis(matrix, weights, directions=directions, normalization="minmax")  # type: ignore[arg-type]


def by_fixed(matrix: object, weights: object, directions: object = UP) -> np.ndarray:
    return topsis(matrix, weights, directions=directions, normalization="fixed", bounds=BOUNDS)  # type: ignore[arg-type]


def by_spotis(matrix: object, weights: object, directions: object = UP) -> np.ndarray:
    return 1 - spotis(matrix, weights, directions=directions, bounds=BOUNDS)  # type: ignore[arg-type]


def by_vikor(matrix: object, weights: object, directions: object = UP) -> np.ndarray:
    return -vikor(matrix, weights, directions=directions).q  # type: ignore[arg-type]


def by_usual(matrix: object, weights: object, directions: object = UP) -> np.ndarray:
    return promethee_ii(matrix, weights, directions=directions)  # type: ignore[arg-type]


def by_linear(matrix: object, weights: object, directions: object = UP) -> np.ndarray:
    return promethee_ii(matrix, weights, directions=directions, preference="linear", strict=3)  # type: ignore[arg-type]


def by_gaussian(matrix: object, weights: object, directions: object = UP) -> np.ndarray:
    return promethee_ii(matrix, weights, directions=directions, preference="gaussian", inflection=2)  # type: ignore[arg-type]


ALONE = [by_fixed, by_spotis]
TOGETHER = [by_topsis, by_minmax, by_vikor, by_usual, by_linear, by_gaussian]
Method = Callable[..., np.ndarray]


@pytest.mark.parametrize("method", ALONE + TOGETHER)
def test_a_zone_with_a_weighted_gap_is_unknown_and_left_out(method: Method) -> None:
    weights = [2, 1, 1]
    with_gap = method(np.vstack([MATRIX[:2], [[9, np.nan, 9]], MATRIX[2:]]), weights)
    assert np.isnan(with_gap).tolist() == [False, False, True, False, False]
    np.testing.assert_array_equal(np.delete(with_gap, 2), method(MATRIX, weights))


@pytest.mark.parametrize("method", ALONE + TOGETHER)
def test_a_criterion_of_weight_0_does_not_count(method: Method) -> None:
    odd = MATRIX.copy()
    odd[:, 1] = [np.nan, np.inf, -1e9, 5]
    np.testing.assert_array_equal(method(odd, [2, 0, 1]), method(MATRIX, [2, 0, 1]))


@pytest.mark.parametrize("method", ALONE + TOGETHER)
def test_order_of_zones_and_criteria_and_scale_of_the_weights_do_not_matter(method: Method) -> None:
    result = method(MATRIX, [3, 2, 1])
    assert method(MATRIX[::-1], [3, 2, 1]) == pytest.approx(result[::-1])
    assert method(MATRIX[:, [1, 0, 2]], [2, 3, 1]) == pytest.approx(result)
    assert method(MATRIX, [300, 200, 100]) == pytest.approx(result)


@pytest.mark.parametrize("method", ALONE + TOGETHER)
def test_equal_zones_get_the_same_and_a_dominated_zone_less(method: Method) -> None:
    result = method([[5, 5, 5], [5, 5, 5], [6, 6, 4], [1, 1, 9]], [1, 1, 1])
    assert result[0] == result[1]
    assert result[2] > result[0] > result[3]


@pytest.mark.parametrize("method", ALONE + TOGETHER)
def test_a_constant_criterion_makes_no_difference_to_the_order(method: Method) -> None:
    flat = MATRIX.copy()
    flat[:, 1] = 0.1
    assert np.argsort(method(flat, [2, 5, 1])).tolist() == np.argsort(method(flat, [2, 0, 1])).tolist()


@pytest.mark.parametrize("method", ALONE)
def test_one_zone_is_enough_with_fixed_bounds(method: Method) -> None:
    assert method([[10, 10, 0]], [1, 1, 1]).tolist() == [1]
    np.testing.assert_array_equal(method([[10, 10, 0], [0, 0, 10]], [1, 1, 1]), [1, 0])


@pytest.mark.parametrize("method", TOGETHER)
def test_one_zone_cannot_be_compared(method: Method) -> None:
    for matrix in ([[1, 2, 3]], [[1, 2, 3], [1, np.nan, 3]]):
        with pytest.raises(InputError, match=r"at least two|all alike"):
            method(matrix, [1, 1, 1])


@pytest.mark.parametrize("method", [by_fixed, by_spotis, by_topsis, by_minmax, by_usual, by_linear, by_gaussian])
def test_no_zone_with_data_gives_no_number(method: Method) -> None:
    assert np.isnan(method(np.full((2, 3), np.nan), [1, 1, 1])).all()
    assert method(np.empty((0, 3)), [1, 1, 1]).tolist() == []


@pytest.mark.parametrize("method", ALONE + TOGETHER)
def test_what_does_not_fit(method: Method) -> None:
    with pytest.raises(InputError, match=r"expected \(zones, criteria\)"):
        method([1, 2, 3], [1, 1, 1])
    with pytest.raises(InputError, match="at least one criterion"):
        method(np.ones((3, 0)), [])
    with pytest.raises(InputError, match=r"weights have shape \(2,\)"):
        method(MATRIX, [1, 1])
    with pytest.raises(InputError, match="finite numbers >= 0"):
        method(MATRIX, [1, 1, np.nan])
    with pytest.raises(InputError, match="infinite values"):
        method([[1, 2, np.inf], [1, 2, 3]], [1, 1, 1])
    with pytest.raises(InputError, match="expected 3, one 'max' or 'min' per criterion"):
        method(MATRIX, [1, 1, 1], ["max", "min"])
    with pytest.raises(InputError, match="directions hold 'up'"):
        method(MATRIX, [1, 1, 1], ["max", "min", "up"])


@pytest.mark.parametrize("method", ALONE)
def test_bounds_that_do_not_fit(method: Method) -> None:
    with pytest.raises(InputError, match=r"criteria \[0, 2\] .* beyond their bounds"):
        method([[11, 5, 5], [1, 5, -1]], [1, 1, 1])


@pytest.mark.slow
def test_a_million_zones() -> None:
    matrix = np.random.default_rng(1).integers(0, 10, (1_000_000, 3)).astype(float)
    for method in (by_topsis, by_fixed, by_spotis, by_vikor, by_usual, by_linear):
        result = method(matrix, [3, 2, 1])
        # the same three numbers, the same result; (9, 9, 0) is the best there is
        best = (matrix == [9, 9, 0]).all(axis=1)
        assert np.unique(result[best]).tolist() == [result.max()]
