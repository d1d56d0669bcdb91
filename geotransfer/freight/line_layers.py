"""A network from line layers: vertices, hubs snapped to them, gaps bridged, chains drawn together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import coo_matrix, csr_matrix
from scipy.sparse.csgraph import connected_components, dijkstra
from scipy.spatial import cKDTree

from geotransfer.crs import WGS84, parse_crs
from geotransfer.errors import InputError
from geotransfer.freight.access import on_sphere
from geotransfer.freight.geodesy import geodesic_km
from geotransfer.freight.modes import Mode
from geotransfer.types import FloatArray, IntArray

__all__ = ["Bridge", "LineReport", "TracedLines", "TracedLink", "lonlat_lines", "trace_lines"]

SEGMENT_DEGREES = 0.02
"""Longer segments get vertices in between, so that a hub beside a straight line is near one: about 2 km."""
DETOUR = 3.0
"""An end is loose when the way along the lines to a vertex nearby is more than this times the straight line."""
ENDS_AT_ONCE = 64
DECIMALS = 6
"""Vertices equal to 1e-6 degrees (0.1 m) are one."""


@dataclass(frozen=True)
class Bridge:
    """A stretch that the lines lack and that was put in.

    Parameters
    ----------
    mode : str
    origin, destination : str
        A hub, or a place as "lon lat".
    km : float
        Straight line.
    """

    mode: str
    origin: str
    destination: str
    km: float


@dataclass(frozen=True)
class LineReport:
    """What became of the lines of one mode.

    Parameters
    ----------
    mode : str
    lines : int
        Features with a length.
    dropped : int
        Features without one.
    components, components_left : int
        Parts that hang together, before and after bridging; hubs beside the lines do not count.
    bridges : tuple of Bridge
    unreached : tuple of str
        Hubs farther from every line than may be bridged.
    """

    mode: str
    lines: int
    dropped: int
    components: int
    components_left: int
    bridges: tuple[Bridge, ...]
    unreached: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class TracedLink:
    """A stretch between two junctions or hubs: `a`, `b` their rows, `basis` where `km` is from."""

    a: int
    b: int
    km: float
    basis: str
    geometry: shapely.LineString


@dataclass(frozen=True, eq=False)
class TracedLines:
    """Lines of one mode as a graph.

    Parameters
    ----------
    place : ndarray
        (lon, lat) of the junctions that are no hubs; their rows follow those of the hubs.
    links : tuple of TracedLink
    report : LineReport
    """

    place: FloatArray
    links: tuple[TracedLink, ...]
    report: LineReport


@dataclass(eq=False)
class _Vertices:
    """Vertices and the edges between them; edges of bridges are marked."""

    place: FloatArray
    tail: IntArray
    head: IntArray
    bridge: NDArray[np.bool_]

    def joined(self, tail: IntArray, head: IntArray) -> _Vertices:
        """Return the graph with bridges more."""
        new = np.ones(len(tail), dtype=bool)
        return _Vertices(
            self.place, np.append(self.tail, tail), np.append(self.head, head), np.append(self.bridge, new)
        )

    def components(self) -> tuple[int, IntArray]:
        """Return how many parts there are, and the part of each vertex."""
        n = len(self.place)
        count, label = connected_components(coo_matrix((np.ones(len(self.tail)), (self.tail, self.head)), (n, n)))
        return int(count), np.asarray(label, dtype=np.int64)

    def lengths(self) -> csr_matrix:
        """Return the edges with their lengths in km; one direction of each."""
        km = geodesic_km(self.place[self.tail], self.place[self.head])
        return csr_matrix((km, (self.tail, self.head)), (len(self.place), len(self.place)))


def lonlat_lines(features: gpd.GeoDataFrame, *, what: str) -> tuple[NDArray[np.object_], int]:
    """Return the single lines of a layer in degrees, and how many features had no length.

    Raises
    ------
    CrsError
        The layer has no CRS.
    InputError
        It holds something else than lines, or none with a length.
    """
    crs = parse_crs(features.crs, what=what)
    local = features.geometry if crs == WGS84 else features.geometry.to_crs(WGS84)
    shapes = local.to_numpy()
    other = set(local[~(shapely.is_empty(shapes) | shapely.is_missing(shapes))].geom_type) - {
        "LineString", "MultiLineString",
    }  # fmt: skip
    if other:
        raise InputError(f"{what} hold {', '.join(sorted(other))}, expected lines; give a layer of lines")
    has_length = ~shapely.is_missing(shapes) & (shapely.length(shapes) > 0)
    parts = shapely.get_parts(shapes[has_length])
    parts = parts[shapely.length(parts) > 0]
    if not len(parts):
        raise InputError(f"{what} hold no line with a length, expected at least one")
    return parts, int((~has_length).sum())


def trace_lines(
    lines: NDArray[np.object_],
    dropped: int,
    hubs: gpd.GeoDataFrame,
    mode: Mode,
    *,
    snap_km: float,
    bridge_km: float,
    circuity: float,
) -> TracedLines:
    """Return the graph of `lines` with the hubs joined to it.

    Hubs are joined to the nearest vertex within `snap_km`, without a word; within `bridge_km` with one in the report.
    A loose end is joined to the nearest vertex within `snap_km` to which the way along the lines is more than three
    times the straight line; then parts that do not hang together at their nearest vertices within `bridge_km`,
    nearest first. A join is as long as its geodesic times `circuity`.

    Parameters
    ----------
    lines : ndarray of LineString
        Degrees of WGS 84.
    dropped : int
        For the report.
    hubs : GeoDataFrame
        EPSG:4326 points; column ``name``.
    mode : mode
    snap_km, bridge_km : float
    circuity : float
    """
    vertices = _vertices(lines)
    before, _ = vertices.components()
    vertices, gaps = _bridged(vertices, snap_km, bridge_km)
    after, _ = vertices.components()
    of_hub, apart = _nearest_vertices(vertices, hubs)
    reached = apart <= max(snap_km, bridge_km)
    links = list(_chains(vertices, set(of_hub[reached].tolist()), circuity))
    names = hubs["name"].to_numpy()
    far = reached & (apart > snap_km)
    place = vertices.place
    bridges = [Bridge(mode, _words(place[tail]), _words(place[head]), km) for tail, head, km in gaps]
    bridges += [
        Bridge(mode, str(names[hub]), _words(place[of_hub[hub]]), float(apart[hub]))
        for hub in np.flatnonzero(far).tolist()
    ]
    report = LineReport(mode, len(lines), dropped, before, after, tuple(bridges), tuple(map(str, names[~reached])))
    used = sorted({link.a for link in links} | {link.b for link in links} | set(of_hub[reached].tolist()))
    row_of = {vertex: len(hubs) + row for row, vertex in enumerate(used)}
    moved = [replace(link, a=row_of[link.a], b=row_of[link.b]) for link in links]
    joins = [
        _join(hub, row_of, of_hub, apart, vertices, hubs, circuity, snap_km) for hub in np.flatnonzero(reached).tolist()
    ]
    return TracedLines(place[used], (*moved, *joins), report)


def _join(
    hub: int,
    row_of: dict[int, int],
    of_hub: IntArray,
    apart: FloatArray,
    vertices: _Vertices,
    hubs: gpd.GeoDataFrame,
    circuity: float,
    snap_km: float,
) -> TracedLink:
    """Return the link from a hub to its vertex."""
    vertex = int(of_hub[hub])
    ends = np.vstack([shapely.get_coordinates(hubs.geometry.iloc[hub]), vertices.place[vertex]])
    basis = "snapped" if apart[hub] <= snap_km else "bridge"
    return TracedLink(hub, row_of[vertex], float(apart[hub]) * circuity, basis, shapely.LineString(ends))


def _vertices(lines: NDArray[np.object_]) -> _Vertices:
    dense = shapely.segmentize(lines, SEGMENT_DEGREES)
    coordinates, line = shapely.get_coordinates(dense, return_index=True)
    place, vertex = np.unique(np.round(coordinates, DECIMALS), axis=0, return_inverse=True)
    vertex = vertex.ravel()
    same = (line[1:] == line[:-1]) & (vertex[1:] != vertex[:-1])
    pairs = np.sort(np.column_stack([vertex[:-1][same], vertex[1:][same]]), axis=1)
    pairs = np.unique(pairs, axis=0)
    return _Vertices(place, pairs[:, 0], pairs[:, 1], np.zeros(len(pairs), dtype=bool))


def _nearest_vertices(vertices: _Vertices, hubs: gpd.GeoDataFrame) -> tuple[IntArray, FloatArray]:
    place = shapely.get_coordinates(hubs.geometry.to_numpy())
    _, nearest = cKDTree(on_sphere(vertices.place)).query(on_sphere(place))
    return np.asarray(nearest, dtype=np.int64), geodesic_km(place, vertices.place[nearest])


def _bridged(vertices: _Vertices, snap_km: float, bridge_km: float) -> tuple[_Vertices, list[tuple[int, int, float]]]:
    """Join loose ends and then parts; return the gaps as (vertex, vertex, km)."""
    first = vertices
    vertices = _ends_joined(vertices, snap_km)
    vertices = _parts_joined(vertices, bridge_km)
    new = slice(len(first.tail), None)
    tail, head = vertices.tail[new], vertices.head[new]
    km = geodesic_km(vertices.place[tail], vertices.place[head]) if len(tail) else np.empty(0)
    return vertices, list(zip(tail.tolist(), head.tolist(), km.tolist(), strict=True))


def _ends_joined(vertices: _Vertices, snap_km: float) -> _Vertices:
    """Join each end of a line to the nearest vertex within reach to which the way along the lines is much longer."""
    sphere = on_sphere(vertices.place)
    tree = cKDTree(sphere)
    degree = np.bincount(np.append(vertices.tail, vertices.head), minlength=len(sphere))
    ends = np.flatnonzero(degree == 1)
    matrix = vertices.lengths()
    tails, heads = [], []
    for some in np.array_split(ends, max(1, len(ends) // ENDS_AT_ONCE)):
        along = dijkstra(matrix, directed=False, indices=some, limit=DETOUR * snap_km) if some.size else []
        for end, way in zip(some.tolist(), along, strict=True):
            near = np.array(tree.query_ball_point(sphere[end], snap_km), dtype=np.int64)
            chord = np.linalg.norm(sphere[near] - sphere[end], axis=1)
            apart = way[near] > DETOUR * np.maximum(chord, 1e-6)
            apart &= near != end
            if apart.any():
                tails.append(end)
                heads.append(int(near[apart][np.argmin(chord[apart])]))
    pairs = np.unique(np.sort(np.column_stack([tails, heads]).reshape(-1, 2), axis=1), axis=0).astype(np.int64)
    return vertices.joined(pairs[:, 0], pairs[:, 1])


def _parts_joined(vertices: _Vertices, bridge_km: float) -> _Vertices:
    """Join each part to its nearest other part within reach, until none is left within reach (Boruvka 1926)."""
    sphere = on_sphere(vertices.place)
    while True:
        count, label = vertices.components()
        found = sorted(filter(None, (_gap(sphere, label, part, bridge_km) for part in range(count))))
        if not found:
            return vertices
        merged = list(range(count))
        for _, tail, head in found:
            parts = merged[label[tail]], merged[label[head]]
            if parts[0] != parts[1]:
                merged = [parts[0] if part == parts[1] else part for part in merged]
                vertices = vertices.joined(np.array([tail]), np.array([head]))


def _gap(sphere: FloatArray, label: IntArray, part: int, bridge_km: float) -> tuple[float, int, int] | None:
    """Return (chord, vertex, vertex of another part) of the narrowest gap around a part within reach."""
    own, others = np.flatnonzero(label == part), np.flatnonzero(label != part)
    if not others.size:
        return None
    chord, nearest = cKDTree(sphere[others]).query(sphere[own], distance_upper_bound=bridge_km)
    best = int(np.argmin(chord))
    if not np.isfinite(chord[best]):
        return None
    return float(chord[best]), int(own[best]), int(others[nearest[best]])


def _chains(vertices: _Vertices, keep: set[int], circuity: float) -> Iterator[TracedLink]:
    """Yield one link for each chain of vertices between junctions, ends, hubs and bridges."""
    around: dict[int, list[int]] = defaultdict(list)
    for edge, ends in enumerate(zip(vertices.tail.tolist(), vertices.head.tolist(), strict=True)):
        for end in ends:
            around[end].append(edge)
    at_bridges = set(vertices.tail[vertices.bridge].tolist()) | set(vertices.head[vertices.bridge].tolist())
    key = keep | at_bridges | {vertex for vertex, edges in around.items() if len(edges) != 2}
    key |= _on_rings(vertices, key)
    done = np.zeros(len(vertices.tail), dtype=bool)
    for start in sorted(key):
        for first in around[start]:
            if not done[first]:
                chain = _follow(vertices, around, key, start, first, done)
                yield _link(vertices, chain, is_bridge=bool(vertices.bridge[first]), circuity=circuity)


def _on_rings(vertices: _Vertices, key: set[int]) -> set[int]:
    """Return one vertex of each part without a key vertex: a closed ring has neither end nor junction."""
    count, label = vertices.components()
    with_key = np.zeros(count, dtype=bool)
    with_key[label[sorted(key)]] = True
    _, first = np.unique(label, return_index=True)
    return {int(vertex) for vertex in first if not with_key[label[vertex]]}


def _follow(
    vertices: _Vertices, around: dict[int, list[int]], key: set[int], start: int, first: int, done: NDArray[np.bool_]
) -> list[int]:
    """Return the vertices from `start` along edge `first` to the next key vertex; marks the edges as done."""
    chain, edge = [start], first
    while True:
        done[edge] = True
        tail, head = int(vertices.tail[edge]), int(vertices.head[edge])
        chain.append(head if tail == chain[-1] else tail)
        if chain[-1] in key:
            return chain
        edge = next(other for other in around[chain[-1]] if other != edge)


def _link(vertices: _Vertices, chain: list[int], *, is_bridge: bool, circuity: float) -> TracedLink:
    place = vertices.place[chain]
    km = float(geodesic_km(place[:-1], place[1:]).sum())
    basis = "bridge" if is_bridge else "along the line"
    return TracedLink(chain[0], chain[-1], km * (circuity if is_bridge else 1.0), basis, shapely.LineString(place))


def _words(place: FloatArray) -> str:
    return f"{place[0]:.3f} {place[1]:.3f}"
