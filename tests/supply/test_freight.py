from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

import geotransfer as gt
from geotransfer.errors import InputError, UnknownNameError
from geotransfer.maps.overlays import route_overlays
from geotransfer.report.freight import freight_lines

SMALL = {"within": ["宁夏", "贵州"], "grid.resolution": 25_000, "robustness.draws": 0}
FLOWS = {
    "inputs": [{"tonnes": 2.0, "places": ["贵阳", "百色"]}],
    "markets": [{"tonnes": 1.0, "places": ["上海", "佛山"]}],
}


def with_freight(freight: dict[str, Any] | None, **overrides: Any) -> gt.Result:
    keys = {key.replace("__", "."): value for key, value in overrides.items()}
    return gt.run(gt.scenario("aluminium").with_overrides({**SMALL, "freight": freight, **keys}))


@pytest.fixture(scope="module")
def result() -> gt.Result:
    return with_freight({**FLOWS, "gateway": "新加坡"})


def ranked(result: gt.Result) -> pd.DataFrame:
    return result.ranking[result.ranking["status"] == "ranked"]


def test_the_cost_is_that_of_the_network_by_hand(result: gt.Result) -> None:
    zones = ranked(result).set_index("name")
    counties = gt.boundaries("county", within="宁夏").set_index("name", drop=False).loc[["灵武市"]]
    network = gt.freight_network()
    # two tonnes from the cheaper refinery, half a tonne to each market
    alumina = network.costs(counties, ["贵阳", "百色"]).min()
    metal = network.costs(counties, ["上海", "佛山"]).mean()
    expected = 2.0 * alumina + metal
    row = zones.loc["灵武市"]
    assert row["freight_cost_yuan_per_unit"] == pytest.approx(expected)
    assert row["freight"] == row["freight_cost_yuan_per_unit"]
    assert row["freight_cost_low"] < row["freight_cost_yuan_per_unit"] < row["freight_cost_high"]
    assert row["product_unit"] == "t"


def test_the_corridor_is_worth_something_in_guizhou_and_nothing_in_ningxia(result: gt.Result) -> None:
    benefit = ranked(result).groupby("province")["corridor_benefit_yuan_per_t"].median()
    assert benefit["贵州省"] > 0
    assert benefit["宁夏回族自治区"] == 0
    zones = ranked(result)
    signs = np.sign(zones[["corridor_benefit_low", "corridor_benefit_yuan_per_t", "corridor_benefit_high"]].round(6))
    agree = (signs.nunique(axis=1) == 1).to_numpy()
    # where the rates disagree on the sign the layer is unknown
    assert zones.loc[~agree, "corridor"].isna().all()
    assert zones.loc[agree, "corridor"].notna().all()


def test_cells_have_the_figure_of_their_zone_and_the_record_says_what_moves(result: gt.Result) -> None:
    record = result.provenance["result"]["freight"]
    assert record["inputs"][0]["tonnes"] == 2.0
    assert record["unreached"] == []
    inputs = {item["id"] for item in result.provenance["result"]["inputs"]}
    assert {"freight-modes", "freight-lines", "freight-hubs", "ports"} <= inputs
    assert {c.name for c in result.columns} == set(result.ranking.columns) - {"geometry"}
    assert np.isfinite(result.suitability.values).sum() > 100


def test_an_island_without_a_hub_is_unknown_with_a_reason() -> None:
    result = with_freight(FLOWS | {"gateway": "新加坡"}, within=["大连市"])
    island = result.ranking.set_index("name").loc["长海县"]
    assert (island["status"], island["reason"]) == ("unknown", "freight")
    (row,) = result.provenance["result"]["freight"]["unreached"]
    assert row == {"zone": island["zone"], "reason": "on 长海县, where the network has no hub"}


def test_routes_are_recorded_and_drawn() -> None:
    result = with_freight({**FLOWS, "gateway": "新加坡", "routes": [["重庆", "钦州"]]})
    (route,) = result.provenance["result"]["freight"]["routes"]
    way = gt.freight_network().route("重庆", "钦州")
    assert route["cost_yuan_per_t"] == pytest.approx(way.cost_yuan_per_t, abs=0.001)
    assert [leg["mode"] for leg in route["legs"]] == [leg.mode for leg in way.legs]
    (overlay,) = route_overlays(result.provenance["result"])
    assert overlay.features["name"].iloc[0].startswith("重庆市 → 钦州市: 铁路 重庆市–钦州市")
    assert overlay.features.geometry.iloc[0].hausdorff_distance(way.legs[0].geometry) < 0.001
    assert route_overlays({"freight": None}) == []
    assert any("重庆市 to 钦州市: rail 1," in line.en for line in freight_lines(result.provenance["result"]))


def test_closing_a_line_never_makes_it_cheaper() -> None:
    gateway = {"gateway": "新加坡"}
    open_, closed = (
        ranked(with_freight(FLOWS | gateway | more)).set_index("zone")["freight_cost_yuan_per_unit"]
        for more in ({}, {"close": ["西部陆海新通道"]})
    )
    dearer = closed - open_
    assert (dearer >= -1e-9).all()
    assert (dearer > 1).any()


@pytest.mark.parametrize(
    ("freight", "error", "message"),
    [
        ({}, InputError, "nothing is carried"),
        ({"inputs": [{"tonnes": -1, "places": ["贵阳"]}]}, InputError, r"freight\.inputs\.0\.tonnes"),
        ({"inputs": [{"tonnes": 1, "places": []}]}, InputError, r"freight\.inputs\.0\.places"),
        ({**FLOWS, "gateway": "亚特兰蒂斯"}, UnknownNameError, "亚特兰蒂斯"),
        ({**FLOWS, "gateway": "新加坡", "close": ["不存在线"]}, UnknownNameError, "switch '不存在线' does not exist"),
        ({"inputs": [{"tonnes": 1, "places": ["朝阳"]}], "gateway": "新加坡"}, InputError, "朝阳.*adcode"),
        ({"gateway": "新加坡"}, InputError, r"criterion 'freight': .*neither inputs nor markets"),
        (FLOWS, InputError, r"criterion 'corridor': freight names no gateway"),
        (None, InputError, r"criteria freight, corridor take the freight of the plant"),
    ],
)
def test_a_freight_that_does_not_fit(freight: dict[str, Any] | None, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        with_freight(freight)


def test_cost_and_benefit_are_one_fact() -> None:
    with pytest.raises(InputError, match=r"'freight' \(freight, cost\) and 'corridor' \(freight, corridor_benefit\)"):
        with_freight({**FLOWS, "gateway": "新加坡"}, criteria__corridor__weight=0.1)


def test_draws_need_the_error_of_the_rates() -> None:
    with pytest.raises(InputError, match="comes from the freight rates, which is an assumption"):
        with_freight({**FLOWS, "gateway": "新加坡"}, robustness__draws=10, criteria__freight__error=None)
