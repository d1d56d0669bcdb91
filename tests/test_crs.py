from __future__ import annotations

import numpy as np
import pytest
from pyproj import CRS, Transformer

from geotransfer.crs import CHINA_ALBERS, WGS84, WGS84_GEOD, check_projected, parse_crs
from geotransfer.errors import CrsError


def test_albers_keeps_the_area_of_a_degree_square_at_40_north() -> None:
    to_albers = Transformer.from_crs(WGS84, CHINA_ALBERS, always_xy=True)
    # the edges of the square are curves in Albers: walk along them
    edge = np.linspace(0, 1, 200)
    lon = 100 + np.concatenate([edge, np.ones(200), edge[::-1], np.zeros(200)])
    lat = 40 + np.concatenate([np.zeros(200), edge, np.ones(200), edge[::-1]])
    x, y = to_albers.transform(lon, lat)
    shoelace = abs(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1))) / 2
    geodesic, _ = WGS84_GEOD.polygon_area_perimeter(lon, lat)
    assert shoelace == pytest.approx(abs(geodesic), rel=1e-4)


@pytest.mark.parametrize(("lat", "azimuth"), [(18, 0), (18, 90), (36, 0), (36, 90), (53, 0), (53, 90)])
def test_albers_lengths_are_within_the_stated_error(lat: float, azimuth: float) -> None:
    lon2, lat2, _ = WGS84_GEOD.fwd(105, lat, azimuth, 10_000)
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
