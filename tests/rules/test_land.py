from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geotransfer.crs import CHINA_ALBERS
from geotransfer.grid import Grid
from geotransfer.rules.checked_rule import CheckedRule, Forced, Held
from geotransfer.rules.land import land_of, rule_steps
from geotransfer.spatial.zonal import coverage
from geotransfer.study.evaluate import zone_areas

GRID = Grid.from_bounds((0, 0, 4, 2), resolution=1, crs=CHINA_ALBERS)
ZONES = gpd.GeoDataFrame(geometry=[shapely.box(0, 0, 4, 2)], crs=CHINA_ALBERS)


def polygons(name: str, *boxes: tuple[float, float, float, float]) -> CheckedRule:
    return CheckedRule(name, polygons=gpd.GeoSeries([shapely.box(*b) for b in boxes], crs=CHINA_ALBERS))


def cells(name: str, *columns: int) -> CheckedRule:
    forbidden = np.zeros(GRID.shape, dtype=bool)
    forbidden[:, list(columns)] = True
    return CheckedRule(name, cells=forbidden, known=np.ones(GRID.shape, dtype=bool))


@pytest.mark.parametrize(
    ("rules", "left"),
    [
        # 8 cells; apart: 1 and 0.5 are gone
        ([polygons("a", (0, 0, 1, 1)), polygons("b", (3, 0, 3.5, 1))], [7, 6.5]),
        # overlapping: the second takes only what the first left
        ([polygons("a", (0, 0, 1, 1)), polygons("b", (0.5, 0, 1.5, 1))], [7, 6.5]),
        # twice the same
        ([polygons("a", (0, 0, 1, 1)), polygons("b", (0, 0, 1, 1))], [7, 7]),
        # a raster rule in between
        ([polygons("a", (0, 0, 0.5, 2)), cells("r", 0), polygons("b", (0, 0, 1.5, 2))], [7, 6, 5]),
    ],
)
def test_what_is_left_after_each_rule(rules: list[CheckedRule], left: list[float]) -> None:
    covered = coverage(ZONES, GRID)
    steps = rule_steps(rules, ZONES, covered, GRID)
    assert [covered.total(step.left)[0] for step in steps] == pytest.approx(left)
    assert land_of(rules, GRID).allowed.sum() == pytest.approx(left[-1])


def test_a_cell_that_one_rule_forbids_is_known_whatever_the_others_lack() -> None:
    blind = CheckedRule("blind", cells=np.zeros(GRID.shape, dtype=bool), known=np.zeros(GRID.shape, dtype=bool))
    land = land_of([cells("r", 0, 1), blind], GRID)
    assert land.known.tolist() == [[True, True, False, False]] * 2


# two zones that meet on the border of cells: what is left of the cells is then what is left of the pairs
PARTED = gpd.GeoDataFrame(geometry=[shapely.box(0, 0, 1, 2), shapely.box(1, 0, 4, 2)], crs=CHINA_ALBERS)


@st.composite
def boxes(draw: st.DrawFn) -> gpd.GeoSeries:
    """One to three boxes whose corners lie on quarters of cells."""
    shapes = []
    for _ in range(draw(st.integers(1, 3))):
        left, bottom = draw(st.integers(0, 15)) / 4, draw(st.integers(0, 7)) / 4
        shapes.append(
            shapely.box(left, bottom, left + draw(st.integers(1, 8)) / 4, bottom + draw(st.integers(1, 4)) / 4)
        )
    return gpd.GeoSeries(shapes, crs=CHINA_ALBERS)


def grids(values: Any) -> st.SearchStrategy[np.ndarray]:
    return st.lists(values, min_size=8, max_size=8).map(lambda flat: np.array(flat).reshape(GRID.shape))


masks = grids(st.booleans())
maybe = st.none() | boxes()


@st.composite
def rules(draw: st.DrawFn) -> list[CheckedRule]:
    """Rules of every form, and forced inclusions of some before them."""
    found: list[CheckedRule] = []
    for number in range(draw(st.integers(1, 5))):
        name, share = f"r{number}", draw(st.sampled_from([1.0, 1.0, 0.5, 0.25]))
        form = draw(st.sampled_from(["cells", "parts", "polygons", "forced"]))
        if form == "forced" and found:
            over = tuple(draw(st.sets(st.sampled_from([rule.name for rule in found]), min_size=1)))
            held = Held(polygons=draw(boxes())) if draw(st.booleans()) else _held(draw(masks), draw(masks))
            found.append(CheckedRule(name, forced=Forced(held, over)))
        elif form == "polygons":
            more = {"inverse": draw(st.booleans()), "within": draw(maybe), "spared": draw(maybe)}
            found.append(CheckedRule(name, polygons=draw(boxes()), share=share, **more))
        else:
            values = draw(masks) if form == "cells" else draw(grids(st.sampled_from([0.0, 0.25, 1.0])))
            known = draw(masks)
            within = draw(maybe)
            found.append(CheckedRule(name, cells=values * known, known=known, share=share, within=within))
    return found


def _held(cells: np.ndarray, known: np.ndarray) -> Held:
    return Held(cells=cells & known, known=known)


@settings(max_examples=150, deadline=None)
@given(rules())
def test_areas_add_up_whatever_the_rules(found: list[CheckedRule]) -> None:
    covered = coverage(PARTED, GRID)
    land = land_of(found, GRID)
    steps = rule_steps(found, PARTED, covered, GRID)
    areas = zone_areas(covered, steps, land.known, cell_km2=10.0, needed_km2=np.array([1.0, 1.0]))
    removed = np.sum(list(areas.in_order.values()), axis=0)
    np.testing.assert_allclose(areas.eligible + removed, areas.with_data, rtol=1e-6, atol=1e-6)
    assert (areas.eligible >= -1e-6).all()
    assert (areas.eligible <= areas.with_data + 1e-6).all()
    for rule in found:
        by_rule, by_itself = areas.in_order[rule.name], areas.alone[rule.name]
        if rule.forced is None:
            # nothing is taken twice: in order a rule takes at most what it takes by itself
            assert (by_rule >= -1e-6).all()
            assert (by_rule <= by_itself + 1e-6).all()
        else:
            assert (by_rule <= 1e-6).all()
            assert not by_itself.any()
    # the cells by rasters and the pairs by zones are two ways to the same land
    np.testing.assert_allclose(
        np.bincount(covered.cell, weights=covered.share * steps[-1].left, minlength=8), land.allowed.ravel(), atol=1e-5
    )


@settings(max_examples=60, deadline=None)
@given(rules(), st.randoms(use_true_random=False))
def test_what_is_left_does_not_hang_on_the_order(found: list[CheckedRule], random: Any) -> None:
    plain = [rule for rule in found if rule.forced is None]
    mixed = list(plain)
    random.shuffle(mixed)
    one, two = land_of(plain, GRID), land_of(mixed, GRID)
    np.testing.assert_allclose(one.allowed, two.allowed, atol=1e-6)
    covered = coverage(PARTED, GRID)
    if plain:
        last = [rule_steps(r, PARTED, covered, GRID)[-1].left for r in (plain, mixed)]
        np.testing.assert_allclose(last[0], last[1], atol=1e-6)


def test_a_rule_that_holds_nothing_takes_nothing() -> None:
    covered = coverage(ZONES, GRID)
    named = CheckedRule("named")
    assert rule_steps([named], ZONES, covered, GRID)[0].left.tolist() == [1.0] * 8
    assert land_of([named], GRID).allowed.tolist() == [[1.0] * 4] * 2
    nowhere = CheckedRule("nowhere", forced=Forced(Held(), ("a",)))
    found = [cells("a", 0), nowhere]
    assert rule_steps(found, ZONES, covered, GRID)[1].left.sum() == 6
