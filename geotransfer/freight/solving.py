"""Costs of many zones to many destinations in one run of Dijkstra, and the reasons where there is no way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geotransfer.freight.access import Access
from geotransfer.freight.geodesy import geodesic_km
from geotransfer.freight.graph import (
    LAYERS,
    Arcs,
    LayeredGraph,
    assemble,
    layered_arcs,
    shortest,
    stop_node,
    yard_node,
)
from geotransfer.freight.modes import Criterion, FreightRates, Mode
from geotransfer.types import FloatArray, IntArray

__all__ = ["Ends", "Problem", "costs_between", "direct_km", "graph_with", "reasons_between"]


@dataclass(frozen=True, eq=False)
class Problem:
    """What is common to all questions put to one network.

    Parameters
    ----------
    hubs : GeoDataFrame
    links : DataFrame
        Those that are open.
    rates : FreightRates
    modes : tuple of mode
        Those that run between hubs; lorries always bring goods to a hub.
    by : {"cost", "time", "co2", "generalised"}
    circuity : float
        Of the ways to hubs.
    """

    hubs: gpd.GeoDataFrame
    links: pd.DataFrame
    rates: FreightRates
    modes: tuple[Mode, ...]
    by: Criterion
    circuity: float

    @property
    def road_runs(self) -> bool:
        """Whether a lorry may go on from a hub without unloading."""
        return "road" in self.modes

    def lorry(self, km: FloatArray, *, handlings: int) -> FloatArray:
        """Return what a lorry costs over `km`, with loading and unloading."""
        per_km, per_handling = self.rates.per_km("road", self.by), self.rates.per_handling("road", self.by)
        # inf x 0 (a rate of 0) would be NaN
        return np.where(np.isfinite(km), np.nan_to_num(km, posinf=0.0) * per_km + handlings * per_handling, np.inf)


@dataclass(frozen=True, eq=False)
class Ends:
    """Destinations: yards of hubs, and points that lorries join to hubs.

    Parameters
    ----------
    names : tuple of str
    hub : ndarray
        Row of the hub; -1 for a point.
    access : Access
        Of all, in order; of hubs it is not used.
    """

    names: tuple[str, ...]
    hub: IntArray
    access: Access

    @classmethod
    def of_hubs(cls, names: Sequence[str], hub: IntArray) -> Ends:
        """Return destinations that are all hubs."""
        shape = (len(hub), 1)
        nowhere = Access(
            np.full(shape, -1), np.full(shape, np.inf), np.full((len(hub), 2), np.nan), np.full(len(hub), "", object)
        )
        return cls(tuple(names), hub, nowhere)

    def nodes(self, hubs: int) -> IntArray:
        """Return their nodes: the yard of a hub, else one behind all hubs."""
        own = hubs * LAYERS + np.arange(len(self.hub))
        return np.where(self.hub >= 0, yard_node(self.hub), own)


def graph_with(problem: Problem, ends: Sequence[Ends]) -> LayeredGraph:
    """Return the graph of the network and of the points among `ends`, whose nodes stand behind those of the hubs."""
    arcs = [layered_arcs(problem.links, problem.hubs["yard"].to_numpy(), problem.rates, problem.modes, problem.by)]
    first = len(problem.hubs) * LAYERS
    for some in ends:
        arcs.append(_access_arcs(problem, some, first))
        first += len(some.hub)
    columns = (np.concatenate([getattr(part, name) for part in arcs]) for name in ("tail", "head", "weight", "link"))
    return assemble(Arcs(*columns), first)


def _access_arcs(problem: Problem, ends: Ends, first: int) -> Arcs:
    """Return both directions of the ways by lorry; `link` is -2 minus the column of the access."""
    row, column = np.nonzero((ends.access.hub >= 0) & (ends.hub < 0)[:, np.newaxis])
    hub, km = ends.access.hub[row, column], ends.access.km[row, column]
    near = [(yard_node(hub), problem.lorry(km, handlings=2))]
    if problem.road_runs:
        near.append((stop_node(hub, "road"), problem.lorry(km, handlings=1)))
    own = first + row
    tail = np.concatenate([part for node, _ in near for part in (own, node)] or [own])
    head = np.concatenate([part for node, _ in near for part in (node, own)] or [own])
    weight = np.concatenate([part for _, cost in near for part in (cost, cost)])
    return Arcs(tail, head, weight, np.tile(-2 - column, 2 * len(near)))


def costs_between(problem: Problem, zones: Access, ends: Ends) -> FloatArray:
    """Return the least cost from each zone to each destination, shape (zones, destinations); NaN where no way."""
    graph = graph_with(problem, [ends])
    # every arc has its equal in the other direction: from the destinations is to the destinations
    to_node = shortest(graph, ends.nodes(len(problem.hubs))).T
    best = problem.lorry(direct_km(zones, ends, problem.circuity), handlings=2)
    for column in range(zones.hub.shape[1]):
        hub, km = zones.hub[:, column], zones.km[:, column]
        reached = hub >= 0
        hub, km = hub[reached], km[reached]
        way = problem.lorry(km, handlings=2)[:, np.newaxis] + to_node[yard_node(hub)]
        if problem.road_runs:
            through = problem.lorry(km, handlings=1)[:, np.newaxis] + to_node[stop_node(hub, "road")]
            way = np.minimum(way, through)
        best[reached] = np.minimum(best[reached], way)
    return np.where(np.isfinite(best), best, np.nan)


def direct_km(zones: Access, ends: Ends, circuity: float) -> FloatArray:
    """Return the length of the way by lorry alone where two points are nearer to each other than to any hub, else inf.

    Shape (zones, destinations). Without it two neighbours would meet at a hub far from both.
    """
    km = np.full((len(zones.point), len(ends.hub)), np.inf)
    nearest = zones.km.min(axis=1, initial=np.inf)
    for column in np.flatnonzero(ends.hub < 0):
        there = np.broadcast_to(ends.access.point[column], zones.point.shape)
        known = np.isfinite(zones.point).all(axis=1) & np.isfinite(there).all(axis=1)
        way = np.full(len(zones.point), np.inf)
        way[known] = geodesic_km(zones.point[known], there[known]) * circuity
        limit = np.maximum(nearest, ends.access.km[column].min(initial=np.inf))
        same_land = zones.landmass == ends.access.landmass[column]
        km[:, column] = np.where((way <= limit) & np.isfinite(limit) & same_land, way, np.inf)
    return km


def reasons_between(costs: FloatArray, zones: Access, ends: Ends, *, islands: bool) -> NDArray[np.object_]:
    """Return why a cost is unknown, per zone and destination; "" where it is known."""
    reasons = np.full(costs.shape, "", dtype=object)
    unknown = np.isnan(costs)
    reasons[unknown] = "no open link joins the two"
    for row in np.flatnonzero(unknown.any(axis=1)):
        why = _no_access(zones, int(row), islands=islands)
        if why:
            reasons[row, unknown[row]] = why
    for column in np.flatnonzero(ends.hub < 0):
        why = _no_access(ends.access, int(column), islands=islands)
        if why:
            reasons[unknown[:, column], column] = f"destination {why}"
    return reasons


def _no_access(access: Access, row: int, *, islands: bool) -> str:
    if (access.hub[row] >= 0).any():
        return ""
    if not np.isfinite(access.point[row]).all():
        return "without geometry"
    land = access.landmass[row]
    if islands and land == "":
        return "outside the counties of the network"
    if islands and land != "mainland":
        return f"on {land}, where the network has no hub"
    return "too far from every hub"
