from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely

import geotransfer as gt
from geotransfer.errors import CrsError, InputError

BOXES = gpd.GeoDataFrame(geometry=[shapely.box(0, 0, 100, 100), shapely.box(100, 0, 200, 100)], crs="EPSG:32648")


def points(*xy: tuple[float, float]) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        geometry=gpd.points_from_xy(*np.array(xy).T), crs="EPSG:32648", index=list("abcdef")[: len(xy)]
    )


def test_inside_near_at_the_limit_and_beyond() -> None:
    found = gt.nearest_zones(points((50, 50), (230, 50), (250, 50), (251, 50)), BOXES, limit_m=50)
    assert found.index.tolist() == list("abcd")
    assert found["row"].tolist() == [0, 1, 1, -1]
    np.testing.assert_array_equal(found["distance_m"], [0, 30, 50, np.nan])


def test_a_point_on_a_shared_edge_goes_to_the_first() -> None:
    assert gt.nearest_zones(points((100, 50)), BOXES, limit_m=10)["row"].tolist() == [0]


def test_a_limit_of_zero_takes_what_lies_inside() -> None:
    assert gt.nearest_zones(points((50, 50), (201, 50)), BOXES, limit_m=0)["row"].tolist() == [0, -1]


def test_degrees_are_measured_in_metres() -> None:
    box = gpd.GeoDataFrame(geometry=[shapely.box(105, 30, 106, 31)], crs="EPSG:4490")
    east = gpd.GeoDataFrame(geometry=gpd.points_from_xy([106.1], [30.5]), crs="EPSG:4326")
    # 0.1 degrees of longitude at 30.5 N are 9.6 km; China Albers keeps lengths within 4 %
    assert gt.nearest_zones(east, box, limit_m=20_000)["distance_m"][0] == pytest.approx(9_600, rel=0.04)


def test_bad_arguments() -> None:
    with pytest.raises(InputError, match="limit_m is -1"):
        gt.nearest_zones(points((0, 0)), BOXES, limit_m=-1)
    with pytest.raises(CrsError, match="points has no CRS"):
        gt.nearest_zones(points((0, 0)).set_crs(None, allow_override=True), BOXES, limit_m=1)
    with pytest.raises(CrsError, match=r"metre of which is 0\.77 m"):
        gt.nearest_zones(points((0, 0)), BOXES.to_crs(3857), limit_m=1)
