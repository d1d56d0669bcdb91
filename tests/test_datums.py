from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
from pyproj import CRS, Geod, Transformer
from pyproj.transformer import TransformerGroup

from geotransfer.datums import OFF_BY_M, datum_accuracy, datum_of, warn_of_datum
from geotransfer.errors import CrsError, DatumWarning

ESRI_XIAN = (
    'GEOGCS["GCS_Xian_1980",DATUM["D_Xian_1980",SPHEROID["Xian_1980",6378140.0,298.257]],'
    'PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]]'
)
LAMBERT = (
    'PROJCS["China_Lambert_Conformal_Conic",GEOGCS["GCS_Beijing_1954",DATUM["D_Beijing_1954",'
    'SPHEROID["Krasovsky_1940",6378245.0,298.3]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]],'
    'PROJECTION["Lambert_Conformal_Conic"],PARAMETER["False_Easting",0.0],PARAMETER["False_Northing",0.0],'
    'PARAMETER["Central_Meridian",105.0],PARAMETER["Standard_Parallel_1",30.0],PARAMETER["Standard_Parallel_2",62.0],'
    'PARAMETER["Latitude_Of_Origin",0.0],UNIT["Meter",1.0]]'
)


@pytest.mark.parametrize(
    ("crs", "datum", "matters"),
    [("EPSG:4326", "WGS 84", False), ("EPSG:32650", "WGS 84", False), ("EPSG:3857", "WGS 84", False),
     ("EPSG:4490", "CGCS2000", False), ("EPSG:4526", "CGCS2000", False), ("EPSG:4547", "CGCS2000", False),
     ("EPSG:4214", "Beijing 1954", True), ("EPSG:2412", "Beijing 1954", True), (LAMBERT, "Beijing 1954", True),
     ("EPSG:4610", "Xi'an 1980", True), (ESRI_XIAN, "Xi'an 1980", True), ("EPSG:4555", "New Beijing", True)],
)  # fmt: skip
def test_datums_of_china(crs: str, datum: str, matters: bool) -> None:
    found = datum_accuracy(crs)
    assert found.datum == datum
    assert found.matters is matters
    assert found.text.zh.startswith(datum)


def test_a_missing_crs_is_refused() -> None:
    with pytest.raises(CrsError, match="crs has no CRS"):
        datum_accuracy(None)


def test_beijing_1954_is_off_by_no_more_than_stated_by_any_transformation_proj_has() -> None:
    lon, lat = (a.ravel() for a in np.meshgrid(np.linspace(74, 134, 61), np.linspace(18, 53, 36)))
    largest = 0.0
    for one in TransformerGroup("EPSG:4214", "EPSG:4326", always_xy=True).transformers:
        _, _, metres = Geod(ellps="WGS84").inv(lon, lat, *one.transform(lon, lat))
        largest = max(largest, float(metres.max()))
    assert largest == pytest.approx(OFF_BY_M["Beijing 1954"], abs=1)


def test_the_share_for_which_there_is_a_transformation() -> None:
    # the Ordos basin, Shanghai, Urumqi, the Tarim basin: PROJ moves the first and the last
    places = gpd.GeoDataFrame(
        geometry=gpd.points_from_xy([108.5, 121.5, 87.6, 82.0], [38.5, 31.2, 43.8, 39.0]), crs="EPSG:4214"
    )
    assert datum_of(places).transformed_share == 0.5
    assert datum_of(places).accuracy_m == 1
    assert datum_of(places.set_crs(4610, allow_override=True)).transformed_share == 0.0
    with pytest.warns(DatumWarning, match="layer 'a': Beijing 1954: 50 % of the positions"):
        warn_of_datum(datum_of(places), what="layer 'a'")


@pytest.mark.parametrize("epsg", [4526, 2362, 2414])
def test_zone_prefixed_eastings(epsg: int) -> None:
    """Zone 38 of CGCS2000, Xi'an 1980 and Beijing 1954: 114 E is at 38,500,000 m."""
    x, y = Transformer.from_crs(CRS(epsg).geodetic_crs, epsg, always_xy=True).transform(114, 0)
    assert x == pytest.approx(38_500_000, abs=1e-3)
    assert y == pytest.approx(0, abs=1e-3)


def test_cgcs2000_zones_go_to_degrees_and_back() -> None:
    lon = np.array([112.6, 113.5, 114.0, 115.4])
    lat = np.array([22.0, 30.0, 40.0, 52.0])
    for epsg in (4526, 4547):
        there = Transformer.from_crs(4490, epsg, always_xy=True).transform(lon, lat)
        back = Transformer.from_crs(epsg, 4490, always_xy=True).transform(*there)
        np.testing.assert_allclose(back, [lon, lat], atol=1e-10)
