"""What the fuzzers found and was mended since, each input as small as it gets."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import rasterio
import shapely
from fuzz_seeds import own_scenario, own_study

import geotransfer as gt
from geotransfer.catalog.readers import read_table
from geotransfer.errors import InputError
from geotransfer.inputs.fingerprints import MOST_MEMBERS, file_sha256, input_fingerprints
from geotransfer.raster import raster_grid
from geotransfer.raster.scan import raster_facts

POINT = gpd.GeoDataFrame({"name": ["甲乙"], "nama": [1]}, geometry=[shapely.Point(106, 38)], crs="EPSG:4326")
NO_NAMES = ("a" * 256, "a" * 5000, "b/" * 3000, "nul\x00", "nul\x00.shp")
"""Texts that no file can be called."""


def with_source(where: str, file: str, **more: Any) -> gt.Scenario:
    """The small study of the seeds with another file for its zones, its criterion or its rule."""
    values = own_scenario()
    source = {"kind": "raster", "file": file, **more}
    if where == "zones":
        values["zones"] = file
    elif where == "criterion":
        values["criteria"]["own"]["source"] = source
    else:
        values["rules"]["high"]["test"] = {**source, "at_most": 0.9}
    return gt.Scenario.from_mapping(values)


@pytest.fixture
def study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder, the present one, with the layers of the small study."""
    own_study(tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("name", NO_NAMES)
@pytest.mark.parametrize("where", ["zones", "criterion", "rule"])
def test_a_name_that_no_file_can_have_in_a_scenario(study: Path, name: str, where: str) -> None:
    with pytest.raises(InputError, match=r"no such file|does not exist"):
        gt.run(with_source(where, name))


@pytest.mark.parametrize("name", NO_NAMES)
@pytest.mark.parametrize("read", [gt.read_features, gt.read_raster, read_table, raster_facts])
def test_a_name_that_no_file_can_have(name: str, read: Any) -> None:
    with pytest.raises(InputError, match="does not exist; check the path"):
        read(name)


@pytest.mark.parametrize("name", NO_NAMES)
def test_the_fingerprint_of_what_no_file_can_be(name: str) -> None:
    with pytest.raises(InputError, match=r"cannot be read: .*; check the path"):
        file_sha256(Path(name))
    assert input_fingerprints({"file": name}) == {}


def test_a_folder_is_no_table(study: Path) -> None:
    table = {"kind": "table", "by": "adcode", "key": "adcode", "column": "value"}
    with pytest.raises(InputError, match=r"criterion 'own': file '\.' is a folder; expected a CSV"):
        gt.run(with_source("criterion", ".", **table))


def test_a_folder_that_is_no_layer_is_not_read_through(study: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`file = "/"` took the fingerprint of the whole disk before GDAL said that a folder is no raster."""
    read: list[Path] = []
    monkeypatch.setattr("geotransfer.inputs.layers.file_sha256", lambda path: read.append(path) or "0")
    with pytest.raises(InputError, match="cannot be read as a raster"):
        gt.run(with_source("criterion", str(study)))
    assert study not in read
    many = study / "many"
    many.mkdir()
    for number in range(MOST_MEMBERS + 1):
        (many / str(number)).touch()
    with pytest.raises(InputError, match="holds more than 10,000 files; expected a layer"):
        file_sha256(many)


@pytest.mark.parametrize("by", ["adcode", "province", "price_area"])
@pytest.mark.parametrize("text", ["key,value\n640104,1\n,3\n", "key,value\n,3\n640104,1\n", "key,value\n1.5,1\n,2\n"])
def test_a_table_with_a_row_that_has_no_key(study: Path, by: str, text: str) -> None:
    Path("t.csv").write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=r"no 'key' in data row [12]; expected a key in each row"):
        gt.run(with_source("criterion", "t.csv", kind="table", by=by, key="key", column="value"))


def test_keys_that_are_numbers_are_listed(study: Path) -> None:
    Path("t.csv").write_text("key,value\n1.5,1\n2,3\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"none of the table's keys in column 'key' \(1.5, 2.0, \.\.\.\)"):
        gt.run(with_source("criterion", "t.csv", kind="table", by="adcode", key="key", column="value"))


@pytest.mark.parametrize("name", ["", ".", "points"])
def test_a_folder_of_one_shapefile_is_read_in_the_encoding_of_the_shapefile(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    folder = tmp_path / "points"
    folder.mkdir()
    POINT.to_file(folder / "p.shp", encoding="GB18030")
    monkeypatch.chdir(tmp_path if name == "points" else folder)
    assert gt.read_features(name)["name"].tolist() == ["甲乙"]
    (folder / "p.cpg").unlink()
    with pytest.raises(InputError, match=r"not UTF-8.*encoding='GB18030'"):
        gt.read_features(name)
    assert gt.read_features(name, encoding="GB18030")["name"].tolist() == ["甲乙"]


def test_two_columns_of_one_name(tmp_path: Path) -> None:
    path = tmp_path / "p.shp"
    POINT.to_file(path, encoding="UTF-8")
    table = path.with_suffix(".dbf")
    table.write_bytes(table.read_bytes().replace(b"nama", b"name"))
    with pytest.raises(InputError, match="two columns named 'name'; expected each once"):
        gt.read_features(path)


@pytest.mark.parametrize("value", [["a"], [1, 2], {"a": 1}, [["a"], 1]])
def test_properties_that_are_no_text(tmp_path: Path, value: object) -> None:
    path = tmp_path / "p.geojson"
    point = {"type": "Point", "coordinates": [106, 38]}
    feature = {"type": "Feature", "properties": {"name": "甲", "more": value}, "geometry": point}
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}), encoding="utf-8")
    assert gt.read_features(path)["name"].tolist() == ["甲"]


def test_a_geopackage_whose_list_of_tables_is_no_text(tmp_path: Path) -> None:
    path = tmp_path / "p.gpkg"
    POINT.to_file(path, layer="p", driver="GPKG")
    path.write_bytes(path.read_bytes().replace(b"CREATE TABLE", b"CREATE\xb4TABLE"))
    with pytest.raises(InputError, match="its list of tables cannot be read"):
        gt.read_features(path)


@pytest.mark.parametrize("read", [gt.read_raster, raster_grid, raster_facts])
def test_a_raster_whose_crs_is_no_text(tmp_path: Path, read: Any) -> None:
    path = tmp_path / "r.tif"
    crs = 'LOCAL_CS["abcdefgh",UNIT["metre",1]]'
    with rasterio.open(
        path, "w", driver="GTiff", dtype="uint8", count=1, height=2, width=2, crs=crs,
        transform=rasterio.Affine(1, 0, 0, 0, -1, 2),
    ) as target:  # fmt: skip
        target.write(np.ones((1, 2, 2), dtype="uint8"))
    path.write_bytes(path.read_bytes().replace(b"abcdefgh", b"abc\xffefgh"))
    with pytest.raises(InputError, match="its CRS is no text"):
        read(path)


def test_a_header_that_states_less_than_a_gigabyte_is_weighed_too(tmp_path: Path) -> None:
    """6,000 x 6,000 cells are 288 MB as numbers of 8 bytes: the file of 1 kB cannot hold them."""
    path = tmp_path / "r.tif"
    with rasterio.open(
        path, "w", driver="GTiff", dtype="float64", count=1, height=6000, width=6000, crs="EPSG:32648",
        transform=rasterio.Affine(1, 0, 0, 0, -1, 6000), sparse_ok=True, tiled=True, blockxsize=2048, blockysize=2048,
    ):  # fmt: skip
        pass
    assert path.stat().st_size < 1000
    with pytest.raises(InputError, match=r"states 6000 x 6000 cells .*cut off or its header lies"):
        gt.read_raster(path)


def test_more_cells_than_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_room(*_: object) -> None:
        raise MemoryError("Unable to allocate 7 GiB")

    own_study(tmp_path)
    monkeypatch.setattr("geotransfer.raster.values._read_window", no_room)
    with pytest.raises(InputError, match=r"needs more memory than there is \(Unable to allocate 7 GiB\).*bounds="):
        gt.read_raster(tmp_path / "r.tif")


def test_a_study_of_more_cells_than_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_room(_: object) -> None:
        raise MemoryError("Unable to allocate 2.67 GiB")

    monkeypatch.setattr("geotransfer.study.assembly.load_zones", no_room)
    with pytest.raises(InputError, match=r"needs more memory than there is \(Unable to allocate 2\.67 GiB\).*coarser"):
        gt.run(gt.Scenario.from_mapping(own_scenario()))
