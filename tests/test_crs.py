from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import CRS, Geod, Transformer

import geotransfer as gt
from geotransfer.crs import CHINA_ALBERS, WGS84, check_projected, parse_crs
from geotransfer.errors import CrsError, InputError


def test_albers_keeps_the_area_of_a_degree_square_at_40_north() -> None:
    to_albers = Transformer.from_crs(WGS84, CHINA_ALBERS, always_xy=True)
    # the edges of the square are curves in Albers: walk along them
    edge = np.linspace(0, 1, 200)
    lon = 100 + np.concatenate([edge, np.ones(200), edge[::-1], np.zeros(200)])
    lat = 40 + np.concatenate([np.zeros(200), edge, np.ones(200), edge[::-1]])
    x, y = to_albers.transform(lon, lat)
    shoelace = abs(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1))) / 2
    geodesic, _ = Geod(ellps="WGS84").polygon_area_perimeter(lon, lat)
    assert shoelace == pytest.approx(abs(geodesic), rel=1e-4)


@pytest.mark.parametrize(("lat", "azimuth"), [(18, 0), (18, 90), (36, 0), (36, 90), (53, 0), (53, 90)])
def test_albers_lengths_are_within_the_stated_error(lat: float, azimuth: float) -> None:
    lon2, lat2, _ = Geod(ellps="WGS84").fwd(105, lat, azimuth, 10_000)
    x, y = Transformer.from_crs(WGS84, CHINA_ALBERS, always_xy=True).transform([105, lon2], [lat, lat2])
    assert np.hypot(x[1] - x[0], y[1] - y[0]) == pytest.approx(10_000, rel=0.04)


def test_missing_crs_is_refused_with_the_way_out() -> None:
    with pytest.raises(CrsError, match=r"features has no CRS.*set_crs"):
        parse_crs(None, what="features")


def test_unreadable_crs_is_refused() -> None:
    with pytest.raises(CrsError, match=r"cannot be read: 'EPSG:0'"):
        parse_crs("EPSG:0", what="raster 'a.tif'")


def test_degrees_are_no_length() -> None:
    with pytest.raises(CrsError, match="geographic CRS"):
        check_projected(CRS.from_epsg(4490), what="grid")


@pytest.mark.parametrize(
    ("lon", "lat", "metres"),
    # distances of the shift in five cities as the project measured them: 265-621 m
    [(116.39, 39.91, (500, 700)), (121.47, 31.23, (400, 600)), (87.62, 43.82, (200, 700)), (104.07, 30.67, (200, 600))],
)
def test_gcj02_shift_has_the_known_size(lon: float, lat: float, metres: tuple[float, float]) -> None:
    _, _, distance = Geod(ellps="WGS84").inv(lon, lat, *gt.wgs84_to_gcj02(lon, lat))
    assert metres[0] < distance < metres[1]


# 3.4 N, 曾母暗沙, to 53.6 N, 漠河; 73.4 E to 135.1 E
@given(st.floats(73.4, 135.1), st.floats(3.4, 53.6))
def test_shifts_can_be_undone(lon: float, lat: float) -> None:
    for there, back in (
        (gt.wgs84_to_gcj02, gt.gcj02_to_wgs84),
        (gt.gcj02_to_bd09, gt.bd09_to_gcj02),
        (gt.wgs84_to_bd09, gt.bd09_to_wgs84),
    ):
        assert back(*there(lon, lat)) == pytest.approx((lon, lat), abs=1e-9)


def test_shift_agrees_with_public_test_vectors_and_keeps_shape() -> None:
    # the vectors of the tests of googollee/eviltransform (Shanghai, Shenzhen, Beijing), to their stated 1e-5 degrees
    wgs = np.array([[121.5272106, 113.912316, 116.377817], [31.1774276, 22.543847, 39.911954]])
    gcj = np.array([[121.531541859215, 113.9171764808363, 116.38404722455657],
                    [31.17530398364597, 22.540796131694766, 39.91334545536069]])  # fmt: skip
    np.testing.assert_allclose(gt.wgs84_to_gcj02(*wgs), gcj, atol=1e-5)
    lon, lat = np.meshgrid(np.linspace(70, 140, 7), np.linspace(18, 53, 6))
    shifted = gt.wgs84_to_gcj02(lon, lat)
    assert np.shape(shifted) == (2, 6, 7)
    assert shifted[0][2, 3] == gt.wgs84_to_gcj02(lon[2, 3], lat[2, 3])[0]  # type: ignore[index]


def test_a_grid_over_china_comes_back_to_1e_7_degrees() -> None:
    """Every 0.25 degrees of the box around China, both ways and for both datums: 50,000 positions."""
    lon, lat = (a.ravel() for a in np.meshgrid(np.arange(73.4, 135.2, 0.25), np.arange(3.4, 53.7, 0.25)))
    for there, back in ((gt.wgs84_to_gcj02, gt.gcj02_to_wgs84), (gt.wgs84_to_bd09, gt.bd09_to_wgs84)):
        np.testing.assert_allclose(back(*there(lon, lat)), [lon, lat], atol=1e-10, rtol=0)
        # and from the shifted side: what was undone and shifted again is what it was
        np.testing.assert_allclose(there(*back(lon, lat)), [lon, lat], atol=1e-10, rtol=0)


def test_published_pairs_of_two_other_projects() -> None:
    # wandergis/coordtransform, test/app.js: 116.404 E, 39.915 N, all digits as printed there
    assert gt.wgs84_to_gcj02(116.404, 39.915) == pytest.approx((116.41024449916938, 39.91640428150164), abs=1e-9)
    assert gt.gcj02_to_bd09(116.404, 39.915) == pytest.approx((116.41036949371029, 39.92133699351021), abs=1e-9)
    # its inverse takes one step, which leaves 1e-6 degrees
    assert gt.bd09_to_gcj02(116.404, 39.915) == pytest.approx((116.39762729119315, 39.90865673957631), abs=2e-6)
    # the tests of the Python package geotool: one place near Shanghai in all three
    wgs84, gcj02 = (121.09170737767907, 30.6107684401777), (121.09626895522744, 30.608594904771056)
    bd09 = (121.10271691314193, 30.614836298418275)
    assert gt.wgs84_to_gcj02(*wgs84) == pytest.approx(gcj02, abs=1e-9)
    assert gt.wgs84_to_bd09(*wgs84) == pytest.approx(bd09, abs=1e-9)
    assert gt.bd09_to_wgs84(*bd09) == pytest.approx(wgs84, abs=1e-9)


@given(st.floats(-180, 180), st.floats(-90, 90))
def test_outside_the_bounds_positions_are_the_same_to_the_last_bit(lon: float, lat: float) -> None:
    if 72.004 <= lon <= 137.8347 and 0.8293 <= lat <= 55.8271:
        return
    for change in (gt.wgs84_to_gcj02, gt.gcj02_to_wgs84, gt.gcj02_to_bd09, gt.bd09_to_gcj02, gt.wgs84_to_bd09):
        assert change(lon, lat) == (lon, lat)


def test_outside_nothing_is_shifted() -> None:
    assert gt.wgs84_to_gcj02(2.35, 48.85) == (2.35, 48.85)
    assert gt.gcj02_to_bd09(150.0, -30.0) == (150.0, -30.0)
    assert gt.gcj02_to_wgs84(72.0, 40.0) == (72.0, 40.0)


def test_shapes_must_agree() -> None:
    with pytest.raises(InputError, match="expected the same"):
        gt.wgs84_to_gcj02([1.0, 2.0], [1.0])
