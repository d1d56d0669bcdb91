"""Water: limits from a table and from a raster, places that are not listed, the note of the Yellow River, bad input."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import geotransfer as gt
from geotransfer.errors import InputError
from geotransfer.grid import Grid
from geotransfer.raster import Raster, write_raster
from geotransfer.supply.water import UNCHECKED, WATER_RULE, YELLOW_RIVER, water_notes

PROFILE = """
schema = 1
[industries.thirsty]
title = { zh = "耗水产业", en = "thirsty industry" }
unit = "t"
kind = "energy_intensive"
figures = [
  { quantity = "electricity", value = 1000, unit = "kWh/t", kind = "own", source = "a test", confidence = "low" },
  { quantity = "water", value = 10, unit = "m3/t", kind = "own", source = "a test", confidence = "low" },
]
"""


@pytest.fixture
def quick(tmp_path):
    """A study of 宁夏 whose plant needs 10 x 100,000 = 1 million m3 a year."""
    (tmp_path / "own.toml").write_text(PROFILE, encoding="utf-8")

    def study(water):
        table = {"profile": "thirsty", "file": str(tmp_path / "own.toml"), "annual_output": 100_000.0, "water": water}
        keys = {"within": ["宁夏"], "grid.resolution": 25_000, "robustness.draws": 0, "industry": table}
        return gt.scenario("aluminium").with_overrides(keys)

    return study


def counties():
    return gt.boundaries("county", within="宁夏").set_index("name")["adcode"]


def test_limits_by_county(quick, tmp_path):
    codes = counties()
    rows = pd.DataFrame({"adcode": codes, "limit": 5e6})
    rows.loc["灵武市", "limit"], rows.loc["盐池县", "limit"] = 999_999.0, 1_000_000.0
    rows.drop(index="同心县").to_csv(tmp_path / "w.csv", index=False)
    result = gt.run(quick({"file": str(tmp_path / "w.csv"), "column": "limit"}))
    table = result.ranking.set_index("name")
    assert table.loc["灵武市", ["status", "first_failed_rule"]].tolist() == ["excluded", WATER_RULE]
    assert table.loc["盐池县", "status"] == "ranked"
    # 同心县 is not in the list: it was not checked, and says so
    assert table.loc["同心县", "status"] == "ranked"
    assert WATER_RULE in table.loc["同心县", "unchecked_rules"]
    assert table["water_note"].to_dict() == {name: UNCHECKED if name == "同心县" else "" for name in table.index}
    record = result.provenance["result"]
    assert {"id": WATER_RULE, "zones": 1}.items() <= next(
        r for r in record["unchecked_rules"] if r["id"] == WATER_RULE
    ).items()
    assert next(r for r in record["rules"] if r["id"] == WATER_RULE)["zones_failed"] == 1


def test_a_limit_for_a_whole_prefecture(quick, tmp_path):
    (tmp_path / "w.csv").write_text("adcode,limit\n640100,10\n640000,9e9\n", encoding="utf-8")
    table = gt.run(quick({"file": str(tmp_path / "w.csv"), "column": "limit"})).ranking
    assert set(table.loc[table["prefecture"] == "银川市", "status"]) == {"excluded"}
    assert set(table.loc[table["prefecture"] != "银川市", "status"]) == {"ranked"}
    assert set(table["water_note"]) == {""}


def test_runoff_is_summed_over_the_county(quick, tmp_path):
    grid = Grid.from_bounds((103, 34, 109, 41), resolution=0.05, crs="EPSG:4326")
    area = gt.boundaries("county", within="宁夏").set_index("name").to_crs("ESRI:102025").area / 1e6
    # 0.5 mm on A km2 are 500 A m3: at least 1 million only above 2,000 km2
    write_raster(Raster(np.full(grid.shape, 0.5), grid), tmp_path / "runoff.tif")
    table = gt.run(quick({"file": str(tmp_path / "runoff.tif")})).ranking.set_index("name")
    sure = area[(area > 2_100) | (area < 1_900)]
    expected = {name: "ranked" if km2 > 2_000 else "excluded" for name, km2 in sure.items()}
    assert set(expected.values()) == {"ranked", "excluded"}
    assert table.loc[list(expected), "status"].to_dict() == expected


def test_without_limits_the_rule_stays_unchecked(quick):
    result = gt.run(quick(None))
    assert WATER_RULE in {rule["id"] for rule in result.provenance["result"]["unchecked_rules"]}
    assert set(result.ranking["water_note"]) == {UNCHECKED}
    assert set(result.ranking["water_m3_per_year"]) == {1_000_000.0}


def test_notes_of_other_provinces():
    province = pd.Series(["云南省", "宁夏回族自治区", "宁夏回族自治区"])
    notes = water_notes(province, pd.Series([f"a;{WATER_RULE}", WATER_RULE, "a"]))
    assert notes.tolist() == ["", UNCHECKED, ""]
    assert len(YELLOW_RIVER) == 9
    assert set(gt.boundaries("province")["name"]) >= YELLOW_RIVER


@pytest.mark.parametrize(
    ("text", "column", "message"),
    [
        ("adcode,limit\n640181,5\n", None, r"expected adcode and one of limits in m3 a year.*got None"),
        ("adcode,limit\n640181,5\n", "cap", r"has the columns adcode, limit, expected adcode and one of limits"),
        ("code,limit\n640181,5\n", "limit", "expected adcode"),
        ("adcode,limit\n640181,-5\n", "limit", "row 1 does not fit"),
        ("adcode,limit\n640181,much\n", "limit", "row 1 does not fit"),
        ("adcode,limit\n640181,5\n640181,6\n", "limit", "row of a repeated adcode does not fit"),
        ("adcode,limit\n999999,5\n", "limit", "names the adcodes 999999, which no place has"),
    ],
)
def test_bad_limits(quick, tmp_path, text, column, message):
    (tmp_path / "w.csv").write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=f"rule '{WATER_RULE}'.*{message}"):
        gt.run(quick({"file": str(tmp_path / "w.csv"), "column": column}))


def test_limits_need_a_profile_that_knows_its_water():
    keys = {"industry.water": {"file": "w.csv", "column": "limit"}, "within": ["宁夏"], "grid.resolution": 25_000}
    with pytest.raises(InputError, match="the profile 'electrolytic_aluminium' says nothing of water"):
        gt.run(gt.scenario("aluminium").with_overrides(keys))


def test_one_rule_of_water_at_a_time(quick, tmp_path):
    study = quick({"file": "w.csv", "column": "limit"}).with_overrides({f"rules.{WATER_RULE}.file": "zones.gpkg"})
    with pytest.raises(InputError, match="both test water; expected one of them"):
        gt.run(study)
