from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely

from geotransfer import Grid, distance_to
from geotransfer.errors import CrsError, InputError

UTM = "EPSG:32648"
GRID = Grid.from_bounds((0, 0, 30, 20), resolution=1, crs=UTM)


def by_hand(geometry: shapely.Geometry) -> np.ndarray:
    return np.array([[shapely.distance(shapely.Point(x, y), geometry) for x in GRID.x] for y in GRID.y])


@pytest.mark.parametrize(
    "geometry",
    [
        shapely.Point(3.2, 7.7),
        shapely.MultiPoint([(1, 1), (50, 50)]),
        shapely.LineString([(0, 0), (30, 20)]),
        shapely.box(5, 5, 9, 9),
    ],
)
def test_exact_for_every_kind_of_geometry(geometry: shapely.Geometry) -> None:
    features = gpd.GeoDataFrame(geometry=[geometry], crs=UTM)
    np.testing.assert_allclose(distance_to(features, GRID).values, by_hand(geometry), atol=1e-9)


def test_a_feature_outside_the_grid_counts_and_far_cells_are_nan() -> None:
    features = gpd.GeoDataFrame(geometry=gpd.points_from_xy([-4.5], [19.5]), crs=UTM)
    distance = distance_to(features, GRID, max_distance=6).values
    assert distance[0, :3].tolist()[:2] == [5, 6]
    assert np.isnan(distance[0, 2])


def test_bad_input() -> None:
    point = gpd.GeoDataFrame(geometry=gpd.points_from_xy([0.0], [0.0]), crs=UTM)
    with pytest.raises(InputError, match="hold no geometry"):
        distance_to(point.iloc[:0], GRID)
    with pytest.raises(InputError, match="expected a positive length"):
        distance_to(point, GRID, max_distance=0)
    with pytest.raises(CrsError, match="geographic"):
        distance_to(point, Grid.from_bounds((0, 0, 1, 1), resolution=1, crs="EPSG:4326"))
