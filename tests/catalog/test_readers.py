from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely

import geotransfer as gt
from geotransfer.catalog.readers import read_table
from geotransfer.errors import CrsError, InputError, UnknownNameError


@pytest.fixture
def zones() -> gpd.GeoDataFrame:
    boxes = [shapely.box(105, 37, 106, 38), shapely.box(106, 37, 107, 38)]
    return gpd.GeoDataFrame({"name": ["灵武", "盐池"]}, geometry=boxes, crs="EPSG:4490")


@pytest.mark.parametrize("suffix", [".gpkg", ".shp", ".geojson", ".parquet"])
def test_formats(zones: gpd.GeoDataFrame, tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"zones{suffix}"
    source = zones.to_crs(4326) if suffix == ".geojson" else zones
    source.to_parquet(path) if suffix == ".parquet" else source.to_file(path, encoding="UTF-8")
    read = gt.read_features(path)
    assert read["name"].tolist() == ["灵武", "盐池"]
    assert read.crs is not None


def test_a_gbk_shapefile_without_cpg_is_refused_until_it_is_told(zones: gpd.GeoDataFrame, tmp_path: Path) -> None:
    path = tmp_path / "gbk.shp"
    zones.to_file(path, encoding="GB18030")
    path.with_suffix(".cpg").unlink()
    with pytest.raises(InputError, match=r"not UTF-8.*encoding='GB18030'"):
        gt.read_features(path)
    assert gt.read_features(path, encoding="GB18030")["name"].tolist() == ["灵武", "盐池"]


def test_a_utf8_shapefile_without_cpg_is_read_as_such(zones: gpd.GeoDataFrame, tmp_path: Path) -> None:
    path = tmp_path / "utf8.shp"
    zones.to_file(path, encoding="UTF-8")
    path.with_suffix(".cpg").unlink()
    assert gt.read_features(path)["name"].tolist() == ["灵武", "盐池"]


def test_layers_of_a_geopackage(zones: gpd.GeoDataFrame, tmp_path: Path) -> None:
    path = tmp_path / "two.gpkg"
    zones.to_file(path, layer="a")
    zones.head(1).to_file(path, layer="b")
    with pytest.raises(InputError, match="holds the layers a, b; say which"):
        gt.read_features(path)
    with pytest.raises(UnknownNameError, match="no layer 'c'; it has a, b"):
        gt.read_features(path, layer="c")
    assert len(gt.read_features(path, layer="b")) == 1


def test_files_that_are_none(zones: gpd.GeoDataFrame, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="does not exist"):
        gt.read_features(tmp_path / "none.gpkg")
    for name in ("text.gpkg", "text.parquet"):
        (tmp_path / name).write_text("no features")
        with pytest.raises(InputError, match="cannot be read as"):
            gt.read_features(tmp_path / name)
    zones.head(0).to_file(tmp_path / "empty.gpkg")
    with pytest.raises(InputError, match="holds no features"):
        gt.read_features(tmp_path / "empty.gpkg")
    zones.to_file(tmp_path / "naked.shp")
    (tmp_path / "naked.prj").unlink()
    with pytest.raises(CrsError, match="has no CRS"):
        gt.read_features(tmp_path / "naked.shp")


def test_csv_points(tmp_path: Path) -> None:
    path = tmp_path / "parks.csv"
    path.write_text("名称,经度,纬度\n甲,106.2,38.4\n", encoding="utf-8-sig")
    assert gt.read_features(path).geometry[0].coords[0] == (106.2, 38.4)
    path.write_text("name,x,y\n甲,1,2\n", encoding="utf-8")
    with pytest.raises(InputError, match="columns name, x, y; expected lon and lat"):
        gt.read_features(path)
    path.write_text("name,lon,lat\n甲,一百,38\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"lon=一百.*data row 1"):
        gt.read_features(path)
    path.write_bytes("name,lon,lat\n灵武园,106.2,38.4\n".encode("gb18030"))
    with pytest.raises(InputError, match="not UTF-8"):
        gt.read_features(path)
    assert gt.read_features(path, encoding="GB18030")["name"][0] == "灵武园"
    with pytest.raises(InputError, match="encoding 'klingon' is unknown"):
        gt.read_features(path, encoding="klingon")


def test_tables_keep_their_codes_and_refuse_what_is_none(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("adcode,v\n010203,1\n", encoding="utf-8")
    assert read_table(path)["adcode"][0] == "010203"
    path.write_text("")
    with pytest.raises(InputError, match="is no table"):
        read_table(path)
    with pytest.raises(InputError, match="does not exist"):
        read_table(tmp_path / "none.csv")


@pytest.mark.data
def test_files_of_chinese_agencies(shared_data: Path) -> None:
    # no .cpg; the header of the .dbf declares the code page 936, and the bytes agree
    counties = gt.read_features(shared_data / "admin" / "全国县级统计数据.shp")
    assert len(counties) == 2390
    assert counties["NAME"].head(2).tolist() == ["南充市", "塔河县"]
    provinces = next((shared_data / "admin" / "CHN_full_adm").glob("*.shp"))
    names = gt.read_features(provinces)
    assert pd.Series(names.drop(columns="geometry").astype(str).to_numpy().ravel()).str.contains("内蒙古").any()
    broken = shared_data / "transport" / "UpdatedPub150_BROKEN_first200.csv"
    with pytest.raises(InputError):
        gt.read_features(broken)


def test_degrees_that_are_none_and_rings_that_do_not_close(zones: gpd.GeoDataFrame, tmp_path: Path) -> None:
    zones.to_crs(4526).set_crs(4490, allow_override=True).to_file(tmp_path / "metres.gpkg")
    with pytest.raises(InputError, match=r"states degrees and has x=3\d{7}, y=\d+\.?\d* in row 1; .*layers check"):
        gt.read_features(tmp_path / "metres.gpkg")
    swapped = zones.set_geometry(shapely.transform(zones.geometry.to_numpy(), lambda xy: xy[:, ::-1]))
    swapped.to_file(tmp_path / "swapped.gpkg")
    with pytest.raises(InputError, match=r"x=\d+, y=106 in row 1; .*swapped, or metres"):
        gt.read_features(tmp_path / "swapped.gpkg")


# pyogrio passes GDAL's warning on from a place where pytest cannot catch it as an error
@pytest.mark.filterwarnings("ignore:Non closed ring:RuntimeWarning")
def test_a_ring_that_does_not_close(zones: gpd.GeoDataFrame, tmp_path: Path) -> None:
    zones.to_file(tmp_path / "open.shp")
    raw = bytearray((tmp_path / "open.shp").read_bytes())
    # header 100 bytes, record header 8, type 4, box 32, counts 8, first part 4: then x of the first vertex
    raw[156:164] = b"\x00" * 8
    (tmp_path / "open.shp").write_bytes(raw)
    with pytest.raises(InputError, match="cannot be read as vector features"):
        gt.read_features(tmp_path / "open.shp")


def test_a_prj_that_nothing_can_read(zones: gpd.GeoDataFrame, tmp_path: Path) -> None:
    zones.to_file(tmp_path / "a.shp")
    prj = tmp_path / "a.prj"
    prj.write_bytes(prj.read_bytes().replace(b"SPHEROID", b"SPH\xff\x00OID"))
    with pytest.raises(InputError, match="cannot be read"):
        gt.read_features(tmp_path / "a.shp")
