"""Whether a shift to GCJ-02 is told: where the reference allows it, and never by chance."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import shapely

import geotransfer as gt
from geotransfer.checking.shift_report import shift_finding
from geotransfer.errors import CrsError, InputError


def shifted(features: gpd.GeoDataFrame, change: Callable[..., Any]) -> gpd.GeoDataFrame:
    moved = shapely.transform(features.geometry.to_numpy(), lambda xy: np.column_stack(change(*xy.T)))
    return features.set_geometry(gpd.GeoSeries(moved, index=features.index, crs=features.crs))


@pytest.fixture(scope="module")
def places() -> gpd.GeoDataFrame:
    return gt.layer_features("places")


@pytest.mark.parametrize("within", ["宁夏", "上海市", "西藏", "内蒙古"])
@pytest.mark.parametrize(
    ("change", "verdict"), [(gt.wgs84_to_gcj02, "gcj02"), (gt.wgs84_to_bd09, "bd09"), (lambda x, y: (x, y), "none")]
)
def test_boundaries_against_the_built_in_ones(within: str, change: Callable[..., Any], verdict: str) -> None:
    found = gt.estimate_shift(shifted(gt.boundaries("county", within=within), change))
    assert found.verdict == verdict
    if verdict != "none":
        # a county's own boundary: nothing is left of the shift
        assert found.undone[verdict] < 0.01
        assert 200 < found.as_is < 900


def test_points_against_the_same_points(places: gpd.GeoDataFrame) -> None:
    half = places.sample(frac=0.5, random_state=1)
    found = gt.estimate_shift(shifted(half, gt.wgs84_to_gcj02), reference=places)
    assert (found.verdict, found.positions) == ("gcj02", len(half))
    assert 400 < found.as_is < 700
    assert found.undone["gcj02"] < 0.01
    assert found.closer["gcj02"] == 1
    assert gt.estimate_shift(half, reference=shifted(places, gt.wgs84_to_gcj02)).verdict == "reference"
    assert gt.estimate_shift(half, reference=places).verdict == "none"


def test_points_with_a_code_against_their_county(places: gpd.GeoDataFrame) -> None:
    coded = places.sjoin(gt.boundaries("county")[["adcode", "geometry"]])
    assert gt.estimate_shift(coded).verdict == "none"
    found = gt.estimate_shift(shifted(coded, gt.wgs84_to_gcj02))
    assert (found.verdict, found.unit) == ("gcj02", "1")
    # 2 % of the places lie within 500 m of the edge of their county
    assert 0.95 < found.as_is < found.undone["gcj02"] == 1.0
    assert "97" in shift_finding(found).what.en or "98" in shift_finding(found).what.en
    assert gt.estimate_shift(coded.head(10)).verdict == "unknown"


def test_other_things_and_few_of_them_tell_nothing(places: gpd.GeoDataFrame) -> None:
    corridors = gt.layer_features("corridors")
    assert gt.estimate_shift(places, reference=corridors).verdict == "unknown"
    assert gt.estimate_shift(shifted(places, gt.wgs84_to_gcj02), reference=corridors).verdict == "unknown"
    assert gt.estimate_shift(places.head(19), reference=places).verdict == "unknown"
    with pytest.raises(InputError, match="points without a column adcode have no built-in reference"):
        gt.estimate_shift(places.drop(columns="adcode", errors="ignore"))
    with pytest.raises(CrsError, match="features has no CRS"):
        gt.estimate_shift(places.set_crs(None, allow_override=True))


def test_chance_is_never_called_a_shift() -> None:
    """Random positions against the boundaries around them: 100 draws of 20 to 500."""
    draw = np.random.default_rng(7)
    counties = gt.boundaries("county", within="宁夏")
    for n in (20, 50, 200, 500):
        for _ in range(25):
            spots = gpd.points_from_xy(draw.uniform(104.5, 107.5, n), draw.uniform(35.5, 39.3, n), crs="EPSG:4326")
            assert gt.estimate_shift(gpd.GeoDataFrame(geometry=spots), reference=counties).verdict == "unknown"


@pytest.mark.data
def test_a_real_file_of_provinces_is_found_to_be_gcj02(shared_data: Path) -> None:
    """It states WGS 84; its columns (adcode, acroutes ...) are those of a web map's atlas, and so is its datum."""
    path = next((shared_data / "admin" / "CHN_full_adm").glob("*.shp"))
    report = gt.check_layer(path)
    assert report["gcj02-shifted"].severity == "error"
    assert report["gcj02-shifted"].number == pytest.approx(394, abs=5)
    found = gt.estimate_shift(gt.read_features(path))
    assert found.undone["gcj02"] == pytest.approx(216, abs=5)
    assert found.closer["gcj02"] > 0.7
    assert gt.estimate_shift(shifted(gt.read_features(path), gt.gcj02_to_wgs84)).verdict == "none"


@pytest.mark.data
def test_real_files_that_cannot_be_told_or_are_not_shifted(shared_data: Path) -> None:
    rails = gt.read_features(shared_data / "transport" / "CHN_rails.shp")
    stations = gt.read_features(shared_data / "transport" / "osm_train_stations_china_20250225.gpkg")
    assert gt.estimate_shift(stations, reference=rails).verdict == "unknown"  # the rails are 3 km off
    old = gt.read_features(shared_data / "admin" / "全国县级统计数据.shp")
    assert gt.estimate_shift(old).verdict == "unknown"  # generalised to 1 km
