from __future__ import annotations

import csv
import dataclasses
import json
import re
import shutil
import sqlite3
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
import rasterio

import geotransfer as gt
from geotransfer.errors import InputError, OutputError
from geotransfer.outputs import folder as outputs

PROMISED = ["rank", "zone", "adcode", "name", "kind", "province", "region", "score", "status"]
PROMISED_TAIL = ["excluded_share", "nodata_share", "eligible_km2", "first_failed_rule", "unchecked_rules"]


@pytest.fixture(scope="module")
def small() -> gt.Result:
    """A run over one province at 25 km: seconds, not the full one."""
    return gt.run(gt.scenario("aluminium").with_overrides({"within": ["宁夏"], "grid.resolution": 25_000}))


def with_first_name(result: gt.Result, name: str) -> gt.Result:
    ranking = result.ranking.copy()
    ranking.loc[0, "name"] = name
    return dataclasses.replace(result, ranking=ranking)


def test_the_folder_holds_the_contract(aluminium_dir: Path) -> None:
    assert sorted(p.name for p in aluminium_dir.iterdir()) == sorted([*outputs.FILES, "stability.tif"])
    modes = {p.name: oct(p.stat().st_mode & 0o777) for p in aluminium_dir.iterdir()}
    assert len(set(modes.values())) == 1, modes


def test_three_tables_hold_the_same(aluminium_dir: Path) -> None:
    table = pd.read_csv(aluminium_dir / "ranking.csv", dtype={"zone": str, "adcode": str}, keep_default_na=False)
    parquet = gpd.read_parquet(aluminium_dir / "ranking.parquet")
    package = pyogrio.read_dataframe(aluminium_dir / "ranking.gpkg", layer="ranking")
    assert [c for c in PROMISED if c in table.columns] == PROMISED
    assert set(PROMISED_TAIL) <= set(table.columns)
    assert table.columns.tolist() == [c for c in parquet.columns if c != "geometry"]
    assert package.columns.tolist() == parquet.columns.tolist()
    assert table["zone"].is_unique
    for column in ("zone", "name", "status", "reason"):
        assert table[column].tolist() == parquet[column].tolist() == package[column].tolist()
    scores = pd.to_numeric(table["score"])
    np.testing.assert_allclose(scores, parquet["score"], atol=1e-11, equal_nan=True)
    np.testing.assert_allclose(package["score"], parquet["score"], atol=1e-12, equal_nan=True)


def test_excel_reads_the_csv_with_chinese(aluminium_dir: Path) -> None:
    raw = (aluminium_dir / "ranking.csv").read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(raw.decode("utf-8-sig").splitlines()))
    assert {len(row) for row in rows} == {len(rows[0])}
    assert any(row[rows[0].index("province")] == "内蒙古自治区" for row in rows)


@pytest.mark.parametrize("name", ["=1+1", "+1+cmd", "-1+cmd", "@SUM(A1)", '=HYPERLINK("x")'])
def test_a_cell_that_excel_would_run_is_disarmed(small: gt.Result, tmp_path: Path, name: str) -> None:
    gt.write_result(with_first_name(small, name), tmp_path / "out")
    table = pd.read_csv(tmp_path / "out" / "ranking.csv")
    assert table["name"][0] == "'" + name
    assert gpd.read_parquet(tmp_path / "out" / "ranking.parquet")["name"][0] == name


def test_geopackage_is_1_3_and_says_what_each_column_means(aluminium_dir: Path) -> None:
    with sqlite3.connect(aluminium_dir / "ranking.gpkg") as database:
        version = database.execute("PRAGMA user_version").fetchone()[0]
        rows = database.execute("SELECT column_name, title, description FROM gpkg_data_columns").fetchall()
    assert version == 10300
    columns = pyogrio.read_info(aluminium_dir / "ranking.gpkg")["fields"].tolist()
    assert sorted(name for name, _, _ in rows) == sorted(columns)
    meanings = {name: (title, description) for name, title, description in rows}
    assert meanings["power_price"][0] == "到厂电价"
    assert "[yuan/kWh]" in meanings["power_price"][1]


def test_columns_json_describes_every_column(aluminium_dir: Path) -> None:
    columns = json.loads((aluminium_dir / "ranking.columns.json").read_text(encoding="utf-8"))
    table = pd.read_csv(aluminium_dir / "ranking.csv", nrows=1)
    assert [c["name"] for c in columns] == table.columns.tolist()
    assert all(c["meaning"]["zh"] and c["meaning"]["en"] and c["source"] for c in columns)


def test_suitability_is_a_cog_with_nodata(aluminium_dir: Path, aluminium: gt.Result) -> None:
    with rasterio.open(aluminium_dir / "suitability.tif") as source:
        assert source.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"
        assert source.nodata == -9999
        assert source.crs.is_projected
        assert source.crs.linear_units == "metre"
    back = gt.read_raster(aluminium_dir / "suitability.tif")
    np.testing.assert_allclose(back.values, aluminium.suitability.values, atol=1e-6, equal_nan=True)


def test_run_json_is_the_provenance(aluminium_dir: Path, aluminium: gt.Result) -> None:
    written = json.loads((aluminium_dir / "run.json").read_text(encoding="utf-8"))
    assert written["result"] == json.loads(json.dumps(aluminium.provenance["result"]))
    stages = [stage["name"] for stage in written["execution"]["stages"]]
    assert stages[-4:] == ["tables", "rasters", "map", "report"]
    assert all(stage["peak_memory_mb"] > 0 for stage in written["execution"]["stages"])


def test_read_result_gives_back_what_was_written(small: gt.Result, tmp_path: Path) -> None:
    gt.write_result(small, tmp_path / "out")
    back = gt.read_result(tmp_path / "out")
    assert back.scenario == small.scenario
    assert back.columns == small.columns
    assert back.ranking["zone"].tolist() == small.ranking["zone"].tolist()
    np.testing.assert_allclose(back.suitability.values, small.suitability.values, atol=1e-6, equal_nan=True)
    before = (tmp_path / "out" / "map.html").read_text(encoding="utf-8")
    outputs.write_map(tmp_path / "out")
    assert (tmp_path / "out" / "map.html").read_text(encoding="utf-8") == before
    before = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert outputs.write_report(tmp_path / "out") == [tmp_path / "out" / "report.html"]
    # the second report knows that writing took time
    seconds = re.compile(r"started.*?Python")
    again = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert seconds.sub("", again) == seconds.sub("", before)


def test_a_report_without_a_browser_leaves_the_page_alone(
    small: gt.Result, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gt.write_result(small, tmp_path / "out")
    (tmp_path / "out" / "report.html").write_text("old")
    monkeypatch.setenv("GEOTRANSFER_CHROMIUM", str(tmp_path / "nowhere"))
    with pytest.raises(OutputError, match="no Chromium, Chrome or Edge"):
        outputs.write_report(tmp_path / "out", pdf=True)
    assert (tmp_path / "out" / "report.html").read_text() == "old"


def test_an_own_result_is_replaced_and_what_lies_beside_it_stays(small: gt.Result, tmp_path: Path) -> None:
    target = tmp_path / "out"
    gt.write_result(small, target)
    (target / "ranking.csv").write_text("old")
    (target / "mine.qgz").write_text("a project kept beside the result")
    gt.write_result(small, target)
    assert sorted(p.name for p in target.iterdir()) == sorted([*outputs.FILES, "stability.tif", "mine.qgz"])
    assert (target / "ranking.csv").read_text(encoding="utf-8-sig").startswith("rank,")
    assert [p.name for p in tmp_path.iterdir()] == ["out"]


def test_the_current_folder_and_a_link_are_folders_like_any_other(
    small: gt.Result, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "real").mkdir()
    monkeypatch.chdir(tmp_path / "real")
    gt.write_result(small, ".")
    assert (tmp_path / "real" / "run.json").exists()
    (tmp_path / "link").symlink_to(tmp_path / "real", target_is_directory=True)
    gt.write_result(small, tmp_path / "link")
    assert (tmp_path / "link").is_symlink()
    assert sorted(p.name for p in tmp_path.iterdir()) == ["link", "real"]


def test_a_result_in_which_all_is_excluded_can_be_read_back(tmp_path: Path) -> None:
    # of one's own places each gets its answer; a region whose rules leave nothing is refused
    parks = tmp_path / "parks.csv"
    parks.write_text("name,lon,lat\n灵武园,106.5,38.1\n", encoding="utf-8")
    overrides = {"zones": str(parks), "grid.resolution": 25_000, "rules.elevation.test.at_most": -100.0}
    gt.write_result(gt.run(gt.scenario("aluminium").with_overrides(overrides)), tmp_path / "out")
    back = gt.read_result(tmp_path / "out")
    assert set(back.ranking["status"]) == {"excluded"}
    assert np.isnan(back.suitability.values).all()


def test_a_folder_with_something_else_stays_untouched(small: gt.Result, tmp_path: Path) -> None:
    (tmp_path / "thesis.doc").write_text("years of work")
    with pytest.raises(OutputError, match="holds something else"):
        gt.write_result(small, tmp_path)
    (tmp_path / "run.json").write_text('{"result": {}}')
    with pytest.raises(OutputError, match="holds something else"):
        gt.write_result(small, tmp_path)
    with pytest.raises(OutputError, match="is a file"):
        gt.write_result(small, tmp_path / "thesis.doc")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["run.json", "thesis.doc"]


def test_a_disk_that_fills_up_changes_nothing(
    small: gt.Result, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "out"
    gt.write_result(small, target)
    before = {p.name: p.read_bytes() for p in target.iterdir()}

    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(outputs, "write_raster", full)
    with pytest.raises(OutputError, match=r"No space left on device; nothing was changed"):
        gt.write_result(small, target)
    assert {p.name: p.read_bytes() for p in target.iterdir()} == before
    assert [p.name for p in tmp_path.iterdir()] == ["out"]


def test_an_incomplete_folder_is_no_result(small: gt.Result, tmp_path: Path) -> None:
    gt.write_result(small, tmp_path / "out")
    shutil.copytree(tmp_path / "out", tmp_path / "copy")
    (tmp_path / "copy" / "run.json").unlink()
    with pytest.raises(InputError, match="holds no complete result"):
        gt.read_result(tmp_path / "copy")
    (tmp_path / "out" / "ranking.parquet").write_bytes(b"torn")
    with pytest.raises(InputError, match="run the scenario again"):
        gt.read_result(tmp_path / "out")
