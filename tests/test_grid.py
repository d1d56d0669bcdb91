from __future__ import annotations

import pytest
from affine import Affine
from hypothesis import given
from hypothesis import strategies as st

from geotransfer import Grid
from geotransfer.errors import CrsError, InputError

UTM = "EPSG:32648"


def test_from_bounds_keeps_the_north_west_corner_and_covers_the_rest() -> None:
    grid = Grid.from_bounds((0, 0, 250, 250), resolution=100, crs=UTM)
    assert grid.shape == (3, 3)
    assert grid.bounds == (0, -50, 300, 250)


@given(
    st.floats(-1e6, 1e6),
    st.floats(-1e6, 1e6),
    st.floats(1, 1e5),
    st.floats(1, 1e5),
    st.floats(10, 1e4),
)
def test_from_bounds_always_covers(left: float, bottom: float, width: float, height: float, resolution: float) -> None:
    grid = Grid.from_bounds((left, bottom, left + width, bottom + height), resolution=resolution, crs=UTM)
    west, south, east, north = grid.bounds
    slack = 1e-6 * resolution
    assert west == left
    assert north == bottom + height
    assert east >= left + width - slack
    assert south <= bottom + slack
    assert east - left - width < resolution + slack


def test_centres() -> None:
    grid = Grid(Affine(10, 0, 100, 0, -20, 200), (2, 3), UTM)
    assert grid.x.tolist() == [105, 115, 125]
    assert grid.y.tolist() == [190, 170]
    assert grid.transform @ (0.5, 0.5) == (105, 190)
    assert grid.cell_area == 200


def test_equal_grids_are_equal_and_hash_alike() -> None:
    one, two = (Grid.from_bounds((0, 0, 10, 10), resolution=1, crs=UTM) for _ in range(2))
    assert one == two
    assert hash(one) == hash(two)
    assert one != Grid.from_bounds((0, 0, 10, 10), resolution=1, crs="EPSG:32649")
    assert one != "a grid"


@pytest.mark.parametrize("resolution", [0, -5, float("nan"), float("inf")])
def test_resolution_must_be_positive(resolution: float) -> None:
    with pytest.raises(InputError, match="expected a positive cell size"):
        Grid.from_bounds((0, 0, 1, 1), resolution=resolution, crs=UTM)


def test_bounds_must_be_in_order() -> None:
    with pytest.raises(InputError, match="left < right"):
        Grid.from_bounds((1, 0, 0, 1), resolution=1, crs=UTM)


def test_too_many_cells_are_refused_before_anything_is_allocated() -> None:
    with pytest.raises(InputError, match=r"at most 1e\+09"):
        Grid.from_bounds((0, 0, 5e6, 5e6), resolution=100, crs=UTM)


def test_south_up_and_rotated_are_refused() -> None:
    for transform in (Affine(1, 0, 0, 0, 1, 0), Affine(1, 0.1, 0, 0, -1, 0)):
        with pytest.raises(InputError, match="north up without rotation"):
            Grid(transform, (1, 1), UTM)


def test_shape_must_be_positive_and_crs_present() -> None:
    with pytest.raises(InputError, match="at least"):
        Grid(Affine(1, 0, 0, 0, -1, 0), (0, 3), UTM)
    with pytest.raises(CrsError, match="grid has no CRS"):
        Grid(Affine(1, 0, 0, 0, -1, 0), (1, 1), None)
