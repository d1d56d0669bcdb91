"""Origins by name: province, price area, prefecture, county, own zone; what no place is called."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest

import geotransfer as gt
from geotransfer.crs import CHINA_ALBERS
from geotransfer.errors import InputError, UnknownNameError
from geotransfer.grid import Grid
from geotransfer.inputs.layers import Inputs
from geotransfer.inputs.zones import load_zones
from geotransfer.raster import Raster
from geotransfer.supply.origin import _sampled, find_origin

INPUTS = Inputs(Grid.from_bounds((0, 0, 1, 1), resolution=1, crs=CHINA_ALBERS))


@pytest.fixture(scope="module")
def zones():
    return load_zones(gt.scenario("aluminium").with_overrides({"within": ["宁夏"]}))


@pytest.mark.parametrize(
    ("name", "full", "kind", "counties", "areas"),
    [
        ("山东", "山东省", "province", 136, {"山东"}),
        ("内蒙古自治区", "内蒙古自治区", "province", 103, {"蒙西", "蒙东"}),
        ("蒙东", "蒙东", "price area", None, {"蒙东"}),
        ("滨州", "滨州市", "prefecture", 7, {"山东"}),
        ("371600", "滨州市", "prefecture", 7, {"山东"}),
        ("北京", "北京市", "province", 16, {"北京"}),
        ("邹平市", "邹平市", "county", 1, {"山东"}),
        ("640181", "灵武市", "county", 1, {"宁夏"}),
    ],
)
def test_names(zones, name, full, kind, counties, areas):
    origin = find_origin(name, zones, INPUTS)
    assert (origin.name, origin.kind) == (full, kind)
    assert counties is None or len(origin.places) == counties
    assert set(origin.areas) == areas
    assert origin.record()["counties"] == len(origin.places)


def test_unknown_and_ambiguous_names(zones):
    with pytest.raises(UnknownNameError, match=r"origin '山冬省' is no province.*did you mean .*山东省"):
        find_origin("山冬省", zones, INPUTS)
    with pytest.raises(UnknownNameError, match=r"origin 'Shandnog' is no .*did you mean 山东省"):
        find_origin("Shandnog", zones, INPUTS)
    for nowhere in ("火星", "亚特兰蒂斯", "Atlantis", ""):
        with pytest.raises(UnknownNameError, match=r"or zone of yours\. Expected a name such as"):
            find_origin(nowhere, zones, INPUTS)
    with pytest.raises(UnknownNameError, match=r"origin '乐都县' is no .*632123 .* is today 630202 .*乐都区"):
        find_origin("乐都县", zones, INPUTS)
    with pytest.raises(InputError, match=r"origin '鼓楼区' is the name of 4 counties; give one of the adcodes"):
        find_origin("鼓楼区", zones, INPUTS)


def test_zones_are_named_by_the_column_that_a_chinese_table_has(tmp_path):
    path = tmp_path / "counties.csv"
    path.write_text("县名,lon,lat\n宁东基地,106.6,38.1\n银川园区,106.2,38.5\n", encoding="utf-8")
    own = load_zones(gt.scenario("aluminium").with_overrides({"zones": str(path), "within": ["宁夏"]}))
    assert own.table["name"].tolist() == ["宁东基地", "银川园区"]


def test_a_zone_of_your_own(tmp_path):
    path = tmp_path / "parks.csv"
    path.write_text("name,lon,lat\n宁东基地,106.6,38.1\n银川园区,106.2,38.5\n", encoding="utf-8")
    own = load_zones(gt.scenario("aluminium").with_overrides({"zones": str(path), "within": ["宁夏"]}))
    origin = find_origin("宁东基地", own, INPUTS)
    assert (origin.name, origin.kind, len(origin.places), list(origin.areas)) == ("宁东基地", "zone", 1, ["宁夏"])
    assert origin.places.geometry.iloc[0].x == pytest.approx(106.6, abs=0.01)


def test_the_cell_at_a_point():
    grid = Grid.from_bounds((100, 30, 102, 32), resolution=1, crs="EPSG:4326")
    raster = Raster(np.array([[1.0, 2.0], [3.0, 4.0]]), grid)
    points = gpd.points_from_xy([100.5, 101.5, 100.5, 101.5, 99.0], [31.5, 31.5, 30.5, 30.5, 31.0])
    values = _sampled(raster, gpd.GeoDataFrame(geometry=points, crs="EPSG:4326"))
    assert values[:4].tolist() == [1.0, 2.0, 3.0, 4.0]
    assert np.isnan(values[4])
