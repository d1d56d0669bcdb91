"""Freight networks small enough to work out by hand, and the same graph built a second time with networkx."""

from __future__ import annotations

from collections.abc import Sequence

import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd

from geotransfer.freight.modes import MODES, FreightRates, ModeFigures
from geotransfer.freight.network import FreightNetwork

Link = tuple[int, int, str, float]
ROUND = FreightRates(
    {
        "rail": ModeFigures(rate=0.1, terminal=10.0, speed=50.0, terminal_hours=10.0, co2=0.01, circuity=1.2),
        "road": ModeFigures(rate=0.5, terminal=5.0, speed=100.0, terminal_hours=1.0, co2=0.1, circuity=1.3),
        "river": ModeFigures(rate=0.05, terminal=20.0, speed=10.0, terminal_hours=20.0, co2=0.02, circuity=1.3),
        "sea": ModeFigures(rate=0.02, terminal=30.0, speed=25.0, terminal_hours=30.0, co2=0.005, circuity=1.0),
    },
    value_of_time=0.2,
)
"""Figures that are easy to add up."""


def small_network(hubs: int, links: Sequence[Link], **changes: object) -> FreightNetwork:
    """Hubs a, b, c ... on the equator, 6 degrees apart: a lorry from one reaches no other; each link a switch."""
    names = [chr(ord("a") + row) for row in range(hubs)]
    table = pd.DataFrame({"name": names, "short_name": names, "name_en": names, "adcode": "", "kind": "hub"})
    points = gpd.points_from_xy(6.0 * np.arange(hubs), np.zeros(hubs))
    table = table.assign(landmass="", yard=True)
    rows = [
        {
            "a": a, "b": b, "mode": mode, "km": km, "basis": "by hand", "line": f"{mode} {at}",
            "switches": (f"{mode} {at}",), "planned": False, "hours": 0.0, "yuan": 0.0,
        }
        for at, (a, b, mode, km) in enumerate(links)
    ]  # fmt: skip
    columns = ["a", "b", "mode", "km", "basis", "line", "switches", "planned", "hours", "yuan"]
    frame = pd.DataFrame(rows, columns=columns).astype({"a": int, "b": int, "km": float, "hours": float, "yuan": float})
    fields = {"rates": ROUND, "of_china": False, **changes}
    return FreightNetwork(gpd.GeoDataFrame(table, geometry=points, crs="EPSG:4326"), frame, **fields)


def by_networkx(network: FreightNetwork, by: str) -> nx.DiGraph:
    """The layered graph of an open network, node (hub, layer), written down a second time."""
    graph = nx.DiGraph()
    rates = network.rates

    def add(tail: object, head: object, weight: float) -> None:
        if weight < graph.get_edge_data(tail, head, {"weight": np.inf})["weight"]:
            graph.add_edge(tail, head, weight=weight)
            graph.add_edge(head, tail, weight=weight)

    def priced(yuan: float, hours: float) -> float:
        return {"cost": yuan, "time": hours, "generalised": yuan + rates.value_of_time * hours}[by]

    for hub in np.flatnonzero(network.hubs["yard"]):
        graph.add_node((int(hub), "yard"))
        for mode in MODES:
            figures = rates.modes[mode]
            handling = 0.0 if by == "co2" else priced(figures.terminal, figures.terminal_hours)
            add((int(hub), "yard"), (int(hub), mode), handling)
    for link in network.open_links.itertuples():
        figures = rates.modes[link.mode]
        yuan, hours = link.km * figures.rate + link.yuan, link.km / figures.speed + link.hours
        weight = link.km * figures.co2 if by == "co2" else priced(yuan, hours)
        add((link.a, link.mode), (link.b, link.mode), weight)
    return graph
