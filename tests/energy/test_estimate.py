"""Figures with low and high: the arithmetic by hand, and that it keeps them in order."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geotransfer.energy.estimate import Estimate, exactly
from geotransfer.errors import InputError

NUMBER = st.floats(0.001, 1000)


@st.composite
def estimates(draw):
    low, value, high = sorted(draw(NUMBER) for _ in range(3))
    return Estimate(value, low, high)


def test_arithmetic_by_hand():
    first, second = Estimate([2.0], [1.0], [4.0]), Estimate([5.0], [4.0], [8.0])
    for result, expected in (
        (first + second, (1 + 4, 2 + 5, 4 + 8)),
        (first * second, (1 * 4, 2 * 5, 4 * 8)),
        (first / second, (1 / 8, 2 / 5, 4 / 4)),
    ):
        assert (result.low[0], result.value[0], result.high[0]) == expected


@given(estimates(), estimates())
def test_every_operation_keeps_the_order(first, second):
    for result in (first + second, first * second, first / second):
        assert result.low <= result.value <= result.high


def test_choosing_and_taking():
    chosen = exactly([1.0, 2.0]).where([True, False], Estimate([5.0, 6.0], [4.0, 5.0], [7.0, 8.0]))
    assert chosen.value.tolist() == [1.0, 6.0]
    assert chosen.high.tolist() == [1.0, 8.0]
    assert chosen[np.array([1, 1])].low.tolist() == [5.0, 5.0]


def test_it_is_a_value():
    figures = Estimate([1.0], [0.5], [2.0])
    with pytest.raises(ValueError, match="read-only"):
        figures.value[0] = 3.0


def test_unknown_figures_have_no_order():
    assert np.isnan(exactly([np.nan]).high[0])


@pytest.mark.parametrize("triple", [([1], [2], [3]), ([1], [0], [0.5]), ([1], [-1], [2])])
def test_figures_out_of_order(triple):
    with pytest.raises(InputError, match=r"at place 0, expected 0 <= low <= value <= high"):
        Estimate(*triple)


def test_shapes_that_differ():
    with pytest.raises(InputError, match=r"have the shapes \(2,\), \(1,\), \(2,\), expected one shape"):
        Estimate([1, 1], [1], [1, 1])
