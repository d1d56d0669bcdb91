from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from geotransfer import Grid, Raster, drop_small_patches
from geotransfer.errors import CrsError, InputError

NAN = np.nan


def land(values: list[list[float]], resolution: float = 1000.0) -> Raster:
    """Return cells of 1 km2, unless said otherwise."""
    shape = np.array(values).shape
    grid = Grid.from_bounds((0, 0, shape[1] * resolution, shape[0] * resolution), resolution=resolution, crs=32648)
    return Raster(values, grid)


def test_corners_hold_a_patch_together_only_among_eight_neighbours() -> None:
    # the left patch: 2 cells by an edge, a third by a corner; the right one: 1 cell
    found = land([[1, 1, 0, 0, 1], [0, 0, 1, 0, 0]])
    eight = drop_small_patches(found, min_area_km2=3.0).values
    four = drop_small_patches(found, min_area_km2=2.0, neighbours=4).values
    assert eight.tolist() == [[1, 1, 0, 0, 0], [0, 0, 1, 0, 0]]
    assert four.tolist() == [[1, 1, 0, 0, 0], [0, 0, 0, 0, 0]]


def test_the_area_is_that_of_the_allowed_parts() -> None:
    # 0.5 + 0.25 = 0.75 km2, to the last bit enough; 4 km2 a cell when it measures 2 km
    parts = [[0.5, 0.25, 0.0, 0.7]]
    assert drop_small_patches(land(parts), min_area_km2=0.75).values.tolist() == [[0.5, 0.25, 0, 0]]
    assert drop_small_patches(land(parts, 2000.0), min_area_km2=2.9).values.tolist() == [[0.5, 0.25, 0, 0]]
    assert drop_small_patches(land(parts, 2000.0), min_area_km2=2.8).values.tolist() == [[0.5, 0.25, 0, 0.7]]


def test_ten_tenths_are_one() -> None:
    tenths = [[0.1] * 10]
    assert drop_small_patches(land(tenths), min_area_km2=1.0).values.tolist() == tenths


def test_land_nobody_knows_of_can_decide_and_then_nobody_knows() -> None:
    # 2 known cells and 1 unknown: large enough for 2, perhaps for 3, never for 4
    found = land([[1, 1, NAN, 0, 1]])
    for area, expected in ((2.0, [1, 1, NAN, 0, 0]), (3.0, [NAN, NAN, NAN, 0, 0]), (4.0, [0, 0, 0, 0, 0])):
        np.testing.assert_array_equal(drop_small_patches(found, min_area_km2=area).values, [expected])


@settings(deadline=None)
@given(
    arrays(np.float64, (5, 6), elements=st.sampled_from([0.0, 0.25, 1.0, NAN])),
    st.floats(0.1, 12.0),
    st.sampled_from([4, 8]),
)
def test_what_stays_stays_as_it_was_and_again(values: np.ndarray, area: float, neighbours: int) -> None:
    found = land(values.tolist())
    left = drop_small_patches(found, min_area_km2=area, neighbours=neighbours)  # type: ignore[arg-type]
    same = (left.values == values) | np.isnan(left.values) | (left.values == 0)
    assert same.all()
    # nothing that was forbidden is allowed, or unknown, afterwards
    assert (left.values[values == 0] == 0).all()
    again = drop_small_patches(left, min_area_km2=area, neighbours=neighbours)  # type: ignore[arg-type]
    known = ~np.isnan(left.values)
    np.testing.assert_array_equal(again.values[known], left.values[known])


@settings(deadline=None)
@given(arrays(np.bool_, (6, 6)), st.integers(1, 8))
def test_a_smaller_area_keeps_more(allowed: np.ndarray, cells: int) -> None:
    found = land(allowed.astype(float).tolist())
    less, more = (drop_small_patches(found, min_area_km2=float(n)).values for n in (cells + 1, cells))
    assert (less <= more).all()
    assert (drop_small_patches(found, min_area_km2=1.0).values == found.values).all()


def test_bad_input() -> None:
    for area in (0.0, -1.0, NAN, np.inf):
        with pytest.raises(InputError, match=r"min_area_km2 is .*expected km2 above 0"):
            drop_small_patches(land([[1]]), min_area_km2=area)
    with pytest.raises(InputError, match=r"neighbours is 6, expected 4 \(edges\) or 8"):
        drop_small_patches(land([[1]]), min_area_km2=1.0, neighbours=6)  # type: ignore[arg-type]
    with pytest.raises(InputError, match="values from -1 to 2, expected shares from 0 to 1"):
        drop_small_patches(land([[-1, 2]]), min_area_km2=1.0)
    degrees = Grid.from_bounds((0, 0, 1, 1), resolution=1, crs=4326)
    with pytest.raises(CrsError, match="degrees"):
        drop_small_patches(Raster([[1.0]], degrees), min_area_km2=1.0)
