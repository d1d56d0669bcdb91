from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geotransfer.errors import InputError
from geotransfer.spatial.zonal import Coverage
from geotransfer.spec.scenario import scenario
from geotransfer.spec.scoring import score
from geotransfer.study.evaluate import (
    RuleStep,
    between_group_share,
    rank_order,
    site_weights,
    spearman,
    zone_areas,
    zone_values,
)
from geotransfer.supply.measured import Measured

# two zones over a row of four cells: zone 0 has cells 0, 1 and half of 2; zone 1 the other half of 2, and 3
COVERED = Coverage(np.array([0, 0, 0, 1, 1]), np.array([0, 1, 2, 2, 3]), np.array([1, 1, 0.5, 0.5, 1.0]), 2)
ALL = np.ones((1, 4), dtype=bool)


def step(name: str, *, alone: list[float], left: list[float]) -> RuleStep:
    return RuleStep(name, np.array(alone, dtype=float), np.array(left, dtype=float))


# by hand: the first rule forbids cells 0 and 2, the second cells 2 and 3
FIRST = step("first", alone=[0, 1, 0, 0, 1], left=[0, 1, 0, 0, 1])
SECOND = step("second", alone=[1, 1, 0, 0, 0], left=[0, 1, 0, 0, 0])


def test_areas_by_hand_alone_and_in_order() -> None:
    areas = zone_areas(COVERED, [FIRST, SECOND], ALL, cell_km2=10.0, needed_km2=np.array([5.0, 5.0]))
    assert areas.total.tolist() == [25, 15]
    assert areas.eligible.tolist() == [10, 0]
    assert areas.excluded.tolist() == [15, 15]
    assert areas.alone["second"].tolist() == [5, 15]
    assert areas.in_order["second"].tolist() == [0, 10]
    # zone 1 keeps 10 km2 after the first rule, nothing after the second
    assert areas.failed_by == ["", "second"]


def test_parts_of_cells_count_as_parts() -> None:
    half = step("half", alone=[0.5] * 5, left=[0.5] * 5)
    areas = zone_areas(COVERED, [half], ALL, cell_km2=10.0, needed_km2=np.array([12.0, 8.0]))
    assert areas.eligible.tolist() == [12.5, 7.5]
    assert areas.failed_by == ["", "half"]


def test_removed_in_order_and_eligible_add_up_to_the_area_with_data() -> None:
    rng = np.random.default_rng(3)
    alone = rng.random((5, 5))
    steps = [RuleStep(str(i), alone[i], np.prod(alone[: i + 1], axis=0)) for i in range(5)]
    areas = zone_areas(COVERED, steps, ALL, cell_km2=1.0, needed_km2=np.zeros(2))
    np.testing.assert_allclose(sum(areas.in_order.values()) + areas.eligible, areas.with_data, atol=1e-12)


def test_room_that_is_given_back_makes_a_failure_undone_only_where_it_is_enough() -> None:
    # zone 0 has 10 of 25 km2 left, then 20 again, then 10; zone 1 nothing, then 5, then 5
    steps = [
        step("a", alone=[0, 1, 0, 0, 0], left=[0, 1, 0, 0, 0]),
        RuleStep("back", np.ones(5), np.array([1.0, 1, 0, 0, 0.5]), gives_back=True),
        step("b", alone=[0, 1, 1, 1, 1], left=[0, 1, 0, 0, 0.5]),
    ]
    areas = zone_areas(COVERED, steps, ALL, cell_km2=10.0, needed_km2=np.array([15.0, 8.0]))
    assert {name: area.tolist() for name, area in areas.in_order.items()} == {
        "a": [15, 15], "back": [-10, -5], "b": [10, 0],
    }  # fmt: skip
    assert areas.failed_by == ["b", "a"]
    assert areas.eligible.tolist() == [10, 5]
    # too small and unknown zones stay what they are
    tiny = zone_areas(COVERED, steps[:2], ALL, cell_km2=10.0, needed_km2=np.array([30.0, 4.0]))
    assert tiny.failed_by == ["too_small", ""]


def test_a_small_zone_and_a_zone_without_data_are_told_apart() -> None:
    known = np.array([[True, True, False, False]])
    areas = zone_areas(COVERED, [], known, cell_km2=10.0, needed_km2=np.array([30.0, 5.0]))
    assert areas.failed_by == ["too_small", "nodata"]


def test_the_best_site_fills_up_from_the_best_cell() -> None:
    scores = np.array([0.1, 0.9, 0.5, 0.5, 0.7])
    assert site_weights(COVERED, scores, COVERED.share, site_cells=1.2).tolist() == pytest.approx([0, 1, 0.2, 0.2, 1])
    # an excluded best cell and a missing score are never part of it, half a cell only by half
    available = COVERED.share * [1, 0, 1, 1, 1]
    scores[4] = np.nan
    assert site_weights(COVERED, scores, available, site_cells=1.2).tolist() == pytest.approx([0.7, 0, 0.5, 0.5, 0])


def test_equal_scores_are_taken_in_the_order_of_the_cells() -> None:
    assert site_weights(COVERED, np.full(5, 0.5), COVERED.share, site_cells=1.0).tolist() == [1, 0, 0, 0.5, 0.5]


@given(st.lists(st.floats(0, 1), min_size=5, max_size=5), st.floats(0.1, 5))
def test_the_site_is_as_large_as_the_zone_allows(scores: list[float], size: float) -> None:
    weights = site_weights(COVERED, np.array(scores), COVERED.share, site_cells=size)
    assert (weights <= COVERED.share + 1e-12).all()
    assert Coverage(COVERED.zone, COVERED.cell, weights, 2).total(np.ones(5)) == pytest.approx(
        [min(size, 2.5), min(size, 1.5)]
    )


def test_an_unlimited_site_is_the_mean_of_the_zone() -> None:
    cells = Measured(np.array([[1.0, 2.0, 4.0, 8.0]]))
    everything = site_weights(COVERED, np.arange(5.0), COVERED.share, site_cells=np.inf)
    assert zone_values({"a": cells}, COVERED, everything)["a"].tolist() == [
        (1 + 2 + 0.5 * 4) / 2.5,
        (0.5 * 4 + 8) / 1.5,
    ]


def test_a_value_of_the_zone_wins_over_its_cells() -> None:
    price = Measured(np.full((1, 4), 9.0), np.array([0.3, np.nan]))
    found = zone_values({"p": price}, COVERED, COVERED.share)["p"]
    np.testing.assert_array_equal(found, [0.3, np.nan])


def test_ties_are_broken_by_the_key_of_the_zone() -> None:
    order, ranks = rank_order(np.array([0.5, 0.5 + 1e-15, np.nan, 0.9]), np.array(["b", "a", "c", "d"], dtype=object))
    assert ranks.tolist() == [3, 2, -1, 1]
    assert order.tolist() == [3, 1, 0, 2]


def test_variance_share_by_hand() -> None:
    # means 1 and 4, grand mean 2.5: between 4 x 1.5^2 = 9; within 4 x 1 = 4
    values = np.array([0.0, 2.0, 3.0, 5.0])
    groups = np.array(["x", "x", "y", "y"], dtype=object)
    assert between_group_share(values, groups) == pytest.approx(9 / 13)
    assert np.isnan(between_group_share(np.ones(4), groups))
    with pytest.raises(InputError, match="expected the same"):
        between_group_share(values, groups[:2])


def test_spearman_agrees_with_scipy_and_says_nothing_of_nothing() -> None:
    from scipy.stats import spearmanr

    a, b = np.random.default_rng(5).random((2, 50))
    assert spearman(a, b) == pytest.approx(spearmanr(a, b).statistic)
    assert np.isnan(spearman(np.ones(5), np.arange(5.0)))
    assert np.isnan(spearman(np.array([1.0, np.nan]), np.array([1.0, 2.0])))


def test_scores_on_a_log_scale_by_hand() -> None:
    people = scenario("aluminium").criteria["people"]
    middle = 10**5.5
    assert score(people, np.array([0.0, 31623, middle, 1e9])) == pytest.approx([0, 0, 0.5, 1], abs=1e-5)
