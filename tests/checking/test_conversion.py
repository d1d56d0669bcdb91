"""Nothing is changed but what is told, into a new file, with a report; and the new file is read as right."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

import geotransfer as gt
from geotransfer.checking.steps import take_step
from geotransfer.errors import CrsError, InputError, OutputError

PARKS = {"name": ["安宁", "包头", "格尔木"], "lon": [102.45, 110.10, 94.90], "lat": [24.92, 40.55, 36.42]}


def parks(lon: object = None, lat: object = None, crs: object = 4326) -> gpd.GeoDataFrame:
    x, y = (PARKS["lon"] if lon is None else lon), (PARKS["lat"] if lat is None else lat)
    return gpd.GeoDataFrame({"name": PARKS["name"]}, geometry=gpd.points_from_xy(x, y), crs=crs)


def positions(features: gpd.GeoDataFrame) -> np.ndarray:
    return np.stack([features.to_crs(4326).geometry.x, features.to_crs(4326).geometry.y])


@pytest.mark.parametrize("name", ["gcj02", "bd09"])
@pytest.mark.parametrize("suffix", [".gpkg", ".geojson", ".parquet", ".csv"])
def test_a_shift_is_undone_to_1e_7_degrees_in_every_format(tmp_path: Path, name: str, suffix: str) -> None:
    there = {"gcj02": gt.wgs84_to_gcj02, "bd09": gt.wgs84_to_bd09}[name]
    parks(*there(PARKS["lon"], PARKS["lat"])).to_file(tmp_path / "a.gpkg")
    report = gt.convert_layer(tmp_path / "a.gpkg", tmp_path / f"b{suffix}", steps=[name])
    assert (report[name].number, report.worst) == (3, "note")
    mended = gt.read_features(tmp_path / f"b{suffix}")
    np.testing.assert_allclose(positions(mended), [PARKS["lon"], PARKS["lat"]], atol=1e-7)
    assert mended["name"].tolist() == PARKS["name"]


def test_the_columns_of_a_table_are_changed(tmp_path: Path) -> None:
    lon, lat = gt.wgs84_to_gcj02(PARKS["lon"], PARKS["lat"])
    table = pd.DataFrame({"name": PARKS["name"], "经度": lon, "纬度": lat, "area": ["12", "", "30"]})
    table.loc[1, "经度"] = np.nan  # a row without a position stays as it is
    table.to_csv(tmp_path / "a.csv", index=False)
    gt.convert_layer(tmp_path / "a.csv", tmp_path / "b.csv", steps=["gcj02"])
    mended = pd.read_csv(tmp_path / "b.csv")
    assert mended.columns.tolist() == ["name", "经度", "纬度", "area"]
    np.testing.assert_allclose(mended["经度"], [102.45, np.nan, 94.90], atol=1e-7)
    assert mended["纬度"][1] == pytest.approx(lat[1])
    assert mended["area"].fillna(-1).tolist() == [12, -1, 30]


def test_metres_of_a_zone_become_degrees(tmp_path: Path) -> None:
    # surveyors write northing (x) before easting (y): 38 in front of it is the zone
    metres = parks([113.9, 114.0, 114.2], [34.0, 34.1, 34.2]).to_crs(4526)
    pd.DataFrame({"name": PARKS["name"], "lon": metres.geometry.y, "lat": metres.geometry.x}).to_csv(
        tmp_path / "a.csv", index=False
    )
    way = gt.check_layer(tmp_path / "a.csv")["metres"].way_out.en
    assert "--convert swap --convert crs=EPSG:4526" in way
    gt.convert_layer(tmp_path / "a.csv", tmp_path / "b.csv", steps=["swap", "crs=EPSG:4526"])
    np.testing.assert_allclose(
        positions(gt.read_features(tmp_path / "b.csv")), [[113.9, 114.0, 114.2], [34.0, 34.1, 34.2]], atol=1e-7
    )


@pytest.mark.parametrize(
    ("lon", "lat", "steps"),
    [
        (PARKS["lat"], PARKS["lon"], ["swap"]),
        ([-x for x in PARKS["lon"]], PARKS["lat"], ["flip-x"]),
        (PARKS["lon"], [-y for y in PARKS["lat"]], ["flip-y"]),
        ([102.45, 40.55, 94.90], [24.92, 110.10, 36.42], ["swap-outside"]),
    ],
)
def test_what_the_check_names_puts_it_right(
    tmp_path: Path, lon: list[float], lat: list[float], steps: list[str]
) -> None:
    pd.DataFrame({"name": PARKS["name"], "lon": lon, "lat": lat}).to_csv(tmp_path / "a.csv", index=False)
    before = gt.check_layer(tmp_path / "a.csv")
    assert before.worst == "error"
    assert f"--convert {steps[0]} " in before.findings[0].way_out.en
    gt.convert_layer(tmp_path / "a.csv", tmp_path / "b.csv", steps=steps)
    assert gt.check_layer(tmp_path / "b.csv").worst == "note"
    np.testing.assert_allclose(positions(gt.read_features(tmp_path / "b.csv")), [PARKS["lon"], PARKS["lat"]])


def test_a_stated_crs_moves_nothing(tmp_path: Path) -> None:
    parks().to_file(tmp_path / "a.shp")
    (tmp_path / "a.prj").unlink()
    gt.convert_layer(tmp_path / "a.shp", tmp_path / "b.gpkg", steps=["crs=EPSG:4490"])
    mended = gt.read_features(tmp_path / "b.gpkg")
    assert mended.crs.to_epsg() == 4490
    assert mended.geometry.x.tolist() == PARKS["lon"]
    with pytest.raises(CrsError, match="'EPSG:0'"):
        gt.convert_layer(tmp_path / "a.shp", tmp_path / "c.gpkg", steps=["crs=EPSG:0"])
    with pytest.raises(CrsError, match="the layer has no CRS"):
        gt.convert_layer(tmp_path / "a.shp", tmp_path / "c.gpkg", steps=["gcj02"])


def test_shapes_are_mended_step_by_step(tmp_path: Path) -> None:
    bow = shapely.Polygon([(105, 37), (106, 38), (106, 37), (105, 38)])
    across = shapely.Polygon([(170, 0), (-170, 0), (-170, 10), (170, 10)])
    shapes = [bow, None, shapely.force_3d(shapely.box(105, 30, 106, 31), 5), across]
    gpd.GeoDataFrame({"v": [1, 2, 3, 4]}, geometry=shapes, crs=4326).to_parquet(tmp_path / "a.parquet")
    steps = ["drop-empty", "antimeridian", "valid", "flat"]
    report = gt.convert_layer(tmp_path / "a.parquet", tmp_path / "b.gpkg", steps=steps)
    assert [(one.code, one.number) for one in report.findings] == [
        ("drop-empty", 1), ("antimeridian", 1), ("valid", 1), ("flat", 1),
    ]  # fmt: skip
    mended = gt.read_features(tmp_path / "b.gpkg")
    assert mended["v"].tolist() == [1, 3, 4]
    assert mended.is_valid.all()
    assert shapely.area(mended.geometry.to_numpy()).tolist() == pytest.approx([0.5, 1, 200])


def test_heights_are_kept_where_positions_move() -> None:
    high = gpd.GeoDataFrame(geometry=[shapely.Point(106.5, 29.5, 240), shapely.Point(106.6, 29.6)], crs=4326)
    moved, _ = take_step(high, "gcj02")
    assert moved.geometry[0].z == 240
    assert not moved.geometry[1].has_z


def test_mojibake_is_put_right(tmp_path: Path) -> None:
    bad = [name.encode("utf-8").decode("gb18030", "ignore") for name in ("石景山区", "南京", "乌鲁木齐")]
    parks().assign(name=bad).to_file(tmp_path / "a.gpkg")
    assert gt.check_layer(tmp_path / "a.gpkg")["mojibake"].severity == "error"
    report = gt.convert_layer(tmp_path / "a.gpkg", tmp_path / "b.gpkg", steps=["text"])
    assert report["text"].number == 3
    assert gt.read_features(tmp_path / "b.gpkg")["name"].tolist() == ["石景山区", "南京", "乌鲁木齐"]


def test_a_sheet_becomes_a_plain_table(tmp_path: Path) -> None:
    text = '表1,,\n县,产能,\n,2020,2021\n宁夏,"1,234",3.5万\n'
    (tmp_path / "a.csv").write_bytes(text.encode("gb18030"))
    layout = gt.check_layer(tmp_path / "a.csv", encoding="GB18030")["layout"]
    assert layout.way_out.en == "--convert sheet=1,2,0 -o NEW.csv"
    report = gt.convert_layer(tmp_path / "a.csv", tmp_path / "b.csv", steps=["sheet=1,2,0"], encoding="GB18030")
    assert [one.what.en for one in report.findings] == [
        "column '产能_2020': thousands, 1 cells (1,234 -> 1234)", "column '产能_2021': 万, 1 cells (3.5万 -> 35000)",
    ]  # fmt: skip
    table = pd.read_csv(tmp_path / "b.csv")
    assert table.to_numpy().tolist() == [["宁夏", 1234, 35_000]]
    assert gt.check_layer(tmp_path / "b.csv").codes == ("no-positions",)


def test_several_steps_of_a_raster(tmp_path: Path) -> None:
    grid = gt.Grid.from_bounds((100, 30, 103, 32), resolution=1, crs="EPSG:4326")
    gt.write_raster(gt.Raster([[1, 2, 3], [4, 5, 6]], grid), tmp_path / "a.tif")
    gt.convert_layer(tmp_path / "a.tif", tmp_path / "b.tif", steps=["flip-rows", "flip-columns", "nodata=6"])
    np.testing.assert_array_equal(gt.read_raster(tmp_path / "b.tif").values, [[np.nan, 5, 4], [3, 2, 1]])
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.tif", "b.tif"]


def test_what_cannot_be_done_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    parks().to_file(tmp_path / "a.gpkg")
    gt.write_raster(
        gt.Raster([[1.0]], gt.Grid.from_bounds((0, 0, 1, 1), resolution=1, crs="EPSG:32648")), tmp_path / "r.tif"
    )
    (tmp_path / "t.csv").write_text("name,v\n甲,1\n", encoding="utf-8")
    before = sorted(path.name for path in tmp_path.iterdir())
    for name, out, steps, what in (
        ("a.gpkg", "b.gpkg", ["mars"], "cannot be converted by 'mars'; expected gcj02, bd09, swap"),
        ("a.gpkg", "b.gpkg", [], "steps is empty"),
        ("a.gpkg", "b.shp", ["gcj02"], r"ends in \.gpkg, \.geojson, \.parquet, \.csv"),
        ("a.gpkg", "a.gpkg", ["gcj02"], "exists; expected a new name"),
        ("none.gpkg", "b.gpkg", ["gcj02"], "does not exist"),
        ("r.tif", "b.tif", ["gcj02"], "a raster cannot be converted by 'gcj02'"),
        ("r.tif", "b.tif", ["flip-rows", "mars"], "a raster cannot be converted by 'mars'"),
        ("r.tif", "b.tif", ["nodata=x"], "nodata is 'x', expected a number"),
        ("r.tif", "b.tif", ["lon180"], "lon180 expects degrees"),
        ("t.csv", "b.csv", ["gcj02"], "has no columns lon and lat, which .gcj02. needs"),
        ("t.csv", "b.csv", ["sheet=1,2"], "expected sheet=TITLES,HEADERS,NOTES"),
        ("t.csv", "b.gpkg", ["sheet"], r"ends in \.csv"),
    ):
        with pytest.raises(InputError, match=what):
            gt.convert_layer(tmp_path / name, tmp_path / out, steps=steps)
    with pytest.raises(OutputError, match="cannot be written"):
        gt.convert_layer(tmp_path / "a.gpkg", tmp_path / "no" / "b.gpkg", steps=["gcj02"])
    assert sorted(path.name for path in tmp_path.iterdir()) == before


@given(st.lists(st.tuples(st.floats(73, 135), st.floats(18, 53)), min_size=1, max_size=5))
def test_swapping_twice_is_nothing(places: list[tuple[float, float]]) -> None:
    points = gpd.GeoDataFrame(geometry=gpd.points_from_xy(*zip(*places, strict=True)), crs=4326)
    once, _ = take_step(points, "swap")
    assert take_step(once, "swap")[0].geometry.geom_equals(points.geometry).all()
