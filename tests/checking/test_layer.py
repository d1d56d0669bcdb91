"""`check_layer` as a whole: both languages, stable codes, and nothing but findings and our own errors."""

from __future__ import annotations

import re
import tempfile
from contextlib import suppress
from pathlib import Path

import geopandas as gpd
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import geotransfer as gt
from geotransfer.checking.layer import kind_of
from geotransfer.checking.report import LayerReport, error, note, warning
from geotransfer.errors import GeotransferError, InputError

CHINESE = re.compile("[\u4e00-\u9fff]")


def test_the_gravest_come_first_and_records_are_plain() -> None:
    report = LayerReport.of(
        "a", "table", [note("n", "说", "n", 1, "m"), error("e", "错", "e", None, ""), warning("w", "警", "w", 2, "%")]
    )
    assert report.codes == ("e", "w", "n")
    assert report.worst == "error"
    assert report["w"].number == 2
    with pytest.raises(KeyError):
        report["x"]
    assert report.as_record()["findings"][0]["what"] == {"zh": "错", "en": "e"}
    assert report.table(language="zh")["severity"].tolist() == ["错误", "警告", "说明"]
    with pytest.raises(AttributeError):
        report.path = "b"  # type: ignore[misc]


def test_every_finding_speaks_both_languages(tmp_path: Path) -> None:
    bow = shapely.Polygon([(105, 37), (106, 38), (106, 37), (105, 38)])
    shapes = [
        bow,
        None,
        shapely.box(-179, 0, 179, 1),
        shapely.force_3d(shapely.box(0, 0, 1, 1)),
        bow,
        shapely.Point(2, 3),
    ]
    gpd.GeoDataFrame({"name": ["鍖椾含"] * 6}, geometry=shapes, crs=4214).to_parquet(tmp_path / "a.parquet")
    (tmp_path / "b.csv").write_bytes('表1,,\n县,lon,lat\n甲,"1,234",３\n合计,x,4%\n乙,3,4,5\n'.encode("gb18030"))
    (tmp_path / "c.tif").write_text("none")
    (tmp_path / "d.gpkg").write_text("none")
    seen = set()
    for path in sorted(tmp_path.iterdir()):
        for one in gt.check_layer(path).findings:
            assert CHINESE.search(one.what.zh), one
            assert one.what.en, one
            assert bool(one.way_out.zh) == bool(one.way_out.en), one
            assert not CHINESE.search(one.way_out.en), one
            seen.add(one.code)
    assert {
        "empty",
        "antimeridian",
        "invalid",
        "mojibake",
        "datum",
        "encoding",
        "layout",
        "unreadable",
        "mixed",
    } <= seen


def test_kinds_and_mistakes(tmp_path: Path) -> None:
    assert [kind_of(f"a{e}") for e in (".CSV", ".tsv", ".shp", ".gpkg", ".tif", ".nc")] == [
        "table", "table", "features", "features", "raster", "raster",
    ]  # fmt: skip
    with pytest.raises(InputError, match="does not exist"):
        gt.check_layer(tmp_path / "none.gpkg")
    (tmp_path / "a.tif").write_text("x")
    with pytest.raises(InputError, match="reference is features, expected a raster file"):
        gt.check_layer(tmp_path / "a.tif", reference=gpd.GeoDataFrame(geometry=[shapely.Point(1, 1)], crs=4326))


NUMBERS = ["1,234", "３.5万", "45%", "106.5", "29.5", "-", "1e999", "nan"]
CELLS = st.sampled_from([*NUMBERS, "甲", '"', "\t", "合计", "注:", "\ufffd", ""])
TABLES = st.lists(st.lists(CELLS, min_size=1, max_size=5).map(",".join), max_size=8).map("\n".join)
GBK_POINTS = TABLES.map(lambda text: ("name,lon,lat\n" + text).encode("gb18030"))


@given(st.one_of(st.binary(max_size=300), TABLES.map(str.encode), GBK_POINTS))
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_bytes_end_in_findings(raw: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        for name in ("a.csv", "a.geojson", "a.parquet", "a.shp", "a.tif"):
            path = Path(folder) / name
            path.write_bytes(raw)
            assert isinstance(gt.check_layer(path), LayerReport)
        with suppress(GeotransferError):
            gt.read_excel_csv(Path(folder) / "a.csv")


@pytest.mark.parametrize("name", ["a.xlsx", "a.XLS", "a.dbf", "a.dwg"])
def test_files_that_hold_no_layer_are_told_what_to_do(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"PK")
    report = gt.check_layer(tmp_path / name)
    assert report.codes == ("not-a-layer",)
    assert CHINESE.search(report["not-a-layer"].way_out.zh)
