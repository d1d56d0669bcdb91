"""The main job: on the real counties (one run shared by the session), and on a user's own places."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import rasterio
import shapely
from pyproj import Geod
from scipy.stats import spearmanr

import geotransfer as gt
from geotransfer.crs import CHINA_ALBERS
from geotransfer.errors import CrsError, DatumWarning, FormerCodesWarning, InputError, OffshoreWarning, UnknownNameError
from geotransfer.study.assembly import STAGES

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


def sources_with(**overrides: object) -> gt.Scenario:
    """Criteria from tables and rasters, which the built-in scenario no longer has."""
    keys = {**COARSE, **{k.replace("__", "."): v for k, v in overrides.items()}}
    return gt.Scenario.from_file(Path(__file__).parents[1] / "data" / "sources.toml").with_overrides(keys)


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
    names = aluminium.scenario.weighted
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
    total = sum(w * ranked[f"score_{name}"] for name, w in aluminium.scenario.weights.items() if w > 0)
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
    # three quarters from the grid, at the benchmark of 蒙东 or 蒙西 and a premium of a tenth
    assert inner_mongolia.loc["通辽市", "power_energy"].to_numpy() == pytest.approx(0.75 * 1.1 * 0.3035)
    assert inner_mongolia.loc["包头市", "power_energy"].to_numpy() == pytest.approx(0.75 * 1.1 * 0.2829)
    assert ranking.groupby("province")["grid_factor"].nunique().max() <= 1


def test_distance_to_hub_is_a_distance_to_a_hub() -> None:
    result = gt.run(sources_with(within=["昆明市"], robustness__draws=0, grid__resolution=5000))
    county = result.ranking.set_index("name").loc["安宁市"]
    spot = gpd.GeoSeries([county.geometry.representative_point()], crs=4326).to_crs(result.suitability.grid.crs)
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
    assert {"counties", "freight-hubs", "lcoe-green", "elevation", "relief", "places", "people-50km"} <= set(inputs)
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
    assert set(gt.run(aluminium_with(zones=level, within=["宁夏", "内蒙古"])).ranking["status"]) == {"ranked"}
    ranking = gt.run(sources_with(zones=level, within=["宁夏", "内蒙古"], robustness__draws=0)).ranking
    inner = ranking[ranking["province"] == "内蒙古自治区"]
    assert inner["tariff"].between(0.2829, 0.3035).all()


def test_bad_input_names_what_does_not_fit(parks: Path, tmp_path: Path) -> None:
    with pytest.raises(UnknownNameError, match=r"criterion 'green_lcoe'.*lcoe-gren"):
        gt.run(sources_with(criteria__green_lcoe__source__layer="lcoe-gren"))
    with pytest.raises(InputError, match=r"rule 'energy_quota'.*'none.gpkg' does not exist"):
        gt.run(aluminium_with(within=["宁夏"], rules__energy_quota__file="none.gpkg"))
    column = {"kind": "column", "column": "price"}
    with pytest.raises(UnknownNameError, match=r"criterion 'tariff': the zones have no column 'price'"):
        gt.run(sources_with(zones=str(parks), criteria__tariff__source=column))
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
        return sources_with(within=["宁夏"], criteria__green_lcoe__source=source)

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
    settings = ["--set", 'within=["宁夏","甘肃"]', "--set", "grid.resolution=10000"]

    def begin(threads: int) -> subprocess.Popen[bytes]:
        environment = {**os.environ, "OMP_NUM_THREADS": str(threads), "GDAL_NUM_THREADS": str(threads)}
        out = tmp_path / str(threads)
        command = [sys.executable, "-m", "geotransfer", "run", "aluminium", "-o", str(out), *settings, "--quiet"]
        return subprocess.Popen(command, env=environment)

    def content(threads: int) -> tuple[bytes, dict[str, object]]:
        out = tmp_path / str(threads)
        return (out / "ranking.csv").read_bytes(), json.loads((out / "run.json").read_text("utf-8"))["result"]

    # side by side: they also take the processor from each other
    assert [process.wait() for process in [begin(1), begin(2)]] == [0, 0]
    assert content(1) == content(2)


def test_progress_is_reported_and_ends() -> None:
    calls: list[tuple[str, int, int]] = []
    gt.run(aluminium_with(within=["宁夏"]), progress=lambda *call: calls.append(call))
    assert calls[0] == ("zones", 0, len(STAGES))
    assert [stage for stage, _, _ in calls] == [*STAGES, "done"]


def test_execution_is_told_per_stage(aluminium: gt.Result) -> None:
    execution = aluminium.provenance["execution"]
    assert [s["name"] for s in execution["stages"]] == list(STAGES)
    assert sum(s["seconds"] for s in execution["stages"]) <= execution["seconds"] + 0.01
    assert execution["versions"]["numpy"]


def test_the_scenario_of_a_run_is_in_its_record(aluminium: gt.Result) -> None:
    assert gt.Scenario.from_mapping(aluminium.provenance["result"]["scenario"]) == aluminium.scenario


def test_removing_a_zone_changes_no_other_score() -> None:
    whole = gt.run(aluminium_with(within=["宁夏", "甘肃"])).ranking.set_index("zone")["score"].dropna()
    part = gt.run(aluminium_with(within=["宁夏"])).ranking.set_index("zone")["score"].dropna()
    assert len(part) > 5
    pd.testing.assert_series_equal(part.sort_index(), whole.loc[part.index].sort_index(), atol=1e-12)


def park_at(x: float, y: float, area_km2: float, path: Path) -> Path:
    """Write a CSV with one park whose centre lies at (x, y) metres of China Albers."""
    spot = gpd.GeoSeries(gpd.points_from_xy([x], [y]), crs=CHINA_ALBERS).to_crs(4326)[0]
    path.write_text(f"name,lon,lat,area\n园,{spot.x},{spot.y},{area_km2}\n", encoding="utf-8")
    return path


@pytest.mark.parametrize("shift", [0, 1000, 2500, 4000])
def test_a_small_park_inside_a_forbidden_polygon_is_excluded_wherever_the_cells_lie(tmp_path: Path, shift: int) -> None:
    x, y = 250_000 + shift, 4_020_000 + shift
    csv = park_at(x, y, 6.0, tmp_path / "park.csv")
    red = gpd.GeoDataFrame(geometry=[shapely.Point(x, y).buffer(1500)], crs=CHINA_ALBERS)
    red.to_file(tmp_path / "red.gpkg")
    overrides = {"zones": str(csv), "rules.ecological_red_line.file": str(tmp_path / "red.gpkg")}
    park = gt.run(gt.scenario("aluminium").with_overrides(overrides)).ranking.loc[0]
    assert park["excluded_share"] == pytest.approx(1.0, abs=1e-6)
    assert [park["status"], park["reason"]] == ["excluded", "ecological_red_line"]


def test_small_forbidden_parcels_take_exactly_their_area(tmp_path: Path) -> None:
    box = gpd.GeoDataFrame(geometry=[shapely.box(200_000, 4_000_000, 240_000, 4_040_000)], crs=CHINA_ALBERS)
    box.to_file(tmp_path / "zone.gpkg")
    parcels = [
        shapely.box(200_000 + 4000 * i, 4_000_000 + 4000 * j, 201_000 + 4000 * i, 4_001_000 + 4000 * j)
        for i in range(10) for j in range(10)
    ]  # fmt: skip
    gpd.GeoDataFrame(geometry=parcels, crs=CHINA_ALBERS).to_file(tmp_path / "farm.gpkg")
    study = gt.scenario("aluminium").with_overrides(
        {"zones": str(tmp_path / "zone.gpkg"), "rules.basic_farmland.file": str(tmp_path / "farm.gpkg")}
    )
    result = gt.run(study)
    rule = next(r for r in result.provenance["result"]["rules"] if r["id"] == "basic_farmland")
    assert rule["area_alone_km2"] == pytest.approx(100.0, rel=1e-4)
    wider = gt.run(study.with_overrides({"rules.basic_farmland.buffer_m": 500.0}))
    rule = next(r for r in wider.provenance["result"]["rules"] if r["id"] == "basic_farmland")
    grown = shapely.intersection(shapely.union_all(shapely.buffer(parcels, 500, quad_segs=32)), box.geometry[0])
    assert rule["area_alone_km2"] == pytest.approx(grown.area / 1e6, rel=1e-4)


def test_a_park_gets_the_same_score_whatever_other_parks_are_studied(tmp_path: Path) -> None:
    one, two = tmp_path / "one.csv", tmp_path / "two.csv"
    one.write_text("name,lon,lat\n包头园,110.10,40.55\n", encoding="utf-8")
    two.write_text("name,lon,lat\n包头园,110.10,40.55\n灵武园,106.5,38.1\n", encoding="utf-8")
    scores = [
        gt.run(gt.scenario("aluminium").with_overrides({"zones": str(path)})).ranking.set_index("name").loc["包头园"]
        for path in (one, two)
    ]
    # more than the park itself: its surroundings count, though no zone lies there
    assert scores[0]["flat_area"] == scores[1]["flat_area"] > scores[0]["area_km2"]
    assert scores[0]["score"] == pytest.approx(scores[1]["score"], abs=1e-12)


def test_nearby_area_counts_allowed_land_only(tmp_path: Path) -> None:
    csv = park_at(250_000, 4_250_000, 12.0, tmp_path / "park.csv")
    half = gpd.GeoDataFrame(geometry=[shapely.box(100_000, 4_255_000, 400_000, 4_400_000)], crs=CHINA_ALBERS)
    half.to_file(tmp_path / "half.gpkg")
    study = gt.scenario("aluminium").with_overrides({"zones": str(csv)})
    before = gt.run(study).ranking.loc[0, "flat_area"]
    after = gt.run(study.with_overrides({"rules.national_park.file": str(tmp_path / "half.gpkg")})).ranking.loc[0]
    assert after["status"] == "ranked"
    assert after["flat_area"] < 0.8 * before


def test_the_largest_window_area_is_the_same_on_every_grid() -> None:
    source = {"kind": "nearby_area", "layer": "elevation", "at_most": 9000.0, "window_km": 25.0}
    for resolution in (4000.0, 5000.0, 10_000.0, 25_000.0):
        overrides = {"within": ["长春市"], "grid.resolution": resolution, "rules": {}}
        study = gt.scenario("aluminium").with_overrides({**overrides, "criteria.flat_area.source": source})
        assert gt.run(study).ranking["flat_area"].max() == pytest.approx(625.0), resolution


def test_hub_distance_at_the_best_site_by_geodesic(parks: Path) -> None:
    result = gt.run(sources_with(zones=str(parks), grid__resolution=5000))
    park = result.ranking.set_index("name").loc["包头铝业园"]
    hubs = gt.layer_features("hubs")
    lon, lat = park.geometry.x, park.geometry.y
    n = len(hubs)
    _, _, metres = Geod(ellps="WGS84").inv(
        np.full(n, lon), np.full(n, lat), hubs["lon"].to_numpy(), hubs["lat"].to_numpy()
    )
    assert park["hub_distance"] == pytest.approx(metres.min() / 1000, rel=0.04, abs=4)


def test_a_forbidden_cell_stays_forbidden_where_another_rule_has_no_data(tmp_path: Path) -> None:
    corner = gt.Grid.from_bounds((91, 29, 92, 30), resolution=0.1, crs=4326)
    gt.write_raster(gt.Raster(np.ones(corner.shape), corner), tmp_path / "corner.tif")
    base = {"within": ["西藏"], "rules__elevation__test__at_most": 4000.0}
    plain = gt.run(aluminium_with(**base)).ranking["status"].value_counts()
    test = {"kind": "raster", "file": str(tmp_path / "corner.tif"), "at_most": 5.0}
    more = gt.run(aluminium_with(**base, rules__energy_quota__test=test)).ranking
    assert (more["status"] == "excluded").sum() >= plain["excluded"] - 1
    assert set(more.loc[more["status"] == "unknown", "reason"]) <= {"nodata", "grid_factor"}


def test_a_weight_of_0_needs_no_data() -> None:
    study = aluminium_with(within=["西藏"], criteria__grid_factor__weight=0.0, rules__elevation__test__at_most=6000.0)
    ranking = gt.run(study).ranking
    assert (ranking["status"] == "ranked").sum() > 20
    assert ranking["grid_factor"].isna().all()


def test_room_needs_the_area_and_the_share() -> None:
    # 大通 keeps more than 25 km2 and about 4 % below 2,500 m
    base = {"within": ["西宁市"], "grid.resolution": 5000}
    for share, status in ((0.02, "ranked"), (0.10, "excluded")):
        study = gt.scenario("aluminium").with_overrides({**base, "room.share": share})
        datong = gt.run(study).ranking.set_index("name").loc["大通回族土族自治县"]
        assert datong["status"] == status
        assert datong["eligible_km2"] > 25


def test_the_band_the_resampling_and_the_sha_of_a_file_are_its_own(tmp_path: Path) -> None:
    path = tmp_path / "two_bands.tif"
    grid = gt.Grid.from_bounds((350_000, 4_100_000, 450_000, 4_200_000), resolution=500, crs="EPSG:32648")
    checker = np.indices(grid.shape).sum(axis=0) % 2 * 2.0
    profile = {"driver": "GTiff", "dtype": "float32", "count": 2, "height": grid.shape[0], "width": grid.shape[1]}
    with rasterio.open(path, "w", crs="EPSG:32648", transform=grid.transform, **profile) as target:
        target.write(np.zeros(grid.shape), 1)
        target.write(checker, 2)
    zone = gpd.GeoDataFrame(geometry=[shapely.box(370_000, 4_120_000, 430_000, 4_180_000)], crs="EPSG:32648")
    zone.to_file(tmp_path / "zone.gpkg")
    text = {"zh": "甲", "en": "a"}
    criterion = {"title": text, "group": "own", "unit": "1", "weight": 1.0, "worst": 0.0, "best": 2.0, "why": text}
    source = {"kind": "raster", "file": str(path), "band": 2}
    study = gt.scenario("aluminium").with_overrides(
        {"zones": str(tmp_path / "zone.gpkg"), "criteria": {"own": {**criterion, "source": source}}, "rules": {}}
    )
    result = gt.run(study)
    # a fine raster is averaged: 1 everywhere; one cell taken of it would be 0 or 2
    assert result.ranking.loc[0, "own"] == pytest.approx(1.0, abs=0.02)
    record = next(i for i in result.provenance["result"]["inputs"] if i["id"] == "two_bands.tif")
    assert record["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()


def test_a_province_with_two_price_areas_pays_their_mean_by_area() -> None:
    ranking = gt.run(sources_with(zones="province", within=["内蒙古"])).ranking
    prefectures = gt.boundaries("prefecture", within="内蒙古").to_crs(CHINA_ALBERS)
    eastern = prefectures["name"].isin(["赤峰市", "通辽市", "呼伦贝尔市", "兴安盟"])
    share = prefectures.area[eastern].sum() / prefectures.area.sum()
    assert ranking.loc[0, "tariff"] == pytest.approx(share * 0.3035 + (1 - share) * 0.2829, abs=1e-9)


def test_crossed_rings_are_repaired_and_lines_dropped(tmp_path: Path) -> None:
    bow = shapely.Polygon([(106, 38), (107, 39), (107, 38), (106, 39)])
    gpd.GeoDataFrame(geometry=[bow], crs=4326).to_file(tmp_path / "bow.gpkg")
    ranking = gt.run(aluminium_with(zones=str(tmp_path / "bow.gpkg"))).ranking
    truth = gpd.GeoSeries([bow.buffer(0)], crs=4326).make_valid().to_crs(CHINA_ALBERS).area[0]
    repaired = gpd.GeoSeries([shapely.make_valid(bow)], crs=4326).to_crs(CHINA_ALBERS).area[0] / 1e6
    assert ranking.loc[0, "area_km2"] == pytest.approx(repaired, rel=0.01)
    assert truth < repaired * 1e6 * 1.01
    flat = shapely.Polygon([(106, 38), (107, 38), (106, 38)])
    gpd.GeoDataFrame(geometry=[bow, flat], crs=4326).to_file(tmp_path / "flat.gpkg")
    with pytest.raises(InputError, match="zone in row 2 has no area"):
        gt.run(aluminium_with(zones=str(tmp_path / "flat.gpkg")))


def test_a_park_just_offshore_belongs_to_the_nearest_prefecture(tmp_path: Path) -> None:
    path = tmp_path / "shore.csv"
    path.write_text("name,lon,lat\n钦州外海,108.75,21.45\n", encoding="utf-8")
    with pytest.warns(OffshoreWarning, match=r"1 of 1 zones lie outside every prefecture, the farthest 18\.\d km"):
        park = gt.run(aluminium_with(zones=str(path))).ranking.loc[0]
    assert park["province"] == "广西壮族自治区"


@pytest.mark.parametrize(
    ("crs", "x", "en", "zh"),
    [
        (2381, 500_000, "Xi'an 1980: no published transformation here; .* off by up to 127 m", "最多偏 127 米"),
        (
            2412,
            36_500_000,
            r"Beijing 1954: 100 % of the positions have a published transformation \(at best 1 m\)",
            "精度至多 1 米",
        ),
    ],
)
def test_the_datum_of_the_users_zones_is_warned_of_and_recorded(
    tmp_path: Path, crs: int, x: float, en: str, zh: str
) -> None:
    # a box of 20 km at 108 E, 38 N, in the Ordos: the central meridian of zone 36
    path = tmp_path / "zones.gpkg"
    box = shapely.box(x - 10_000, 4_200_000, x + 10_000, 4_220_000)
    gpd.GeoDataFrame(geometry=[box], crs=crs).to_file(path)
    with pytest.warns(DatumWarning, match=en):
        result = gt.run(aluminium_with(zones=str(path)))
    entry = next(i for i in result.provenance["result"]["inputs"] if i["id"] == "zones.gpkg")
    assert zh in entry["known_error"]["zh"]


def test_a_list_of_adcodes_forbids_whole_zones_and_unknown_codes_are_refused(tmp_path: Path) -> None:
    listed = tmp_path / "list.csv"
    listed.write_text("adcode\n640181\n", encoding="utf-8")
    test = {"kind": "zones", "file": str(listed)}
    ranking = gt.run(aluminium_with(within=["宁夏"], rules__energy_quota__test=test)).ranking.set_index("adcode")
    assert ranking.loc["640181", ["status", "first_failed_rule"]].tolist() == ["excluded", "energy_quota"]
    assert (ranking.drop("640181")["status"] == "ranked").all()
    listed.write_text("adcode\n999999\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"rule 'energy_quota'.*999999, which no county has"):
        gt.run(aluminium_with(within=["宁夏"], rules__energy_quota__test=test))


def test_a_rule_layer_that_lies_elsewhere_or_is_surveyed_in_part(tmp_path: Path) -> None:
    far, near, part = (tmp_path / f"{name}.gpkg" for name in ("far", "near", "part"))
    gpd.GeoDataFrame(geometry=[shapely.box(2, 48, 3, 49)], crs=4326).to_file(far)
    gpd.GeoDataFrame(geometry=[shapely.box(105, 37, 105.5, 37.3)], crs=4326).to_file(near)
    gpd.GeoDataFrame(geometry=[shapely.box(104, 35, 106, 38)], crs=4326).to_file(part)
    base = {"within": ["宁夏"]}
    with pytest.raises(InputError, match=r"rule 'ecological_red_line'.*expected an overlap"):
        gt.run(aluminium_with(**base, rules__ecological_red_line__file=str(far)))
    surveyed = aluminium_with(
        **base, rules__ecological_red_line__file=str(near), rules__ecological_red_line__extent_file=str(part)
    )
    result = gt.run(surveyed)
    left = result.ranking["unchecked_rules"].str.contains("ecological_red_line")
    assert 0 < left.sum() < len(left)
    assert f"生态保护红线({left.sum()} 个区域)" in result.provenance["result"]["screening_note"]["zh"]
    points = tmp_path / "points.gpkg"
    gpd.GeoDataFrame(geometry=gpd.points_from_xy([106.0], [38.0]), crs=4326).to_file(points)
    with pytest.raises(InputError, match="give a buffer_m above 0"):
        gt.run(aluminium_with(**base, rules__ecological_red_line__file=str(points)))


def test_a_gbk_rule_file_and_a_layer_of_several(tmp_path: Path) -> None:
    red = gpd.GeoDataFrame({"名称": ["红线"]}, geometry=[shapely.box(105, 37, 106, 38)], crs=4326)
    red.to_file(tmp_path / "gbk.shp", encoding="GB18030")
    (tmp_path / "gbk.cpg").unlink()
    rule = "rules.ecological_red_line"
    base = {**COARSE, "within": ["宁夏"], f"{rule}.file": str(tmp_path / "gbk.shp")}
    with pytest.raises(InputError, match="GB18030"):
        gt.run(gt.scenario("aluminium").with_overrides(base))
    gt.run(gt.scenario("aluminium").with_overrides({**base, f"{rule}.encoding": "GB18030"}))
    for layer in ("a", "b"):
        red.to_file(tmp_path / "two.gpkg", layer=layer)
    two = {**base, f"{rule}.file": str(tmp_path / "two.gpkg")}
    with pytest.raises(InputError, match="say which"):
        gt.run(gt.scenario("aluminium").with_overrides(two))
    gt.run(gt.scenario("aluminium").with_overrides({**two, f"{rule}.file_layer": "b"}))


def test_areas_and_keys_of_parks_are_not_guessed(tmp_path: Path) -> None:
    path = tmp_path / "parks.csv"
    for column, value, words in (
        ("area", "12 km2", "12 km2"),
        ("面积", "12000000", "at most 10,000"),
        ("area", "0", "0"),
    ):
        path.write_text(f"name,lon,lat,{column}\n园,106.2,38.4,{value}\n", encoding="utf-8")
        with pytest.raises(InputError, match=rf"column '{column}' holds .*{words}"):
            gt.run(aluminium_with(zones=str(path)))
    path.write_text("zone,name,lon,lat\n1,甲,106.2,38.4\n1,乙,106.3,38.4\n", encoding="utf-8")
    with pytest.raises(InputError, match="column 'zone' holds '1' twice"):
        gt.run(aluminium_with(zones=str(path)))
    path.write_text("name,lon,lat,adcode\n甲,106.2,38.4,640181.0\n乙,106.3,38.4,\n,,,\n", encoding="utf-8")
    assert set(gt.run(aluminium_with(zones=str(path))).ranking["adcode"]) == {"640181", ""}


def test_tables_whose_keys_fit_nothing_are_refused_and_short_names_are_taken(tmp_path: Path) -> None:
    table = tmp_path / "t.csv"
    source = {"kind": "table", "file": str(table), "by": "province", "key": "省", "column": "v"}

    def with_table(text: str) -> gt.Result:
        table.write_text(text, encoding="utf-8")
        return gt.run(aluminium_with(within=["宁夏"], criteria__grid_factor__source=source))

    assert set(with_table("省,v\n宁夏,0.5\n").ranking["grid_factor"]) == {0.5}
    with pytest.raises(InputError, match=r"none of the table's keys in column '省' \(Ningxia"):
        with_table("省,v\nNingxia,0.5\n")
    with pytest.raises(InputError, match=r"holds 'viel' for 省 '宁夏'"):
        with_table("省,v\n宁夏,viel\n甘肃,0.4\n")


def test_a_table_with_codes_of_another_year_says_how_many_are_not_used(tmp_path: Path) -> None:
    table = tmp_path / "t.csv"
    counties = gt.boundaries("county", within="宁夏")["adcode"]
    # 642221 固原县 was made 原州区 in 2001; its row has no county, and 原州区 no value
    table.write_text("adcode,v\n642221,1\n" + "".join(f"{c},1\n" for c in counties[counties != "640402"]))
    source = {"kind": "table", "file": str(table), "by": "adcode", "key": "adcode", "column": "v"}
    with pytest.warns(FormerCodesWarning, match=r"1 keys of the table .*固原县 \(-2001\) is today 640402 .*原州区"):
        result = gt.run(aluminium_with(within=["宁夏"], criteria__grid_factor__source=source))
    assert result.ranking.set_index("adcode").loc["640402", "status"] != "ranked"


def test_few_zones_a_province_have_no_share_between_provinces(parks: Path) -> None:
    record = gt.run(aluminium_with(zones=str(parks))).provenance["result"]
    assert record["statistics"]["between_province_variance_share"] is None
    assert record["headline"] is None
