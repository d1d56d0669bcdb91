from __future__ import annotations

import numpy as np
import pytest
from pyproj import Transformer
from scipy.ndimage import map_coordinates

from geotransfer import Grid, Raster, align
from geotransfer.crs import CHINA_ALBERS
from geotransfer.errors import InputError

UTM = "EPSG:32648"


def test_average_of_four_cells_by_hand() -> None:
    fine = Raster([[1, 3, 5, 5], [5, 7, 5, np.nan]], Grid.from_bounds((0, 0, 4, 2), resolution=1, crs=UTM))
    coarse = Grid.from_bounds((0, 0, 4, 2), resolution=2, crs=UTM)
    np.testing.assert_allclose(align(fine, coarse, resampling="average").values, [[(1 + 3 + 5 + 7) / 4, 5]])


def test_a_plane_stays_a_plane_under_bilinear() -> None:
    source = Grid.from_bounds((0, 0, 100, 100), resolution=1, crs=UTM)
    plane = Raster(2 * source.x[np.newaxis, :] + 3 * source.y[:, np.newaxis], source)
    inner = Grid.from_bounds((20.3, 20.3, 80.3, 80.3), resolution=1, crs=UTM)
    expected = 2 * inner.x[np.newaxis, :] + 3 * inner.y[:, np.newaxis]
    np.testing.assert_allclose(align(plane, inner, resampling="bilinear").values, expected, atol=1e-4)


def test_a_cell_gets_the_same_value_in_every_window() -> None:
    source = Grid.from_bounds((100, 30, 110, 40), resolution=0.1, crs="EPSG:4326")
    wavy = Raster(np.sin(source.x * 3)[np.newaxis, :] * np.cos(source.y * 2)[:, np.newaxis], source)
    whole = Grid.from_bounds((-400_000, 3_400_000, 400_000, 4_200_000), resolution=5000, crs=CHINA_ALBERS)
    part = Grid.from_bounds((-100_000, 3_600_000, 50_000, 3_700_000), resolution=5000, crs=CHINA_ALBERS)
    row, column = int((4_200_000 - 3_700_000) / 5000), int((-100_000 + 400_000) / 5000)
    cut = align(wavy, whole, resampling="bilinear").values[row : row + part.shape[0], column : column + part.shape[1]]
    np.testing.assert_array_equal(align(wavy, part, resampling="bilinear").values, cut)


def test_bilinear_agrees_with_scipy_at_the_exact_positions() -> None:
    source = Grid.from_bounds((100, 30, 110, 40), resolution=0.1, crs="EPSG:4326")
    wavy = Raster(np.sin(source.x * 3)[np.newaxis, :] * np.cos(source.y * 2)[:, np.newaxis], source)
    grid = Grid.from_bounds((-100_000, 3_600_000, 50_000, 3_700_000), resolution=5000, crs=CHINA_ALBERS)
    to_source = Transformer.from_crs(CHINA_ALBERS, source.crs, always_xy=True)
    column, row = ~source.transform @ to_source.transform(*np.meshgrid(grid.x, grid.y))
    expected = map_coordinates(wavy.values, [row - 0.5, column - 0.5], order=1)
    np.testing.assert_allclose(align(wavy, grid, resampling="bilinear").values, expected, atol=1e-9)


def test_same_grid_is_the_same_raster() -> None:
    raster = Raster([[1.0]], Grid.from_bounds((0, 0, 1, 1), resolution=1, crs=UTM))
    assert align(raster, raster.grid, resampling="nearest") is raster


def test_cells_out_of_reach_are_nan() -> None:
    raster = Raster([[1.0]], Grid.from_bounds((0, 0, 1, 1), resolution=1, crs=UTM))
    wide = Grid.from_bounds((0, 0, 2, 1), resolution=1, crs=UTM)
    np.testing.assert_array_equal(align(raster, wide, resampling="nearest").values, [[1.0, np.nan]])


def test_no_overlap_and_unknown_method() -> None:
    raster = Raster([[1.0]], Grid.from_bounds((0, 0, 1, 1), resolution=1, crs=UTM))
    far = Grid.from_bounds((1000, 0, 1001, 1), resolution=1, crs=UTM)
    with pytest.raises(InputError, match="expected an overlap"):
        align(raster, far, resampling="nearest")
    with pytest.raises(InputError, match="expected one of nearest"):
        align(raster, far, resampling="magic")  # type: ignore[arg-type]
