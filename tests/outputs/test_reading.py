"""A finished folder that was damaged, edited or made by somebody else: read, or refused in words."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
import shapely
from finished_folders import edit_cells, edit_ranking, edit_record, record_of, write_record

import geotransfer as gt
from geotransfer.errors import InputError
from geotransfer.outputs.folder import write_map, write_report, write_tables
from geotransfer.outputs.reading import read_result

SEALED = ["excluded.tif", "ranking.columns.json", "ranking.parquet", "rule_areas.parquet", "stability.tif",
          "suitability.tif"]  # fmt: skip
Change = Callable[[dict[str, Any]], object]


# --- the seal -----------------------------------------------------------------------------------------


def test_a_folder_says_what_it_was(rich: Path) -> None:
    assert sorted(record_of(rich)["seal"]["files"]) == SEALED
    read_result(rich)


@pytest.mark.parametrize("name", SEALED)
@pytest.mark.parametrize("harm", ["a bit", "cut", "gone"])
def test_damage_is_found_and_named(name: str, harm: str, finished: Path) -> None:
    path = finished / name
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    if harm == "gone":
        path.unlink()
    else:
        path.write_bytes(content[: len(content) // 2] if harm == "cut" else content)
    with pytest.raises(InputError, match=rf"^{name} of the finished folder .* damaged, edited or gone since the run"):
        read_result(finished)


def test_a_record_that_was_edited_says_the_way_out(finished: Path) -> None:
    record = record_of(finished)
    record["result"]["headline"] = {"zh": "甲", "en": "mine"}
    (finished / "run.json").write_text(json.dumps(record), encoding="utf-8")
    with pytest.raises(InputError, match=r'^run.json of the finished folder .* delete the key "seal" from run.json$'):
        read_result(finished)
    del record["seal"]
    (finished / "run.json").write_text(json.dumps(record), encoding="utf-8")
    assert read_result(finished).provenance["result"]["headline"]["en"] == "mine"


@pytest.mark.parametrize("seal", [None, [], "x", {}, {"record": 1}, {"record": "0" * 64, "files": []}])
def test_a_seal_that_is_none(seal: Any, finished: Path) -> None:
    (finished / "run.json").write_text(json.dumps({**record_of(finished), "seal": seal}), encoding="utf-8")
    with pytest.raises(InputError, match="damaged, edited or gone"):
        read_result(finished)


def test_what_programs_leave_in_a_folder_breaks_no_seal(finished: Path) -> None:
    before = read_result(finished).ranking
    (finished / "map.html").write_text("written again", encoding="utf-8")
    (finished / "ranking.csv").write_text("opened in Excel", encoding="utf-8")
    (finished / "ranking.gpkg").write_bytes(b"opened in QGIS")
    (finished / "notes.qgz").write_bytes(b"mine")
    pd.testing.assert_frame_equal(read_result(finished).ranking, before)


# --- older versions -----------------------------------------------------------------------------------


def test_an_older_folder_is_read(finished: Path) -> None:
    later = ("weighting", "comparison", "second_resolution", "provinces", "policy", "parks", "freight", "robustness")

    def of_old(record: dict[str, Any]) -> None:
        for key in later:
            del record["result"][key]
        for criterion in record["result"]["criteria"]:
            del criterion["curve"], criterion["scale"]

    edit_record(finished, of_old, seal=False)
    for name in ("rule_areas.parquet", "stability.tif", "ranking.columns.json"):
        (finished / name).unlink()
    result = read_result(finished)
    assert result.rule_areas is None
    gt.explain(result, str(result.ranking["zone"].iloc[0]))
    write_map(finished)
    write_report(finished)


def test_one_too_old_says_its_version(finished: Path) -> None:
    def very_old(record: dict[str, Any]) -> None:
        record["result"]["geotransfer"] = "0.0.1"
        del record["result"]["statistics"], record["result"]["room"]

    edit_record(finished, very_old, seal=False)
    with pytest.raises(InputError, match=r"result.room: Field required; result.statistics: Field .*\('0.0.1'\)"):
        read_result(finished)


# --- the record ---------------------------------------------------------------------------------------


def _put(*keys: str | int, value: Any) -> Change:
    def change(record: dict[str, Any]) -> None:
        node: Any = record["result"]
        for key in keys[:-1]:
            node = node[key]
        node[keys[-1]] = value

    return change


def _another_criterion(record: dict[str, Any]) -> None:
    record["result"]["criteria"][0]["id"] = "elsewhere"
    record["result"]["comparison"] = None


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (_put("criteria", value={}), "result.criteria: Input should be a valid list"),
        (_put("criteria", value=[]), "result.criteria: List should have at least 1 item"),
        (_put("criteria", 0, "weight", value="0.5"), "result.criteria.0.weight: Input should be a valid number"),
        (_put("criteria", 0, "weight", value=0.9), "the weights of the criteria sum up to 1.*, expected 1"),
        (_put("criteria", 0, "title", value="a"), "result.criteria.0.title"),
        (_put("criteria", 0, "title", "x", value="a"), "result.criteria.0.title.x: Extra inputs"),
        (_put("criteria", 0, "points", value=[[1.0]]), "result.criteria.0.points.0: List should have at least 2"),
        (_another_criterion, "records the criteria elsewhere.*expected those of its scenario"),
        (_put("rules", 0, "source", value=None), "result.rules.0.source"),
        (_put("inputs", 0, "sha256", value=1), "result.inputs.0.sha256: Input should be a valid string"),
        (_put("map", "tiles", value="http://a/{z}"), "result.map.tiles: Input should be 'tianditu'"),
        (_put("counts", "ranked", value=True), "result.counts.ranked: Input should be a valid integer"),
        (_put("counts", "ranked", value=-1), "result.counts.ranked: Input should be greater"),
        (_put("freight", "routes", 0, "legs", 0, "mode", value="teleport"), "mode is 'teleport', expected one of"),
        (_put("freight", "routes", 0, "legs", 0, "path", value=[[0, 0], [0, 91]]), "path leaves the earth"),
        (_put("industry", "terms", 0, "id", value="bribes"), "term 'bribes', expected one of power"),
        (_put("comparison", "methods", "spearman", value=[[1.0]]), "spearman is no table of"),
        (_put("comparison", "weight_swings", "left", value={"x": {"lowered": 1, "raised": 1}}), "is no criterion"),
        (_put("robustness", "concentration", value=None), "concentration is missing"),
        (_put("power", value=[]), "result.power: Input should be a valid dictionary"),
        (_put("scenario", "criteria", value=3), "run.json of .* does not fit: criteria"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("seal", [True, False])
def test_another_structure_is_refused_sealed_or_not(change: Change, told: str, seal: bool, finished: Path) -> None:
    edit_record(finished, change, seal=seal)
    with pytest.raises(InputError, match=told):
        read_result(finished)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[]", "holds no complete result"), ('{"result": 1}', "holds no complete result"), ("", "Expecting value"),
        ('{"result": ', "Expecting value"), ('{"a": NaN}', "holds NaN"), ('{"a": -Infinity}', "holds -Infinity"),
        ('{"a": 1e400}', "the number inf"), ('{"a": 1e31}', "the number 1e"), ('{"a": "\\ud800"}', "half a character"),
        ('{"a": ' + "9" * 5000 + "}", "integer string conversion"), ('{"a": ' + "9" * 40 + "}", "the number 9999"),
        ("[" * 100_000, "nested more than 40 deep"), ("[" * 200 + "]" * 200, "nested more than 40 deep"),
        ('{"a": [' + "1," * 2_100_000 + "1]}", "holds 2,100,0"), ("\ufeff{}", "BOM|holds no"),
    ],
)  # fmt: skip
def test_json_that_no_run_writes(text: str, told: str, finished: Path) -> None:
    (finished / "run.json").write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=told):
        read_result(finished)


# --- the tables ---------------------------------------------------------------------------------------


def _box_in(values: list[Any], shape: Any) -> list[Any]:
    return [shape, *values[1:]]


NEST = b"\x01\x07\x00\x00\x00\x01\x00\x00\x00"


@pytest.mark.parametrize(
    ("column", "values", "told"),
    [
        ("zone", lambda v: [v[1], *v[1:]], "a key of a zone is missing or stands twice"),
        ("zone", lambda v: [None, *v[1:]], "a key of a zone is missing or stands twice"),
        ("status", lambda v: ["won", *v[1:]], "a status is none of ranked, excluded, unknown"),
        ("rank", lambda v: [2, *v[1:]], "its ranks are not 1, 2, 3"),
        ("rank", lambda v: v[::-1], "its ranks are not 1, 2, 3"),
        ("rank", lambda v: [str(r) for r in v], "column 'rank' holds .*expected numbers"),
        ("score", lambda v: [1.5, *v[1:]], "column 'score' holds 1.5, expected"),
        ("score", lambda v: [np.inf, *v[1:]], "column 'score' holds inf"),
        ("score", lambda v: [None, *v[1:]], "a ranked zone has no score"),
        ("people", lambda v: [None, *v[1:]], "a ranked zone lacks the weighted criterion 'people'"),
        ("people", lambda v: [1e300, *v[1:]], "column 'people' holds 1e.300"),
        ("eligible_km2", lambda v: [None, *v[1:]], "column 'eligible_km2' holds no number in row 1"),
        ("area_km2", lambda v: [-5.0, *v[1:]], "column 'area_km2' holds -5"),
        ("name", lambda v: [*range(len(v))], "column 'name' holds .*expected texts"),
        ("name", lambda v: [["a"]] * len(v), "column 'name' holds list"),
        ("rank_p05", lambda v: [0.0, *v[1:]], "column 'rank_p05' holds 0"),
        ("cost_power_yuan_per_unit", lambda v: ["dear"] * len(v), "expected numbers"),
        ("geometry", lambda v: _box_in(v, None), "a shape is missing"),
        ("geometry", lambda v: _box_in(v, b"\x01\x03"), "a shape is missing, or is neither"),
        ("geometry", lambda v: _box_in(v, NEST * 200_000), "a shape is missing, or is neither"),
        ("geometry", lambda v: _box_in(v, b"\x01\x06" + NEST[2:] * 200_000), "a shape is missing, or is neither"),
        ("geometry", lambda v: _box_in(v, shapely.to_wkb(shapely.Polygon())), "a shape is empty"),
        ("geometry", lambda v: _box_in(v, shapely.to_wkb(shapely.LineString([(0, 0), (1, 1)]))), "neither a point"),
        ("geometry", lambda v: _box_in(v, shapely.to_wkb(shapely.Point(1e6, 4e6))), "coordinates that are no degrees"),
        ("geometry", lambda v: _box_in(v, shapely.to_wkb(shapely.box(0, 0, np.inf, 1))), "that are no degrees"),
        ("geometry", lambda v: pa.nulls(len(v)), "a shape is missing"),
    ],
)  # fmt: skip
def test_a_table_that_no_run_writes(column: str, values: Callable[[list[Any]], Any], told: str, finished: Path) -> None:
    edit_cells(finished, column, values)
    with pytest.raises(InputError, match=told):
        read_result(finished)


def test_columns_and_rows_that_are_gone(finished: Path) -> None:
    edit_ranking(finished, lambda table: table.drop(columns=["reason", "score_people"]))
    with pytest.raises(InputError, match="it has no column 'reason', 'score_people'"):
        read_result(finished)


def test_no_zones(finished: Path) -> None:
    edit_ranking(finished, lambda table: table.head(0))
    with pytest.raises(InputError, match=r"it has no zones|holds .*, expected"):
        read_result(finished)


def test_metadata_of_pandas_and_geopandas_is_not_believed(finished: Path) -> None:
    import pyarrow.parquet as pq

    table = pq.read_table(finished / "ranking.parquet")
    lies = {b"pandas": b'{"index_columns": [{"kind": 7}], "columns": 3}', b"geo": b'{"columns": []}'}
    pq.write_table(table.replace_schema_metadata(lies), finished / "ranking.parquet")
    write_record(finished, record_of(finished))
    assert read_result(finished).ranking.crs == "EPSG:4326"


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("stability.tif", r"stability.tif .* expected that of suitability.tif"),
        ("suitability.tif", "holds 7, expected 0 to 1"),
    ],
)
def test_rasters_of_another_run(name: str, told: str, finished: Path) -> None:
    raster = gt.read_raster(finished / "excluded.tif")
    grid = raster.grid
    if name == "stability.tif":
        grid = gt.Grid.from_bounds((0, 0, 2e5, 2e5), resolution=25_000, crs=grid.crs)
    gt.write_raster(gt.Raster(np.full(grid.shape, 7.0 if name == "suitability.tif" else 0.5), grid), finished / name)
    write_record(finished, record_of(finished))
    with pytest.raises(InputError, match=told):
        read_result(finished)


def test_a_raster_cut_in_the_middle_is_no_empty_one(finished: Path) -> None:
    content = (finished / "suitability.tif").read_bytes()
    (finished / "suitability.tif").write_bytes(content[: len(content) * 2 // 3])
    write_record(finished, record_of(finished), seal=False)
    with pytest.raises(InputError, match=r"suitability.tif.* cannot be read"):
        read_result(finished)


def test_areas_of_rules_that_stand_twice(finished: Path) -> None:
    areas = pd.read_parquet(finished / "rule_areas.parquet")
    pd.concat([areas, areas.head(1)]).to_parquet(finished / "rule_areas.parquet", index=False)
    write_record(finished, record_of(finished))
    with pytest.raises(InputError, match="a pair of zone and rule is missing or stands twice"):
        read_result(finished)


def test_a_run_whose_rules_take_nothing(finished: Path) -> None:
    pd.read_parquet(finished / "rule_areas.parquet").head(0).astype(object).to_parquet(
        finished / "rule_areas.parquet", index=False
    )
    write_record(finished, record_of(finished))
    result = read_result(finished)
    assert result.rule_areas is not None
    assert result.rule_areas.dtypes.to_dict()["alone_km2"] == np.float64
    gt.explain(result, str(result.ranking["zone"].iloc[0]))


# --- the folder of a batch ------------------------------------------------------------------------------


def test_the_folder_of_a_batch_is_sealed_too(rich: Path, tmp_path: Path) -> None:
    result = read_result(rich)
    write_tables(result, tmp_path / "one")
    again = read_result(tmp_path / "one")
    assert isinstance(again.ranking, gpd.GeoDataFrame)
    assert list(again.ranking["zone"]) == list(result.ranking["zone"])
    shutil.copy(tmp_path / "one" / "excluded.tif", tmp_path / "one" / "suitability.tif")
    with pytest.raises(InputError, match=r"^suitability.tif of the finished folder"):
        read_result(tmp_path / "one")
