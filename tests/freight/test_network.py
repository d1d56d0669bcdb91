from __future__ import annotations

from itertools import product

import geopandas as gpd
import networkx as nx
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from small_networks import ROUND, by_networkx, small_network

from geotransfer import boundaries
from geotransfer.errors import CrsError, InputError, UnknownNameError
from geotransfer.freight.geodesy import geodesic_km
from geotransfer.freight.modes import CRITERIA
from geotransfer.freight.network import FreightNetwork, freight_network

HUBS = 5
SOME_LINKS = st.lists(
    st.tuples(
        st.integers(0, HUBS - 1),
        st.integers(0, HUBS - 1),
        st.sampled_from(["rail", "road", "river", "sea"]),
        st.floats(0, 1000, allow_subnormal=False),
    ).filter(lambda link: link[0] != link[1]),
    min_size=1,
    max_size=14,
)


def at_hubs(network: FreightNetwork) -> list[str]:
    return network.hubs["name"].tolist()


def between_hubs(network: FreightNetwork, by: str) -> np.ndarray:
    """Costs from every hub to every hub, by `route`: NaN where there is no way."""
    names = at_hubs(network)
    out = np.full((len(names), len(names)), np.nan)
    field = {"cost": "cost_yuan_per_t", "time": "hours", "co2": "co2_kg_per_t"}[by]
    for row, start in enumerate(names):
        for column, stop in enumerate(names):
            try:
                out[row, column] = getattr(network.route(start, stop, by=by), field)
            except InputError:
                continue
    return out


def zone_at(lon: float, lat: float = 0.0) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame({"name": ["z"]}, geometry=gpd.points_from_xy([lon], [lat]), crs="EPSG:4326")


# --- by hand --------------------------------------------------------------------------------------


def test_a_way_by_rail_costs_two_handlings_and_its_kilometres() -> None:
    network = small_network(3, [(0, 1, "rail", 100.0), (1, 2, "rail", 200.0)])
    way = network.route("a", "c")
    assert way.cost_yuan_per_t == pytest.approx(2 * 10 + 300 * 0.1)
    assert way.hours == pytest.approx(2 * 10 + 300 / 50)
    assert way.co2_kg_per_t == pytest.approx(300 * 0.01)
    assert [(leg.mode, leg.origin, leg.destination, leg.via) for leg in way.legs] == [("rail", "a", "c", ("b",))]


def test_a_change_of_mode_costs_two_handlings_more() -> None:
    network = small_network(3, [(0, 1, "rail", 100.0), (1, 2, "river", 200.0)])
    way = network.route("a", "c")
    assert [leg.mode for leg in way.legs] == ["rail", "river"]
    assert way.cost_yuan_per_t == pytest.approx((2 * 10 + 100 * 0.1) + (2 * 20 + 200 * 0.05))


def test_a_zone_goes_on_by_lorry_without_unloading_or_changes_at_the_hub() -> None:
    network = small_network(2, [(0, 1, "road", 400.0), (0, 1, "rail", 400.0)])
    zone = zone_at(-0.1)
    km = float(geodesic_km([[-0.1, 0.0]], [[0.0, 0.0]])[0]) * 1.3
    lorry, train = 2 * 5 + (km + 400) * 0.5, 2 * 5 + km * 0.5 + 2 * 10 + 400 * 0.1
    assert train < lorry
    assert network.costs(zone, "b")[0, 0] == pytest.approx(train)
    assert network.costs(zone, "b", by="time")[0, 0] == pytest.approx(2 * 1 + (km + 400) / 100)


def test_two_points_nearer_to_each_other_than_to_a_hub_meet_directly() -> None:
    network = small_network(2, [(0, 1, "road", 200.0)])
    origin, destination = zone_at(0.0, 2.0), zone_at(0.05, 2.0)
    km = float(geodesic_km([[0.0, 2.0]], [[0.05, 2.0]])[0]) * 1.3
    assert network.costs(origin, destination)[0, 0] == pytest.approx(2 * 5 + km * 0.5)
    way = network.route(origin, destination)
    assert way.cost_yuan_per_t == pytest.approx(2 * 5 + km * 0.5)
    assert [leg.mode for leg in way.legs] == ["road"]


def test_a_lock_costs_what_it_costs() -> None:
    network = small_network(2, [(0, 1, "river", 100.0)])
    network.links.loc[0, ["hours", "yuan"]] = (72.0, 3.0)
    way = network.route("a", "b")
    assert way.hours == pytest.approx(2 * 20 + 100 / 10 + 72)
    assert way.cost_yuan_per_t == pytest.approx(2 * 20 + 100 * 0.05 + 3)


def test_from_a_hub_to_itself_there_is_no_leg() -> None:
    way = small_network(2, [(0, 1, "rail", 1.0)]).route("a", "a")
    assert (way.legs, way.length_km, way.cost_yuan_per_t) == ((), 0, 0)
    assert np.isnan(way.share_of("rail"))
    assert way.geometry.is_empty


# --- laws -----------------------------------------------------------------------------------------


@settings(max_examples=40, deadline=None)
@given(SOME_LINKS, st.sampled_from(["cost", "time", "co2", "generalised"]))
def test_costs_are_those_of_networkx(links: list, by: str) -> None:
    network = small_network(HUBS, links)
    peer = dict(nx.all_pairs_dijkstra_path_length(by_networkx(network, by)))
    zones = gpd.GeoDataFrame(geometry=network.hubs.geometry)
    found = network.costs(zones, at_hubs(network), by=by)
    loading = {"cost": 5.0, "time": 1.0, "co2": 0.0, "generalised": 5.0 + 0.2 * 1.0}[by]
    expected = np.full((HUBS, HUBS), np.nan)
    for row, column in product(range(HUBS), repeat=2):
        yard, stop = (peer[row, layer].get((column, "yard"), np.nan) for layer in ("yard", "road"))
        # a zone that lies on the hub loads a lorry, and unloads it there or goes on
        expected[row, column] = np.fmin(2 * loading + yard, loading + stop)
    np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-9)


@settings(max_examples=15, deadline=None)
@given(SOME_LINKS, st.sampled_from(["cost", "time", "co2"]))
def test_symmetry_and_the_triangle(links: list, by: str) -> None:
    found = between_hubs(small_network(HUBS, links), by)
    np.testing.assert_allclose(found, found.T, rtol=1e-9, atol=1e-9)
    filled = np.where(np.isnan(found), np.inf, found)
    assert (filled[:, np.newaxis, :] <= filled[:, :, np.newaxis] + filled[np.newaxis, :, :] + 1e-9).all()


@settings(max_examples=15, deadline=None)
@given(SOME_LINKS, st.data())
def test_closing_a_link_never_makes_anything_cheaper(links: list, data: st.DataObject) -> None:
    network = small_network(HUBS, links)
    at = data.draw(st.integers(0, len(links) - 1))
    zones = gpd.GeoDataFrame(geometry=network.hubs.geometry)
    before = network.costs(zones, at_hubs(network))
    after = network.switched(close=[f"{links[at][2]} {at}"]).costs(zones, at_hubs(network))
    assert (np.nan_to_num(after, nan=np.inf) >= np.nan_to_num(before, nan=np.inf) - 1e-9).all()


@settings(max_examples=15, deadline=None)
@given(SOME_LINKS)
def test_a_route_costs_what_costs_say(links: list) -> None:
    network = small_network(HUBS, links)
    zone = zone_at(1.3, 0.4)
    for by, field in (("cost", "cost_yuan_per_t"), ("time", "hours"), ("co2", "co2_kg_per_t")):
        found = network.costs(zone, at_hubs(network), by=by)[0]
        for name, cost in zip(at_hubs(network), found, strict=True):
            if np.isfinite(cost):
                assert getattr(network.route(zone, name, by=by), field) == pytest.approx(cost)


def test_higher_rates_never_cost_less() -> None:
    counties = boundaries("county", within="贵州")
    network = freight_network()
    low, mid, high = (network.priced(rates=level).costs(counties, "上海") for level in ("low", "mid", "high"))
    assert (low < mid).all()
    assert (mid < high).all()


# --- switches -------------------------------------------------------------------------------------


def test_switches_close_lines_links_and_corridors_and_open_them_again() -> None:
    network = freight_network()
    way = network.route("重庆", "钦州")
    assert way.legs[0].lines[0] == "川黔线"
    closed = network.switched(close=["川黔线"])
    assert closed.route("重庆", "钦州").cost_yuan_per_t > way.cost_yuan_per_t
    assert "川黔线" not in closed.route("重庆", "钦州").legs[0].lines
    assert closed.switched(open=["川黔线"]).route("重庆", "钦州").cost_yuan_per_t == way.cost_yuan_per_t
    pair = network.switched(close=["贵阳市-遵义市"]).route("重庆", "钦州")
    assert pair.cost_yuan_per_t > way.cost_yuan_per_t


def test_a_planned_canal_is_closed_until_it_is_opened() -> None:
    network = freight_network()
    assert "平陆运河" not in set(network.open_links["line"])
    opened = network.switched(open=["平陆运河"])
    assert "平陆运河" in set(opened.open_links["line"])
    way = opened.restricted(["river"]).route("南宁", "北部湾港")
    assert way.legs[0].lines == ("西江", "平陆运河")
    with pytest.raises(InputError, match="no open link leads from '南宁市' to '北部湾港'"):
        network.restricted(["river"]).route("南宁", "北部湾港")


def test_a_lock_that_is_closed_stops_the_barges() -> None:
    barges = freight_network().restricted(["river"])
    way = barges.route("重庆港", "上海港")
    assert way.hours > 72
    with pytest.raises(InputError, match="no open link leads"):
        barges.switched(close=["三峡船闸"]).route("重庆港", "上海港")


def test_names_of_switches_and_modes() -> None:
    network = freight_network()
    with pytest.raises(UnknownNameError, match="switch '川黔' does not exist; did you mean 川黔线"):
        network.switched(close=["川黔"])
    with pytest.raises(InputError, match="mode is 'air', expected one of"):
        network.restricted(["air"])
    with pytest.raises(InputError, match="modes are empty"):
        network.restricted([])
    with pytest.raises(InputError, match="by is 'price', expected one of"):
        network.route("重庆", "钦州", by="price")


# --- what cannot be reached -----------------------------------------------------------------------


def test_zones_without_a_way_are_unknown_and_say_why() -> None:
    network = freight_network()
    counties = boundaries("county")
    islands = counties[
        counties["name"].isin(["西沙区", "长海县", "台北市", "龙华区"]) & (counties["adcode"] != "440309")
    ]
    found = network.costs(islands, "广州")
    why = dict(zip(islands["name"], network.reasons(islands, "广州")[:, 0], strict=True))
    assert why == {
        "西沙区": "on 三沙, where the network has no hub",
        "长海县": "on 长海县, where the network has no hub",
        "台北市": "on 台湾, where the network has no hub",
        "龙华区": "",
    }
    assert np.isnan(found[:, 0]).sum() == 3


def test_parts_that_no_link_joins() -> None:
    network = small_network(4, [(0, 1, "rail", 100.0), (2, 3, "rail", 100.0)], modes=("rail",))
    network = FreightNetwork(network.hubs.assign(yard=[True, False, False, True]), network.links, ROUND, ("rail",),
                             of_china=False)  # fmt: skip
    zone = zone_at(-4.4)
    assert np.isnan(network.costs(zone, "d")).all()
    assert network.reasons(zone, "d").tolist() == [["no open link joins the two"]]
    with pytest.raises(InputError, match="no open link leads from 'a' to 'd'"):
        network.route("a", "d")


def test_far_away_foreign_and_empty_zones() -> None:
    network = freight_network()
    tokyo = zone_at(139.7, 35.7)
    assert network.reasons(tokyo, "上海").tolist() == [["outside the counties of the network"]]
    assert network.reasons(boundaries("county", within="北京").iloc[:1], tokyo).tolist() == [
        ["destination outside the counties of the network"]
    ]
    empty = gpd.GeoDataFrame({"name": ["z"]}, geometry=[shapely.Polygon()], crs="EPSG:4326")
    assert network.reasons(empty, "上海").tolist() == [["without geometry"]]
    far = small_network(1, [], of_china=False)
    assert far.reasons(zone_at(30.0), "a").tolist() == [["too far from every hub"]]


def test_zones_need_a_crs_and_are_reprojected() -> None:
    network = freight_network()
    counties = boundaries("county", within="北京")
    np.testing.assert_allclose(
        network.costs(counties, "上海"), network.costs(counties.to_crs("EPSG:32650"), "上海"), rtol=2e-3
    )
    with pytest.raises(CrsError, match="zones has no CRS"):
        network.costs(counties.set_crs(None, allow_override=True), "上海")
    with pytest.raises(InputError, match="zones hold no feature"):
        network.costs(counties.iloc[:0], "上海")
    with pytest.raises(InputError, match="destinations are empty"):
        network.costs(counties, [])
    with pytest.raises(InputError, match="a route has one origin"):
        network.route(counties, "上海")


def test_all_criteria_are_known_to_costs() -> None:
    counties = boundaries("county", within="宁夏")
    network = freight_network()
    found = {by: network.costs(counties, ["上海", "天津港"], by=by) for by in CRITERIA}
    assert all(np.isfinite(values).all() for values in found.values())
    assert (found["generalised"] > found["cost"]).all()
