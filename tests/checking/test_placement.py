"""Coordinates that lie elsewhere: the reading that would put them into China is named, with its share."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from pyproj import CRS, Transformer

import geotransfer as gt
from geotransfer.checking.placement import place_findings
from geotransfer.checking.positions import LAMBERT, LAMBERT_25_47, TWINS, area_of, china, datum_twins, readings
from geotransfer.crs import CHINA_ALBERS

LON = np.array([102.45, 110.10, 106.2, 116.4, 108.95, 113.6])
LAT = np.array([24.92, 40.55, 38.4, 39.9, 34.3, 34.8])
WGS84 = CRS(4326)


def in_crs(crs: object, lon: np.ndarray = LON, lat: np.ndarray = LAT) -> np.ndarray:
    return np.column_stack(Transformer.from_crs(4326, crs, always_xy=True).transform(lon, lat))


def test_what_lies_right_is_not_mentioned() -> None:
    assert place_findings(np.column_stack([LON, LAT]), WGS84, china()) == []
    assert place_findings(in_crs(CHINA_ALBERS), CHINA_ALBERS, china()) == []


@given(st.lists(st.sampled_from(range(len(LON))), min_size=1, max_size=20))
def test_swapped_coordinates_of_china_can_never_be_right_ones(rows: list[int]) -> None:
    found = place_findings(np.column_stack([LAT[rows], LON[rows]]), WGS84, china())
    assert [one.code for one in found] == ["swapped"]
    assert found[0].number == 100


@pytest.mark.parametrize(
    ("sign", "convert"), [((-1, 1), ("flip-x",)), ((1, -1), ("flip-y",)), ((-1, -1), ("flip-x", "flip-y"))]
)
def test_another_hemisphere(sign: tuple[int, int], convert: tuple[str, ...]) -> None:
    xy = np.column_stack([LON, LAT]) * sign
    found = place_findings(xy, WGS84, china())[0]
    assert (found.code, found.severity, found.number) == ("hemisphere", "error", 100)
    assert readings(xy, china())[0].convert == convert


@pytest.mark.parametrize(
    ("crs", "lon", "named"),
    [
        (4526, 114.0, "crs=EPSG:4526"), (4513, 75.5, "crs=EPSG:4513"), (4533, 134.0, "crs=EPSG:4533"),
        (4498, 117.0, "crs=EPSG:4498"), (3857, 105.0, "crs=EPSG:3857"),
    ],
)  # fmt: skip
def test_metres_that_call_themselves_degrees(crs: int, lon: float, named: str) -> None:
    lat = {75.5: 39.5, 134.0: 47.9}.get(lon, 33.0)
    xy = in_crs(crs, np.full(5, lon) + np.linspace(-0.1, 0.1, 5), np.full(5, lat))
    found = place_findings(xy, WGS84, china())[0]
    assert (found.code, found.number) == ("metres", 100)
    assert readings(xy, china())[0].convert == (named,)


@pytest.mark.parametrize(
    ("crs", "named"), [(CHINA_ALBERS, "china-albers"), (LAMBERT, LAMBERT), (LAMBERT_25_47, LAMBERT_25_47)]
)
def test_national_projections(crs: object, named: str) -> None:
    names = [one.convert[-1].removeprefix("crs=") for one in readings(in_crs(crs), china())]
    assert named in names


def test_eastings_without_a_zone_fit_several_meridians_and_are_not_guessed() -> None:
    xy = in_crs(4547, np.linspace(113, 115, 9), np.full(9, 34.0))  # central meridian 114 E
    found = place_findings(xy, WGS84, china())[0]
    assert found.code == "metres"
    assert "readings fit as well" in found.way_out.en
    fits = readings(xy, china(), like=CRS(4547))
    assert fits[0].convert == ("crs=EPSG:4547",)
    assert len(fits) > 5


def test_meridians_that_fit_are_one_finding_and_none_is_left_out() -> None:
    xy = in_crs(4547, np.linspace(113, 115, 9), np.full(9, 34.0))
    found = {one.code: one for one in place_findings(xy, None, china())}
    fits = [one for one in readings(xy, china()) if one.meridian is not None]
    # the right one of 114 E is among them
    assert found["meridian-unknown"].number == len(fits) > 10
    assert 114 in [one.meridian for one in fits]
    # at 34 N China reaches from 79 E to 120 E, and these points one degree to both sides of the meridian
    assert "central meridians 81 to 120 E" in found["meridian-unknown"].what.en
    assert "datum-unknown" in found


@pytest.mark.parametrize(("first", "count", "twins"), TWINS)
def test_the_older_datums_have_the_same_zones(first: int, count: int, twins: tuple[int, ...]) -> None:
    for number in range(count):
        name = CRS(first + number).name.removeprefix("CGCS2000 / ")
        assert [CRS(twin + number).name for twin in twins] == [f"Xian 1980 / {name}", f"Beijing 1954 / {name}"]
    assert datum_twins(str(first + count)) == () or first + count == 4534


def test_northing_first_as_surveyors_write_it() -> None:
    xy = in_crs(4526, np.linspace(113.5, 114.5, 9), np.full(9, 34.0))[:, ::-1]
    assert readings(xy, china())[0].convert == ("swap", "crs=EPSG:4526")


def test_a_zone_in_front_of_the_easting_that_the_crs_does_not_have() -> None:
    xy = in_crs(4526, np.linspace(113.5, 114.5, 9), np.full(9, 34.0))
    found = place_findings(xy, CRS(4547), china())[0]
    assert found.code == "metres"
    assert "--convert crs=EPSG:4526" in found.way_out.en


def test_degrees_that_call_themselves_metres() -> None:
    found = place_findings(np.column_stack([LON, LAT]), CRS(32648), china())[0]
    assert (found.code, found.number) == ("degrees", 100)


def test_single_rows() -> None:
    xy = np.column_stack([LON, LAT])
    xy[1] = xy[1][::-1]
    found = place_findings(xy, WGS84, china())
    assert [(one.code, one.number) for one in found] == [("rows-swapped", 1)]
    xy[1] = (2.35, 48.85)
    assert [(one.code, one.number) for one in place_findings(xy, WGS84, china())] == [("outside", 1)]


def test_elsewhere_until_a_layer_of_there_is_given() -> None:
    paris = np.array([[2.3, 48.8], [2.4, 48.9]])
    assert [one.code for one in place_findings(paris, WGS84, china())] == ["elsewhere"]
    box = gpd.GeoDataFrame(geometry=[shapely.box(2, 48, 3, 49)], crs=4326)
    assert place_findings(paris, WGS84, area_of(box)) == []
    assert place_findings(paris[:, ::-1], WGS84, area_of(box))[0].code == "swapped"


def test_a_file_without_crs_is_told_what_would_fit(tmp_path: Path) -> None:
    gpd.GeoDataFrame(geometry=gpd.points_from_xy(LON, LAT), crs=4326).to_file(tmp_path / "a.shp")
    (tmp_path / "a.prj").unlink()
    report = gt.check_layer(tmp_path / "a.shp")
    assert report.codes[0] == "no-crs"
    assert report["reading"].way_out.en == "--convert crs=EPSG:4490"
    assert report["reading"].number == 100


def test_ports_lie_offshore_and_are_counted(tmp_path: Path) -> None:
    path = tmp_path / "ports.csv"
    path.write_text("name,lon,lat\n外海,108.75,21.45\n南宁,108.32,22.82\n", encoding="utf-8")
    found = gt.check_layer(path)["offshore"]
    assert found.number == pytest.approx(18.3, abs=0.3)
    assert "1 points lie offshore" in found.what.en
