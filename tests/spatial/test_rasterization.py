from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely

from geotransfer import Grid, excluded_by, rasterize
from geotransfer.errors import CrsError, InputError, UnknownNameError

UTM = "EPSG:32648"
GRID = Grid.from_bounds((0, 0, 3, 1), resolution=1, crs=UTM)


def frame(*boxes: tuple[float, float, float, float], **columns: list[object]) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(columns, geometry=[shapely.box(*b) for b in boxes], crs=UTM)


def test_the_later_row_wins_and_missing_values_are_nan() -> None:
    features = frame((0, 0, 2, 1), (1, 0, 3, 1), v=[1.0, 2.0])
    assert rasterize(features, GRID, column="v").values.tolist() == [[1, 2, 2]]
    features = frame((0, 0, 3, 1), (1, 0, 2, 1), v=[1.0, None])
    np.testing.assert_array_equal(rasterize(features, GRID, column="v").values, [[1, np.nan, 1]])


def test_features_in_another_crs_are_reprojected() -> None:
    grid = Grid.from_bounds((500_000, 4_000_000, 503_000, 4_001_000), resolution=1000, crs=UTM)
    features = gpd.GeoDataFrame({"v": [5.0]}, geometry=[shapely.box(501_000, 4_000_000, 502_000, 4_001_000)], crs=UTM)
    np.testing.assert_array_equal(
        rasterize(features.to_crs("EPSG:4490"), grid, column="v").values, [[np.nan, 5, np.nan]]
    )


def test_bad_columns_and_crs() -> None:
    with pytest.raises(UnknownNameError, match="no column 'w'; they have v, geometry"):
        rasterize(frame((0, 0, 1, 1), v=[1.0]), GRID, column="w")
    with pytest.raises(InputError, match="expected numbers"):
        rasterize(frame((0, 0, 1, 1), v=["a"]), GRID, column="v")
    naked = gpd.GeoDataFrame({"v": [1.0]}, geometry=[shapely.box(0, 0, 1, 1)])
    with pytest.raises(CrsError, match="features has no CRS"):
        rasterize(naked, GRID, column="v")


def test_buffered_circle_has_the_area_of_a_circle() -> None:
    grid = Grid.from_bounds((-50, -50, 50, 50), resolution=0.5, crs=UTM)
    point = gpd.GeoDataFrame(geometry=gpd.points_from_xy([0], [0]), crs=UTM)
    area = excluded_by(point, grid, buffer_m=30).values.sum() * 0.25
    assert area == pytest.approx(np.pi * 30**2, rel=0.003)


def test_features_outside_the_grid_reach_in() -> None:
    point = gpd.GeoDataFrame(geometry=gpd.points_from_xy([-5.0], [0.5]), crs=UTM)
    assert excluded_by(point, GRID, buffer_m=6.0).values.tolist() == [[1, 0, 0]]


def test_a_buffer_needs_metres() -> None:
    point = gpd.GeoDataFrame(geometry=gpd.points_from_xy([0.5], [0.5]), crs="EPSG:4326")
    grid = Grid.from_bounds((0, 0, 3, 1), resolution=1, crs="EPSG:4326")
    with pytest.raises(CrsError, match="geographic"):
        excluded_by(point, grid, buffer_m=100)
    with pytest.raises(InputError, match="metres >= 0"):
        excluded_by(point, grid, buffer_m=-1)


def test_nothing_excludes_nothing() -> None:
    assert excluded_by(frame((0, 0, 1, 1)).iloc[:0], GRID).values.tolist() == [[0, 0, 0]]


def test_what_lies_beyond_the_grid_changes_nothing() -> None:
    grid = Grid.from_bounds((0, 0, 3, 3), resolution=1, crs="EPSG:32648")
    shapes = [shapely.box(-5, -5, 1, 1), shapely.box(50, 50, 60, 60), shapely.Polygon(), shapely.box(2, -9, 9, 9)]
    features = gpd.GeoDataFrame({"v": [1.0, 2.0, 3.0, 4.0]}, geometry=shapes, crs="EPSG:32648")
    expected = [[np.nan, np.nan, 4.0], [np.nan, np.nan, 4.0], [1.0, np.nan, 4.0]]
    np.testing.assert_array_equal(rasterize(features, grid, column="v").values, expected)
