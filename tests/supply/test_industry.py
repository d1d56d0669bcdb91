"""The industry of a study: one county by hand, sums, ranks, origin, missing figures, bad input."""

from __future__ import annotations

import json

import numpy as np
import pytest

import geotransfer as gt
from geotransfer.errors import InputError, UnknownNameError
from geotransfer.study.industry_result import rank_agreement
from geotransfer.supply.industry import market_price

QUICK = {"within": ["宁夏", "云南"], "grid.resolution": 25_000, "robustness.draws": 0}
GRID_POWER = {"power": {"mode": "benchmark"}}


def study(name: str = "aluminium", **keys):
    return gt.scenario(name).with_overrides({**QUICK, **{key.replace("__", "."): v for key, v in keys.items()}})


@pytest.fixture(scope="module")
def result() -> gt.Result:
    return gt.run(gt.scenario("aluminium").with_overrides({**QUICK, **GRID_POWER}))


def test_one_county_by_hand(result):
    """灵武市, a tonne of aluminium from a new smelter on the grid, every term written out."""
    row = result.ranking.set_index("name").loc["灵武市"]
    # power: energy = benchmark tariff x (1 + market premium); grid tariff, losses, system operation, funds, demand
    energy = 0.2595 * (1 + 0.10)
    losses = energy * 0.0258 / (1 - 0.0258)
    demand = 25.6 * 0.9 * 12 / (8760 * 0.9)
    price = energy + 0.0491 + losses + 0.025 + 0.02133 + demand
    power = 13_400 * price
    # carbon: 13.4 MWh at the average factor of 宁夏, 1.47 t of anodes, 33.1 kgce of fuel at 2.77 kg CO2
    factor = gt.power_tables().figures.average_factor.value[gt.power_tables().index("宁夏")[0]]
    assert factor == 0.6187
    co2 = 13.4 * 0.6187 + 1.47 + 33.1 * 2.77 / 1000
    carbon = 79.42 * co2
    # freight: 1.93 t of alumina from the cheapest refinery, 1 t of metal in equal parts to seven markets
    here = gt.boundaries("county", within="银川市")
    here = here[here["name"] == "灵武市"]
    bulk, container = gt.freight_network(), gt.freight_network(commodity="container")
    spec = result.scenario.freight
    inward = 1.93 * float(bulk.costs(here, list(spec.inputs[0].places)).min())
    outward = 1.0 * float(container.costs(here, list(spec.markets[0].places)).mean())
    assert row["cost_power_yuan_per_unit"] == pytest.approx(power, rel=1e-9)
    assert row["co2_t_per_unit"] == pytest.approx(co2, rel=1e-9)
    assert row["cost_carbon_yuan_per_unit"] == pytest.approx(carbon, rel=1e-9)
    assert row["freight_in_yuan_per_unit"] == pytest.approx(inward, rel=1e-6)
    assert row["freight_out_yuan_per_unit"] == pytest.approx(outward, rel=1e-6)
    assert row["delivered_cost_yuan_per_unit"] == pytest.approx(power + inward + outward + carbon, rel=1e-6)


def test_the_origin_by_hand(result):
    record = result.provenance["result"]["industry"]["origin"]
    terms = record["terms_yuan_per_unit"]
    assert (record["name"], record["kind"], record["counties"]) == ("山东省", "province", 136)
    shandong = gt.delivered_price("山东", mode="benchmark", tables=gt.power_tables()).total.item()
    assert terms["power"] == pytest.approx(13_400 * shandong, abs=1e-5)
    assert terms["carbon"] == pytest.approx(79.42 * (13.4 * 0.6191 + 1.47 + 33.1 * 2.77 / 1000), abs=1e-5)
    assert record["cost_yuan_per_unit"] == pytest.approx(sum(terms.values()), abs=1e-5)
    counties = gt.boundaries("county", within="山东")
    alumina = gt.freight_network().costs(counties, list(result.scenario.freight.inputs[0].places)).min(axis=1)
    assert terms["freight_in"] == pytest.approx(1.93 * np.nanmean(alumina), rel=1e-3)
    saving = result.ranking["saving_yuan_per_unit"] + result.ranking["delivered_cost_yuan_per_unit"]
    assert saving.dropna().to_numpy() == pytest.approx(record["cost_yuan_per_unit"], abs=1e-5)


def test_the_moves_of_the_issue(result):
    by_province = result.ranking.groupby("province")["co2_change_average_t_per_unit"].first()
    assert by_province["云南省"] == pytest.approx(-6.5, abs=0.05)
    assert by_province["宁夏回族自治区"] == pytest.approx(0.0, abs=0.05)
    verdicts = result.ranking.groupby("province")["co2_verdict"].unique()
    assert verdicts["宁夏回族自治区"].tolist() == ["no clear change"]
    # relocated is not reduced: the other two books see no change
    assert verdicts["云南省"].tolist() == ["depends on the accounting"]


def test_from_captive_coal():
    coal = gt.run(study(**GRID_POWER, industry__origin_power="captive_coal"))
    yunnan = coal.ranking[coal.ranking["province"] == "云南省"]
    assert yunnan["co2_change_average_t_per_unit"].to_numpy() == pytest.approx(-9.3, abs=0.05)
    origin = coal.provenance["result"]["industry"]["origin"]
    assert origin["co2_kg_per_kwh"] == {"average": 0.8273, "contract": 0.8273, "marginal": 0.8273}


def test_sums_and_ranks_of_the_full_run(aluminium):
    table = aluminium.ranking
    terms = [term["column"] for term in aluminium.provenance["result"]["industry"]["terms"]]
    cost = table["delivered_cost_yuan_per_unit"]
    assert len(terms) == 4
    assert (table[terms].sum(axis=1, skipna=False) - cost).abs().max() < 1e-9
    assert (table["freight_in_yuan_per_unit"] + table["freight_out_yuan_per_unit"]).to_numpy() == pytest.approx(
        table["freight_cost_yuan_per_unit"].to_numpy(), abs=1e-9, nan_ok=True
    )
    ranked = table[table["status"] == "ranked"].sort_values("rank_cost")
    assert ranked["rank_cost"].tolist() == sorted(ranked["rank_cost"])
    assert ranked["delivered_cost_yuan_per_unit"].is_monotonic_increasing
    assert table.loc[table["status"] != "ranked", "rank_cost"].isna().all()
    inside = ranked["delivered_cost_yuan_per_unit"].between(ranked["delivered_cost_p05"], ranked["delivered_cost_p95"])
    assert inside.all()
    scopes = {row["scope"] for row in aluminium.provenance["result"]["industry"]["errors_drawn"]}
    assert scopes == {"national", "price area", "province"}
    assert list(table.columns[:3]) == ["rank", "rank_cost", "zone"]


def test_contributions_add_up_to_the_score(aluminium):
    table, weights = aluminium.ranking, aluminium.scenario.weights
    ranked = table[table["status"] == "ranked"]
    total = sum(weight * ranked[f"score_{name}"] for name, weight in weights.items() if weight > 0)
    assert (total - ranked["score"]).abs().max() < 1e-9


def test_every_column_is_described(aluminium):
    described = {column.name for column in aluminium.columns}
    assert set(aluminium.ranking.columns) - described == {"geometry"}
    unit = {column.name: column.unit for column in aluminium.columns}
    assert (unit["delivered_cost_yuan_per_unit"], unit["co2_t_per_unit"]) == ("yuan/unit", "tCO2/unit")


def test_the_industry_does_not_move_the_ranks(result):
    values = result.scenario.model_dump(mode="json") | {"industry": None}
    without = gt.run(gt.Scenario.from_mapping(values))
    assert without.provenance["result"]["industry"] is None
    assert without.ranking["zone"].tolist() == result.ranking["zone"].tolist()
    assert without.ranking["score"].equals(result.ranking["score"])
    assert not {"rank_cost", "water_note", "freight_in_yuan_per_unit"} & set(without.ranking.columns)


def test_agreement_of_two_ranks(aluminium):
    record = aluminium.provenance["result"]["industry"]["rank_agreement"]
    ranked = aluminium.ranking[aluminium.ranking["status"] == "ranked"]
    expected = ranked["rank"].astype(float).corr(ranked["rank_cost"].astype(float))
    assert record["spearman"] == pytest.approx(expected, abs=1e-3)
    apart = [abs(row["rank"] - row["rank_cost"]) for row in record["disagreements"]]
    assert len(apart) == 10
    assert apart == sorted(apart, reverse=True)
    assert apart[0] == (ranked["rank"] - ranked["rank_cost"]).abs().max()
    assert rank_agreement(ranked.drop(columns="rank_cost")) is None


def test_the_record_is_plain_json(result):
    record = result.provenance["result"]["industry"]
    again = json.loads(json.dumps(record, ensure_ascii=False, allow_nan=False))
    assert again["profile"]["product_unit"] == "t"
    assert {figure["quantity"] for figure in again["profile"]["figures"]} == {
        "electricity", "fuel", "other", "process_co2",
    }  # fmt: skip
    assert "2.77" in json.dumps(again["profile"]["figures"])
    assert all(figure["source"] for figure in again["profile"]["figures"])
    assert (again["carbon_price"]["low"], again["carbon_price"]["high"]) == (55.5, 95.96)
    assert "greenhousegog" in again["carbon_price"]["source"]
    assert {"industries", "industry-prices"} <= {one["id"] for one in result.provenance["result"]["inputs"]}


def test_without_draws_there_is_no_band(result):
    assert not {"delivered_cost_p05", "delivered_cost_p95"} & set(result.ranking.columns)


def test_no_origin_no_saving():
    table = gt.run(study(industry__origin=None)).ranking
    assert not {"saving_yuan_per_unit", "co2_verdict"} & set(table.columns)
    assert table["delivered_cost_yuan_per_unit"].notna().any()


def test_prices_of_carbon_water_and_labour():
    keys = {"profile": "cement_clinker", "carbon_price": 100, "water_price": {"value": 3, "low": 2, "high": 6},
            "labour_cost": 25, "annual_output": 1_000_000.0}  # fmt: skip
    table = gt.run(study(**GRID_POWER, freight=None, industry=keys, criteria__freight__weight=0,
                         criteria__freight__source={"kind": "raster", "layer": "relief"},
                         criteria__corridor__source={"kind": "raster", "layer": "relief"})).ranking  # fmt: skip
    row = table.set_index("name").loc["灵武市"]
    assert row["cost_water_yuan_per_unit"] == pytest.approx(3 * 0.510)
    assert row["cost_labour_yuan_per_unit"] == 25
    assert row["water_m3_per_unit"] == 0.510
    assert row["water_m3_per_year"] == pytest.approx(510_000)
    assert row["cost_carbon_yuan_per_unit"] == pytest.approx(100 * (0.057 * 0.6187 + 0.538 + 0.100 * 2.77))
    assert row["product_unit"] == "t"
    assert "freight_in_yuan_per_unit" not in table
    assert row["delivered_cost_yuan_per_unit"] == pytest.approx(
        row[["cost_power_yuan_per_unit", "cost_carbon_yuan_per_unit"]].sum() + 3 * 0.510 + 25
    )


def test_a_place_without_power_says_what_is_missing():
    result = gt.run(study("green-hydrogen", within=["宁夏"]))
    record = result.provenance["result"]["industry"]
    assert "rank_cost" not in result.ranking
    assert record["rank_agreement"] is None
    assert any("no [power]" in text["en"] for text in record["missing"])
    assert set(result.ranking["water_m3_per_unit"]) == {8.94}
    assert set(result.ranking["water_note"]) == {"水约束未核查"}


def test_a_data_centre_counts_its_power_in_mwh():
    result = gt.run(study("data-centre", industry__origin="北京"))
    row = result.ranking.set_index("name").loc["灵武市"]
    assert row["product_unit"] == "MWh"
    assert row["cost_power_yuan_per_unit"] == pytest.approx(1200 * row["power_price_yuan_per_kwh"])
    assert row["co2_t_per_unit"] == pytest.approx(1.2 * 0.6187)
    assert row["delivered_cost_yuan_per_unit"] == pytest.approx(
        row["cost_power_yuan_per_unit"] + row["cost_carbon_yuan_per_unit"]
    )


def test_the_profile_brings_its_freight_where_the_scenario_has_none():
    values = study().model_dump(mode="json")
    values["freight"] = None
    values["criteria"] = {k: v for k, v in values["criteria"].items() if v["source"]["kind"] != "freight"}
    table = gt.run(gt.Scenario.from_mapping(values)).ranking
    with_own = gt.run(study()).ranking
    columns = ["freight_in_yuan_per_unit", "freight_out_yuan_per_unit"]
    left, right = (frame.set_index("zone")[columns].sort_index() for frame in (table, with_own))
    assert left.equals(right)


def test_an_old_plant_at_the_origin():
    same, old = (gt.run(study(**GRID_POWER, industry__origin_vintage=v)) for v in ("same", "existing"))
    rows = [r.provenance["result"]["industry"]["origin"]["terms_yuan_per_unit"] for r in (same, old)]
    assert rows[1]["power"] / rows[0]["power"] == pytest.approx(13_750 / 13_400, rel=1e-6)
    change = [r.ranking.set_index("name").loc["灵武市", "co2_change_average_t_per_unit"] for r in (same, old)]
    assert change[1] - change[0] == pytest.approx(-(13.75 - 13.4) * 0.6191, rel=1e-6)


@pytest.mark.parametrize("name", ["灵武市", "640181"])
def test_an_origin_that_is_a_zone_saves_nothing_against_itself(name):
    result = gt.run(study(within=["宁夏"], industry__origin=name))
    row = result.ranking.set_index("name").loc["灵武市"]
    assert row["saving_yuan_per_unit"] == pytest.approx(0.0, abs=1e-6)
    assert row[["co2_change_average_t_per_unit", "co2_change_contract_t_per_unit"]].tolist() == [0.0, 0.0]
    assert result.provenance["result"]["industry"]["origin"]["kind"] == "county"


def test_an_own_zone_as_origin(tmp_path):
    (tmp_path / "parks.csv").write_text("name,lon,lat\n宁东基地,106.6,38.1\n银川园区,106.2,38.5\n", encoding="utf-8")
    result = gt.run(study(within=["宁夏"], zones=str(tmp_path / "parks.csv"), industry__origin="宁东基地"))
    assert result.ranking.set_index("name").loc["宁东基地", "saving_yuan_per_unit"] == pytest.approx(0.0, abs=1e-6)


def test_an_origin_whose_power_is_unknown():
    result = gt.run(study(power={"mode": "industry", "user": "aluminium"}))
    record = result.provenance["result"]["industry"]
    assert record["origin"]["cost_yuan_per_unit"] is None
    assert any("转出地 山东省" in text["zh"] for text in record["missing"])
    assert "saving_yuan_per_unit" not in result.ranking
    assert "co2_verdict" in result.ranking


@pytest.mark.parametrize(
    ("keys", "error", "message"),
    [
        ({"industry.profile": "aluminiun"}, UnknownNameError, "no industry 'aluminiun'; did you mean electrolytic_alu"),
        ({"industry.origin": "山冬"}, UnknownNameError, "origin '山冬' is no province"),
        ({"industry.profile": "data_centre"}, InputError, "freight is per tonne of product, but the profile"),
        ({"industry.file": "none.toml"}, InputError, "file of industries 'none.toml' cannot be read"),
    ],
)
def test_bad_input(keys, error, message):
    with pytest.raises(error, match=message):
        gt.run(gt.scenario("aluminium").with_overrides({**QUICK, **keys}))


def test_the_price_of_carbon():
    price = market_price()
    assert (price.value, price.low, price.high) == (79.42, 55.5, 95.96)
