"""Regions against a count of small squares: every polygon here lies on a raster of quarter cells."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geotransfer.crs import CHINA_ALBERS
from geotransfer.grid import Grid
from geotransfer.spatial.region import Region, coverage_beyond, region_share
from geotransfer.spatial.zonal import coverage

GRID = Grid.from_bounds((0, 0, 4, 3), resolution=1, crs=CHINA_ALBERS)
ZONES = gpd.GeoDataFrame(geometry=[shapely.box(0, 0, 1.5, 3), shapely.box(1.5, 0, 4, 3)], crs=CHINA_ALBERS)
FINE = Grid.from_bounds((0, 0, 4, 3), resolution=0.25, crs=CHINA_ALBERS)

Box = tuple[float, float, float, float]


@st.composite
def boxes(draw: st.DrawFn) -> Box:
    left, right = sorted(draw(st.tuples(st.integers(0, 15), st.integers(1, 16)).filter(lambda t: t[0] != t[1])))
    bottom, top = sorted(draw(st.tuples(st.integers(0, 11), st.integers(1, 12)).filter(lambda t: t[0] != t[1])))
    return left / 4, bottom / 4, right / 4, top / 4


several = st.lists(boxes(), min_size=1, max_size=3)


def series(found: list[Box]) -> gpd.GeoSeries:
    return gpd.GeoSeries([shapely.box(*box) for box in found], crs=CHINA_ALBERS)


def squares(found: list[Box]) -> np.ndarray:
    """Return which quarter cells the boxes hold, by their centres."""
    x, y = np.meshgrid(FINE.x, FINE.y)
    return np.any([(x > b[0]) & (x < b[2]) & (y > b[1]) & (y < b[3]) for b in found], axis=0)


def by_cell(fine: np.ndarray) -> np.ndarray:
    return fine.reshape(3, 4, 4, 4).mean(axis=(1, 3))


@settings(max_examples=60, deadline=None)
@given(several, st.booleans(), st.none() | several, st.none() | several)
def test_a_region_is_what_its_squares_say(
    polygons: list[Box], inverse: bool, within: list[Box] | None, spared: list[Box] | None
) -> None:
    fine = squares(polygons) ^ inverse
    fine &= True if within is None else squares(within)
    fine &= True if spared is None else ~squares(spared)
    region = Region(series(polygons), inverse, *(None if b is None else series(b) for b in (within, spared)))
    np.testing.assert_allclose(region_share([region], GRID), by_cell(fine), atol=1e-6)
    covered = coverage(ZONES, GRID)
    beyond = coverage_beyond([region], ZONES, GRID, covered)
    left = np.bincount(covered.cell, weights=beyond, minlength=GRID.size).reshape(GRID.shape)
    np.testing.assert_allclose(left, by_cell(~fine), atol=1e-6)


@settings(max_examples=40, deadline=None)
@given(several, several, st.booleans())
def test_what_two_regions_hold_counts_once(one: list[Box], two: list[Box], inverse: bool) -> None:
    regions = [Region(series(one), inverse), Region(series(two))]
    fine = (squares(one) ^ inverse) | squares(two)
    np.testing.assert_allclose(region_share(regions, GRID), by_cell(fine), atol=1e-6)
    covered = coverage(ZONES, GRID)
    assert covered.share.sum() - coverage_beyond(regions, ZONES, GRID, covered).sum() == pytest.approx(
        fine.mean() * 12, abs=1e-5
    )


def test_polygons_that_only_touch_hold_nothing_together() -> None:
    # one side in common, and a corner: lines and points are no land
    region = Region(series([(1.0, 0.0, 1.25, 1.0), (0.0, 0.0, 0.25, 0.25)]), within=series([(1.25, 0.0, 1.5, 1.0)]))
    assert not region_share([region], GRID).any()
    covered = coverage(ZONES, GRID)
    beyond = coverage_beyond(
        [region, Region(series([(0, 0, 1, 1)]), spared=series([(0, 0, 1, 1)]))], ZONES, GRID, covered
    )
    np.testing.assert_array_equal(beyond, covered.share)


def test_a_region_that_lies_elsewhere_takes_nothing() -> None:
    far = Region(series([(100, 100, 101, 101)]), within=series([(0, 0, 1, 1)]))
    covered = coverage(ZONES, GRID)
    np.testing.assert_array_equal(coverage_beyond([far], ZONES, GRID, covered), covered.share)
    assert not region_share([far], GRID).any()
