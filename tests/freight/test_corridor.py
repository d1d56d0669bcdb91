from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
from small_networks import small_network

from geotransfer import boundaries, freight_network
from geotransfer.errors import InputError, UnknownNameError
from geotransfer.freight.corridor import CorridorBenefit, corridor_benefit, nearest_cost, product_freight
from geotransfer.freight.modes import MODES
from geotransfer.freight.ways import WAY_COLUMNS, best_ways

NAN = float("nan")


def zone_on(*lons: float) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(geometry=gpd.points_from_xy(lons, [0.0] * len(lons)), crs="EPSG:4326")


def test_the_benefit_is_the_difference_of_two_runs() -> None:
    network = freight_network()
    zones = boundaries("county", within="贵州")
    benefit = corridor_benefit(network, zones, "钦州")
    assert benefit.values.shape == (len(zones), 3)
    assert benefit.levels == ("low", "mid", "high")
    closed = network.switched(close=["西部陆海新通道"])
    expected = closed.costs(zones, "钦州")[:, 0] - network.costs(zones, "钦州")[:, 0]
    np.testing.assert_allclose(benefit.at("mid"), expected, atol=1e-6)


def test_no_zone_is_worse_off_with_the_corridor() -> None:
    zones = boundaries("county")[::7]
    for by in ("cost", "time"):
        benefit = corridor_benefit(freight_network(), zones, by=by)
        assert (benefit.values[~np.isnan(benefit.values)] >= 0).all()


def test_the_corridor_is_for_the_southwest() -> None:
    network = freight_network()
    for province, positive in (("重庆", True), ("贵州", True), ("黑龙江", False), ("北京", False)):
        at_mid = corridor_benefit(network, boundaries("county", within=province)).at("mid")
        assert (float(np.median(at_mid)) > 0) == positive, province


def test_the_sign_agrees_when_it_is_the_same_at_all_levels() -> None:
    benefit = CorridorBenefit(
        ("low", "mid", "high"), np.array([[5, 2, 1], [3, 0, 0], [0, 0, 0], [NAN, NAN, NAN], [np.inf, np.inf, np.inf]])
    )
    assert benefit.agrees.tolist() == [True, False, True, False, True]
    np.testing.assert_array_equal(benefit.sign[0], [1, 1, 1])
    with pytest.raises(InputError, match="level is 'now', expected one of 'low', 'mid', 'high'"):
        benefit.at("now")


def test_a_place_that_only_the_corridor_reaches_gains_without_bound() -> None:
    network = small_network(2, [(0, 1, "rail", 100.0)], modes=("rail",))
    zone = zone_on(0.0)
    assert corridor_benefit(network, zone, "b", corridor="rail 0", vary=()).values.tolist() == [[np.inf] * 3]
    with pytest.raises(UnknownNameError, match="switch '丝绸之路' does not exist"):
        corridor_benefit(network, zone, "b", corridor="丝绸之路")


def test_the_cheapest_of_several_destinations_counts() -> None:
    network = small_network(4, [(0, 1, "rail", 100.0), (0, 2, "rail", 50.0)])
    assert nearest_cost(network, zone_on(0.0), ["b", "c", "d"])[0] == pytest.approx(2 * 5 + 2 * 10 + 50 * 0.1)
    assert np.isnan(nearest_cost(network, zone_on(0.0), "d")[0])


def test_freight_of_a_product_is_inputs_in_and_product_out() -> None:
    network = freight_network(rates={"rail": "high"})
    zones = boundaries("county", within="昆明市")
    alumina = nearest_cost(network, zones, ["百色", "贵阳"])
    metal = network.priced("container").costs(zones, ["佛山", "无锡"]).mean(axis=1)
    found = product_freight(
        network, zones, inputs=[(2.0, ["百色", "贵阳"], "bulk")], markets=[(1.0, ["佛山", "无锡"], "container")]
    )
    np.testing.assert_allclose(found, 2 * alumina + metal)
    assert network.priced("container").rates.modes["rail"].rate == 0.20
    with pytest.raises(InputError, match="tonnes to or from 百色 are 0, expected more than 0"):
        product_freight(network, zones, inputs=[(0, ["百色"], "bulk")], markets=[])


def test_the_best_way_of_a_zone_is_its_route() -> None:
    network = freight_network()
    zones = boundaries("county", within="重庆")[::8]
    for destination, by in (("上海", "cost"), ("钦州", "cost"), ("上海", "time"), ("新加坡", "generalised")):
        ways = best_ways(network, zones, destination, by=by)
        assert ways.columns.tolist() == list(WAY_COLUMNS)
        for row in range(len(zones)):
            way = network.route(zones.iloc[[row]], destination, by=by)
            by_mode = [sum(leg.length_km for leg in way.legs if leg.mode == mode) for mode in MODES]
            expected = [*by_mode, way.cost_yuan_per_t, way.hours, way.co2_kg_per_t]
            np.testing.assert_allclose(ways.iloc[row], expected, rtol=1e-9, atol=1e-9)
        if by != "generalised":
            column = {"cost": "cost_yuan_per_t", "time": "hours"}[by]
            np.testing.assert_allclose(ways[column], network.costs(zones, destination, by=by)[:, 0])


def test_hours_of_a_corridor_are_those_of_the_cheapest_way() -> None:
    network, zones = freight_network(), boundaries("county", within="重庆")[::8]
    saved = corridor_benefit(network, zones, "新加坡", hours=True)
    closed = network.switched(close=["西部陆海新通道"])
    expected = best_ways(closed, zones, "新加坡")["hours"] - best_ways(network, zones, "新加坡")["hours"]
    np.testing.assert_allclose(saved.at("mid"), expected, atol=1e-6)
    with pytest.raises(InputError, match="hours of the best way are to one destination"):
        corridor_benefit(network, zones, ["新加坡", "上海"], hours=True)


def test_a_way_is_unknown_where_there_is_none() -> None:
    islands = boundaries("county", within="大连市").query("name == '长海县'")
    assert best_ways(freight_network(), islands, "上海").isna().all(axis=None)
    with pytest.raises(InputError, match="destination '110105' is no hub"):
        best_ways(freight_network(), islands, "110105")
