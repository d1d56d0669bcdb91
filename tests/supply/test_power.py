from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import geotransfer as gt
from geotransfer.errors import InputError

SMALL = {"within": ["云南", "宁夏", "内蒙古"], "grid.resolution": 25_000, "robustness.draws": 0}


def ranked(**overrides: Any) -> gt.Result:
    keys = {key.replace("__", "."): value for key, value in overrides.items()}
    return gt.run(gt.scenario("aluminium").with_overrides({**SMALL, **keys}))


@pytest.fixture(scope="module")
def result() -> gt.Result:
    return ranked()


def known(result: gt.Result) -> pd.DataFrame:
    return result.ranking[result.ranking["status"] == "ranked"]


def test_the_terms_add_up_and_are_those_of_the_library(result: gt.Result) -> None:
    zones = known(result)
    terms = [c for c in zones if c.startswith("power_") and "price" not in c and c != "power_green_share"]
    assert len(terms) == 7  # energy, transmission, losses, system operation, funds, demand, green
    np.testing.assert_allclose(zones[terms].sum(axis=1), zones["power_price_yuan_per_kwh"], atol=1e-12)
    tables = gt.power_tables()
    grid = gt.delivered_price(["云南"], mode="benchmark", tables=tables)
    yunnan = zones[zones["province"] == "云南省"]
    # three quarters from the grid
    np.testing.assert_allclose(yunnan["power_energy"], 0.75 * grid.energy[0])
    np.testing.assert_allclose(yunnan["power_price_wet"], grid.wet[0])
    assert (yunnan["power_price_wet"] < yunnan["power_price_dry"]).all()
    assert zones.loc[zones["province"] == "宁夏回族自治区", "power_price_wet"].isna().all()


def test_the_criterion_is_the_price_of_the_site(result: gt.Result) -> None:
    zones = known(result)
    np.testing.assert_allclose(zones["power_price"], zones["power_price_yuan_per_kwh"], atol=1e-9)
    assert (zones["power_price_low"] < zones["power_price"]).all()
    assert (zones["power_price"] < zones["power_price_high"]).all()
    # the cost of own power differs within a price area
    assert zones[zones["province"] == "云南省"]["power_green"].nunique() > 10


def test_carbon_stands_in_three_books(result: gt.Result) -> None:
    zones = known(result).set_index("province")
    yunnan = zones.loc["云南省"].iloc[0]
    assert yunnan["co2_average_kg_per_kwh"] == pytest.approx(0.75 * 0.1333)
    assert yunnan["co2_contract_kg_per_kwh"] == pytest.approx(0.75 * 0.6096)
    assert yunnan["co2_marginal_kg_per_kwh"] == pytest.approx(0.75 * 0.8273)
    assert (known(result)["grid_factor"] == known(result)["co2_average_kg_per_kwh"]).all()


def test_the_dry_season_is_flagged_for_a_load_that_never_pauses(result: gt.Result) -> None:
    flagged = known(result).groupby("province")["dry_season_risk"].agg(["min", "max"])
    assert flagged.loc["云南省"].tolist() == [1, 1]
    assert flagged.loc["宁夏回族自治区"].tolist() == [0, 0]
    # 0.75 of the power is hydro, 0.4 of it is missing
    yunnan = known(result)["province"] == "云南省"
    assert known(result).loc[yunnan, "dry_season_shortfall"].to_numpy() == pytest.approx(0.3)
    pausing = known(ranked(power__around_the_clock=False))
    assert (pausing["dry_season_risk"] == 0).all()


def test_the_record_names_year_assumptions_and_exports(result: gt.Result) -> None:
    record = result.provenance["result"]["power"]
    assert record["year"] == 2023
    assert record["green_share_counted"] == 0.25
    assert "energy" in record["assumed_terms"]
    rows = {row["area"]: row for row in record["areas"]}
    assert set(rows) == {"云南", "宁夏", "蒙西", "蒙东"}
    assert rows["蒙西"]["export_lines"] > 0
    assert rows["云南"]["wet"] < rows["云南"]["dry"]
    described = {c.name for c in result.columns}
    assert set(result.ranking.columns) - {"geometry"} == described
    inputs = {item["id"] for item in result.provenance["result"]["inputs"]}
    assert {"power-price-terms", "hydro", "lcoe-green", "price-areas"} <= inputs


@pytest.mark.parametrize(
    ("power", "term"),
    [
        ({"mode": "benchmark"}, "power_energy"),
        ({"mode": "captive_coal"}, "power_plant"),
        ({"mode": "industry", "user": "aluminium"}, "power_all_in"),
        ({"mode": "green_direct", "green_share": 0.8, "storage_cost": 0.3}, "power_storage"),
    ],
)
def test_every_way_to_buy(power: dict[str, Any], term: str) -> None:
    result = ranked(power=power, within=["内蒙古"])
    assert result.ranking[term].notna().any()
    assert {c.name for c in result.columns} >= {term, "power_price_yuan_per_kwh"}
    if power["mode"] == "captive_coal":
        assert known(result)["co2_average_kg_per_kwh"].unique().tolist() == [0.8273]


def test_a_share_above_the_cap_is_counted_at_the_cap_and_said(tmp_path: Path) -> None:
    record = ranked(power={"mode": "green_direct", "green_share": 0.8}, within=["宁夏"]).provenance["result"]["power"]
    assert record["green_share_counted"] == 0.5
    assert "0.5 is counted: the cap without storage" in record["notes"][0]["en"]


def test_own_cost_of_own_power(tmp_path: Path) -> None:
    cheap = gt.layer_raster("lcoe-green")
    gt.write_raster(gt.Raster(cheap.values * 0.0 + 0.10, cheap.grid), tmp_path / "cost.tif")
    zones = known(ranked(power__lcoe_file=str(tmp_path / "cost.tif"), within=["宁夏"]))
    area = gt.power_tables()
    supply = gt.GreenSupply(np.array([0.10]), np.array([0.25]))
    expected = gt.delivered_price(["宁夏"], mode="green_direct", tables=area, green=supply)
    np.testing.assert_allclose(zones["power_green"], expected.green[0])
    gt.write_raster(gt.Raster(cheap.values - 9999.0, cheap.grid), tmp_path / "bad.tif")
    with pytest.raises(InputError, match="cost of own power goes down to"):
        ranked(power__lcoe_file=str(tmp_path / "bad.tif"), within=["宁夏"])


def test_a_park_pays_the_price_of_its_own_province(tmp_path: Path) -> None:
    # 灵武 in Ningxia and 鄂托克前旗 in Inner Mongolia lie side by side
    (tmp_path / "parks.csv").write_text("name,lon,lat\n灵武,106.60,38.10\n鄂前旗,106.95,38.15\n", encoding="utf-8")
    zones = ranked(zones=str(tmp_path / "parks.csv"), within=[], power={"mode": "benchmark"}).ranking.set_index("name")
    grid = gt.delivered_price(["宁夏", "蒙西"], mode="benchmark", tables=gt.power_tables())
    np.testing.assert_allclose(zones.loc[["灵武", "鄂前旗"], "power_price"], grid.total)


@pytest.mark.parametrize(
    ("power", "message"),
    [
        ({"mode": "green_direct"}, "green_share belongs to mode 'green_direct'"),
        ({"mode": "benchmark", "green_share": 0.2}, "green_share belongs to mode 'green_direct'"),
        ({"mode": "industry"}, "user belongs to mode 'industry'"),
        ({"mode": "benchmark", "storage_cost": 0.2}, "storage_cost and lcoe_file belong to mode 'green_direct'"),
        (None, r"criteria power_price, dry_season, grid_factor take the power of the plant; say how it buys"),
    ],
)
def test_a_power_that_does_not_fit(power: dict[str, Any] | None, message: str) -> None:
    with pytest.raises(InputError, match=message):
        ranked(power=power)


def test_the_price_and_what_it_is_made_of_are_not_both_weighted() -> None:
    text = {"zh": "绿电", "en": "own power"}
    cost = {
        "title": text, "group": "power cost", "unit": "yuan/kWh", "weight": 0.1, "worst": 0.4, "best": 0.2,
        "source": {"kind": "raster", "layer": "lcoe-green"}, "why": text,
    }  # fmt: skip
    with pytest.raises(
        InputError, match=r"'power_price' \(power, price\) and 'cost' \(layer lcoe-green\) .*rest on lcoe"
    ):
        ranked(criteria__cost=cost)
    carbon = {**cost, "unit": "kgCO2/kWh", "source": {"kind": "power", "quantity": "co2_contract"}}
    # two books of one fact are the same layer twice
    with pytest.raises(InputError, match="both weighted"):
        ranked(criteria__contract=carbon)


def test_draws_need_the_error_of_a_price() -> None:
    with pytest.raises(
        InputError, match=r"'power_price' comes from the power tables \(price\), which is an assumption"
    ):
        ranked(robustness__draws=10, criteria__power_price__error=None)
