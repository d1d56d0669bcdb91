"""Concentration of industries: worked by hand, published examples, laws."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

import geotransfer as gt
from geotransfer.errors import InputError

TABLES = arrays(np.float64, (4, 3), elements=st.floats(1, 1e6))


def test_location_quotient_by_hand() -> None:
    # place 1: 30 of 100; all: 40 of 200 -> (30/100) / (40/200) = 1.5
    found = gt.location_quotient([[30, 70], [10, 90]])
    assert found == pytest.approx(np.array([[0.3 / 0.2, 0.7 / 0.8], [0.1 / 0.2, 0.9 / 0.8]]))


def test_what_nobody_has_is_not_a_number() -> None:
    found = gt.location_quotient([[1, 0], [1, 0]])
    assert found[:, 0].tolist() == [1, 1]
    assert np.isnan(found[:, 1]).all()
    assert np.isnan(gt.location_quotient([[1, 2], [0, 0]])[1]).all()


def test_gradient_coefficient_by_hand() -> None:
    # LQ 1.5; CP = (30/40) / (5/10) = 1.5; 1.5 x 1.5 = 2.25
    found = gt.gradient_coefficient([[30, 70], [10, 90]], [[5, 20], [5, 30]])
    assert found[0, 0] == pytest.approx(1.5 * (30 / 40) / (5 / 10))
    assert found[1, 1] == pytest.approx((0.9 / 0.8) * (90 / 160) / (30 / 50))


def test_krugman_of_two_regions_with_nothing_in_common_is_two() -> None:
    # the example of krugman.spec in the R package REAT, after Farhauer and Kroell (2013)
    assert gt.krugman_index([[20, 10, 70, 0, 0], [0, 0, 0, 60, 40]], against="others").tolist() == [2, 2]


def test_krugman_against_all_by_hand() -> None:
    # shares .3/.7 and .1/.9, together .2/.8: |.1| + |.1|
    assert gt.krugman_index([[30, 70], [10, 90]]) == pytest.approx([0.2, 0.2])
    assert gt.krugman_index([[30, 70], [10, 90]], against="others") == pytest.approx([0.4, 0.4])


def test_herfindahl_by_hand() -> None:
    assert gt.herfindahl([[30, 30, 20, 20], [1, 1, 1, 1], [0, 0, 0, 7]]) == pytest.approx([0.26, 0.25, 1])


@given(TABLES, st.floats(0.01, 100))
def test_units_do_not_matter(table: np.ndarray, scale: float) -> None:
    for function in (gt.location_quotient, gt.krugman_index, gt.herfindahl):
        assert function(table * scale) == pytest.approx(function(table), rel=1e-9, abs=1e-9)


@given(TABLES)
def test_ranges_and_the_mean_of_quotients(table: np.ndarray) -> None:
    # the quotients of an industry, weighted by the size of the places, have the mean 1
    weights = table.sum(axis=1) / table.sum()
    assert weights @ gt.location_quotient(table) == pytest.approx(np.ones(3))
    assert ((gt.krugman_index(table) >= 0) & (gt.krugman_index(table) <= 2)).all()
    assert ((gt.herfindahl(table) >= 1 / 3 - 1e-12) & (gt.herfindahl(table) <= 1)).all()


@pytest.mark.parametrize(
    ("table", "says"),
    [
        ([1, 2], "shape"),
        ([[1, -2]], "is -2 in row 0, column 1"),
        ([[1, float("nan")]], "leave its row or column out"),
        ([[0, 0]], "0 everywhere"),
        ([["a", 1]], "no number"),
    ],
)
def test_bad_tables(table: list[list[float]], says: str) -> None:
    for function in (gt.location_quotient, gt.krugman_index, gt.herfindahl):
        with pytest.raises(InputError, match=says):
            function(table)


def test_bad_pairs_and_words() -> None:
    with pytest.raises(InputError, match="same places and industries"):
        gt.gradient_coefficient([[1, 2]], [[1, 2], [3, 4]])
    with pytest.raises(InputError, match="place 0, industry 1 has value added 2 and no employment"):
        gt.gradient_coefficient([[1, 2]], [[1, 0]])
    with pytest.raises(InputError, match="expected 'all' or 'others'"):
        gt.krugman_index([[1, 2]], against="none")  # type: ignore[arg-type]
