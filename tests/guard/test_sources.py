"""Attacks by files: what leads elsewhere is refused before GDAL sees it, and opens only when asked for."""

from __future__ import annotations

import json
import sqlite3
import zipfile
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import h5py
import numpy as np
import pytest
from shapely.geometry import Point

import geotransfer as gt
from geotransfer.catalog.archives import unpacked
from geotransfer.catalog.readers import read_table
from geotransfer.errors import InputError
from geotransfer.guard.sources import VARIABLE, checked_source, is_virtual, redacted

GRID = gt.Grid.from_bounds((100, 20, 104, 24), resolution=1, crs="EPSG:4326")
POINTS = gpd.GeoDataFrame({"name": ["甲"]}, geometry=[Point(106, 29)], crs="EPSG:4326")
KML = (
    '<?xml version="1.0"?>{before}<kml xmlns="http://www.opengis.net/kml/2.2"><Document><Placemark><name>a</name>'
    "<Point><coordinates>106,29</coordinates></Point></Placemark></Document></kml>"
)
RASTER_VRT = (
    '<VRTDataset rasterXSize="4" rasterYSize="4"><SRS>EPSG:4326</SRS><GeoTransform>100,1,0,24,0,-1</GeoTransform>'
    '<VRTRasterBand dataType="Float32" band="1"><SimpleSource><SourceFilename>{}</SourceFilename>'
    "<SourceBand>1</SourceBand></SimpleSource></VRTRasterBand></VRTDataset>"
)


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    """A file that nobody was given."""
    folder = tmp_path / "secret"
    folder.mkdir()
    POINTS.to_file(folder / "s.geojson")
    gt.write_raster(gt.Raster(np.ones(GRID.shape), GRID), folder / "s.tif")
    return folder


VIRTUAL = [
    "/vsicurl/https://example.com/a.tif", "/vsizip/a.zip", "/vsimem/a", "\\vsicurl\\x", "https://example.com/a.geojson",
    "s3://b/a.tif",
    "zip://a.zip!a.tif", "file:///etc/passwd", "PG:dbname=x password=hush", "postgresql://u:hush@h/db",
    "WFS:https://example.com", "MYSQL:db", "NETCDF:a.nc:t", 'HDF5:"a.h5"://t', "GTI:a.gpkg", "MEM:::DATAPOINTER=1",
    "WMS:http://x",
    "<OGRVRTDataSource/>", " <VRTDataset/>", '{"type": "FeatureCollection"}', "SQLITE:a", "GPSBabel:gpx:a",
]  # fmt: skip


@pytest.mark.parametrize("text", VIRTUAL)
@pytest.mark.parametrize("read", [gt.read_features, gt.read_raster, read_table, checked_source])
def test_names_that_are_no_files(text: str, read: Callable[[str], object]) -> None:
    with pytest.raises(InputError, match=r"refused: it is no file of this machine; .*remote=True") as e:
        read(text)
    assert "hush" not in str(e.value)
    assert is_virtual(text)


def test_a_file_called_like_a_connection_is_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "MEM:a.csv").write_text("lon,lat\n106,29\n", encoding="utf-8")
    # GDAL is given an absolute path, which is no connection string
    assert checked_source("MEM:a.csv") == str(tmp_path / "MEM:a.csv")
    assert len(gt.read_features("MEM:a.csv")) == 1


VECTORS = {
    "vrt": ("a.vrt", '<OGRVRTDataSource><OGRVRTLayer name="s"><SrcDataSource>{}/s.geojson</SrcDataSource>'
            "</OGRVRTLayer></OGRVRTDataSource>", "its XML begins with <OGRVRTDataSource>"),
    "vrt called gpkg": ("a.gpkg", '\n <OGRVRTDataSource><OGRVRTLayer name="s"><SrcDataSource>{}/s.geojson'
                        "</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>", "<OGRVRTDataSource>"),
    "commands": ("a.geojson", json.dumps({"type": "gdal_streamed_alg", "command_line": "gdal vector pipeline"}),
                 "it holds commands of GDAL"),
    "seamless": ("a.tab", '!table\n!version 300\nbegin_metadata\n"\\IsSeamless" = "TRUE"\n{}', "names others"),
}  # fmt: skip


@pytest.mark.parametrize("kind", VECTORS)
def test_vector_files_that_lead_to_others(kind: str, secret: Path, tmp_path: Path) -> None:
    name, content, words = VECTORS[kind]
    (tmp_path / name).write_text(content.replace("{}", str(secret)), encoding="utf-8")
    with pytest.raises(InputError, match=f"is refused: .*{words}"):
        gt.read_features(tmp_path / name)


def test_it_opens_when_it_is_asked_for(secret: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.vrt"
    path.write_text(VECTORS["vrt"][1].replace("{}", str(secret)), encoding="utf-8")
    assert len(gt.read_features(path, remote=True)) == 1
    (tmp_path / "r.vrt").write_text(RASTER_VRT.format(secret / "s.tif"), encoding="utf-8")
    assert gt.read_raster(tmp_path / "r.vrt", remote=True).values.sum() == 16
    monkeypatch.setenv(VARIABLE, "1")
    assert len(gt.read_features(path)) == 1


RASTERS = {
    "vrt": ("a.vrt", RASTER_VRT, "<VRTDataset>"),
    "vrt called tif": ("a.tif", RASTER_VRT, "<VRTDataset>"),
    "vrt behind a word": ("a.asc", f"ncols 4 {RASTER_VRT}", "it holds <VRTDataset"),
    "wms": ("a.xml", "<GDAL_WMS><Service name='TMS'><ServerUrl>{}</ServerUrl></Service></GDAL_WMS>", "<GDAL_WMS>"),
    "tile index": ("a.gti", "<GDALTileIndexDataset>{}</GDALTileIndexDataset>", "TileIndex"),
}  # fmt: skip


@pytest.mark.parametrize("kind", RASTERS)
@pytest.mark.parametrize("read", [gt.read_raster, gt.raster.raster_grid, lambda p: list(gt.raster.raster_blocks(p))])
def test_rasters_that_lead_to_others(kind: str, read: Callable[[Path], object], secret: Path, tmp_path: Path) -> None:
    name, content, words = RASTERS[kind]
    (tmp_path / name).write_text(content.replace("{}", str(secret / "s.tif")), encoding="utf-8")
    with pytest.raises(InputError, match=f"is refused: .*{words}"):
        read(tmp_path / name)


@pytest.mark.parametrize("ending", [".ovr", ".msk"])
def test_a_description_beside_a_raster(ending: str, secret: Path, tmp_path: Path) -> None:
    path = tmp_path / "a.tif"
    path.write_bytes((secret / "s.tif").read_bytes())
    path.with_name(f"a.tif{ending}").write_text(RASTER_VRT.format("/vsicurl/http://127.0.0.1:9/x"), encoding="utf-8")
    with pytest.raises(InputError, match=rf"'a.tif\{ending}' beside it is no raster"):
        gt.read_raster(path)


@pytest.mark.parametrize("name", ["a.h5", "a.nc", "a.tif"])
def test_hdf5_that_takes_its_values_from_another_file(name: str, tmp_path: Path) -> None:
    (tmp_path / "other").write_bytes(b"hush" * 4)
    with h5py.File(tmp_path / name, "w") as file:
        file.create_dataset("d", shape=(4, 4), dtype="u1", external=[(str(tmp_path / "other"), 0, 16)])
    with pytest.raises(InputError, match=r"it is HDF5 .*may take its values from any other file"):
        gt.read_raster(tmp_path / name)


BOMB = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>'
READS = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/hostname">]>'


@pytest.mark.parametrize("before", [BOMB, READS, "<!DOCTYPE kml>", f"<!-- {'x' * 100_000} -->{BOMB}"])
@pytest.mark.parametrize("ending", [".kml", ".gml", ".gpx", ".svg", ".json"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_entities(before: str, ending: str, encoding: str, tmp_path: Path) -> None:
    path = tmp_path / f"a{ending}"
    path.write_bytes(KML.replace('"1.0"', f'"1.0" encoding="{encoding}"').format(before=before).encode(encoding))
    with pytest.raises(InputError, match="is refused: it declares a DOCTYPE"):
        gt.read_features(path)


def test_honest_xml_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.kml"
    # a page inside a description is no DOCTYPE of the file
    page = "<description><![CDATA[<!DOCTYPE html><p>x</p>]]></description>"
    path.write_text(KML.format(before="<!-- made by hand -->").replace("<Point>", f"{page}<Point>"), encoding="utf-8")
    assert len(gt.read_features(path)) == 1
    POINTS.to_file(tmp_path / "a.gml")
    assert len(gt.read_features(tmp_path / "a.gml")) == 1


@pytest.mark.parametrize("ending", [".gpkg", ".shp", ".geojson", ".fgb", ".tab", ".mif", ".gpx", ".dxf", ".sqlite"])
def test_formats_of_every_day_are_read(ending: str, tmp_path: Path) -> None:
    names = {".gpx": "GPX", ".tab": "MapInfo File", ".mif": "MapInfo File", ".sqlite": "SQLite", ".dxf": "DXF"}
    frame = POINTS[["geometry"]] if ending == ".dxf" else POINTS
    frame.to_file(tmp_path / f"a{ending}", driver=names.get(ending))
    layer = "waypoints" if ending == ".gpx" else None
    if ending == ".dxf":  # knows no CRS
        with pytest.raises(InputError, match="has no CRS"):
            gt.read_features(tmp_path / "a.dxf")
    else:
        assert len(gt.read_features(tmp_path / f"a{ending}", layer=layer)) == 1


def virtual_table(path: Path, sql: str) -> None:
    POINTS.to_file(path)
    database = sqlite3.connect(path)
    database.execute("PRAGMA writable_schema = ON")
    database.execute("INSERT INTO sqlite_master VALUES ('table', 'v', 'v', 0, ?)", (sql,))
    database.commit()
    database.close()


@pytest.mark.parametrize("module", ["VirtualOGR('/etc/passwd')", "VirtualText('/etc/passwd')", '"VirtualShape"(x)'])
def test_tables_whose_rows_lie_elsewhere(module: str, tmp_path: Path) -> None:
    virtual_table(tmp_path / "a.gpkg", f"CREATE VIRTUAL TABLE v USING {module}")
    with pytest.raises(InputError, match="its table 'v' is virtual"):
        gt.read_features(tmp_path / "a.gpkg")


def test_a_view_that_never_ends(tmp_path: Path) -> None:
    POINTS.to_file(tmp_path / "a.gpkg")
    database = sqlite3.connect(tmp_path / "a.gpkg")
    database.execute("CREATE VIEW v AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n")
    database.commit()
    database.close()
    with pytest.raises(InputError, match="its view 'v' is a program"):
        gt.read_features(tmp_path / "a.gpkg")


def packed(path: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as pack:
        for name, body in members.items():
            pack.writestr(name, body)
    return path


def test_archives_are_unpacked_and_looked_at(secret: Path, tmp_path: Path) -> None:
    good = packed(tmp_path / "a.zip", {"d/a.geojson": (secret / "s.geojson").read_bytes(), "d/readme.txt": b"x"})
    assert len(gt.read_features(good)) == 1
    assert len(gt.read_features(packed(tmp_path / "a.kmz", {"doc.kml": KML.format(before="").encode()}))) == 1
    vrt = VECTORS["vrt"][1].replace("{}", str(secret)).encode()
    with pytest.raises(InputError, match=r"a\.zip/x\.geojson' is refused: its XML begins with <OGRVRTDataSource>"):
        gt.read_features(packed(tmp_path / "a.zip", {"x.geojson": vrt}))
    with pytest.raises(InputError, match="it declares a DOCTYPE"):
        gt.read_features(packed(tmp_path / "a.kmz", {"doc.kml": KML.format(before=BOMB).encode()}))
    with pytest.raises(InputError, match=r"holds 2 vector files .*expected one"):
        gt.read_features(packed(tmp_path / "a.zip", {"a.csv": b"", "b.csv": b""}))
    with pytest.raises(InputError, match=r"the name '../a.csv' leads out of its folder"):
        gt.read_features(packed(tmp_path / "a.zip", {"../a.csv": b""}))


def test_bombs(tmp_path: Path) -> None:
    bomb = packed(tmp_path / "a.zip", {"a.csv": bytes(60_000_000)})
    assert bomb.stat().st_size < 100_000
    with pytest.raises(InputError, match="unpacks to more than 200 times its packed size"):
        gt.read_features(bomb)
    with (
        pytest.raises(InputError, match="unpacks to 60,000,000 bytes"),
        unpacked(bomb, max_bytes=1000),
    ):
        pass  # pragma: no cover
    for name, magic in (
        ("a.csv.gz", b"\x1f\x8b\x08"),
        ("a.csv", b"BZh9"),
        ("a.gml", b"\x1f\x8b\x08"),
        ("a.csv.xz", b"\xfd7zXZ\x00"),
    ):
        (tmp_path / name).write_bytes(magic + bytes(100))
        for read in (gt.read_features, read_table):
            with pytest.raises(InputError, match="it is packed by"):
                read(tmp_path / name)


def test_secrets_are_left_out_of_messages() -> None:
    told = redacted(
        "PG:host=h password=hush; mysql://u:hush@h/x; https://t0/wmts?tk=hush&x=1 api_key='hush' token: hush"
    )
    assert "hush" not in told
    assert "x=1" in told
