from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geotransfer import (
    CriterionError,
    draw_errors,
    rank_acceptability,
    score_linear,
    score_piecewise,
    uncertain_ranking,
)
from geotransfer.errors import InputError

UNIT = partial(score_linear, worst=0.0, best=1.0)
PLACES = np.random.default_rng(5).random((150, 2)) * [4000, 3000]
DISTANCE = np.hypot(*(PLACES[:, None] - PLACES[None]).transpose(2, 0, 1))


def test_a_normal_error_has_its_size() -> None:
    drawn = draw_errors(CriterionError("zone", standard_error=0.02), [1.0, 5.0], draws=40_000, seed=1)
    np.testing.assert_allclose(drawn.mean(axis=0), [1, 5], atol=0.001)
    np.testing.assert_allclose(drawn.std(axis=0), 0.02, rtol=0.02)
    assert abs(np.corrcoef(drawn.T)[0, 1]) < 0.02


def test_a_triangular_error_by_its_closed_form() -> None:
    # peak 0, from a to b: mean (a + b) / 3, variance (a^2 + b^2 - a b) / 18; P(below 0) = -a / (b - a)
    a, b = -0.02, 0.06
    drawn = draw_errors(CriterionError("zone", low=a, high=b), np.zeros(4), draws=30_000, seed=1)
    assert drawn.mean() == pytest.approx((a + b) / 3, abs=0.0002)
    assert drawn.var() == pytest.approx((a**2 + b**2 - a * b) / 18, rel=0.02)
    assert (drawn < 0).mean() == pytest.approx(-a / (b - a), abs=0.005)
    assert drawn.min() >= a
    assert drawn.max() <= b


def test_a_uniform_error_and_one_sided_ones() -> None:
    drawn = draw_errors(CriterionError("zone", low=-1, high=3, shape="uniform"), np.zeros(4), draws=20_000, seed=1)
    assert drawn.mean() == pytest.approx(1, abs=0.02)
    assert drawn.var() == pytest.approx(4**2 / 12, rel=0.02)
    up = draw_errors(CriterionError("zone", low=0, high=3), np.zeros(2), draws=10_000, seed=1)
    assert up.min() >= 0
    assert up.mean() == pytest.approx(3 / 3, abs=0.02)  # triangular with its peak at 0: a third of the width
    np.testing.assert_array_equal(draw_errors(CriterionError("zone", low=0, high=0), [7.0], draws=3, seed=1), 7)


def test_a_relative_error_grows_with_the_value() -> None:
    drawn = draw_errors(CriterionError("national", standard_error=0.1, relative=True), [1.0, 10.0], draws=9, seed=1)
    np.testing.assert_allclose(drawn[:, 1], 10 * drawn[:, 0])


def test_zones_with_a_size_each() -> None:
    drawn = draw_errors(CriterionError("zone", standard_error=(0.0, 2.0)), [1.0, 1.0], draws=20_000, seed=1)
    assert drawn.std(axis=0) == pytest.approx([0, 2], rel=0.02)


@settings(max_examples=50, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 100)), min_size=2, max_size=8),
    st.sampled_from(["province", "national"]),
    st.booleans(),
    st.integers(0, 99),
)
def test_counties_of_one_province_never_swap(rows: list[tuple[str, int]], scope: str, normal: bool, seed: int) -> None:
    groups, numbers = zip(*rows, strict=True)
    values = np.array(numbers) / 100
    error = CriterionError(scope, standard_error=0.3) if normal else CriterionError(scope, low=-0.3, high=0.5)
    drawn = UNIT(draw_errors(error, values, draws=20, seed=seed, groups={"province": groups}))
    order = np.argsort(values, kind="stable")
    for group in set(groups):
        inside = [i for i in order if groups[i] == group]
        assert (np.diff(drawn[:, inside], axis=1) >= -1e-12).all()


def test_a_provincial_error_swaps_provinces_but_not_counties() -> None:
    values = [[0.50], [0.51], [0.52]]
    options: dict[str, Any] = {"scorers": [UNIT], "seed": 1, "draws": 2000, "groups": {"province": ["a", "a", "b"]}}
    provincial = uncertain_ranking(values, errors=[CriterionError("province", standard_error=0.05)], **options)
    assert provincial.acceptability[0, 0] == 0  # county 1 is always better than county 0
    assert 0.4 < provincial.acceptability[1, 0] < 0.5
    by_zone = uncertain_ranking(values, errors=[CriterionError("zone", standard_error=0.05)], **options)
    assert by_zone.acceptability[0, 0] > 0.2


@pytest.mark.parametrize(("covariance", "within", "overall"), [("exponential", 0.07, 0.05), ("gaussian", 0.01, 0.05)])
@pytest.mark.parametrize("range_km", [50.0, 300.0, 1000.0, 3000.0])
def test_the_correlation_of_a_field(covariance: Any, within: float, overall: float, range_km: float) -> None:
    from geotransfer.mcda.uncertainty import _waves

    waves = _waves(PLACES, CriterionError("field", standard_error=1, range_km=range_km, covariance=covariance))
    found = np.einsum("ui,uj->ij", waves, waves)
    ratio = DISTANCE / range_km
    expected = np.exp(-3 * ratio) if covariance == "exponential" else np.exp(-3 * ratio**2)
    np.testing.assert_allclose(np.diag(found), 1)
    assert abs(found - expected)[range_km > DISTANCE].max() < within
    assert np.sqrt(((found - expected) ** 2).mean()) < overall


def test_a_field_is_drawn_with_that_correlation() -> None:
    error = CriterionError("field", standard_error=2.0, range_km=600)
    drawn = draw_errors(error, np.zeros(3), draws=20_000, seed=1, coordinates_km=[[0, 0], [100, 0], [2000, 0]])
    np.testing.assert_allclose(drawn.std(axis=0), 2, rtol=0.02)
    assert np.corrcoef(drawn.T)[0, 1:] == pytest.approx([np.exp(-3 * 100 / 600), 0], abs=0.07)


def test_without_errors_it_is_rank_acceptability() -> None:
    scores = np.random.default_rng(1).random((12, 3))
    plain = rank_acceptability(scores, seed=4, draws=900, weights=[1, 2, 3], concentration=20)
    other = uncertain_ranking(
        scores, scorers=[UNIT] * 3, errors=[None] * 3, seed=4, draws=900, weights=[1, 2, 3], concentration=20
    )
    np.testing.assert_array_equal(plain.counts, other.counts)
    np.testing.assert_array_equal(plain.central_weights, other.central_weights)
    np.testing.assert_array_equal(plain.confidence, other.confidence)


def test_an_error_of_nothing_changes_nothing() -> None:
    scores = np.random.default_rng(1).random((12, 3))
    none = CriterionError("zone", standard_error=0.0)
    plain = rank_acceptability(scores, seed=4, draws=900)
    other = uncertain_ranking(scores, scorers=[UNIT] * 3, errors=[none, None, none], seed=4, draws=900)
    np.testing.assert_array_equal(plain.counts, other.counts)


def test_the_confidence_factor_by_hand() -> None:
    # One criterion, weight 1: the central weight is 1 and the confidence is the share of draws won. The difference of
    # two uniform errors on [-1, 1] is triangular on [-2, 2]: P(difference > -1) = 1 - 1/8.
    error = CriterionError("zone", low=-1, high=1, shape="uniform")
    result = uncertain_ranking(
        [[6.0], [5.0]],
        scorers=[partial(score_linear, worst=0, best=10)],
        errors=[error],
        seed=1,
        draws=10_000,
        confidence_draws=10_000,
    )
    assert result.confidence == pytest.approx([7 / 8, 1 / 8], abs=0.01)
    np.testing.assert_array_equal(result.confidence, result.acceptability[:, 0])


def test_the_value_moves_not_the_score() -> None:
    # beyond the last point of a score an error changes nothing
    scorer = partial(score_piecewise, points=[(0, 0.0), (10, 1.0)])
    error = CriterionError("zone", low=-1, high=1)
    result = uncertain_ranking([[100.0], [9.0]], scorers=[scorer], errors=[error], seed=1, draws=500)
    assert result.top(1).tolist() == [1, 0]


GOOD = CriterionError("zone", standard_error=1.0)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({}, "either standard_error, or low and high"),
        ({"standard_error": 1.0, "low": -1, "high": 1}, "either standard_error, or low and high"),
        ({"low": -1.0}, "either standard_error, or low and high"),
        ({"low": 1.0, "high": 2.0}, "low <= 0 <= high"),
        ({"low": np.nan, "high": 2.0}, "low <= 0 <= high"),
        ({"standard_error": -1.0}, "finite number >= 0"),
        ({"standard_error": np.nan}, "finite number >= 0"),
        ({"standard_error": 1.0, "range_km": 5.0}, "belongs to the scope 'field'"),
        ({"scope": "field", "standard_error": 1.0}, "belongs to the scope 'field'"),
        ({"scope": "field", "standard_error": 1.0, "range_km": 0.0}, "finite number > 0"),
        ({"scope": "province", "standard_error": (1.0, 2.0)}, "an error that zones share has one size"),
        ({"standard_error": 1.0, "shape": "beta"}, "'triangular' or 'uniform'"),
        ({"standard_error": 1.0, "covariance": "matern"}, "'exponential' or 'gaussian'"),
    ],
)
def test_errors_that_say_nothing_or_too_much(options: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        CriterionError(**{"scope": "zone", **options})


def test_groups_and_places_must_fit() -> None:
    error = CriterionError("province", standard_error=1.0)
    with pytest.raises(InputError, match=r"pass groups=\{'province'"):
        draw_errors(error, [1.0], draws=1, seed=1)
    with pytest.raises(InputError, match="has 1 labels, expected 2"):
        draw_errors(error, [1.0, 2.0], draws=1, seed=1, groups={"province": ["a"]})
    field = CriterionError("field", standard_error=1.0, range_km=10)
    with pytest.raises(InputError, match="pass coordinates_km"):
        draw_errors(field, [1.0], draws=1, seed=1)
    with pytest.raises(InputError, match=r"expected \(1, 2\), finite"):
        draw_errors(field, [1.0], draws=1, seed=1, coordinates_km=[[np.nan, 0]])
    with pytest.raises(InputError, match="has 2 numbers, expected 1"):
        draw_errors(CriterionError("zone", standard_error=(1.0, 2.0)), [1.0], draws=1, seed=1)


def test_scorers_must_fit() -> None:
    with pytest.raises(InputError, match="2 criteria, there are 1 scorers and 2 errors"):
        uncertain_ranking(np.eye(2), scorers=[UNIT], errors=[None, None], seed=1)
    with pytest.raises(InputError, match=r"scorers\[0\] gave shape \(2,\) for \(2,\), or numbers that are not finite"):
        uncertain_ranking([[1.0], [2.0]], scorers=[lambda v: v * np.nan], errors=[GOOD], seed=1)
    with pytest.raises(InputError, match="values of 1 of 2 zones are not finite"):
        uncertain_ranking([[1.0], [np.nan]], scorers=[UNIT], errors=[GOOD], seed=1)
