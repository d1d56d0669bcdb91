from __future__ import annotations

from collections.abc import Callable
from math import log, sqrt

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from geotransfer import critic_weights, entropy_weights, merec_weights, standard_deviation_weights
from geotransfer.errors import InputError

MATRIX = arrays(float, (8, 3), elements=st.integers(1, 1000).map(float), unique=True)
MIXED = ["max", "min", "max"]


def critic(matrix: object) -> np.ndarray:
    return critic_weights(matrix, directions=["max"] * np.shape(matrix)[1])  # type: ignore[arg-type]


def merec(matrix: object) -> np.ndarray:
    return merec_weights(matrix, directions=["max"] * np.shape(matrix)[1])  # type: ignore[arg-type]


METHODS = [entropy_weights, standard_deviation_weights, critic, merec]


# --- worked examples


def test_entropy_by_hand() -> None:
    # columns 1, 3 -> 1/4, 3/4 and 2, 2: only the first says anything; the third: 1/8, 7/8
    first = 1 + (0.25 * log(0.25) + 0.75 * log(0.75)) / log(2)
    third = 1 + (0.125 * log(0.125) + 0.875 * log(0.875)) / log(2)
    weights = entropy_weights([[1, 2, 1], [3, 2, 7]])
    assert weights == pytest.approx([first / (first + third), 0, third / (first + third)])


def test_entropy_counts_a_zero_as_nothing() -> None:
    # 0, 1: entropy 0, information 1; 1/4, 3/4 as above
    other = 1 + (0.25 * log(0.25) + 0.75 * log(0.75)) / log(2)
    assert entropy_weights([[0, 1], [5, 3]]) == pytest.approx([1 / (1 + other), other / (1 + other)])


def test_standard_deviation_of_jahan_and_edwards() -> None:
    # Jahan, A., Edwards, K. L. (2013), Weighting of dependent and target-based criteria for optimal decision-making in
    # materials selection process, Materials & Design 49, 1000-1008 (matrix as in the tests of pymcdm)
    matrix = [[0, 0, 0], [0.39, 0.3, 0.77], [0.17, 0.36, 0.8], [0.35, 0.29, 0.93], [0.3, 0.4, 0.94], [0.84, 0.71, 1],
              [1, 1, 0.99]]  # fmt: skip
    assert standard_deviation_weights(matrix) == pytest.approx([0.35, 0.31, 0.34], abs=0.005)


def test_critic_by_hand() -> None:
    # scaled: (0, 1, 0.5), (0, 0.5, 1) and the first again turned; the first two: deviation of both equal, r = 1/2;
    # turned column: r = -1 with the first, -1/2 with the second
    matrix = [[0, 0, 0], [4, 1, 4], [2, 2, 2]]
    weights = critic_weights(matrix, directions=["max", "max", "min"])
    conflict = np.array([1 / 2 + 2, 1 / 2 + 3 / 2, 2 + 3 / 2])
    assert weights == pytest.approx(conflict / conflict.sum())


def test_critic_of_tus_and_adali() -> None:
    # Tuş, A., Adalı, E. A. (2019), The new combination with CRITIC and WASPAS methods for the time and attendance
    # software selection problem, Opsearch 56(2), 528-538 (matrix as in the tests of pymcdm)
    matrix = [[5000, 3, 3, 4, 3, 2], [680, 5, 3, 2, 2, 1], [2000, 3, 2, 3, 4, 3], [600, 4, 3, 1, 2, 2],
              [800, 2, 4, 3, 3, 4]]  # fmt: skip
    assert critic(matrix) == pytest.approx([0.157, 0.249, 0.168, 0.121, 0.154, 0.151], abs=0.0006)


def test_critic_of_diakoulaki() -> None:
    # Diakoulaki et al. (1995), eight Greek companies, as in the tests of scikit-criteria
    matrix = [[61, 1.08, 4.33], [20.7, 0.26, 4.34], [16.3, 1.98, 2.53], [9, 3.29, 1.65], [5.4, 2.77, 2.33],
              [4, 4.12, 1.21], [-6.1, 3.52, 2.10], [-34.6, 3.31, 0.98]]  # fmt: skip
    assert critic(matrix) == pytest.approx([0.20222554, 0.48090173, 0.31687273], abs=1e-8)


def test_merec_of_keshavarz_ghorabaee() -> None:
    # Keshavarz-Ghorabaee et al. (2021), Symmetry 13(4), 525 (matrix as in the tests of pymcdm)
    matrix = [[450, 8000, 54, 145], [10, 9100, 2, 160], [100, 8200, 31, 153], [220, 9300, 1, 162], [5, 8400, 23, 158]]
    weights = merec_weights(matrix, directions=["max", "max", "min", "min"])
    assert weights == pytest.approx([0.5752, 0.0141, 0.4016, 0.0091], abs=0.00005)


def test_merec_by_hand() -> None:
    # min / x: (1, 1/2) and (1, 1/4): S of the second zone ln(1 + (ln 2 + ln 4) / 2), the first has nothing to lose
    whole = log(1 + 3 * log(2) / 2)
    effect = np.array([whole - log(1 + log(4) / 2), whole - log(1 + log(2) / 2)])
    assert merec([[1, 1], [2, 4]]) == pytest.approx(effect / effect.sum())


def test_standard_deviation_does_not_depend_on_the_unit() -> None:
    matrix = np.array([[0.0, 3.0], [1.0, 4.0], [2.0, 4.0]])
    # deviations sqrt(2/3) of range 2, sqrt(2/9) of range 1
    expected = np.array([sqrt(2 / 3) / 2, sqrt(2 / 9)])
    assert standard_deviation_weights(matrix) == pytest.approx(expected / expected.sum())
    assert standard_deviation_weights(matrix * [1000, 1]) == pytest.approx(expected / expected.sum())


# --- laws


@pytest.mark.parametrize("method", METHODS)
@given(matrix=MATRIX, order=st.permutations(range(3)), zones=st.permutations(range(8)))
def test_weights_sum_to_1_and_follow_their_columns(
    method: Callable[[object], np.ndarray], matrix: np.ndarray, order: list[int], zones: list[int]
) -> None:
    assume(abs(np.corrcoef(matrix.T)).min() < 0.999)
    weights = method(matrix)
    assert (weights >= 0).all()
    assert weights.sum() == pytest.approx(1)
    np.testing.assert_allclose(method(matrix[zones][:, order]), weights[order], atol=1e-9)


@pytest.mark.parametrize("method", METHODS)
@given(matrix=MATRIX, factor=st.floats(0.01, 100))
def test_the_unit_of_a_criterion_changes_nothing(
    method: Callable[[object], np.ndarray], matrix: np.ndarray, factor: float
) -> None:
    assume(abs(np.corrcoef(matrix.T)).min() < 0.999)
    np.testing.assert_allclose(method(matrix * [factor, 1, 1]), method(matrix), atol=1e-7)


@given(matrix=MATRIX)
def test_a_turned_column_is_the_column_with_its_sign_changed(matrix: np.ndarray) -> None:
    assume(abs(np.corrcoef(matrix.T)).min() < 0.999)
    turned = critic_weights(matrix * [1, -1, 1], directions=["max", "max", "max"])
    np.testing.assert_allclose(critic_weights(matrix, directions=MIXED), turned, atol=1e-9)


@pytest.mark.parametrize("method", METHODS)
def test_a_constant_criterion_weighs_nothing(method: Callable[[object], np.ndarray]) -> None:
    weights = method([[1, 0.1, 2], [5, 0.1, 9], [7, 0.1, 1]])
    assert weights[1] == 0
    if method is not merec:  # MEREC divides by the number of criteria inside a logarithm
        np.testing.assert_allclose(weights[[0, 2]], method([[1, 2], [5, 9], [7, 1]]), atol=1e-12)
    assert method([[1, 5], [2, 5]]).tolist() == [1, 0]


# --- bad input


@pytest.mark.parametrize("method", METHODS)
def test_what_does_not_fit(method: Callable[[object], np.ndarray]) -> None:
    with pytest.raises(InputError, match="in 1 of 2 zones"):
        method([[1, np.nan], [1, 2]])
    with pytest.raises(InputError, match="NaN or infinite"):
        method([[1, np.inf], [1, 2]])
    with pytest.raises(InputError, match=r"1 zone\(s\); .* at least two"):
        method([[1, 2]])
    with pytest.raises(InputError, match="at least one criterion"):
        method(np.ones((3, 0)))
    with pytest.raises(InputError, match="no criterion tells the zones apart"):
        method([[1, 2], [1, 2], [1, 2]])


def test_values_that_a_method_cannot_take() -> None:
    with pytest.raises(InputError, match="expect values >= 0"):
        entropy_weights([[-1, 1], [1, 2]])
    with pytest.raises(InputError, match=r"criteria \[1\] .* are 0 everywhere"):
        entropy_weights([[1, 0], [2, 0]])
    with pytest.raises(InputError, match="values above 0"):
        merec([[0, 1], [1, 2]])
    with pytest.raises(InputError, match="all perfectly correlated"):
        critic([[1, 2], [2, 4], [3, 6]])
    with pytest.raises(InputError, match="expected 2, one 'max' or 'min' per criterion"):
        critic_weights([[1, 2], [2, 1]], directions="max")
    with pytest.raises(InputError, match="directions hold 'maximum'"):
        critic_weights([[1, 2], [2, 1]], directions=["max", "maximum"])
