"""From the nodes of a shortest path to the legs of a route."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
import pandas as pd
import shapely
from scipy.sparse.csgraph import dijkstra

from geotransfer.errors import InputError
from geotransfer.freight.graph import LAYERS, NO_LINK, LayeredGraph
from geotransfer.freight.modes import MODES, Mode
from geotransfer.freight.routes import Leg
from geotransfer.freight.solving import Ends, Problem, direct_km, graph_with
from geotransfer.types import FloatArray

__all__ = ["legs_between"]


def legs_between(problem: Problem, origin: Ends, destination: Ends) -> tuple[Leg, ...]:
    """Return the legs of the best way from one end to another.

    Raises
    ------
    InputError
        There is no way.
    """
    graph = graph_with(problem, [origin, destination])
    hubs = len(problem.hubs)
    start = int(origin.nodes(hubs)[0])
    stop = int(destination.nodes(hubs)[0]) + (1 if destination.hub[0] < 0 else 0)
    walk = _Walk(problem, graph, origin, destination)
    cost, before = dijkstra(graph.matrix, indices=start, return_predecessors=True)
    direct = _direct(problem, origin, destination)
    if direct.km < np.inf and problem.lorry(np.array(direct.km), handlings=2) <= cost[stop]:
        return (walk.finish(direct),)
    if not np.isfinite(cost[stop]):
        raise InputError(
            f"no open link leads from {origin.names[0]!r} to {destination.names[0]!r}; "
            "open a line, allow another mode, or see reasons(zones, destinations)"
        )
    nodes = [stop]
    while nodes[-1] != start:
        nodes.append(int(before[nodes[-1]]))
    return walk.legs(nodes[::-1])


@dataclass(eq=False)
class _Draft:
    """A leg while it grows."""

    mode: Mode
    stops: list[str]
    places: list[FloatArray]
    km: float = 0.0
    yuan: float = 0.0
    hours: float = 0.0
    handlings: int = 0
    lines: list[str] = field(default_factory=list)


@dataclass(eq=False)
class _Walk:
    """Reads the arcs of a path one after the other."""

    problem: Problem
    graph: LayeredGraph
    origin: Ends
    destination: Ends

    def legs(self, nodes: list[int]) -> tuple[Leg, ...]:
        drafts: list[_Draft] = []
        for tail, head in pairwise(nodes):
            link = self.graph.link_between(tail, head)
            if _layer(tail) == 0 or self._is_point(tail):
                mode = "road" if self._is_point(tail) or self._is_point(head) else MODES[_layer(head) - 1]
                drafts.append(_Draft(mode, [self._name(tail)], [self._place(tail)]))
            self._add(drafts[-1], tail, head, link)
        return tuple(self.finish(draft) for draft in drafts)

    def _add(self, draft: _Draft, tail: int, head: int, link: int) -> None:
        if link == NO_LINK:
            draft.handlings += 1
        elif link < NO_LINK:
            self._add_access(draft, tail, head, -2 - link)
        else:
            self._add_link(draft, head, link)

    def _add_access(self, draft: _Draft, tail: int, head: int, column: int) -> None:
        point = tail if self._is_point(tail) else head
        hub = head if point == tail else tail
        draft.handlings += 2 if _layer(hub) == 0 else 1
        draft.km += float(self._ends(point).access.km[0, column])
        draft.stops.append(self._name(head))
        draft.places.append(self._place(head))

    def _add_link(self, draft: _Draft, head: int, link: int) -> None:
        row = self.problem.links.iloc[link]
        draft.km += float(row["km"])
        draft.yuan += float(row["yuan"])
        draft.hours += float(row["hours"])
        draft.stops.append(self._name(head))
        draft.places.append(_oriented(row, head // LAYERS, self._place(head)))
        if not draft.lines or draft.lines[-1] != row["line"]:
            draft.lines.append(str(row["line"]))

    def finish(self, draft: _Draft) -> Leg:
        rates, mode, km, handlings = self.problem.rates, draft.mode, draft.km, draft.handlings
        return Leg(
            mode=mode,
            origin=draft.stops[0],
            destination=draft.stops[-1],
            via=tuple(draft.stops[1:-1]),
            lines=tuple(draft.lines),
            length_km=km,
            cost_yuan_per_t=draft.yuan + km * rates.per_km(mode, "cost") + handlings * rates.per_handling(mode, "cost"),
            hours=draft.hours + km * rates.per_km(mode, "time") + handlings * rates.per_handling(mode, "time"),
            co2_kg_per_t=km * rates.per_km(mode, "co2"),
            geometry=shapely.LineString(np.vstack(draft.places)),
        )

    def _is_point(self, node: int) -> bool:
        return node >= len(self.problem.hubs) * LAYERS

    def _ends(self, node: int) -> Ends:
        return self.origin if node == len(self.problem.hubs) * LAYERS else self.destination

    def _name(self, node: int) -> str:
        if self._is_point(node):
            return self._ends(node).names[0]
        return str(self.problem.hubs["name"].iloc[node // LAYERS])

    def _place(self, node: int) -> FloatArray:
        if self._is_point(node):
            return self._ends(node).access.point[:1]
        return np.asarray(shapely.get_coordinates(self.problem.hubs.geometry.iloc[node // LAYERS]))


def _layer(node: int) -> int:
    """Return 0 for a yard, 1 and up for the stops of the modes."""
    return node % LAYERS


def _oriented(link: pd.Series, head: int, place: FloatArray) -> FloatArray:
    """Return the vertices of a link that ends at the hub `head`; its place alone where the link has no line."""
    line = link.get("geometry")
    if line is None:
        return place
    vertices = np.asarray(shapely.get_coordinates(line))
    return vertices if link["b"] == head else vertices[::-1]


def _direct(problem: Problem, origin: Ends, destination: Ends) -> _Draft:
    """Return the way by lorry alone; its length is inf where it is not to be taken."""
    draft = _Draft("road", [origin.names[0], destination.names[0]], [], km=np.inf, handlings=2)
    if origin.hub[0] < 0 and destination.hub[0] < 0:
        draft.km = float(direct_km(origin.access, destination, problem.circuity)[0, 0])
        draft.places = [origin.access.point[:1], destination.access.point[:1]]
    return draft
