from __future__ import annotations

import numpy as np
import pytest

from geotransfer import boundaries, layer_table
from geotransfer.freight.geodesy import geodesic_km
from geotransfer.freight.tables import LINK_COLUMNS, default_hubs, default_links


def test_hubs_are_named_once_and_lie_in_their_county_or_prefecture() -> None:
    hubs = default_hubs()
    assert hubs["name"].is_unique
    inland = hubs[(hubs["adcode"] != "")]
    polygons = [boundaries(level).set_index("adcode").geometry for level in ("prefecture", "county")]
    # the GeoNames position of 霍尔果斯 and of a few seats lies beside the simplified polygon
    outside = [
        hub.name
        for hub in inland.itertuples()
        if next(p.loc[hub.adcode] for p in polygons if hub.adcode in p.index).distance(hub.geometry) > 0.02
    ]
    assert outside == []


def test_every_prefecture_but_the_named_ones_has_a_hub() -> None:
    without = set(boundaries("prefecture")["adcode"]) - set(default_hubs()["adcode"])
    # three farms and reserves that are no towns, and the islands that no line of the tables reaches
    assert without == {"629700", "629800", "629900", "460300", "710000"}


def test_links_join_known_hubs_over_a_length() -> None:
    links, hubs = default_links(), default_hubs()
    assert tuple(links.columns) == LINK_COLUMNS
    assert links[["a", "b"]].to_numpy().max() < len(hubs)
    assert (links["a"] != links["b"]).all()
    assert (links["km"] > 0).all()
    assert set(links["mode"]) == {"rail", "road", "river", "sea"}


def test_no_length_is_shorter_than_the_straight_line() -> None:
    links, place = default_links(), default_hubs()[["lon", "lat"]].to_numpy()
    straight = geodesic_km(place[links["a"]], place[links["b"]])
    assert (links["km"].to_numpy() >= straight * 0.999).all()


def test_a_published_length_is_shared_out_over_its_links() -> None:
    links, lines = default_links(), layer_table("freight-lines")
    lengths = layer_table("freight-line-lengths")
    for _, published in lengths.iterrows():
        stops = lines.loc[lines["line"] == published["line"]].sort_values("order")["stop"].tolist()
        first, last = sorted(stops.index(published[end]) for end in ("from", "to"))
        line = links[links["line"] == published["line"]].iloc[first:last]
        assert set(line["basis"]) == {"published"}
        assert line["km"].sum() == pytest.approx(float(published["km"]))


def test_lengths_can_be_held_out_to_check_the_rest() -> None:
    lengths = layer_table("freight-line-lengths")
    check = set(lengths.loc[lengths["use"] == "check", "line"])
    assert len(check) >= 15
    assert check.isdisjoint(lengths.loc[lengths["use"] == "table", "line"])
    links = default_links(held_out=True)
    assert (links.loc[links["line"].isin(check), "basis"] == "geodesic x 1.20").all()
    rest = ~links["line"].isin(check).to_numpy()
    assert (links.loc[rest, "km"] == default_links().loc[rest, "km"]).all()


def test_every_line_runs_through_at_least_two_stops_in_order() -> None:
    for name, line in layer_table("freight-lines").groupby("line"):
        assert line["order"].tolist() == list(range(1, len(line) + 1)), name
        assert len(line) >= 2, name
        assert line["mode"].nunique() == 1, name


def test_the_locks_cost_hours() -> None:
    links = default_links()
    locked = links[[("三峡船闸" in tags) for tags in links["switches"]]]
    assert locked["hours"].tolist() == [72.0]
    assert np.flatnonzero(links["hours"]).size == 2
