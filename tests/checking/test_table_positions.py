"""Positions of a table that do not stand in lon and lat as decimal degrees."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Transformer

import geotransfer as gt
from geotransfer.checking.table_positions import degrees_of, place_columns, plane_columns
from geotransfer.errors import InputError

LON, LAT = np.array([106.2, 106.5, 105.9]), np.array([38.4, 38.1, 37.2])


def survey(path: Path, header: str, *, north_first: bool, crs: int = 2359) -> Path:
    """Write a table of a survey: Xi'an 1980, 3-degree zone 35 with the zone before the easting."""
    east, north = Transformer.from_crs(4610, crs, always_xy=True).transform(LON, LAT)
    first, second = (north, east) if north_first else (east, north)
    rows = [f"点{i},{a:.3f},{b:.3f}" for i, (a, b) in enumerate(zip(first, second, strict=True))]
    path.write_text("\n".join([header, *rows]), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("cell", "degrees"),
    [
        ("106°32′24″", 106.54), ("106°32'24\"", 106.54), ("106度32分24秒", 106.54), ("东经106°32.4′", 106.54),
        ("E106°32′24″", 106.54), ("106 32 24", 106.54), ("106:32:24", 106.54), ("１０６°３２′２４″", 106.54),
        ("38° 28′ 30″ N", 38.475), ("33°30′S", -33.5), ("西经5°30′", -5.5), ("0°0′36″", 0.01),
        # plain degrees, minutes that are none, words
        ("106.54", None), ("106", None), ("106°75′", None), ("106°32′61″", None), ("约106度多", None), ("", None),
    ],
)  # fmt: skip
def test_degrees_minutes_seconds(cell: str, degrees: float | None) -> None:
    assert degrees_of(cell) == (None if degrees is None else pytest.approx(degrees, abs=1e-9))


@given(st.integers(0, 179), st.integers(0, 59), st.integers(0, 599))
def test_every_angle_comes_back(degrees: int, minutes: int, tenths: int) -> None:
    want = degrees + minutes / 60 + tenths / 36_000
    for text in (f"{degrees}°{minutes}′{tenths / 10}″", f"{degrees}度{minutes}分{tenths / 10}秒"):
        assert degrees_of(text) == pytest.approx(want, abs=1e-8)


def test_a_table_of_degrees_minutes_seconds_is_refused_named_and_converted(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("园区,经度,纬度\n甲,106°12′0″,38°24′0″\n乙,106.5,38.1\n", encoding="utf-8")
    report = gt.check_layer(tmp_path / "a.csv")
    assert report["dms"].severity == "error"
    assert report["dms"].way_out.en == "--convert dms -o NEW.csv"
    with pytest.raises(InputError, match="geotransfer layers check says which reading fits"):
        gt.read_features(tmp_path / "a.csv")
    done = gt.convert_layer(tmp_path / "a.csv", tmp_path / "b.csv", steps=["dms"])
    assert done["dms"].number == 2
    points = gt.read_features(tmp_path / "b.csv").geometry
    assert points.x.tolist() == pytest.approx([106.2, 106.5])
    with pytest.raises(InputError, match="no columns lon and lat, which 'dms' needs"):
        gt.convert_layer(survey(tmp_path / "c.csv", "点,X,Y", north_first=True), tmp_path / "d.csv", steps=["dms"])


def test_which_columns_hold_positions() -> None:
    assert plane_columns(pd.DataFrame({"名称": ["甲"], "X坐标（m）": ["1"], "Y坐标（m）": ["2"]})) == (
        "X坐标（m）",
        "Y坐标（m）",
    )
    assert plane_columns(pd.DataFrame({"东坐标": [1.0], "北坐标": [2.0]})) == ("东坐标", "北坐标")
    assert plane_columns(pd.DataFrame({"x": ["甲"], "y": ["2"]})) is None
    assert plane_columns(pd.DataFrame({"x": [1.0]})) is None
    assert place_columns(pd.DataFrame({"x": [1.0], "y": [2.0], "经度": [106.0], "纬度": [38.0]})) == ("经度", "纬度")


@pytest.mark.parametrize("north_first", [True, False])
def test_coordinates_of_a_survey_are_read_when_told(tmp_path: Path, north_first: bool) -> None:
    path = survey(tmp_path / "a.csv", "名称,X,Y", north_first=north_first)
    report = gt.check_layer(path)
    assert report["plane-columns"].severity == "error"
    swap = ["swap"] if north_first else []
    assert report["reading"].way_out.en == " ".join(f"--convert {step}" for step in [*swap, "crs=EPSG:4523"])
    # the numbers do not say that it is Xi'an 1980: the maker must
    assert "Xi'an 1980 EPSG:2359, Beijing 1954 EPSG:2411" in report["datum-unknown"].what.en
    done = gt.convert_layer(path, tmp_path / "b.csv", steps=[*swap, "crs=EPSG:2359"])
    assert {"crs", "positions", "datum"} <= set(done.codes)
    table = pd.read_csv(tmp_path / "b.csv")
    assert table.columns.tolist() == ["名称", "X", "Y", "lon", "lat"]
    assert table["lon"].tolist() == pytest.approx(LON.tolist(), abs=1e-7)
    assert table["lat"].tolist() == pytest.approx(LAT.tolist(), abs=1e-7)
    # a GeoPackage keeps the CRS, and so the warning of its datum
    gt.convert_layer(path, tmp_path / "b.gpkg", steps=[*swap, "crs=EPSG:2359"])
    assert gt.read_features(tmp_path / "b.gpkg").crs.to_epsg() == 2359
    assert "datum" in gt.check_layer(tmp_path / "b.gpkg").codes


def test_without_a_crs_no_degrees_are_made_of_metres(tmp_path: Path) -> None:
    path = survey(tmp_path / "a.csv", "名称,X,Y", north_first=True)
    with pytest.raises(InputError, match="have no CRS; expected a step that states it, such as crs=EPSG:4526"):
        gt.convert_layer(path, tmp_path / "b.csv", steps=["swap"])
    with pytest.raises(InputError, match="have no CRS"):
        gt.convert_layer(path, tmp_path / "b.gpkg", steps=["text"])
    assert not (tmp_path / "b.csv").exists()


def test_metres_in_lon_and_lat_become_degrees_there(tmp_path: Path) -> None:
    path = survey(tmp_path / "a.csv", "名称,lon,lat", north_first=False)
    done = gt.convert_layer(path, tmp_path / "b.csv", steps=["crs=EPSG:2359"])
    assert done["positions"].number == 3
    assert pd.read_csv(tmp_path / "b.csv")["lon"].tolist() == pytest.approx(LON.tolist(), abs=1e-7)


def test_a_row_without_a_position_stays(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("名称,X,Y\n甲,4250000,35600000\n乙,,\n", encoding="utf-8")
    gt.convert_layer(tmp_path / "a.csv", tmp_path / "b.csv", steps=["swap", "crs=EPSG:4523"])
    table = pd.read_csv(tmp_path / "b.csv")
    assert table["lon"].notna().tolist() == [True, False]
