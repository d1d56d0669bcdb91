from __future__ import annotations

import geopandas as gpd
import pytest
import shapely

from geotransfer.divisions.areas import area_weights
from geotransfer.errors import CrsError, InputError

# On an equal-area CRS in metres the shares are those of the rectangles.
NEW = gpd.GeoDataFrame(
    {"adcode": ["1", "2", "3"], "name": ["a", "b", "c"]},
    geometry=[shapely.box(0, 0, 10e3, 10e3), shapely.box(10e3, 0, 20e3, 10e3), shapely.box(50e3, 0, 60e3, 10e3)],
    crs="EPSG:6933",
)


def old(*shapes: shapely.Geometry, index: list[str] | None = None) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(geometry=list(shapes), crs=NEW.crs, index=index)


def test_a_county_divided_between_two() -> None:
    weights = area_weights(old(shapely.box(5e3, 0, 20e3, 10e3), index=["x"]), NEW)
    assert weights["old"].tolist() == ["x", "x"]
    assert weights["adcode"].tolist() == ["1", "2"]
    # 5 of 15 km lie in a, 10 of 15 in b; half of a is covered, and all of b
    assert weights["weight"].tolist() == pytest.approx([1 / 3, 2 / 3], abs=1e-3)
    assert weights["share_of_new"].tolist() == pytest.approx([0.5, 1.0], abs=1e-3)
    assert weights["covered"].tolist() == pytest.approx([1.0, 1.0], abs=1e-3)


def test_two_counties_merged_into_one() -> None:
    weights = area_weights(old(shapely.box(0, 0, 4e3, 10e3), shapely.box(4e3, 0, 10e3, 10e3)), NEW)
    assert weights["weight"].tolist() == pytest.approx([1.0, 1.0])
    assert weights["share_of_new"].tolist() == pytest.approx([0.4, 0.6], abs=1e-3)


def test_slivers_are_left_out_and_what_lies_outside_is_said() -> None:
    sliver = old(shapely.box(100, 0, 10.1e3, 10e3))
    assert area_weights(sliver, NEW)["adcode"].tolist() == ["1"]
    assert area_weights(sliver, NEW, least=0.0)["adcode"].tolist() == ["1", "2"]
    half = area_weights(old(shapely.box(-10e3, 0, 10e3, 10e3)), NEW)
    assert half["covered"].tolist() == pytest.approx([0.5], abs=1e-3)
    assert area_weights(old(shapely.box(200e3, 0, 210e3, 10e3)), NEW).empty


def test_today_s_counties_where_nothing_is_given() -> None:
    haidian = gpd.GeoDataFrame(geometry=[shapely.box(116.25, 39.98, 116.3, 40.03)], crs="EPSG:4326")
    assert area_weights(haidian)["adcode"].tolist() == ["110108"]


def test_arguments_that_do_not_fit() -> None:
    with pytest.raises(CrsError, match="old has no CRS"):
        area_weights(gpd.GeoDataFrame(geometry=[shapely.box(0, 0, 1, 1)]), NEW)
    with pytest.raises(InputError, match="new has no column adcode, name"):
        area_weights(old(shapely.box(0, 0, 1, 1)), NEW[["geometry"]])
    with pytest.raises(InputError, match=r"least is 1\.5"):
        area_weights(old(shapely.box(0, 0, 1, 1)), NEW, least=1.5)
