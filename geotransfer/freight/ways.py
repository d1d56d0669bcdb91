"""The best way of every zone to one hub: kilometres on each mode, yuan, hours and CO2."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
from scipy.sparse.csgraph import dijkstra

from geotransfer.errors import InputError
from geotransfer.freight.access import Access, access_to_hubs
from geotransfer.freight.geodesy import points_of
from geotransfer.freight.graph import LAYERS, NO_LINK, LayeredGraph, stop_node, yard_node
from geotransfer.freight.modes import CRITERIA, MODES, Criterion, FreightRates, Mode, choice
from geotransfer.freight.network import FreightNetwork
from geotransfer.freight.solving import Problem, graph_with
from geotransfer.types import FloatArray, IntArray

__all__ = ["WAY_COLUMNS", "best_ways"]

WAY_COLUMNS = (*(f"{mode}_km" for mode in MODES), "cost_yuan_per_t", "hours", "co2_kg_per_t")


def best_ways(
    network: FreightNetwork, zones: gpd.GeoDataFrame, destination: str, *, by: Criterion = "cost"
) -> pd.DataFrame:
    """Return what the best way from each zone to a hub is made of.

    Parameters
    ----------
    network : FreightNetwork
    zones : GeoDataFrame
    destination : str
        A hub.
    by : {"cost", "time", "co2", "generalised"}
        What is made least; the other columns are those of the same way.

    Returns
    -------
    DataFrame
        Index of the zones; ``rail_km``, ``road_km``, ``river_km``, ``sea_km``, ``cost_yuan_per_t``, ``hours``,
        ``co2_kg_per_t``; NaN where there is no way.

    Raises
    ------
    InputError
        The destination is no hub.

    Examples
    --------
    >>> import geotransfer as gt
    >>> zones = gt.boundaries("county", within="贵阳市")
    >>> ways = best_ways(gt.freight_network(), zones, "钦州")
    >>> bool((ways["rail_km"] > ways["road_km"]).all())
    True
    """
    problem, ends = network.problem(choice(by, CRITERIA, what="by")), network.ends([destination])
    if ends.hub[0] < 0:
        raise InputError(f"destination {destination!r} is no hub of the network, expected one; see network.hubs")
    graph = graph_with(problem, [ends])
    target = int(ends.nodes(len(problem.hubs))[0])
    cost, before = dijkstra(graph.matrix, indices=target, return_predecessors=True)
    figures = _along_tree(_arc_figures(problem, graph), cost, before)
    start = access_to_hubs(
        points_of(zones, what="zones"), network.hubs, circuity=problem.circuity, islands=network.of_china
    )
    return pd.DataFrame(_of_zones(problem, start, cost, figures), index=zones.index, columns=list(WAY_COLUMNS))


def _row(rates: FreightRates, mode: Mode, km: FloatArray, handlings: int) -> FloatArray:
    """Return the figures (`WAY_COLUMNS`) of ways of one mode, shape (ways, columns)."""
    out = np.zeros((len(km), len(WAY_COLUMNS)))
    out[:, MODES.index(mode)] = km
    for column, by in enumerate(CRITERIA[:3], start=len(MODES)):
        out[:, column] = km * rates.per_km(mode, by) + handlings * rates.per_handling(mode, by)
    return out


def _arc_figures(problem: Problem, graph: LayeredGraph) -> dict[tuple[int, int], FloatArray]:
    """Return the figures of each arc of the graph of hubs by (tail, head)."""
    links, rates = problem.links, problem.rates
    of_link = np.zeros((len(links), len(WAY_COLUMNS)))
    for mode in problem.modes:
        rows = (links["mode"] == mode).to_numpy()
        of_link[rows] = _row(rates, mode, links.loc[rows, "km"].to_numpy(dtype=np.float64), 0)
    of_link[:, len(MODES) : len(MODES) + 2] += links[["yuan", "hours"]].to_numpy(dtype=np.float64)
    handling = {mode: _row(rates, mode, np.zeros(1), 1)[0] for mode in MODES}
    tails = np.repeat(np.arange(graph.matrix.shape[0]), np.diff(graph.matrix.indptr))
    figures = {}
    for tail, head, link in zip(tails.tolist(), graph.matrix.indices.tolist(), graph.link.tolist(), strict=True):
        if link >= 0:
            figures[tail, head] = of_link[link]
        elif link == NO_LINK:
            figures[tail, head] = handling[MODES[max(tail % LAYERS, head % LAYERS) - 1]]
    return figures


def _along_tree(figures: dict[tuple[int, int], FloatArray], cost: FloatArray, before: IntArray) -> FloatArray:
    """Return the figures from every node to the target, summed along the tree of shortest ways."""
    found = np.zeros((len(cost), len(WAY_COLUMNS)))
    done = np.zeros(len(cost), dtype=bool)
    for node in np.argsort(cost, kind="stable").tolist():
        way = [node]
        # where a step is free, a node may come before the one that leads to it
        while before[way[-1]] >= 0 and not done[way[-1]]:
            way.append(int(before[way[-1]]))
        for here, towards in zip(way[-2::-1], way[:0:-1], strict=True):
            found[here] = found[towards] + figures[here, towards]
            done[here] = True
    return found


def _of_zones(problem: Problem, start: Access, cost: FloatArray, figures: FloatArray) -> FloatArray:
    best = np.full(len(start.point), np.inf)
    found = np.full((len(start.point), len(WAY_COLUMNS)), np.nan)
    for column in range(start.hub.shape[1]):
        hub, km = start.hub[:, column], start.km[:, column]
        for node, handlings in [(yard_node(hub), 2)] + [(stop_node(hub, "road"), 1)] * problem.road_runs:
            reached = np.where(hub >= 0, cost[np.maximum(node, 0)], np.inf)
            way = problem.lorry(km, handlings=handlings) + reached
            better = way < best
            best[better] = way[better]
            found[better] = figures[node[better]] + _row(problem.rates, "road", km[better], handlings)
    return found
