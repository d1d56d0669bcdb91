from __future__ import annotations

from math import sqrt

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from geotransfer import score_linear, spotis, topsis, vikor, weighted_sum
from geotransfer.errors import InputError

VALUES = arrays(float, (6, 3), elements=st.integers(0, 100).map(float))
WEIGHTS = arrays(float, 3, elements=st.floats(0.1, 10))
MIXED = ["max", "min", "max"]

# Tzeng, G.-H., Huang, J.-J. (2011), Multiple Attribute Decision Making: Methods and Applications, CRC Press
TZENG_HUANG = [[5, 8, 4], [7, 6, 8], [8, 8, 6], [7, 4, 6]]


# --- TOPSIS


def test_topsis_of_tzeng_and_huang() -> None:
    result = topsis(TZENG_HUANG, [0.3, 0.4, 0.3], directions=["max"] * 3)
    assert result == pytest.approx([0.5037, 0.6581, 0.7482, 0.3340], abs=0.00005)


def test_topsis_minmax_is_another_number() -> None:
    # third zone: best on the first two criteria, halfway on the third
    to_best, to_worst = 0.3 / 2, sqrt(0.3**2 + 0.4**2 + (0.3 / 2) ** 2)
    result = topsis(TZENG_HUANG, [0.3, 0.4, 0.3], directions=["max"] * 3, normalization="minmax")
    assert result[2] == pytest.approx(to_worst / (to_best + to_worst))
    assert result[2] == pytest.approx(0.7768, abs=0.00005)


def test_topsis_vector_by_hand() -> None:
    # norms 5 and 5: (0.6, 0.8), (0.8, 0.6); each zone best on one criterion, weights 3 to 1
    assert topsis([[3, 4], [4, 3]], [3, 1], directions=["max", "max"]) == pytest.approx([0.25, 0.75])
    assert topsis([[3, 4], [4, 3]], [3, 1], directions=["min", "max"]) == pytest.approx([1, 0])


def test_topsis_fixed_by_hand() -> None:
    # scaled 0.5 and (turned) 0.75
    to_best, to_worst = sqrt(0.25 + 0.0625), sqrt(0.25 + 0.5625)
    result = topsis([[5, 1]], [1, 1], directions=["max", "min"], normalization="fixed", bounds=[(0, 10), (0, 4)])
    assert result == pytest.approx([to_worst / (to_best + to_worst)])


def test_huge_values_do_not_overflow() -> None:
    result = topsis(np.array([[3, 4], [4, 3]]) * 1e200, [3, 1], directions=["max", "max"])
    assert result == pytest.approx([0.25, 0.75])


@given(VALUES, WEIGHTS, st.floats(0.01, 100), st.floats(-100, 100))
def test_topsis_scale_and_shift(values: np.ndarray, weights: np.ndarray, factor: float, shift: float) -> None:
    assume(np.ptp(values, axis=0).any())
    for normalization in ("vector", "minmax"):
        result = topsis(values, weights, directions=MIXED, normalization=normalization)  # type: ignore[arg-type]
        scaled = topsis(values * factor, weights, directions=MIXED, normalization=normalization)  # type: ignore[arg-type]
        np.testing.assert_allclose(result, scaled, atol=1e-9)
        assert ((result >= 0) & (result <= 1)).all()
    shifted = topsis(values + shift, weights, directions=MIXED, normalization="minmax")
    np.testing.assert_allclose(result, shifted, atol=1e-9)


@given(VALUES, WEIGHTS, st.integers(0, 2), st.floats(0, 50))
def test_topsis_fixed_never_gets_worse_by_a_better_value_and_ignores_the_other_zones(
    values: np.ndarray, weights: np.ndarray, criterion: int, step: float
) -> None:
    bounds = [(-100, 200)] * 3
    result = topsis(values, weights, directions=MIXED, normalization="fixed", bounds=bounds)
    better = values.copy()
    better[:, criterion] += -step if MIXED[criterion] == "min" else step
    assert (topsis(better, weights, directions=MIXED, normalization="fixed", bounds=bounds) >= result - 1e-12).all()
    alone = topsis(values[:1], weights, directions=MIXED, normalization="fixed", bounds=bounds)
    assert alone[0] == result[0]


def test_topsis_that_does_not_fit() -> None:
    with pytest.raises(InputError, match="all alike"):
        topsis([[1, 2], [1, 2]], [1, 1], directions=["max", "max"])
    with pytest.raises(InputError, match="go together"):
        topsis([[1], [2]], [1], directions=["max"], normalization="fixed")
    with pytest.raises(InputError, match="go together"):
        topsis([[1], [2]], [1], directions=["max"], bounds=[(0, 1)])
    with pytest.raises(InputError, match="'vector', 'minmax' or 'fixed'"):
        topsis([[1], [2]], [1], directions=["max"], normalization="sum")  # type: ignore[arg-type]
    with pytest.raises(InputError, match=r"expected \(1, 2\)"):
        topsis([[1], [2]], [1], directions=["max"], normalization="fixed", bounds=[0, 1])
    with pytest.raises(InputError, match="low below high"):
        topsis([[1], [2]], [1], directions=["max"], normalization="fixed", bounds=[(3, 0)])


# --- SPOTIS


def test_spotis_of_dezert() -> None:
    # Dezert et al. (2020), examples 1 and 2
    result = spotis(
        [[10.5, -3.1, 1.7], [-4.7, 0, 3.4], [8.1, 0.3, 1.3], [3.2, 7.3, -5.3]],
        [0.2, 0.3, 0.5],
        directions=["max", "min", "max"],
        bounds=[(-5, 12), (-6, 10), (-8, 5)],
    )
    assert result == pytest.approx([0.1989, 0.3705, 0.3063, 0.7491], abs=0.00005)
    cars = spotis(
        [
            [15000, 4.3, 99, 42, 737],
            [15290, 5.0, 116, 42, 892],
            [15350, 5.0, 114, 45, 952],
            [15490, 5.3, 123, 45, 1120],
        ],
        [0.2941, 0.2353, 0.2353, 0.0588, 0.1765],
        directions=["min", "min", "min", "max", "max"],
        bounds=[(14000, 16000), (3, 8), (80, 140), (35, 60), (650, 1300)],
    )
    assert cars == pytest.approx([0.4779, 0.5781, 0.5558, 0.5801], abs=0.00006)


@given(VALUES, WEIGHTS)
def test_spotis_is_the_rest_of_the_weighted_sum(values: np.ndarray, weights: np.ndarray) -> None:
    scores = np.column_stack(
        [
            score_linear(values[:, 0], worst=0, best=100),
            score_linear(values[:, 1], worst=200, best=-10),
            score_linear(values[:, 2], worst=-5, best=100),
        ]
    )
    result = spotis(values, weights, directions=MIXED, bounds=[(0, 100), (-10, 200), (-5, 100)])
    np.testing.assert_allclose(1 - result, weighted_sum(scores, weights), atol=1e-12)


# --- VIKOR


def test_vikor_of_opricovic_and_tzeng_2004() -> None:
    # European Journal of Operational Research 156(2), 445-455: a mountain climber's risk and altitude
    for matrix in ([[1, 3000], [2, 3750], [5, 4500]], [[6, 2], [7, 2.75], [10, 3.5]]):
        result = vikor(matrix, [0.5, 0.5], directions=["min", "max"])
        assert result.s == pytest.approx([0.5, 0.375, 0.5])
        assert result.r == pytest.approx([0.5, 0.25, 0.5])
        assert result.q == pytest.approx([1, 0, 1])
        assert result.compromise.tolist() == [1]
        assert result.acceptable_advantage
        assert result.acceptable_stability


# Opricovic, S., Tzeng, G.-H. (2007), Extended VIKOR method in comparison with outranking methods, European Journal of
# Operational Research 178(2), 514-529: six hydropower systems, four sets of weights (numbers as in scikit-criteria)
DRINA = [
    [4184.3, 2914.0, 407.2, 251.0, 195, 244, 15, 2.41],
    [5211.9, 3630.0, 501.7, 308.3, 282, 346, 21, 1.41],
    [5021.3, 3920.5, 504.0, 278.6, 12, 56, 3, 4.42],
    [5566.1, 3957.9, 559.5, 335.3, 167, 268, 16, 3.36],
    [5060.5, 3293.5, 514.1, 284.2, 69, 90, 7, 4.04],
    [4317.9, 2925.9, 432.8, 239.3, 12, 55, 3, 4.36],
]


@pytest.mark.parametrize(
    ("weights", "s", "r", "q", "compromise", "advantage"),
    [
        ([1] * 8, [0.692, 0.700, 0.290, 0.423, 0.280, 0.346], [0.125, 0.125, 0.121, 0.125, 0.067, 0.125],
         [0.991, 1.0, 0.473, 0.670, 0.0, 0.578], [4], True),
        ([2] * 4 + [1] * 4, [0.701, 0.600, 0.386, 0.365, 0.317, 0.459], [0.167, 0.114, 0.161, 0.167, 0.089, 0.167],
         [1.0, 0.533, 0.552, 0.563, 0.0, 0.686], [4], True),
        ([1] * 4 + [2] * 4, [0.683, 0.800, 0.193, 0.480, 0.243, 0.232], [0.113, 0.167, 0.080, 0.122, 0.044, 0.083],
         [0.684, 1.0, 0.147, 0.554, 0.041, 0.191], [4, 2, 5], False),
        ([1] * 4 + [3.2] * 4, [0.678, 0.857, 0.138, 0.513, 0.222, 0.167], [0.129, 0.190, 0.057, 0.139, 0.042, 0.060],
         [0.668, 1.0, 0.051, 0.588, 0.058, 0.078], [2, 4, 5], False),
    ],
)  # fmt: skip
def test_vikor_of_opricovic_and_tzeng_2007(
    weights: list[float], s: list[float], r: list[float], q: list[float], compromise: list[int], advantage: bool
) -> None:
    directions = ["max", "min", "max", "max", "min", "min", "min", "max"]
    result = vikor(DRINA, weights, directions=directions)
    assert result.s == pytest.approx(s, abs=0.0015)
    assert result.r == pytest.approx(r, abs=0.0015)
    assert result.q == pytest.approx(q, abs=0.0015)
    assert result.compromise.tolist() == compromise
    assert result.acceptable_advantage == advantage
    assert result.acceptable_stability


def test_an_advantage_without_stability_takes_the_second_one_in() -> None:
    # five costs, equal weights, each from 1 to 101; regrets of the fourth zone 10, 10, 10, 15, 60 hundredths of 1/5
    matrix = [[1, 101, 1, 101, 1], [101, 1, 101, 1, 101], [1, 1, 1, 1, 101], [11, 11, 11, 16, 61], [56] * 5]
    result = vikor(matrix, np.ones(5), directions=["min"] * 5)
    assert result.s == pytest.approx([0.4, 0.6, 0.2, 1.05 / 5, 0.55])
    assert result.r == pytest.approx([0.2, 0.2, 0.2, 0.12, 0.11])
    assert result.q[3] == pytest.approx(0.5 * 0.01 / 0.4 + 0.5 * 0.01 / 0.09)
    assert result.compromise.tolist() == [3, 4]
    assert result.acceptable_advantage
    assert not result.acceptable_stability


def test_compromise_counts_the_zones_of_the_matrix() -> None:
    result = vikor([[np.nan, 1], [1, 3000], [2, 3750], [5, 4500]], [1, 1], directions=["min", "max"])
    assert result.compromise.tolist() == [2]
    assert np.isnan(result.q[0])


def test_zones_that_are_all_alike_are_all_the_compromise() -> None:
    result = vikor([[1, 2], [1, 2], [1, 2]], [1, 1], directions=["min", "max"])
    assert result.q.tolist() == [0, 0, 0]
    assert result.compromise.tolist() == [0, 1, 2]


def test_the_group_weight() -> None:
    matrix = [[0, 10, 10], [5, 5, 8], [10, 2, 6]]
    only_s, only_r = (vikor(matrix, [1, 1, 1], directions=["max"] * 3, group_weight=v) for v in (1, 0))
    assert np.argsort(only_s.q).tolist() == np.argsort(only_s.s).tolist()
    assert only_r.q == pytest.approx((only_r.r - only_r.r.min()) / np.ptp(only_r.r))
    with pytest.raises(InputError, match="between 0 and 1"):
        vikor(matrix, [1, 1, 1], directions=["max"] * 3, group_weight=1.5)


@given(VALUES, WEIGHTS, st.floats(0.01, 100), st.floats(-100, 100))
def test_vikor_laws(values: np.ndarray, weights: np.ndarray, factor: float, shift: float) -> None:
    result = vikor(values, weights, directions=MIXED)
    assert ((result.q >= 0) & (result.q <= 1 + 1e-12)).all()
    assert (result.r <= result.s + 1e-12).all()
    assert result.q[result.compromise[0]] == pytest.approx(result.q.min(), abs=1e-9)
    other = vikor(values * factor + shift, weights, directions=MIXED)
    np.testing.assert_allclose(other.s, result.s, atol=1e-7)
    np.testing.assert_allclose(other.r, result.r, atol=1e-7)
