from __future__ import annotations

from collections.abc import Callable
from math import exp

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

import geotransfer.mcda.outranking as outranking
from geotransfer import promethee_ii
from geotransfer.errors import InputError

VALUES = arrays(float, (7, 3), elements=st.floats(-50, 50) | st.integers(-3, 3).map(float))
WHOLE = arrays(float, (7, 3), elements=st.integers(-10, 10).map(float))
WEIGHTS = arrays(float, 3, elements=st.floats(0.1, 10))
THRESHOLD = st.floats(0.01, 20)
MIXED = ["max", "min", "max"]


def pairwise(values: np.ndarray, weights: np.ndarray, prefer: Callable[[float], float]) -> np.ndarray:
    """The definition: every pair, one at a time."""
    n, turned = len(values), values * [1, -1, 1]
    flow = np.zeros(n)
    for a in range(n):
        for b in range(n):
            for k, weight in enumerate(weights / weights.sum()):
                difference = turned[a, k] - turned[b, k]
                flow[a] += weight * (prefer(difference) - prefer(-difference)) / (n - 1)
    return flow


# --- worked examples


def test_usual_of_zhao() -> None:
    # Zhao, H., Peng, Y., Li, W. (2013), Revised PROMETHEE II for improving efficiency in emergency response, Procedia
    # Computer Science 17, 181-188 (matrix as in the tests of pymcdm): leaving 0.55 0.35 0.6, entering 0.45 0.65 0.4
    flow = promethee_ii([[4, 3, 2], [3, 2, 4], [5, 1, 3]], [0.5, 0.3, 0.2], directions=["max"] * 3)
    assert flow == pytest.approx([0.1, -0.3, 0.2])


def test_linear_by_hand() -> None:
    # values 0, 1, 4; strict from 4: preferences 1 over 0: 1/4, 4 over 0: 1, 4 over 1: 3/4
    flow = promethee_ii([[0], [1], [4]], [1], directions=["max"], preference="linear", strict=4)
    assert flow == pytest.approx([-(1 / 4 + 1) / 2, (1 / 4 - 3 / 4) / 2, (1 + 3 / 4) / 2])
    # indifferent up to 1: 0, (4 - 1) / 3 = 1, (3 - 1) / 3
    flow = promethee_ii([[0], [1], [4]], [1], directions=["max"], preference="linear", indifference=1, strict=4)
    assert flow == pytest.approx([-1 / 2, -(2 / 3) / 2, (1 + 2 / 3) / 2])


def test_gaussian_by_hand() -> None:
    flow = promethee_ii([[10], [7]], [1], directions=["min"], preference="gaussian", inflection=3)
    assert flow == pytest.approx([-(1 - exp(-1 / 2)), 1 - exp(-1 / 2)])


def test_thresholds_per_criterion() -> None:
    one = promethee_ii([[0, 0], [1, 2]], [3, 1], directions=["max", "max"], preference="linear", strict=[4, 8])
    assert one == pytest.approx([-1 / 4, 1 / 4])
    with_gap = [[0, 0], [1, 2]]
    assert promethee_ii(
        with_gap, [1, 0], directions=["max", "max"], preference="gaussian", inflection=[1, np.nan]
    ) == pytest.approx([-(1 - exp(-1 / 2)), 1 - exp(-1 / 2)])


# --- the fast ways are the definition


@given(VALUES, WEIGHTS)
def test_usual_is_the_pairwise_definition(values: np.ndarray, weights: np.ndarray) -> None:
    expected = pairwise(values, weights, lambda d: float(d > 0))
    np.testing.assert_allclose(promethee_ii(values, weights, directions=MIXED), expected, atol=1e-12)


@given(VALUES, WEIGHTS, st.floats(0, 5), THRESHOLD)
def test_linear_is_the_pairwise_definition(
    values: np.ndarray, weights: np.ndarray, indifference: float, more: float
) -> None:
    expected = pairwise(values, weights, lambda d: min(max((d - indifference) / more, 0), 1))
    flow = promethee_ii(
        values, weights, directions=MIXED, preference="linear", indifference=indifference, strict=indifference + more
    )
    np.testing.assert_allclose(flow, expected, atol=1e-9)


@given(WHOLE, WEIGHTS, st.integers(0, 5))
def test_a_step_where_both_thresholds_are_equal(values: np.ndarray, weights: np.ndarray, step: int) -> None:
    expected = pairwise(values, weights, lambda d: float(d > step))
    flow = promethee_ii(values, weights, directions=MIXED, preference="linear", indifference=step, strict=step)
    np.testing.assert_allclose(flow, expected, atol=1e-12)


@given(VALUES, WEIGHTS, THRESHOLD)
def test_gaussian_is_the_pairwise_definition(values: np.ndarray, weights: np.ndarray, bend: float) -> None:
    expected = pairwise(values, weights, lambda d: 1 - exp(-(d**2) / (2 * bend**2)) if d > 0 else 0)
    flow = promethee_ii(values, weights, directions=MIXED, preference="gaussian", inflection=bend)
    np.testing.assert_allclose(flow, expected, atol=1e-12)


def test_blocks_change_no_byte(monkeypatch: pytest.MonkeyPatch) -> None:
    values = np.random.default_rng(1).random((50, 3))
    whole = promethee_ii(values, [1, 2, 3], directions=MIXED, preference="gaussian", inflection=0.3)
    for pairs in (1, 50 * 7, 50 * 50):
        monkeypatch.setattr(outranking, "BLOCK_PAIRS", pairs)
        flow = promethee_ii(values, [1, 2, 3], directions=MIXED, preference="gaussian", inflection=0.3)
        assert flow.tobytes() == whole.tobytes()


# --- laws


@given(VALUES, WEIGHTS, THRESHOLD)
def test_flows_sum_to_0_and_stay_within_1(values: np.ndarray, weights: np.ndarray, bend: float) -> None:
    for flow in (
        promethee_ii(values, weights, directions=MIXED),
        promethee_ii(values, weights, directions=MIXED, preference="linear", strict=bend),
        promethee_ii(values, weights, directions=MIXED, preference="gaussian", inflection=bend),
    ):
        assert flow.sum() == pytest.approx(0, abs=1e-9)
        assert (np.abs(flow) <= 1 + 1e-9).all()


@given(WHOLE, WEIGHTS, st.integers(-20, 20), st.sampled_from([0.5, 2, 4]))
def test_usual_knows_the_order_only(values: np.ndarray, weights: np.ndarray, shift: int, factor: float) -> None:
    flow = promethee_ii(values, weights, directions=MIXED)
    np.testing.assert_array_equal(promethee_ii(values * factor + shift, weights, directions=MIXED), flow)
    np.testing.assert_array_equal(promethee_ii(values**3, weights, directions=MIXED), flow)


@given(VALUES, WEIGHTS, st.floats(0.1, 30))
def test_a_better_value_is_never_worse(values: np.ndarray, weights: np.ndarray, step: float) -> None:
    better = values.copy()
    better[2] += np.array([step, -step, step])
    for options in ({}, {"preference": "linear", "strict": 5}, {"preference": "gaussian", "inflection": 5}):
        before, after = (promethee_ii(part, weights, directions=MIXED, **options) for part in (values, better))  # type: ignore[arg-type]
        assert after[2] >= before[2] - 1e-9


def test_thresholds_that_do_not_fit() -> None:
    def flow(**options: object) -> None:
        promethee_ii([[1, 2], [2, 3]], [1, 1], directions=["max", "max"], **options)  # type: ignore[arg-type]

    with pytest.raises(InputError, match="'usual', 'linear' or 'gaussian'"):
        flow(preference="level")
    with pytest.raises(InputError, match="needs strict"):
        flow(preference="linear")
    with pytest.raises(InputError, match="needs inflection"):
        flow(preference="gaussian")
    with pytest.raises(InputError, match="inflection is given, but preference 'usual'"):
        flow(inflection=1)
    with pytest.raises(InputError, match="expected strict >= indifference"):
        flow(preference="linear", indifference=2, strict=1)
    with pytest.raises(InputError, match="inflection is 0"):
        flow(preference="gaussian", inflection=[1, 0])
    with pytest.raises(InputError, match="strict has shape"):
        flow(preference="linear", strict=[1, 2, 3])
    for bad in (-1, np.nan, np.inf):
        with pytest.raises(InputError, match="expected finite numbers >= 0"):
            flow(preference="linear", strict=bad)
