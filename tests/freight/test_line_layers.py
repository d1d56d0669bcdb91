from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geotransfer import FreightNetwork, freight_network, layer_table, read_features
from geotransfer.errors import CrsError, InputError
from geotransfer.freight.geodesy import geodesic_km

WGS = "EPSG:4326"


def lines(*coordinates: list[tuple[float, float]], **columns: list[str]) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(columns, geometry=[shapely.LineString(c) for c in coordinates], crs=WGS)


def hubs(**places: tuple[float, float]) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {"name": list(places)}, geometry=gpd.points_from_xy(*zip(*places.values(), strict=True)), crs=WGS
    )


def km(*places: tuple[float, float]) -> float:
    return float(geodesic_km(places[:-1], places[1:]).sum())


def rail_km(network: FreightNetwork, origin: str, destination: str) -> float:
    return network.restricted(["rail"]).route(origin, destination).length_km


def test_the_way_follows_the_line_and_not_the_crow() -> None:
    bent = [(0.0, 0.0), (0.0, 1.0), (1.0, 1.0)]
    network = freight_network(rail=lines(bent), hubs=hubs(a=(0, 0), b=(1, 1)))
    # a parallel is no geodesic: vertices in between keep the length of the drawn line
    along = km((0, 0), (0, 1)) + km(*[(x, 1.0) for x in np.linspace(0, 1, 51)])
    assert rail_km(network, "a", "b") == pytest.approx(along, rel=1e-5)
    leg = network.restricted(["rail"]).route("b", "a").legs[0]
    assert leg.geometry.coords[0] == (1, 1)
    assert leg.geometry.hausdorff_distance(shapely.LineString(bent)) < 1e-9
    report = network.report[0]
    assert (report.lines, report.dropped, report.components, report.components_left) == (1, 0, 1, 1)
    assert (report.bridges, report.unreached) == ((), ())


def test_a_hub_beside_the_line_is_snapped_within_the_tolerance_only() -> None:
    track = lines([(0.0, 0.0), (2.0, 0.0)])
    beside = hubs(a=(0, 0), near=(1, 0.03), far=(1, 0.07), lost=(1, 1))
    report = freight_network(rail=track, hubs=beside).report[0]
    assert [bridge.origin for bridge in report.bridges] == ["far"]
    assert report.bridges[0].km == pytest.approx(km((1, 0), (1, 0.07)), rel=1e-3)
    assert report.unreached == ("lost",)
    assert freight_network(rail=track, hubs=beside, snap_km=8).report[0].bridges == ()
    assert freight_network(rail=track, hubs=beside, bridge_km=5).report[0].unreached == ("far", "lost")


def test_a_gap_between_two_parts_is_bridged_and_reported() -> None:
    broken = lines([(0.0, 0.0), (1.0, 0.0)], [(1.07, 0.0), (2.0, 0.0)])
    ends = hubs(a=(0, 0), b=(2, 0))
    network = freight_network(rail=broken, hubs=ends)
    report = network.report[0]
    assert (report.components, report.components_left) == (2, 1)
    assert [bridge.km for bridge in report.bridges] == [pytest.approx(km((1, 0), (1.07, 0)), rel=1e-9)]
    circuity = network.rates.modes["rail"].circuity
    gap = km((1, 0), (1.07, 0))
    assert rail_km(network, "a", "b") == pytest.approx(km((0, 0), (2, 0)) + gap * (circuity - 1), rel=1e-9)
    kept = freight_network(rail=broken, hubs=ends, bridge_km=5)
    assert kept.report[0].components_left == 2
    with pytest.raises(InputError, match="no open link leads"):
        kept.restricted(["rail"]).route("a", "b")
    without = network.switched(close=["rail bridge"])
    with pytest.raises(InputError, match="no open link leads"):
        without.restricted(["rail"]).route("a", "b")


def test_a_loose_end_near_its_own_network_is_joined() -> None:
    # a ring road that is open by 3 km: from end to end along the line it is far, across the gap near
    ring = lines([(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0), (0.0, 0.027)])
    ends = hubs(a=(0, 0), b=(0, 0.027))
    assert rail_km(freight_network(rail=ring, hubs=ends), "a", "b") == pytest.approx(
        km((0, 0), (0, 0.027)) * 1.2, rel=1e-9
    )
    assert rail_km(freight_network(rail=ring, hubs=ends, snap_km=1), "a", "b") > 400


def test_lines_that_cross_without_a_vertex_pass_over_each_other() -> None:
    cross = lines([(0.0, 0.5), (1.0, 0.5)], [(0.507, 0.0), (0.507, 1.0)])
    ends = hubs(a=(0, 0.5), b=(0.507, 1))
    network = freight_network(rail=cross, hubs=ends, snap_km=0, bridge_km=0)
    assert network.report[0].components == 2
    with pytest.raises(InputError, match="no open link leads"):
        network.restricted(["rail"]).route("a", "b")


def test_a_closed_ring_and_a_double_track() -> None:
    ring = lines([(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 0.0)])
    network = freight_network(rail=ring, hubs=hubs(a=(0, 0), b=(1, 1)))
    assert rail_km(network, "a", "b") == pytest.approx(km((0, 0), (1, 1)), rel=1e-4)
    alone = freight_network(rail=ring, hubs=hubs(a=(5, 5)))
    assert alone.report[0].unreached == ("a",)
    double = lines([(0.0, 0.0), (1.0, 0.0)], [(0.0, 0.0), (0.5, 0.3), (1.0, 0.0)])
    network = freight_network(rail=double, hubs=hubs(a=(0, 0), b=(1, 0)))
    assert rail_km(network, "a", "b") == pytest.approx(km((0, 0), (1, 0)), rel=1e-9)


def test_lines_without_length_are_counted_and_dropped() -> None:
    track = lines([(0.0, 0.0), (1.0, 0.0)], [(1.0, 0.0), (1.0, 0.0)])
    with_empty = gpd.GeoDataFrame(geometry=[*track.geometry, shapely.LineString()], crs=WGS)
    report = freight_network(rail=with_empty, hubs=hubs(a=(0, 0), b=(1, 0))).report[0]
    assert (report.lines, report.dropped) == (1, 2)
    with pytest.raises(InputError, match="rail lines hold no line with a length"):
        freight_network(rail=lines([(1.0, 0.0), (1.0, 0.0)]), hubs=hubs(a=(0, 0)))


def test_lines_of_another_crs_are_reprojected() -> None:
    track = lines([(105.0, 30.0), (106.0, 30.5)])
    ends = hubs(a=(105, 30), b=(106, 30.5))
    here = rail_km(freight_network(rail=track, hubs=ends), "a", "b")
    there = rail_km(freight_network(rail=track.to_crs("EPSG:32648"), hubs=ends.to_crs("EPSG:3857")), "a", "b")
    # a straight line of one projection is not straight in another: some metres
    assert there == pytest.approx(here, rel=1e-4)
    with pytest.raises(CrsError, match="rail lines has no CRS"):
        freight_network(rail=track.set_crs(None, allow_override=True), hubs=ends)
    with pytest.raises(CrsError, match="hubs has no CRS"):
        freight_network(rail=track, hubs=ends.set_crs(None, allow_override=True))


def test_modes_change_at_hubs_only() -> None:
    network = freight_network(
        rail=lines([(0.0, 0.0), (1.0, 0.0)]),
        water=lines([(1.0, 0.0), (2.0, 0.0)], [(2.0, 0.0), (8.0, 0.0)], mode=["river", "sea"]),
        hubs=hubs(a=(0, 0), b=(1, 0), c=(2, 0), d=(8, 0)),
    )
    assert [report.mode for report in network.report] == ["rail", "river", "sea"]
    way = network.route("a", "d")
    assert [(leg.mode, leg.destination) for leg in way.legs] == [("rail", "b"), ("river", "c"), ("sea", "d")]
    river = freight_network(water=lines([(0.0, 0.0), (1.0, 0.0)]), hubs=hubs(a=(0, 0), b=(1, 0)))
    assert [report.mode for report in river.report] == ["river"]


def test_bad_layers() -> None:
    track, ends = lines([(0.0, 0.0), (1.0, 0.0)]), hubs(a=(0, 0), b=(1, 0))
    with pytest.raises(InputError, match="needs hubs, got none"):
        freight_network(rail=track)
    with pytest.raises(InputError, match="needs at least one of rail, road and water"):
        freight_network(hubs=ends)
    with pytest.raises(InputError, match="hubs repeat the names a; expected each once"):
        freight_network(rail=track, hubs=ends.iloc[[0, 0]])
    with pytest.raises(InputError, match="hubs have the columns geometry, expected one called 'name'"):
        freight_network(rail=track, hubs=ends[["geometry"]])
    with pytest.raises(InputError, match="hubs hold geometries that are no points"):
        freight_network(rail=track, hubs=ends.set_geometry([shapely.box(0, 0, 1, 1)] * 2, crs=WGS))
    with pytest.raises(InputError, match="road lines hold Point, expected lines"):
        freight_network(road=ends, hubs=ends)
    with pytest.raises(InputError, match="mode of a line of water is 'air'"):
        freight_network(water=track.assign(mode="air"), hubs=ends)
    with pytest.raises(InputError, match="snap_km is -1, expected kilometres >= 0"):
        freight_network(rail=track, hubs=ends, snap_km=-1)


@settings(max_examples=20, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=2, max_size=12, unique=True), st.randoms())
def test_neither_order_nor_direction_of_the_lines_matters(corners: list, random: object) -> None:
    pieces = [[corners[at], corners[at + 1]] for at in range(len(corners) - 1)]
    ends = hubs(a=corners[0], b=corners[-1])
    expected = rail_km(freight_network(rail=lines(*pieces), hubs=ends), "a", "b")
    random.shuffle(pieces)
    turned = [piece[::-1] if random.random() < 0.5 else piece for piece in pieces]
    assert rail_km(freight_network(rail=lines(*turned), hubs=ends), "a", "b") == pytest.approx(expected, rel=1e-9)


# --- the railways of China, 1 : 1 million ---------------------------------------------------------


def seats(*names: str) -> gpd.GeoDataFrame:
    table = layer_table("freight-hubs")
    chosen = table[table["name"].isin(names)]
    return gpd.GeoDataFrame(chosen, geometry=gpd.points_from_xy(chosen["lon"], chosen["lat"]), crs=WGS)


@pytest.mark.data
def test_real_rails(shared_data: Path) -> None:
    rails = read_features(shared_data / "transport" / "CHN_rails.shp")
    ends = seats("重庆市", "贵阳市", "钦州市", "北京市", "广州市", "上海市")
    network = freight_network(rail=rails, hubs=ends, snap_km=10, bridge_km=100)
    # the layer has no line south of Nanning: the nearest is 93 km from Qinzhou
    gap = [bridge for bridge in network.report[0].bridges if bridge.origin == "钦州市"]
    assert len(gap) == 1
    assert 90 < gap[0].km < 97
    assert network.report[0].components > network.report[0].components_left
    assert rail_km(network, "重庆市", "贵阳市") == pytest.approx(422, rel=0.03)
    assert rail_km(network, "重庆市", "钦州市") > rail_km(network, "重庆市", "贵阳市")
    assert rail_km(network, "北京市", "广州市") == pytest.approx(2294, rel=0.03)
    assert rail_km(network, "北京市", "上海市") == pytest.approx(1462, rel=0.03)
    assert freight_network(rail=rails, hubs=ends).report[0].unreached == ("钦州市",)
