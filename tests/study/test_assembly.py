"""The main job: on the real counties (one run shared by the session), and on a user's own places."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from scipy.stats import spearmanr

import geotransfer as gt
from geotransfer.errors import CrsError, InputError, UnknownNameError

COARSE = {"grid.resolution": 25_000}
PARKS = """name,lon,lat,area,industry
安宁工业园,102.45,24.92,12,铝
包头铝业园,110.10,40.55,20,铝
格尔木园,94.90,36.42,30,
"""


@pytest.fixture
def parks(tmp_path: Path) -> Path:
    path = tmp_path / "parks.csv"
    path.write_text(PARKS, encoding="utf-8")
    return path


def aluminium_with(**overrides: object) -> gt.Scenario:
    return gt.scenario("aluminium").with_overrides(
        {**COARSE, **{k.replace("__", "."): v for k, v in overrides.items()}}
    )


def test_counts_are_those_a_planner_expects(aluminium: gt.Result) -> None:
    ranking = aluminium.ranking
    status = ranking["status"].value_counts()
    assert len(ranking) == 2082
    assert 1650 <= status["ranked"] <= 1950
    xizang = ranking[ranking["province"] == "西藏自治区"]
    assert set(xizang["status"]) == {"excluded", "unknown"}
    assert set(xizang.loc[xizang["status"] == "unknown", "reason"]) == {"grid_factor"}
    assert set(ranking["region"]) == {"central", "west", "northeast"}
    counts = aluminium.provenance["result"]["counts"]
    assert {s: int(n) for s, n in status.items()} == {s: counts[s] for s in ("ranked", "excluded", "unknown")}
    assert sum(row["ranked"] for row in counts["by_province"]) == counts["ranked"]


def test_every_zone_has_its_status_and_its_reason(aluminium: gt.Result) -> None:
    ranking = aluminium.ranking
    ranked = ranking[ranking["status"] == "ranked"]
    names = list(aluminium.scenario.criteria)
    assert ranked["rank"].tolist() == list(range(1, len(ranked) + 1))
    assert ranked["score"].is_monotonic_decreasing
    assert not ranked[["score", *names, *(f"score_{n}" for n in names)]].isna().any().any()
    rest = ranking[ranking["status"] != "ranked"]
    assert rest["rank"].isna().all()
    assert rest["score"].isna().all()
    assert (rest["reason"] != "").all()
    excluded = ranking["status"] == "excluded"
    assert (ranking.loc[excluded, "first_failed_rule"] != "").all()
    assert (ranking.loc[~excluded, "first_failed_rule"] == "").all()


def test_contributions_add_up_to_the_score(aluminium: gt.Result) -> None:
    ranked = aluminium.ranking[aluminium.ranking["status"] == "ranked"]
    total = sum(w * ranked[f"score_{name}"] for name, w in aluminium.scenario.weights.items())
    np.testing.assert_allclose(ranked["score"], total, atol=1e-9)


def test_areas_add_up(aluminium: gt.Result) -> None:
    ranking = aluminium.ranking
    with_data = ranking["area_km2"] * (1 - ranking["nodata_share"])
    np.testing.assert_allclose(ranking["eligible_km2"], with_data * (1 - ranking["excluded_share"]), atol=1e-3)
    rules = aluminium.provenance["result"]["rules"]
    removed = sum(rule["area_in_order_km2"] for rule in rules)
    assert removed == pytest.approx((with_data * ranking["excluded_share"]).sum(), rel=1e-6)
    # polygons and exact coverage tell the same area
    areas = gt.boundaries("county", within=["central", "west", "northeast"]).to_crs(aluminium.suitability.grid.crs)
    truth = areas.set_index("adcode").area / 1e6
    np.testing.assert_allclose(ranking.set_index("adcode")["area_km2"], truth.loc[ranking["adcode"]], rtol=1e-6)


def test_a_county_pays_the_price_of_its_own_area(aluminium: gt.Result) -> None:
    ranking = aluminium.ranking
    inner_mongolia = ranking[ranking["province"] == "内蒙古自治区"].set_index("prefecture")
    assert set(inner_mongolia.loc["通辽市", "tariff"]) == {0.3035}
    assert set(inner_mongolia.loc["包头市", "tariff"]) == {0.2829}
    assert ranking.groupby("province")["grid_factor"].nunique().max() <= 1


def test_distance_to_hub_is_a_distance_to_a_hub(aluminium: gt.Result) -> None:
    county = aluminium.ranking.set_index("name").loc["安宁市"]
    spot = gpd.GeoSeries([county.geometry.representative_point()], crs=4326).to_crs(aluminium.suitability.grid.crs)
    hubs = gt.layer_features("hubs").to_crs(spot.crs)
    assert county["hub_distance"] == pytest.approx(hubs.distance(spot[0]).min() / 1000, abs=25)


def test_rasters_agree_with_the_states(aluminium: gt.Result) -> None:
    suitability, excluded = aluminium.suitability.values, aluminium.excluded.values
    assert suitability.shape == excluded.shape
    assert np.isnan(suitability[excluded == 1]).all()
    assert set(np.unique(excluded[~np.isnan(excluded)])) == {0, 1}
    assert np.nanmin(suitability) >= 0
    assert np.nanmax(suitability) <= 1
    # Xizang is unknown, not bad
    xizang = gt.boundaries("province", within="西藏").assign(v=1.0)
    inside = gt.rasterize(xizang, aluminium.suitability.grid, column="v").values == 1
    assert np.isnan(suitability[inside]).all()


def test_the_best_site_is_no_worse_than_the_mean(aluminium: gt.Result) -> None:
    ranked = aluminium.ranking[aluminium.ranking["status"] == "ranked"]
    # scores of means are concave in places, so not county by county; but hardly ever the other way
    assert (ranked["score_best_site"] >= ranked["score_mean"] - 1e-9).mean() > 0.95
    rho = aluminium.provenance["result"]["statistics"]["best_site_vs_mean_spearman"]
    assert rho == pytest.approx(spearmanr(ranked["score_best_site"], ranked["score_mean"]).statistic, abs=1e-6)


def test_unchecked_rules_are_said_everywhere(aluminium: gt.Result) -> None:
    record = aluminium.provenance["result"]
    for words in ("生态保护红线", "永久基本农田", "取水许可", "能耗双控", "产能置换", "本图为初筛, 不得作为选址依据"):
        assert words in record["screening_note"]["zh"]
    assert set(aluminium.ranking["unchecked_rules"]) == {";".join(r["id"] for r in record["unchecked_rules"])}


def test_every_input_is_traceable(aluminium: gt.Result) -> None:
    inputs = {item["id"]: item for item in aluminium.provenance["result"]["inputs"]}
    assert {"counties", "hubs", "lcoe-green", "elevation", "relief", "places", "people-50km"} <= set(inputs)
    for item in inputs.values():
        assert len(item["sha256"]) == 64
        assert item["source"]
        assert item["licence"]
        assert item["quality"] in ("measured", "official", "modelled", "assumption")


def test_a_users_layer_takes_a_rule_off_the_banner(tmp_path: Path) -> None:
    line = gpd.GeoDataFrame(geometry=[shapely.box(105, 37, 107, 38.2)], crs="EPSG:4490")
    line.to_file(tmp_path / "redline.gpkg")
    base = {"within": ["宁夏"]}
    study = aluminium_with(**base, rules__ecological_red_line__file=str(tmp_path / "redline.gpkg"))
    result = gt.run(study)
    record = result.provenance["result"]
    assert "生态保护红线" not in record["screening_note"]["zh"]
    rule = next(r for r in record["rules"] if r["id"] == "ecological_red_line")
    assert rule["area_alone_km2"] > 10_000
    plain = gt.run(aluminium_with(**base)).ranking.set_index("zone")["eligible_km2"]
    assert result.ranking.set_index("zone")["eligible_km2"].sum() < plain.sum() - 10_000
    assert "redline.gpkg" in {item["id"] for item in record["inputs"]}


def test_parks_from_a_csv_with_nothing_but_points(parks: Path) -> None:
    result = gt.run(aluminium_with(zones=str(parks)))
    ranking = result.ranking.set_index("name")
    assert set(ranking["kind"]) == {"point"}
    assert ranking.loc["包头铝业园", "province"] == "内蒙古自治区"
    assert ranking.loc["安宁工业园", "prefecture"] == "昆明市"
    assert ranking.loc["安宁工业园", "area_km2"] == pytest.approx(12, rel=1e-2)
    # a small park keeps its place when half of it is eligible; 格尔木 lies at 2,800 m
    assert ranking.loc["包头铝业园", "status"] == "ranked"
    assert ranking.loc["格尔木园", ["status", "reason"]].tolist() == ["excluded", "elevation"]
    assert result.ranking.geom_type.eq("Point").all()


@pytest.mark.parametrize("suffix", [".gpkg", ".shp", ".geojson", ".parquet"])
def test_polygons_with_nothing_but_geometry_in_any_crs(tmp_path: Path, suffix: str) -> None:
    boxes = gpd.GeoDataFrame(
        geometry=[shapely.box(109.5, 40.4, 110.2, 40.9), shapely.box(102, 24.5, 103, 25.2)], crs=4326
    )
    local = boxes if suffix == ".geojson" else boxes.to_crs("EPSG:32648")
    path = tmp_path / f"zones{suffix}"
    local.to_parquet(path) if suffix == ".parquet" else local.to_file(path)
    ranking = gt.run(aluminium_with(zones=str(path))).ranking
    assert sorted(ranking["zone"]) == ["1", "2"]
    assert ranking.set_index("zone").loc["1", "province"] == "内蒙古自治区"
    assert ranking["status"].eq("ranked").all()


def test_own_criteria_from_a_column_a_raster_and_a_table(parks: Path, tmp_path: Path) -> None:
    wages = tmp_path / "wages.csv"
    wages.write_text("adcode,wage\n530181,6.0\n", encoding="utf-8")
    raster = gt.Raster(np.full((10, 10), 7.0), gt.Grid.from_bounds((90, 20, 120, 50), resolution=3, crs=4326))
    gt.write_raster(raster, tmp_path / "price.tif")
    text = {"zh": "甲", "en": "a"}
    common = {"title": text, "group": "own", "unit": "1", "weight": 1.0, "worst": 0.0, "best": 40.0, "why": text}
    study = aluminium_with(
        zones=str(parks),
        criteria={
            "size": {**common, "source": {"kind": "column", "column": "area"}},
            "price": {**common, "source": {"kind": "raster", "file": str(tmp_path / "price.tif")}},
        },
    )
    ranking = gt.run(study).ranking.set_index("name")
    assert ranking.loc["包头铝业园", ["size", "price"]].tolist() == [20, 7]
    assert ranking.loc["包头铝业园", "score"] == pytest.approx((20 / 40 + 7 / 40) / 2)
    by_county = {"kind": "table", "file": str(wages), "by": "adcode", "key": "adcode", "column": "wage"}
    counties = aluminium_with(within=["昆明市"], criteria={"wage": {**common, "source": by_county}})
    ranking = gt.run(counties).ranking.set_index("name")
    assert ranking.loc["安宁市", "wage"] == 6.0
    assert set(ranking.drop("安宁市")["status"]) <= {"unknown", "excluded"}


def test_missing_interval_gives_what_the_score_could_be() -> None:
    result = gt.run(aluminium_with(within=["西藏", "宁夏"], missing="interval", rules__elevation__test__at_most=6000.0))
    unknown = result.ranking[result.ranking["status"] == "unknown"]
    assert len(unknown) > 20
    width = unknown["score_high"] - unknown["score_low"]
    assert width.to_numpy() == pytest.approx(0.15)
    ranked = result.ranking[result.ranking["status"] == "ranked"]
    np.testing.assert_allclose(ranked["score_low"], ranked["score"], atol=1e-12)


@pytest.mark.parametrize("level", ["province", "prefecture"])
def test_other_levels(level: str) -> None:
    ranking = gt.run(aluminium_with(zones=level, within=["宁夏", "内蒙古"])).ranking
    assert set(ranking["status"]) == {"ranked"}
    inner = ranking[ranking["province"] == "内蒙古自治区"]
    assert inner["tariff"].between(0.2829, 0.3035).all()


def test_bad_input_names_what_does_not_fit(parks: Path, tmp_path: Path) -> None:
    with pytest.raises(UnknownNameError, match=r"criterion 'green_lcoe'.*lcoe-gren"):
        gt.run(aluminium_with(criteria__green_lcoe__source__layer="lcoe-gren"))
    with pytest.raises(InputError, match=r"rule 'energy_quota'.*'none.gpkg' does not exist"):
        gt.run(aluminium_with(within=["宁夏"], rules__energy_quota__file="none.gpkg"))
    column = {"kind": "column", "column": "price"}
    with pytest.raises(UnknownNameError, match=r"criterion 'tariff': the zones have no column 'price'"):
        gt.run(aluminium_with(zones=str(parks), criteria__tariff__source=column))
    (tmp_path / "far.csv").write_text("name,lon,lat\na,2.3,48.9\n", encoding="utf-8")
    with pytest.raises(InputError, match="no zone lies in China"):
        gt.run(aluminium_with(zones=str(tmp_path / "far.csv")))
    (tmp_path / "swapped.csv").write_text("name,lon,lat\na,38.5,106.2\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"lat=106.*swapped"):
        gt.run(aluminium_with(zones=str(tmp_path / "swapped.csv")))
    line = gpd.GeoDataFrame(geometry=[shapely.LineString([(105, 37), (106, 38)])], crs=4326)
    line.to_file(tmp_path / "line.gpkg")
    with pytest.raises(InputError, match="not a mixture"):
        gt.run(aluminium_with(zones=str(tmp_path / "line.gpkg")))


def test_rasters_that_do_not_fit(tmp_path: Path) -> None:
    def with_raster(raster: gt.Raster) -> gt.Scenario:
        gt.write_raster(raster, tmp_path / "own.tif")
        source = {"kind": "raster", "file": str(tmp_path / "own.tif")}
        return aluminium_with(within=["宁夏"], criteria__green_lcoe__source=source)

    elsewhere = gt.Grid.from_bounds((0, 0, 10, 10), resolution=1, crs=4326)
    with pytest.raises(InputError, match=r"criterion 'green_lcoe'.*expected an overlap"):
        gt.run(with_raster(gt.Raster(np.ones((10, 10)), elsewhere)))
    with pytest.raises(InputError, match=r"criterion 'green_lcoe'.*every cell is nodata"):
        gt.run(with_raster(gt.Raster(np.full((10, 10), np.nan), elsewhere)))
    naked = tmp_path / "zones.shp"
    gpd.GeoDataFrame(geometry=[shapely.box(105, 37, 106, 38)], crs=4326).to_file(naked)
    naked.with_suffix(".prj").unlink()
    with pytest.raises(CrsError, match="no CRS"):
        gt.run(aluminium_with(zones=str(naked)))


def test_the_same_bytes_again_with_one_and_with_two_threads(tmp_path: Path, cache_dir: Path) -> None:
    def once(name: str, threads: int) -> tuple[bytes, dict[str, object]]:
        environment = {**os.environ, "OMP_NUM_THREADS": str(threads), "GDAL_NUM_THREADS": str(threads)}
        out = tmp_path / name
        arguments = ["run", "aluminium", "-o", str(out), "--set", "grid.resolution=25000", "--quiet"]
        subprocess.run([sys.executable, "-m", "geotransfer", *arguments], env=environment, check=True)
        return (out / "ranking.csv").read_bytes(), json.loads((out / "run.json").read_text("utf-8"))["result"]

    first, again = once("one", 1), once("two", 2)
    assert first == again


def test_progress_is_reported_and_ends() -> None:
    calls: list[tuple[str, int, int]] = []
    gt.run(aluminium_with(within=["宁夏"]), progress=lambda *call: calls.append(call))
    assert calls[0] == ("zones", 0, 6)
    assert calls[-1] == ("done", 6, 6)


def test_execution_is_told_per_stage(aluminium: gt.Result) -> None:
    execution = aluminium.provenance["execution"]
    assert [s["name"] for s in execution["stages"]] == [
        "zones",
        "coverage",
        "rules",
        "criteria",
        "evaluate",
        "provenance",
    ]
    assert sum(s["seconds"] for s in execution["stages"]) <= execution["seconds"] + 0.01
    assert execution["versions"]["numpy"]


def test_the_scenario_of_a_run_is_in_its_record(aluminium: gt.Result) -> None:
    assert gt.Scenario.from_mapping(aluminium.provenance["result"]["scenario"]) == aluminium.scenario


def test_removing_a_zone_changes_no_other_score() -> None:
    whole = gt.run(aluminium_with(within=["宁夏", "甘肃"])).ranking.set_index("zone")["score"].dropna()
    part = gt.run(aluminium_with(within=["宁夏"])).ranking.set_index("zone")["score"].dropna()
    assert len(part) > 5
    pd.testing.assert_series_equal(part.sort_index(), whole.loc[part.index].sort_index(), atol=1e-12)
